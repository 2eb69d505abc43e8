"""Handing a mail to an SMTP server, by Apprise's connection, and what the server's answers mean."""

from __future__ import annotations

import math
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from driftium_core.errors import DeliveryError
from driftium_core.notify.deadline import within

__all__ = ["submit"]


def submit(mail: EmailMessage, *, host: str, port: int, user: str, password: str, mode: str, timeout_s: float) -> None:
    """Connect, secure the connection as ``mode`` says, log in where there is a user, and hand the mail over.

    Raises
    ------
    DeliveryError
        The server did not take it for every recipient. When it took it for some, trying again is said to be pointless:
        these would get it twice.
    """
    from apprise.plugins.email.smtp import AppriseSMTPController

    sender, to = str(mail["From"]), [part.strip() for part in str(mail["To"]).split(",")]
    content = mail.as_bytes(policy=SMTP)
    service = f"The mail server {host}"

    def work() -> DeliveryError | None:
        try:
            with AppriseSMTPController(
                host=host,
                port=port,
                secure_mode=mode,
                user=user or None,
                password=password or None,
                socket_connect_timeout=math.ceil(timeout_s),
            ) as connection:
                # Not its own `sendmail`, which says only whether it worked.
                session: Any = connection._socket
                refused = session.sendmail(sender, to, content)
        except (OSError, smtplib.SMTPException, RuntimeError, ValueError) as error:
            return _failure(service, error, timeout_s)
        if not refused:
            return None
        counted = f"{len(refused)} of {len(to)} recipients"
        return DeliveryError(f"{service} refused {counted}; the others have the mail.", permanent=True)

    within(timeout_s, service, work)


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
        case OSError():
            return DeliveryError(f"{service} cannot be reached, or hung up.")
    return DeliveryError(f"{service} was not told: user or password hold characters that SMTP cannot.", permanent=True)


def _answered(what: str, code: int) -> DeliveryError:
    return DeliveryError(f"{what} (answer {code}).", permanent=code >= 500)
