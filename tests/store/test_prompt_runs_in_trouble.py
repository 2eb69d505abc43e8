"""Prompt runs when their process is killed, the disk is full or the file is read-only."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from driftium_core.errors import StorageError
from driftium_core.store import Store, open_store
from tests.store.make import new_arm, new_response

N_PROMPTS = 60

WORKER = """
import sys
from driftium_core.store import open_store
from tests.store.make import new_response
url, live, pair = sys.argv[1:]
runs = open_store(url).prompt_runs
print("ready", flush=True)
for run in (live, pair):
    runs.resume(run)
for position in range(max(p for p, _ in runs.missing(live) + runs.missing(pair)) + 1):
    if (position, 0) in runs.missing(live):
        if position % 7 == 3:
            runs.add_failure(live, 0, position, "Ollama went away.")
        sent = runs.add_answer(live, 0, position, new_response(f"live {position}"))
        print(f"{live} 0 {position} {sent.id}", flush=True)
    for arm in (0, 1):
        if (position, arm) in runs.missing(pair):
            runs.add_answer(pair, arm, position, new_response(f"pair {arm} {position}"))
            print(f"{pair} {arm} {position} -", flush=True)
    if position % 5 == 4:
        runs.send(pair, 1)
runs.end(live, stopped=False)
print("done", flush=True)
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'drift_history.db'}"


@pytest.mark.slow
def test_kill_9_between_answers_loses_and_doubles_none(url: str) -> None:
    prompts = [f"prompt {i}" for i in range(N_PROMPTS)]
    with open_store(url) as store:
        live = store.prompt_runs.start("live", prompts, [new_arm()], to_current=True).id
        pair = store.prompt_runs.start("pair", prompts, [new_arm("a"), new_arm("b")], to_current=False).id
    rng = random.Random(3)
    acknowledged: list[str] = []
    for _ in range(6):
        acknowledged += _killed(url, live, pair, lines=rng.randrange(5, 20), delay_s=rng.uniform(0.0, 0.02))
        with open_store(url) as store:
            assert store.notice is None
            _assert_whole(store, live, pair, acknowledged)
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", WORKER, url, live, pair], cwd=root, timeout=60, capture_output=True)
    assert ended.stdout.endswith(b"done\n")
    with open_store(url) as store:
        _assert_whole(store, live, pair, acknowledged)
        assert store.prompt_runs.missing(live) == store.prompt_runs.missing(pair) == []
        assert store.prompt_runs.get(live).finished
        store.prompt_runs.send(pair, 1)
        assert store.responses.count() == 2 * N_PROMPTS
        assert len({stored.content.response for stored in store.responses.current()}) == 2 * N_PROMPTS


def _killed(url: str, live: str, pair: str, *, lines: int, delay_s: float) -> list[str]:
    """What a worker said was stored, killed a moment after so many lines."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WORKER, url, live, pair]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        said = [worker.stdout.readline().strip() for _ in range(lines)]
        time.sleep(delay_s)
        worker.send_signal(signal.SIGKILL)
        said += [line.strip() for line in worker.stdout if line.endswith("\n")]
        assert worker.wait(10) == -signal.SIGKILL
    assert "done" not in said
    return said


def _assert_whole(store: Store, live: str, pair: str, acknowledged: list[str]) -> None:
    """Every acknowledged answer is there; telemetry and answers name each other one to one."""
    answers = {(run, a.arm, a.position): a for run in (live, pair) for a in store.prompt_runs.answers(run)}
    current = {stored.id: stored for stored in store.responses.current()}
    for line in acknowledged:
        run, arm, position, response_id = line.split()
        answer = answers[run, int(arm), int(position)]
        assert answer.content is not None
        assert response_id in ("-", answer.response_id)
    sent = {a.response_id: a for a in answers.values() if a.response_id}
    assert sent.keys() == current.keys()
    assert all(current[id_].content == answer.content for id_, answer in sent.items())
    assert all(a.response_id for (run, _, _), a in answers.items() if run == live and a.content)
    assert store.prompt_runs.get(live).done == (
        sum(run == live and a.error is None for (run, *_), a in answers.items()),
    )


def test_a_full_disk_is_one_sentence_and_stores_neither_half(url: str) -> None:
    with open_store(url) as store:
        run = store.prompt_runs.start("r", ["a", "b"], [new_arm()], to_current=True)
        store.prompt_runs.add_answer(run.id, 0, 0, new_response("x"))
        before = (store.prompt_runs.answers(run.id), store.pools(), store.playground_revision())
        with store.session() as session:
            connection = session.connection()
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")  # of the one pooled connection
        noise = random.Random(0).randbytes(200_000).hex()
        with pytest.raises(StorageError, match=r"cannot grow, as the disk is full\. Nothing was stored"):
            store.prompt_runs.add_answer(run.id, 0, 1, new_response(noise))
        with pytest.raises(StorageError, match="disk is full"):
            store.prompt_sets.save("s", [noise])
        assert (store.prompt_runs.answers(run.id), store.pools(), store.playground_revision()) == before
        assert store.prompt_runs.missing(run.id) == [(1, 0)]
    with open_store(url) as store:
        assert store.prompt_runs.add_answer(run.id, 0, 1, new_response(noise)) is not None


def test_a_read_only_file_reads_and_says_that_it_cannot_be_written(url: str) -> None:
    with open_store(url) as store:
        kept = store.prompt_sets.save("s", ["a"])
        run = store.prompt_runs.start("r", ["a"], [new_arm()], to_current=False)
    file = url.removeprefix("sqlite:///")
    with open_store(f"sqlite:///file:{file}?mode=ro&uri=true") as store:
        assert (store.prompt_sets.all(), store.prompt_runs.get(run.id)) == ([kept], run)
        assert store.prompt_sets.save("s", ["a"]) == kept
        for write in (
            lambda: store.prompt_sets.save("s", ["b"]),
            lambda: store.prompt_sets.delete("s"),
            lambda: store.prompt_runs.start("r", ["a"], [new_arm()], to_current=False),
            lambda: store.prompt_runs.add_answer(run.id, 0, 0, new_response("x")),
            lambda: store.prompt_runs.add_failure(run.id, 0, 0, "x"),
            lambda: store.prompt_runs.end(run.id, stopped=True),
            lambda: store.prompt_runs.delete(run.id),
        ):
            with pytest.raises(StorageError, match="cannot be written, as its file or disk is read-only"):
                write()
