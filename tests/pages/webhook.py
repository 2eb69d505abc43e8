"""A webhook on this machine that takes what alerts send, or refuses it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "8c1e0f5a7b3d49e2a6f1c0d4b8e79a35"


class Webhook(ThreadingHTTPServer):
    """Answers every POST with ``status``, and keeps what it took in ``messages``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.messages: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook/{SECRET}"


class _Handler(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if self.server.status < 300:
            self.server.messages.append(json.loads(body))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def webhook() -> Iterator[Webhook]:
    """One that listens until the block ends."""
    with Webhook() as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield listening
        finally:
            listening.shutdown()
            thread.join()
