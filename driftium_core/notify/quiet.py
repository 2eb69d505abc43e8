"""No log line about an address: Apprise and what it sends with write URLs, which are secrets, into their logs."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Heard", "quiet", "silence_apprise"]

_APPRISE = "apprise"
_LOGGERS = (
    *("urllib3", "urllib3.connectionpool", "urllib3.connection", "urllib3.poolmanager", "urllib3.util.retry"),
    *("requests", "charset_normalizer", "oauthlib", "requests_oauthlib", "paho", "slixmpp", "asyncio", "websockets"),
)
"""Loggers that name a URL, a host or what is sent; other threads may log there."""

_STATUS = re.compile(r"\berror=(\d{3})\b")
_listening = threading.local()


class Heard:
    """What Apprise's own warnings told about one attempt: it returns no more than whether it worked."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.no_connection = False

    def take(self, line: str) -> None:
        """Look through a line; it is not kept."""
        if found := _STATUS.search(line):
            self.status = int(found[1])
        self.no_connection |= "connection error" in line.lower()


class _Unheard(logging.Filter):
    """Drops every line of Apprise's logger, whichever thread it is from."""

    def filter(self, record: logging.LogRecord) -> bool:
        heard: Heard | None = getattr(_listening, "heard", None)
        if heard is not None:
            heard.take(record.getMessage())
        return False


class _UnheardWhileSending(logging.Filter):
    """Drops the lines of threads that send; those of others pass."""

    def filter(self, _record: logging.LogRecord) -> bool:
        return getattr(_listening, "heard", None) is None


_UNHEARD, _UNHEARD_WHILE_SENDING = _Unheard(), _UnheardWhileSending()


def silence_apprise() -> None:
    """Let nothing of Apprise's reach a log; it writes addresses there, whole at its lowest levels."""
    logger = logging.getLogger(_APPRISE)
    logger.setLevel(logging.WARNING)
    logger.addFilter(_UNHEARD)
    logger.propagate = False
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_UNHEARD_WHILE_SENDING)


@contextmanager
def quiet() -> Iterator[Heard]:
    """What this thread does meanwhile is not logged by the libraries that do it."""
    silence_apprise()
    before = getattr(_listening, "heard", None)
    _listening.heard = Heard()
    try:
        yield _listening.heard
    finally:
        _listening.heard = before
