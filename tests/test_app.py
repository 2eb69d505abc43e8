"""The real server, started as a user starts it: pages, deep links and API on one port, and a clean stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HTML = {"Accept": "text/html,application/xhtml+xml"}
STARTERS = {
    "streamlit run app.py": ["-m", "streamlit", "run", "app.py", "--server.port", "{port}"],
    "uvicorn app:app": ["-m", "uvicorn", "app:app", "--port", "{port}"],
    "python app.py": ["app.py"],
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of a request."""

    status: int
    headers: Message
    body: str


@dataclass(frozen=True, slots=True)
class Server:
    """A running app and the file it logs to."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def get(self, path: str, **headers: str) -> Answer:
        """Answer to a GET, errors included."""
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read().decode())

    def stop(self, signal_number: int) -> int:
        """Send a signal; return the exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(20)


@contextmanager
def started(starter: str, folder: Path, **environment: str) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    log = folder / "server.log"
    (folder / ".streamlit").mkdir()
    # `python app.py` takes its port from a config file only; the user's own has the lowest rank.
    (folder / ".streamlit" / "config.toml").write_text(f"[server]\nport = {port}\n")
    environment = {
        "DRIFTIUM_TESTING": "1",
        "DRIFTIUM_DATABASE_URL": f"sqlite:///{folder / 'a.db'}",
        "DRIFTIUM_QDRANT": str(folder / "qdrant"),
        "OLLAMA_HOST": "127.0.0.1:9",
        "HOME": str(folder),
        **environment,
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *(part.format(port=port) for part in STARTERS[starter])],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(process, f"http://127.0.0.1:{port}", log)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            try:
                server.get("/_stcore/health")
                break
            except OSError:
                time.sleep(0.05)
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started("streamlit run app.py", tmp_path_factory.mktemp("app")) as running:
        yield running


def test_health_is_served_beside_the_pages(server: Server) -> None:
    answer = server.get("/api/health")
    assert answer.status == 200
    assert json.loads(answer.body)["services"]["database"]["status"] == "ok"


@pytest.mark.parametrize("path", ["/", "/tabular", "/tabular?filter=age+%3C+30"])
def test_every_page_answers_cold_with_the_theme_in_its_head(server: Server, path: str) -> None:
    answer = server.get(path, **HTML)
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/html")
    head = answer.body.split("<head>", 1)[1]
    assert head.startswith("<style>")
    assert 'const KEY = "driftium-theme"' in head.split("</script>", 1)[0]


def test_the_api_never_answers_with_a_page(server: Server) -> None:
    missing = server.get("/api/nope", **HTML)
    assert (missing.status, json.loads(missing.body)["detail"].startswith("There is no GET /api/nope.")) == (404, True)
    assert "services" in json.loads(server.get("/api", **HTML).body)


@pytest.mark.parametrize("starter", STARTERS)
def test_a_setting_that_cannot_be_used_is_one_sentence_at_the_start(starter: str) -> None:
    arguments = [part.format(port="0") for part in STARTERS[starter]]
    bad = {"DRIFTIUM_TESTING": "1", "DRIFTIUM_THREADS": "many"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=os.environ | bad, capture_output=True, text=True, check=False
    )
    sentence = "DRIFTIUM_THREADS is 'many', which cannot be used; allowed: a whole number from 1 to 1024."
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == sentence
    assert "Traceback" not in done.stdout + done.stderr


def test_other_hosts_get_nothing(server: Server) -> None:
    for path in ("/", "/api/health", "/_stcore/health"):
        answer = server.get(path, Host="evil.example")
        assert (answer.status, list(json.loads(answer.body))) == (400, ["detail"])


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1", "http://127.0.0.1", "101"),
        ("evil.example", "http://evil.example", "403"),  # another name that points here (DNS rebinding)
        ("127.0.0.1", "http://evil.example", "403"),
    ],
)
def test_the_live_connection_is_held_to_host_and_origin(server: Server, host: str, origin: str, status: str) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        f"Origin: {origin}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",  # the sample key of RFC 6455
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        assert connection.recv(64).split()[1].decode() == status


def test_only_this_machine_can_reach_it(server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    listening = {
        int(line.split()[1].split(":")[1], 16): line.split()[1].split(":")[0]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{server.process.pid}/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    }
    assert listening[port] == "0100007F"  # 127.0.0.1, as the kernel writes it


@pytest.mark.slow
@pytest.mark.parametrize(
    ("starter", "stop"),
    [
        ("streamlit run app.py", signal.SIGINT),
        ("streamlit run app.py", signal.SIGTERM),
        ("uvicorn app:app", signal.SIGINT),
        ("python app.py", signal.SIGINT),
    ],
)
def test_each_way_to_start_serves_both_and_stops_cleanly(starter: str, stop: signal.Signals, tmp_path: Path) -> None:
    with started(starter, tmp_path) as running:
        assert running.get("/", **HTML).status == 200
        assert json.loads(running.get("/api/health").body)["status"] == "ok"
        assert running.stop(stop) in (0, 1, -stop)  # 1: Streamlit's own command line calls Ctrl-C an abort
        log = running.log.read_text()
    assert "Traceback" not in log
    assert not (tmp_path / "a.db-wal").exists()  # SQLite removes its log when the last connection is closed


def test_a_bad_setting_stops_the_start_with_its_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | {"DRIFTIUM_MAX_UPLOAD_MB": "lots"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "DRIFTIUM_MAX_UPLOAD_MB is 'lots', which cannot be used" in done.stderr
