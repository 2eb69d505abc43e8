"""The connection to an Ollama server: which proxy, which certificates, and how it is broken off while it is silent."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from driftium_core.errors import GeneratorUnavailableError

if TYPE_CHECKING:
    import ssl

    import httpx
    from ollama import Client

__all__ = ["Connection"]

CONNECT_S = 1.0


class Connection:
    """A client for one exchange with Ollama, closed by ``with``.

    Parameters
    ----------
    timeout_s : float
        Longest silence; connecting takes at most one second.
    """

    def __init__(self, host: str, *, timeout_s: float) -> None:
        import httpx
        import ollama

        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._broken = False
        try:
            self.client: Client = ollama.Client(
                host=host,
                timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
                verify=_certificates(),
                trust_env=not _is_here(host),
                event_hooks={"request": [self._watch]},
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise GeneratorUnavailableError(
                f"OLLAMA_HOST is {host}, which is no usable address: {error}. Correct it and start again."
            ) from None

    def __enter__(self) -> Client:
        return self.client

    def __exit__(self, *_exception: object) -> None:
        self.client.close()  # type: ignore[no-untyped-call]

    @contextmanager
    def within(self, seconds: float) -> Iterator[Client]:
        """As ``with``, but for all of it: who sends a byte now and then is never silent, and never done."""
        import httpx

        timer = threading.Timer(seconds, self.break_off)
        timer.daemon = True
        timer.start()
        try:
            with self as client:
                yield client
        except httpx.TransportError as error:
            if self._broken:
                raise httpx.ReadTimeout(f"not done within {seconds} s") from error
            raise
        finally:
            timer.cancel()

    def break_off(self) -> None:
        """End what is under way, from any thread: the one that waits gets an error, and Ollama stops working on it."""
        with self._lock:
            self._broken = True
            self._shut()

    def _watch(self, request: httpx.Request) -> None:
        request.extensions["trace"] = self._connected

    def _connected(self, event: str, info: dict[str, Any]) -> None:
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        with self._lock:
            self._socket = info["return_value"].get_extra_info("socket")
            if self._broken:
                self._shut()

    def _shut(self) -> None:
        # Closing a socket does not wake a thread that reads from it; shutting it down does.
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _is_here(host: str) -> bool:
    """Whether this is this machine, which is never asked through a proxy."""
    name = urlsplit(host if "://" in host else f"http://{host}").hostname or "localhost"
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


@cache
def _certificates() -> ssl.SSLContext:
    """Read once, as reading them takes longer than a request (20 ms)."""
    import httpx

    return httpx.create_ssl_context()
