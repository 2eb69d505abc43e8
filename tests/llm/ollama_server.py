"""A server that speaks Ollama's protocol over real HTTP, for tests and for people without Ollama.

    python -m tests.llm.ollama_server --port 11434 [--fixed] [--token-s 0.05] [--delay-s 1] [--model NAME …]

Answers with the embedded model unless ``--fixed`` is given. Kill it while an answer streams to see a connection drop.
Protocol: https://github.com/ollama/ollama/blob/main/docs/api.md
"""

import argparse
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

from driftium_core.llm.embedded import Embedded
from tests.llm.ollama_records import DETAILS, listed, part, seconds, statistics
from tests.llm.text_sources import Counted, EmbeddedText, FixedText, Messages, Source


@dataclass(slots=True)
class Trouble:
    """What goes wrong, and how slow it is; may be changed while the server runs.

    Attributes
    ----------
    delay_s
        Before the first token, as while a large model is loaded.
    n_thinking
        Pieces of thinking before the text.
    break_after, break_by
        After so many pieces of an answer comes an error line, or the connection drops.
    pull_error
        Error line in the stream of a download.
    pull_silent_s
        How long a download says nothing before its end, as while Ollama verifies.
    answers
        What comes instead of every answer: status, content type and body.
    chat_answers
        The same for chats only.
    """

    delay_s: float = 0.0
    n_thinking: int = 0
    break_after: int | None = None
    break_by: Literal["error", "drop"] = "drop"
    pull_error: str = ""
    pull_silent_s: float = 0.0
    answers: tuple[int, str, str] | None = None
    chat_answers: tuple[int, str, str] | None = None


class OllamaServer:
    """Runs within ``with``, or by `start` and `stop`, which drops open connections as a killed process does.

    Attributes
    ----------
    requests
        Path and body of every request.
    n_left
        Answers that the client did not wait for.
    """

    def __init__(
        self, source: Source, *, models: tuple[str, ...] = ("smollm:135m",), context_tokens: int = 4096, port: int = 0
    ) -> None:
        self.source = source
        self.models = list(models)
        self.library = {*models, "qwen3:0.6b"}
        self.context_tokens = context_tokens
        self.trouble = Trouble()
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.n_left = 0
        self.loaded: dict[str, datetime] = {}
        self.open: set[socket.socket] = set()
        self._port = port
        self._httpd: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Its address; the same after another `start`."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> Self:
        """Listen; returns at once."""
        server = self

        class Handler(_Handler):
            ollama = server

        self._httpd = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._httpd.daemon_threads = True
        self._port = self._httpd.server_port
        threading.Thread(target=self._httpd.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Listen no more and drop what is open."""
        if self._httpd is None:
            return
        self._httpd.shutdown()
        for connection in list(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._httpd.server_close()
        self._httpd = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    ollama: OllamaServer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.ollama.open.add(self.connection)

    def finish(self) -> None:
        self.ollama.open.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, by: Any) -> None:
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            self.ollama.requests.append((self.path, body))
            if self.ollama.trouble.answers:
                self._whole(*self.ollama.trouble.answers)
            else:
                by(body)
        except OSError:
            self.close_connection = True

    def _get(self, _body: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        if self.path == "/api/version":
            self._json({"version": "0.0.0-test"})
        elif self.path == "/api/tags":
            self._json({"models": [listed(model) for model in self.ollama.models]})
        elif self.path == "/api/ps":
            running = [(model, until) for model, until in self.ollama.loaded.items() if until > now]
            self._json({"models": [listed(m) | {"expires_at": u.isoformat(), "size_vram": 0} for m, u in running]})
        else:
            self._json({"error": "not found"}, 404)

    def _post(self, body: dict[str, Any]) -> None:
        model = body.get("model", "")
        if self.path == "/api/pull":
            self._lines(self._pull(model))
        elif model not in self.ollama.models:
            self._json({"error": f"model '{model}' not found"}, 404)
        elif self.path == "/api/show":
            facts = {"general.architecture": "llama", "llama.context_length": self.ollama.context_tokens}
            self._json({"details": DETAILS, "model_info": facts, "capabilities": ["completion"]})
        elif self.path == "/api/chat" and self.ollama.trouble.chat_answers:
            self._whole(*self.ollama.trouble.chat_answers)
        elif self.path == "/api/chat":
            self._lines(self._chat(model, body))
        else:
            self._json({"error": "not found"}, 404)

    def _pull(self, model: str) -> Iterator[dict[str, Any]]:
        yield {"status": "pulling manifest"}
        if self.ollama.trouble.pull_error or model not in self.ollama.library:
            yield {"error": self.ollama.trouble.pull_error or "pull model manifest: file does not exist"}
            return
        total = 91_739_413
        for done in (0, total // 2, total):
            yield {"status": "pulling eb2c714d40d4", "digest": "sha256:eb2c714d40d4", "total": total, "completed": done}
        yield {"status": "verifying sha256 digest"}
        time.sleep(self.ollama.trouble.pull_silent_s)
        if model not in self.ollama.models:
            self.ollama.models.append(model)
        yield {"status": "success"}

    def _chat(self, model: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        trouble, options = self.ollama.trouble, body.get("options") or {}
        keep_s = seconds(body.get("keep_alive", "5m"))
        self.ollama.loaded[model] = datetime.now(UTC) + timedelta(seconds=keep_s)
        if not body.get("messages"):
            yield part(model, "", done=True) | {"done_reason": "load" if keep_s else "unload"}
            return
        time.sleep(trouble.delay_s)
        for n in range(trouble.n_thinking):
            time.sleep(0.02)
            yield part(model, "", thinking=f"thought {n} ")
        started_ns = time.perf_counter_ns()
        messages, cut = self._cut(body["messages"], options.get("num_ctx", 4096))
        counted = None
        for n, piece in enumerate(self.ollama.source.answer(messages, options, self._gone)):
            if n == trouble.break_after:
                if trouble.break_by == "drop":
                    self.connection.shutdown(socket.SHUT_RDWR)
                yield {"error": "an error was encountered while running the model: unexpected EOF"}
                return
            if isinstance(piece, Counted):
                counted = piece
            else:
                yield part(model, piece)
        if counted is None:
            raise ConnectionAbortedError("the client is gone")
        yield part(model, "", done=True) | statistics(counted, cut, time.perf_counter_ns() - started_ns)

    def _cut(self, messages: Messages, n_context: int) -> tuple[Messages, int | None]:
        """Keep what fits of a prompt that is too long and say nothing, as Ollama does."""
        *before, last = messages
        n_tokens = sum(self.ollama.source.count(message["content"]) for message in messages)
        if n_tokens <= n_context:
            return messages, None
        keep = max(1, len(last["content"]) * n_context // n_tokens // 2)
        return [*before, last | {"content": last["content"][-keep:]}], n_context

    def _gone(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def _lines(self, parts: Iterator[dict[str, Any]]) -> None:
        """Status and headers go out with the first line, as Ollama sends them."""
        begun = False
        try:
            for record in parts:
                if not begun:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/x-ndjson")
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    begun = True
                line = json.dumps(record).encode() + b"\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.ollama.n_left += 1
            raise

    def _json(self, value: dict[str, Any], status: int = 200) -> None:
        self._whole(status, "application/json", json.dumps(value))

    def _whole(self, status: int, content_type: str, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=11434)
    parser.add_argument("--model", action="append", help="may be given several times")
    parser.add_argument("--fixed", action="store_true", help="fixed words instead of a model")
    parser.add_argument("--token-s", type=float, default=0.05, help="time between two fixed words")
    parser.add_argument("--delay-s", type=float, default=0.0, help="time before the first token")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    source = FixedText(token_s=asked.token_s) if asked.fixed else EmbeddedText(Embedded(None, threads=asked.threads))
    server = OllamaServer(source, models=tuple(asked.model or ["smollm:135m"]), port=asked.port)
    server.trouble.delay_s = asked.delay_s
    with server, suppress(KeyboardInterrupt):
        print(f"Ollama's protocol at {server.url}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
