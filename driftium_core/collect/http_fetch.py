"""One GET after another: bounded in time and size, never to another host, with errors that show no secret."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from driftium_core.errors import SourceError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    import httpx

__all__ = ["Answer", "Endpoint", "host_of", "same_place"]

SILENCE_S = 30.0
CONNECT_S = 10.0
ANSWER_S = 120.0
"""For a whole answer: who sends a byte now and then is never silent."""

DEFAULT_BYTES = 64 << 20
MOST_REDIRECTS = 5
ATTEMPTS = 3
FIRST_WAIT_S = 0.2
_TRANSIENT = frozenset({500, 502, 503, 504})
_WHAT_TO_DO = {
    400: "Check the URL and its parameters.",
    401: "Check the Authorization header or the token.",
    403: "Check that the token may read this.",
    404: "Check the path of the URL.",
    405: "It does not answer to GET.",
    407: "Check the proxy.",
    410: "It is gone; check the path of the URL.",
    429: "It asks to be asked less often; the next run tries again. Make the interval longer.",
}


class _Transient(Exception):
    """May be different in a moment; carries the sentence for when it is not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and the address of the next page that a header names."""

    body: bytes
    content_type: str
    url: str
    next_url: str


def same_place(url: str, other: str) -> bool:
    """Whether two addresses have scheme, host and port in common."""
    return _place(url) == _place(other)


def host_of(url: str) -> str:
    """The host of an address, for sentences."""
    return fmt_name(urlsplit(url).hostname or "another place", limit=80)


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(scheme)


class Endpoint:
    """An HTTP endpoint; used by ``with``.

    Parameters
    ----------
    shown : str
        The address as it may be shown.
    max_bytes : int, optional
        Largest answer.
    """

    def __init__(self, url: str, headers: Mapping[str, str], *, shown: str, max_bytes: int | None) -> None:
        import httpx

        _log_no_addresses()
        parts = urlsplit(url)
        self.url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        self.shown = shown
        self._max_bytes = max_bytes or DEFAULT_BYTES
        auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        try:
            self._client = httpx.Client(
                timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
                headers={"Accept": "application/json, application/x-ndjson;q=0.9", **headers},
                auth=auth,
                follow_redirects=False,
                trust_env=not _is_here(parts.hostname or ""),
            )
        except (UnicodeEncodeError, ValueError):
            raise SourceError(f"{self.shown}: a header holds signs that HTTP does not allow. Correct it.") from None

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._client.close()

    def get(self, url: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """Get an answer; what may pass by itself is tried again, twice.

        Raises
        ------
        SourceError
            There is none; the sentence says why and what to do.
        """
        import stamina

        try:
            for attempt in stamina.retry_context(
                on=_Transient, attempts=ATTEMPTS, timeout=ANSWER_S, wait_initial=FIRST_WAIT_S, wait_max=2.0
            ):
                with attempt:
                    return self._follow(url, parameters or {})
        except _Transient as error:
            raise SourceError(str(error)) from None
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _follow(self, url: str, parameters: Mapping[str, str]) -> Answer:
        import httpx

        request = httpx.URL(url).copy_merge_params(parameters) if parameters else httpx.URL(url)
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._once(request)
            if isinstance(answer, Answer):
                return answer
            if not same_place(answer, self.url):
                raise SourceError(
                    f"{self.shown} sends on to {host_of(answer)}, which is another place and was not asked. Give the "
                    "address that it sends on to."
                )
            request = httpx.URL(answer)
        raise SourceError(f"{self.shown} sends on in a circle. Check the URL.")

    def _once(self, url: httpx.URL) -> Answer | str:
        """An answer, or the address that it sends on to."""
        deadline = time.monotonic() + ANSWER_S
        with self._errors(), self._client.stream("GET", url) as response:
            status = response.status_code
            if response.is_redirect:
                return urljoin(str(url), response.headers["location"])
            if status in _TRANSIENT:
                raise _Transient(f"{self.shown} answered with status {status}. The next run tries again.")
            if status >= 400:
                what = _WHAT_TO_DO.get(status, "Check the URL and the endpoint.")
                raise SourceError(f"{self.shown} answered with status {status}. {what}")
            body = self._body(response, deadline)
            following = response.links.get("next", {}).get("url", "")
            return Answer(body, response.headers.get("content-type", ""), str(url), following)

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > self._max_bytes:
                limit = self._max_bytes / (1 << 20)
                raise SourceError(
                    f"{self.shown} answers with more than {limit:.3g} MB, which is the most. Ask for fewer records."
                )
            if time.monotonic() > deadline:
                raise SourceError(
                    f"{self.shown} did not finish its answer within {ANSWER_S:.0f} s. Ask for fewer records."
                )
        return bytes(body)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except httpx.ConnectTimeout:
            raise _Transient(f"{self.shown} cannot be reached within {CONNECT_S:.0f} s. Check that it runs.") from None
        except httpx.TimeoutException:
            raise SourceError(
                f"{self.shown} said nothing for {SILENCE_S:.0f} s. Check that it works; the next run tries again."
            ) from None
        except httpx.ConnectError:
            raise _Transient(f"{self.shown} cannot be reached. Check that it runs, and the URL.") from None
        except httpx.DecodingError:
            raise SourceError(f"{self.shown} answers with damaged compression. Check the endpoint.") from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError):
            raise SourceError(f"{self.shown} cannot be asked: the URL or a header is not valid. Correct it.") from None
        except httpx.TransportError:
            raise _Transient(f"{self.shown} broke off its answer. The next run tries again.") from None


def _is_here(host: str) -> bool:
    """Whether this is this machine, which is never asked through a proxy."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@cache
def _log_no_addresses() -> None:
    """Keep addresses, which may hold a token, out of what is logged for each request, and headers out of debugging."""

    def without_address(record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(host_of(str(arg)) if type(arg).__name__ == "URL" else arg for arg in record.args)
        return True

    logging.getLogger("httpx").addFilter(without_address)
    logging.getLogger("httpcore").setLevel(logging.INFO)
