"""Handing a mail to an SMTP server, and what the server's answers mean."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from driftium_core.errors import DeliveryError
from driftium_core.notify.deadline import within

__all__ = ["MailServer", "Security", "submit"]

Security = Literal["starttls", "ssl", "none"]

_OUR_NAME = "[127.0.0.1]"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mails are handed over, and who hands them over; no log-in without a user."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    security: Security


def submit(mail: EmailMessage, server: MailServer, *, timeout_s: float) -> None:
    """Connect, secure the connection, log in, and hand the mail over to all its recipients.

    By the standard library: Apprise's plugin says only whether it worked, and lets smtplib look up this machine's own
    name first, which takes long where nobody knows it, and tells it to the server.

    Raises
    ------
    DeliveryError
        The server did not take it for every recipient. When it took it for some, trying again is said to be pointless:
        these would get it twice.
    """
    sender, to = str(mail["From"]), [part.strip() for part in str(mail["To"]).split(",")]
    content = mail.as_bytes(policy=SMTP)
    service = f"The mail server {server.host}"

    def work() -> DeliveryError | None:
        try:
            with _connected(server, timeout_s) as session:
                refused = session.sendmail(sender, to, content)
        except (OSError, smtplib.SMTPException, RuntimeError, ValueError) as error:
            return _failure(service, error, timeout_s)
        if not refused:
            return None
        counted = f"{len(refused)} of {len(to)} recipients"
        return DeliveryError(f"{service} refused {counted}; the others have the mail.", permanent=True)

    within(timeout_s, service, work)


def _connected(server: MailServer, timeout_s: float) -> smtplib.SMTP:
    """A session that is secured and logged in; closed when that fails."""
    context = ssl.create_default_context()
    if server.security == "ssl":
        session: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=_OUR_NAME, timeout=timeout_s, context=context
        )
    else:
        session = smtplib.SMTP(server.host, server.port, local_hostname=_OUR_NAME, timeout=timeout_s)
    try:
        if server.security == "starttls":
            session.starttls(context=context)
        if server.user:
            session.login(server.user, server.password)
    except BaseException:
        session.close()
        raise
    return session


def _failure(service: str, error: Exception, timeout_s: float) -> DeliveryError:
    """What went wrong; a server's own words are left out, as they may repeat what it was told."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return DeliveryError(f"{service} does not accept the user and password.", permanent=error.smtp_code >= 500)
        case smtplib.SMTPNotSupportedError():
            return DeliveryError(
                f"{service} does not offer what the channel asks for, STARTTLS or a log-in. Check port and security.",
                permanent=True,
            )
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in error.recipients.values()]
            return DeliveryError(f"{service} refused every recipient.", permanent=min(codes, default=0) >= 500)
        case smtplib.SMTPSenderRefused():
            return _answered(f"{service} refused the sender", error.smtp_code)
        case smtplib.SMTPServerDisconnected():
            return DeliveryError(f"{service} hung up.")
        case smtplib.SMTPResponseException():
            return _answered(f"{service} refused the mail", error.smtp_code)
        case ssl.SSLError():
            return DeliveryError(f"{service} was not told: its certificate cannot be trusted, or it speaks no TLS.")
        case TimeoutError():
            return DeliveryError(f"{service} did not take the mail within {timeout_s:g} s.")
        case socket.gaierror():
            return DeliveryError(f"{service} cannot be reached: no server of that name was found.")
        case ConnectionRefusedError():
            return DeliveryError(f"{service} cannot be reached: it refused the connection.")
        case smtplib.SMTPException() | OSError():
            return DeliveryError(f"{service} cannot be reached, or hung up.")
    return DeliveryError(f"{service} was not told: user or password hold characters that SMTP cannot.", permanent=True)


def _answered(what: str, code: int) -> DeliveryError:
    return DeliveryError(f"{what} (answer {code}).", permanent=code >= 500)
