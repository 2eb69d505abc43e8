"""The real app on a free port, with a database and vectors of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_START_TIMEOUT_S = 90.0
_STOP_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running app: its address, its log, the folder its data lives in, and its process."""

    url: str
    log: Path
    folder: Path
    process: subprocess.Popen[bytes]

    def log_text(self) -> str:
        """Everything the server has printed so far."""
        return self.log.read_text("utf-8", "replace")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while server.process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start:\n{server.log_text()[-4000:]}")


@contextmanager
def running_app(folder: Path, **settings: str) -> Iterator[Server]:
    """Start `streamlit run app.py` with its data in `folder`; stop it the way a user's Ctrl-C does.

    Parameters
    ----------
    folder
        Receives the database, the vectors and the server's log.
    **settings
        Further environment variables for the server.

    Raises
    ------
    RuntimeError
        When the app does not answer within 90 seconds, with the end of its log.
    """
    port = free_port()
    log = folder / "server.log"
    env = os.environ | {
        "DRIFTIUM_TESTING": "1",
        "DRIFTIUM_DATABASE_URL": f"sqlite:///{folder / 'driftium.db'}",
        "DRIFTIUM_QDRANT": str(folder / "qdrant_test_db"),
        **settings,
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    options = ["--server.address", "127.0.0.1", "--server.headless", "true", "--server.fileWatcherType", "none"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            command + options, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        server = Server(f"http://127.0.0.1:{port}", log, folder, process)
        try:
            _wait_until_healthy(server)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
