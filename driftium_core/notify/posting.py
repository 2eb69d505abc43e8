"""JSON posted to a web address: one attempt, no redirects, certificates checked, and what an answer means.

Apprise's plugins say only whether a message arrived, follow redirects, and read answers of any size. The kinds that
have forms of their own are posted here, by the library that Apprise posts with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from driftium_core.errors import DeliveryError
from driftium_core.notify.deadline import within

__all__ = ["Answer", "post_json", "refusal"]

_MOST_BYTES = 16 * 1024
"""Of an answer; services say why in a few words."""

_LONGEST_TEXT_S = 2.0
"""For a text that comes in small parts; its status has come already."""

Judge = Callable[["Answer"], DeliveryError | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered.

    Attributes
    ----------
    status : int
    read : callable
        The beginning of the text, read when it is asked for; never shown, as it may repeat secrets.
    """

    status: int
    read: Callable[[], str]

    @property
    def taken(self) -> bool:
        """Whether the service says that it has the message."""
        return 200 <= self.status < 300


def post_json(
    url: str,
    body: bytes,
    *,
    service: str,
    timeout_s: float,
    judge: Judge,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Post a body once.

    Parameters
    ----------
    service : str
        Begins the sentences of errors, e.g. ``"Slack"``.
    timeout_s : float
        From the look-up of the name to the end of the answer.
    judge : callable
        What an answer means; None where the message has arrived.

    Raises
    ------
    DeliveryError
        It did not arrive; the sentence names neither the address nor the answer's text.
    """
    import requests  # noqa: F401 - loaded before the clock runs

    sent = {"Content-Type": "application/json", "User-Agent": "Driftium", **(headers or {})}
    known: list[DeliveryError | None] = []

    def attempt() -> DeliveryError | None:
        return _attempt(url, body, sent, service, timeout_s, judge, known)

    error: DeliveryError | None
    try:
        within(timeout_s, service, attempt)
        return
    except DeliveryError as late:
        # A status that came counts, though its text did not end in time: else a message that arrived is sent again.
        error = known[0] if known else late
    if error:
        raise error


def _attempt(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    service: str,
    timeout_s: float,
    judge: Judge,
    known: list[DeliveryError | None],
) -> DeliveryError | None:
    """One post; ``known`` takes what the status alone means, then what the text adds to it."""
    import requests

    try:
        with requests.Session() as session:
            session.auth = _credentials(url)
            with session.post(
                url, data=body, headers=dict(headers), timeout=timeout_s, allow_redirects=False, stream=True
            ) as response:
                known[:] = [judge(Answer(response.status_code, str))]
                known[:] = [judge(Answer(response.status_code, lambda: _beginning(response)))]
                return known[0]
    except (requests.RequestException, OSError, ValueError) as error:
        return known[0] if known else _no_answer(service, error, timeout_s)


def _credentials(url: str) -> Any:
    """User and password of the URL, or something that adds none: else requests looks into the user's ``.netrc``."""
    parts = urlsplit(url)
    if parts.username is None:
        return lambda request: request
    return unquote(parts.username).encode(), unquote(parts.password or "").encode()


def _beginning(response: Any) -> str:
    """The first bytes of the text as far as they come in time; the status decides where none do."""
    read = bytearray()
    ends = time.monotonic() + _LONGEST_TEXT_S
    try:
        while len(read) < _MOST_BYTES and time.monotonic() < ends:
            part = response.raw.read1(_MOST_BYTES - len(read), decode_content=True)
            if not part:
                break
            read += part
    except Exception:  # noqa: BLE001 - of urllib3, http.client, zlib or the socket: the text is a courtesy
        pass
    return bytes(read).decode("utf-8", "replace")


def _no_answer(service: str, error: Exception, timeout_s: float) -> DeliveryError:
    """Why there was no answer; the exception's own text holds the address."""
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return DeliveryError(f"{service} was not told: its certificate cannot be trusted, or it speaks no TLS.")
    if isinstance(error, requests.exceptions.ProxyError):
        return DeliveryError(f"{service} was not told: the proxy of this machine does not let the message pass.")
    if isinstance(error, requests.exceptions.Timeout):
        return DeliveryError(f"{service} did not take the message within {timeout_s:g} s.")
    if isinstance(error, requests.exceptions.ConnectionError | OSError):
        return DeliveryError(f"{service} cannot be reached, or hung up: {_reason(error)}.")
    return DeliveryError(f"{service} was not told: its address cannot be used. Enter it again.", permanent=True)


def _reason(error: Exception) -> str:
    names = set()
    cause: BaseException | None = error
    while cause is not None:
        names |= {type(cause).__name__, type(getattr(cause, "reason", None)).__name__}
        names |= {type(arg).__name__ for arg in cause.args}
        cause = cause.__cause__ or cause.__context__
    if names & {"NameResolutionError", "gaierror"}:
        return "no server of that name was found"
    if names & {"ConnectionRefusedError"}:
        return "the server refused the connection"
    return "the connection failed"


_MEANINGS: dict[int, str] = {
    400: "it does not accept the message",
    401: "the address does not allow sending",
    403: "the address does not allow sending",
    404: "there is nothing at the address",
    405: "the address takes no messages",
    410: "the address is gone",
    413: "the message is too large",
    429: "too many messages in a short time",
}

_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


def refusal(service: str, status: int, *, why: str = "") -> DeliveryError:
    """What a status other than success means, as an error that says whether trying again may help.

    Parameters
    ----------
    why : str
        What the service itself means by it, where that is known.
    """
    if 300 <= status < 400:
        return DeliveryError(
            f"{service} answered {status}: it sends on to another address, which is not followed as that could give a "
            "secret away. Enter the final address.",
            permanent=True,
        )
    meaning = why or _MEANINGS.get(status) or ("the service has a fault" if status >= 500 else "it was refused")
    permanent = 400 <= status < 500 and status not in _LATER
    advice = " Check the channel." if permanent else ""
    return DeliveryError(f"{service} answered {status}: {meaning}.{advice}", permanent=permanent)
