"""The guard that keeps tests at home, tested in a child process so that its refusals are not ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GUARD = Path(__file__).parent / "offline"


def run_guarded(code: str, log: Path) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh Python with the guard on its path and its own log."""
    env = os.environ | {"PYTHONPATH": str(GUARD), "TESTS_OUTSIDE_LOG": str(log)}
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize(
    "call",
    [
        "socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "socket.getaddrinfo('example.org', 443)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 53))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    ],
)
def test_other_machines_are_refused_and_noted(call: str, tmp_path: Path) -> None:
    log = tmp_path / "outside.log"
    done = run_guarded(f"import socket\n{call}", log)
    assert "OutsideHostRefusedError" in done.stderr
    assert len(log.read_text("utf-8").splitlines()) == 1


def test_loopback_is_free(tmp_path: Path) -> None:
    code = (
        "import socket\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(('localhost', server.getsockname()[1])).close()\n"
    )
    done = run_guarded(code, tmp_path / "outside.log")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "outside.log").exists()
