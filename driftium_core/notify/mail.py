"""E-mail: a text and a simple page, by any SMTP server.

The address is an Apprise ``mailto(s)://`` URL with its parts spelt out: server, user and password, sender, recipients
and how the connection is secured.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import get_args
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify.message import Message
from driftium_core.notify.smtp import MailServer, Security, submit
from driftium_core.notify.wording import facts, line, text_of

__all__ = ["channel_address", "deliver", "email_address", "mail", "masked"]

_PORTS: dict[Security, int] = {"starttls": 587, "ssl": 465, "none": 25}
_MODES: dict[Security, str] = {"starttls": "starttls", "ssl": "ssl", "none": "insecure"}
"""As Apprise calls them."""

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_EXPECTED = "Give mailtos://user:password@server:port/?from=…&to=…&mode=starttls, with %40 for each @ of the user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """An address taken apart."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str
    to: tuple[str, ...]
    security: Security


def email_address(
    *,
    host: str,
    to: str,
    sender: str,
    port: int | None = None,
    user: str = "",
    password: str = "",
    security: Security = "starttls",
) -> str:
    """The address of an e-mail channel from the fields of a form; several recipients are separated by commas.

    Raises
    ------
    InputError
        One of the fields cannot be used.
    """
    mailing = Mailing(
        host=host.strip().strip("[]"),
        port=_PORTS[security] if port is None else port,
        user=user.strip(),
        password=password,
        sender=sender.strip(),
        to=_recipients(to),
        security=security,
    )
    if why := _flaw(mailing):
        raise InputError(why)
    return _url(mailing)


def channel_address(text: str) -> str:
    """An address in the one form that `email_address` gives; `InputError` when it cannot be meant."""
    mailing = _taken_apart(text.strip())
    if mailing is None:
        raise InputError(f"This is not the address of an e-mail channel. {_EXPECTED}.")
    if why := _flaw(mailing):
        raise InputError(why)
    return _url(mailing)


def masked(address: str) -> str:
    """``"mail.example.org to ops@example.org"``."""
    mailing = _taken_apart(address)
    return f"{mailing.host} to {', '.join(mailing.to)}" if mailing else "E-mail"


def _recipients(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[,;]", text) if part.strip()))


def _url(mailing: Mailing) -> str:
    user = quote(mailing.user, safe="") + (f":{quote(mailing.password, safe='')}" if mailing.password else "")
    host = f"[{mailing.host}]" if ":" in mailing.host else mailing.host
    query = {"from": mailing.sender, "to": ",".join(mailing.to), "mode": _MODES[mailing.security]}
    scheme = "mailto" if mailing.security == "none" else "mailtos"
    return f"{scheme}://{user}{'@' if user else ''}{host}:{mailing.port}/?{urlencode(query)}"


def _taken_apart(address: str) -> Mailing | None:
    try:
        parts = urlsplit(address)
        port, query = parts.port, {name: values[-1] for name, values in parse_qs(parts.query).items()}
    except ValueError:
        return None
    if parts.scheme not in ("mailto", "mailtos") or not parts.hostname:
        return None
    mode = query.get("mode", "starttls" if parts.scheme == "mailtos" else "insecure")
    security: Security | None = next((name for name in get_args(Security) if _MODES[name] == mode), None)
    if security is None:
        return None
    return Mailing(
        host=parts.hostname,
        port=_PORTS[security] if port is None else port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=query.get("from", ""),
        to=_recipients(query.get("to", "")),
        security=security,
    )


def _flaw(mailing: Mailing) -> str:
    """Why this cannot be sent with, as a sentence; empty when it can."""
    if not _HOST.fullmatch(mailing.host):
        return "Give the name of the SMTP server, e.g. mail.example.org."
    if not 1 <= mailing.port <= 65535:
        return "The port of the SMTP server is a number from 1 to 65535."
    if not _MAILBOX.fullmatch(mailing.sender):
        return "Give the sender as an e-mail address, e.g. driftium@example.org."
    if not mailing.to:
        return "Give at least one recipient."
    for number, recipient in enumerate(mailing.to, 1):
        if not _MAILBOX.fullmatch(recipient):
            return f"Recipient {number} is not an e-mail address. Separate several by commas."
    if mailing.password and not mailing.user:
        return "Give the user whose password it is."
    if mailing.password and mailing.security == "none" and not _is_local(mailing.host):
        return "A password is only sent over a secured connection. Choose STARTTLS or SSL, or leave the password out."
    return ""


def _is_local(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def deliver(address: str, message: Message, *, expand: Callable[[str], str], timeout_s: float) -> None:
    """Send one mail to all recipients; `DeliveryError` when the server does not take it for each of them."""
    mailing = _taken_apart(address)
    why = "This is not the address of an e-mail channel." if mailing is None else _flaw(mailing)
    if mailing is None or why:
        raise DeliveryError(f"{why} {_EXPECTED}.", permanent=True)
    server = MailServer(
        host=mailing.host,
        port=mailing.port,
        user=expand(mailing.user),
        password=expand(mailing.password),
        security=mailing.security,
    )
    submit(mail(message, sender=mailing.sender, to=mailing.to), server, timeout_s=timeout_s)


def mail(message: Message, *, sender: str, to: tuple[str, ...]) -> EmailMessage:
    """The mail of a message; those of one incident belong to one conversation.

    Made by the standard library, whose headers refuse line breaks; Apprise would make the text out of the page.
    """
    found = EmailMessage()
    domain = sender.rpartition("@")[2]
    found["Subject"] = line(message.title, 200)
    found["From"] = sender
    found["To"] = ", ".join(to)
    found["Date"] = formatdate(usegmt=True)
    found["Message-ID"] = make_msgid(domain=domain)
    conversation = f"<{re.sub('[^A-Za-z0-9]', '', message.incident_id)[:64] or 'test'}.incident@{domain}>"
    found["In-Reply-To"] = found["References"] = conversation
    found["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes
    found.set_content(text_of(message))
    found.add_alternative(_page(message), subtype="html")
    return found


def _page(message: Message) -> str:
    def safe(text: str, limit: int) -> str:
        return html.escape(line(text, limit))

    parts = [f"<h2>{safe(message.title, 300)}</h2>"]
    parts += [f"<p>{safe(text, 2000)}</p>" for text in (message.verdict, message.effect) if text]
    if message.evidence:
        items = "".join(f"<li>{safe(item, 600)}</li>" for item in message.evidence[:5])
        parts.append(f"<p><b>What was found</b></p><ul>{items}</ul>")
    if message.action:
        parts.append(f"<p><b>First:</b> {safe(message.action, 1000)}</p>")
    if message.link:
        parts.append(f'<p><a href="{html.escape(message.link)}">Open in Driftium</a></p>')
    small = " · ".join(f"{fact.name}: {html.escape(fact.value)}" for fact in facts(message))
    parts.append(f'<p style="color:#5f6368"><small>{small}</small></p>')
    return f'<html><body style="font-family:sans-serif">{"".join(parts)}</body></html>'
