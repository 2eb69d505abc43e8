"""The two pools when their writer is killed, the disk is full or the file is read-only."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from driftium_core.errors import StorageError
from driftium_core.store import Store, open_store
from tests.store.make import new_calculation, new_look, new_responses

BATCH = 150

WRITER = f"""
import itertools, sys
from driftium_core.store import open_store
from tests.store.make import new_responses
url, run = sys.argv[1:]
store = open_store(url)
print("ready", flush=True)
for i in itertools.count():
    store.responses.add(new_responses({BATCH}, prefix=f"current-{{run}}-{{i}}", key=f"current-{{run}}-{{i}}"))
    print(f"current-{{run}}-{{i}}", flush=True)
    store.baselines.promote("promoted")
    store.baselines.add("imported", new_responses({BATCH}, prefix=f"based-{{run}}-{{i}}", key=f"based-{{run}}-{{i}}"))
    print(f"based-{{run}}-{{i}}", flush=True)
    store.baselines.restore(store.baselines.all()[-1].id)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "drift_history.db"


@pytest.mark.slow
def test_kill_9_leaves_whole_transactions(file: Path) -> None:
    url = f"sqlite:///{file}"
    rng = random.Random(7)
    acknowledged: list[str] = []
    for run in range(10):
        acknowledged += _killed_writer(url, run, batches=rng.randrange(4), delay_s=rng.uniform(0.0, 0.05))
        with open_store(url) as store:
            assert store.notice is None
            _assert_whole(store, acknowledged)
    assert len(acknowledged) >= 10
    with open_store(url) as store:
        again = store.responses.add(new_responses(BATCH, prefix=acknowledged[0], key=acknowledged[0]))
        assert (again.stored, again.known) == ((), BATCH)


def _killed_writer(url: str, run: int, *, batches: int, delay_s: float) -> list[str]:
    """Names of the batches that a writer said were stored, killed a moment after so many of them."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WRITER, url, str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        said = [writer.stdout.readline().strip() for _ in range(batches)]
        time.sleep(delay_s)
        writer.send_signal(signal.SIGKILL)
        said += [line.strip() for line in writer.stdout if line.endswith("\n")]
        assert writer.wait(10) == -signal.SIGKILL
    return said


def _assert_whole(store: Store, acknowledged: list[str]) -> None:
    """Every batch is stored once and in one pool, or not at all; versions and sizes fit."""
    baselines = store.baselines.all()
    assert [baseline.version for baseline in baselines] == list(range(len(baselines), 0, -1))
    pools = [store.baselines.responses(baseline.id) for baseline in baselines]
    assert [len(pool) for pool in pools] == [baseline.size for baseline in baselines]
    assert sum(baseline.active for baseline in baselines) == bool(baselines)
    stored = [response for pool in [*pools, store.responses.current()] for response in pool]
    assert len({response.id for response in stored}) == len(stored) == len(store.responses.facts())
    texts = Counter(response.content.response for response in stored)
    assert set(texts.values()) <= {1}
    sizes = Counter(text.split()[0] for text in texts)
    assert set(sizes.values()) <= {BATCH}
    assert set(acknowledged) <= set(sizes)
    homes = {(response.content.response.split()[0], response.baseline_id) for response in stored}
    assert len(homes) == len(sizes)


def test_a_full_disk_is_one_sentence_and_nothing_is_lost(file: Path) -> None:
    with open_store(f"sqlite:///{file}") as store:
        store.responses.add(new_responses(20, key="first"))
        before = store.pools()
        with store.session() as session:
            connection = session.connection()
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")  # of the one pooled connection
        with pytest.raises(StorageError, match=r"cannot grow, as the disk is full\. Nothing was stored"):
            store.responses.add(new_responses(2_000, key="second"))
        with pytest.raises(StorageError, match="disk is full"):
            store.baselines.add("b", new_responses(2_000, key="second"))
        assert store.pools() == before
    with open_store(f"sqlite:///{file}") as store:
        assert store.pools() == before
        assert store.responses.add(new_responses(30, key="first")).known == 20
        assert store.baselines.promote("b").version == 1


def test_a_read_only_file_reads_and_says_that_it_cannot_be_written(file: Path) -> None:
    with open_store(f"sqlite:///{file}") as store:
        ids = [stored.id for stored in store.responses.add(new_responses(3)).stored]
        old = store.baselines.promote("b", ids=ids[:1]).id
        store.baselines.promote("b", ids=ids[1:2])
    with open_store(f"sqlite:///file:{file}?mode=ro&uri=true") as store:
        assert (len(store.pools().current_responses), store.revision()) == (1, 3)
        assert store.alarms.state("llm", old, threshold=900.0).looks == 0
        for write in (
            lambda: store.responses.add(new_responses(1)),
            lambda: store.responses.delete(ids[2:]),
            lambda: store.baselines.promote("c"),
            lambda: store.baselines.add("c", new_responses(1)),
            lambda: store.baselines.restore(old),
            lambda: store.calculations.add(new_calculation("f")),
            lambda: store.alarms.look(
                new_look(0), monitor="llm", baseline_id=old, threshold=900.0, accumulate=lambda r, e: (r + 1) * e
            ),
        ):
            with pytest.raises(StorageError, match="cannot be written, as its file or disk is read-only"):
                write()
        assert "read-only" in store.state().detail
