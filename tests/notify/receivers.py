"""Servers on this machine that stand for Slack, Teams, PagerDuty and webhooks, well behaved or not."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """What a server got, and how it answers from now on."""

    port: int
    requests: list[Request] = field(default_factory=list)
    manner: str = "answer"  # or a method of the handler, without its underscore
    status: int = 200
    text: str = "ok"
    location: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def last(self) -> Request:
        return self.requests[-1]

    def answer(self, status: int, text: str = "") -> None:
        self.manner, self.status, self.text = "answer", status, text


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """A server in threads of its own; what hangs or drips ends with it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Request(self.path, headers, body))
            with contextlib.suppress(OSError):  # the sender has gone, as it should
                getattr(self, f"_{receiver.manner}")(body)

        def _answer(self, _body: bytes) -> None:
            self._whole(receiver.status, receiver.text.encode())

        def _echo(self, body: bytes) -> None:
            self._whole(receiver.status, f"{self.path} {self.headers} ".encode() + body)

        def _redirect(self, _body: bytes) -> None:
            self.send_response(307)
            self.send_header("Location", receiver.location + self.path)
            self.end_headers()

        def _close(self, _body: bytes) -> None:
            self.connection.shutdown(socket.SHUT_RDWR)

        def _hang(self, _body: bytes) -> None:
            receiver.over.wait()

        def _drip_headers(self, _body: bytes) -> None:
            self.wfile.write(b"HTTP/1.0 200 OK\r\n")
            self._slowly(b"X-Slow: x\r\n")

        def _drip(self, _body: bytes) -> None:
            self.wfile.write(f"HTTP/1.0 {receiver.status} So\r\n\r\n".encode())
            self._slowly(b".")

        def _stall(self, _body: bytes) -> None:
            self.wfile.write(f"HTTP/1.0 {receiver.status} So\r\nContent-Length: 99\r\n\r\n".encode())
            receiver.over.wait()

        def _slowly(self, part: bytes) -> None:
            while not receiver.over.wait(0.05):
                self.wfile.write(part)

        def _flood(self, _body: bytes) -> None:
            self.send_response(receiver.status)
            self.end_headers()
            for _ in range(50):
                self.wfile.write(b"x" * 1_000_000)

        def _whole(self, status: int, text: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
