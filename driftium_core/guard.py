"""What every HTTP request must pass: a known Host, an Origin that is ours, a body of a bearable size."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Pure ASGI middleware; refuses with a JSON ``{"detail"}``.

    A wrong Host means that another site's name points here (DNS rebinding). A foreign Origin means that another
    site's page sends the request; what may change something is held to it, the live connection included: Streamlit
    would check that one too, but asks a server on the Internet for this machine's address to do so. The body is
    counted as it comes in, as its length may be unstated or a lie.

    Parameters
    ----------
    allowed_hosts : collection of str
        Host names without a port; ``"*"`` allows all.
    max_body_bytes : int, optional
        No limit when None.
    reads_work : bool
        Reading makes work here, too: another site's page may then only lead there by a link, and not ask in the
        background, as for an image, what its visitor never sees.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowed_hosts: Collection[str],
        max_body_bytes: int | None = None,
        reads_work: bool = False,
    ) -> None:
        self._app = app
        self._reads_work = reads_work
        self._hosts = frozenset(host.lower() for host in allowed_hosts)
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with an error, or pass on."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        refusal = self._refusal(scope)
        if refusal is None:
            return await self._app(scope, self._counted(receive), send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        return await JSONResponse({"detail": refusal[1]}, refusal[0])(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if "*" not in self._hosts and (_name(host) or "") not in self._hosts:
            return 400, "The Host of this request is not one of DRIFTIUM_ALLOWED_HOSTS."
        origin = headers.get("origin", "").lower()
        may_change = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        foreign = origin != "" and origin.partition("://")[2] != host.lower()
        unseen = headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-dest") != "document"
        if (may_change and foreign) or (self._reads_work and (foreign or unseen)):
            return 403, "This request comes from a page of another origin."
        stated = headers.get("content-length", "")
        if self._max_body_bytes is not None and stated.isdigit() and int(stated) > self._max_body_bytes:
            return 413, self._too_large
        return None

    @property
    def _too_large(self) -> str:
        return f"The body is larger than {(self._max_body_bytes or 0) // 2**20} MB (DRIFTIUM_MAX_UPLOAD_MB)."

    def _counted(self, receive: Receive) -> Receive:
        limit = self._max_body_bytes
        if limit is None:
            return receive
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b"")) if message["type"] == "http.request" else 0
            if received > limit:
                raise HTTPException(413, self._too_large)
            return message

        return counted


def _name(host: str) -> str | None:
    """Host name of a Host header, with brackets around IPv6 as in the setting."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return None
    return f"[{name}]" if name and ":" in name else name
