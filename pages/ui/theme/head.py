"""Put the theme's script and styles into the page's ``<head>``, before Streamlit's own bundle runs."""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HeadInject", "head_snippet"]

_FOLDER = Path(__file__).parent


def head_snippet() -> bytes:
    """The styles and the script as one piece of HTML."""
    css = (_FOLDER / "head.css").read_text("utf-8")
    js = (_FOLDER / "head.js").read_text("utf-8")
    return f"<style>{css}</style><script>{js}</script>".encode()


class HeadInject:
    """Pure ASGI middleware, so that everything but the one HTML document streams through untouched.

    Streamlit has no way to add to ``<head>``, and a component runs too late to avoid a flash of the wrong theme.
    """

    def __init__(self, app: ASGIApp, *, snippet: bytes | None = None) -> None:
        self._app = app
        self._snippet = head_snippet() if snippet is None else snippet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; answers with HTML get the snippet."""
        if (
            scope["type"] != "http"
            or scope["method"] != "GET"
            or scope["path"].startswith("/api/")  # its one page has a style and a policy of its own
            or "text/html" not in Headers(scope=scope).get("accept", "")
        ):
            return await self._app(scope, receive, send)
        # The document must come whole, plain and current: it is 5 kB and carries the current snippet.
        dropped = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
        scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name not in dropped]}
        return await self._app(scope, receive, _HtmlSender(send, self._snippet))


class _HtmlSender:
    """Holds an HTML answer back until it is whole; anything else goes straight on."""

    def __init__(self, send: Send, snippet: bytes) -> None:
        self._send, self._snippet = send, snippet
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)
            return
        await self._send(message)

    async def _finish(self, start: Message) -> None:
        body = bytes(self._body).replace(b"<head>", b"<head>" + self._snippet, 1)
        headers = MutableHeaders(raw=list(start["headers"]))
        for name in ("etag", "last-modified", "accept-ranges"):
            del headers[name]
        headers["content-length"] = str(len(body))
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})
