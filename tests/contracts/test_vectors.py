"""What every vector engine must do, whichever it is."""

import hashlib
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from driftium_core.errors import InputError, StorageError
from driftium_core.vectors.client import open_local
from driftium_core.vectors.edge import EdgeVectors
from driftium_core.vectors.memory import MemoryVectors
from driftium_core.vectors.port import PointFacts, VectorStore

ENGINES: dict[str, Callable[[Path], VectorStore]] = {
    "edge": EdgeVectors,
    "client, local mode": open_local,
    "memory": lambda _folder: MemoryVectors(),
}
KEPT = ["edge", "client, local mode"]
D = 8


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Callable[[Path], VectorStore]:
    return ENGINES[request.param]


@pytest.fixture
def store(engine: Callable[[Path], VectorStore], tmp_path: Path) -> Iterator[VectorStore]:
    opened = engine(tmp_path / "vectors")
    opened.reset("encoder/fp32")
    yield opened
    opened.close()


def hashes(n: int, start: int = 0) -> list[str]:
    return [hashlib.sha256(str(i).encode()).hexdigest() for i in range(start, start + n)]


def ids(n: int, start: int = 0) -> list[str]:
    return [str(uuid.UUID(int=i + 1)) for i in range(start, start + n)]


def rows(n: int, seed: int = 0, d: int = D) -> NDArray[np.float32]:
    found = np.random.default_rng(seed).normal(size=(n, d))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def facts(project: str = "default", baseline: str | None = None, prompt: str | None = "p") -> PointFacts:
    return PointFacts(project, baseline, "r", prompt)


def test_a_new_store_is_empty_and_wants_an_encoder(engine: Callable[[Path], VectorStore], tmp_path: Path) -> None:
    store = engine(tmp_path / "new" / "folder")
    assert store.encoder_tag() is None
    assert store.notice is None
    assert store.get_texts(hashes(2)) == {}
    assert store.facts("current") == {}
    assert store.count("baseline") == 0
    assert store.nearest("current", rows(1)[0], project="default") == []
    store.remove("current", ids(1))
    with pytest.raises(StorageError, match="no encoder was named"):
        store.put_texts(hashes(1), rows(1))
    store.close()


def test_texts_come_back_bit_by_bit(store: VectorStore, request: pytest.FixtureRequest) -> None:
    n = 20 if "local" in request.node.name else 2100  # local mode writes point by point
    known, vectors = hashes(n), rows(n) * np.float32(3.7)  # lengths are the caller's business
    store.put_texts(known, vectors)
    found = store.get_texts([*hashes(3, start=9000), *known[::-1]])
    assert found.keys() == set(known)
    assert all(found[key].dtype == np.float32 for key in known)
    np.testing.assert_array_equal(np.stack([found[key] for key in known]), vectors)
    assert store.get_texts([]) == {}


def test_hashes_that_share_their_first_half_are_not_confused(store: VectorStore) -> None:
    first = hashes(1)[0]
    other = first[:32] + hashes(1, start=5)[0][32:]
    store.put_texts([first], rows(1))
    assert other not in store.get_texts([other])


def test_the_same_text_again_replaces(store: VectorStore) -> None:
    store.put_texts(hashes(2), rows(2))
    store.put_texts(hashes(1), rows(1, seed=9))
    np.testing.assert_array_equal(store.get_texts(hashes(1))[hashes(1)[0]], rows(1, seed=9)[0])


def test_pools_keep_facts_apart(store: VectorStore) -> None:
    current = {key: facts(prompt=None if i % 2 else "p") for i, key in enumerate(ids(5))}
    baseline = {key: facts(baseline="b1") for key in ids(3, start=2)}
    nothing = rows(5)
    nothing[1::2] = np.nan  # rows without a prompt
    store.put_responses("current", current, rows(5), nothing)
    store.put_responses("baseline", baseline, rows(3))
    assert store.facts("current") == current
    assert store.facts("baseline") == baseline
    assert (store.count("current"), store.count("baseline")) == (5, 3)
    store.remove("current", [*ids(2), str(uuid.uuid4())])
    assert store.facts("current").keys() == set(ids(3, start=2))
    assert store.count("baseline") == 3
    store.put_responses("current", {}, rows(0))
    assert store.count("current") == 3


def test_nearest_is_the_cosine_within_project_and_baseline(store: VectorStore) -> None:
    vectors = rows(30) * np.float32(2)
    points = {key: facts("a" if i % 2 else "b", f"v{i % 3}") for i, key in enumerate(ids(30))}
    store.put_responses("baseline", points, vectors)
    query = rows(1, seed=4)[0]
    cosine = vectors @ query / 2
    for project, baseline in (("a", None), ("a", "v1"), ("b", "v2")):
        rule = [
            i
            for i, fact in enumerate(points.values())
            if fact.project == project and baseline in (None, fact.baseline_id)
        ]
        best = sorted(rule, key=lambda i: -cosine[i])
        hits = store.nearest("baseline", query * 5, project=project, baseline_id=baseline, limit=4)
        assert [hit.id for hit in hits] == [ids(30)[i] for i in best[:4]]
        assert [hit.similarity for hit in hits] == pytest.approx([cosine[i] for i in best[:4]], abs=1e-5)
        assert all(hit.facts == points[hit.id] for hit in hits)
        rest = store.nearest("baseline", query, project=project, baseline_id=baseline, limit=2, exclude=[hits[0].id])
        assert [hit.id for hit in rest] == [hit.id for hit in hits[1:3]]
    assert len(store.nearest("baseline", query, project="a", limit=500)) == 15
    assert store.nearest("baseline", query, project="a", limit=0) == []
    assert store.nearest("baseline", query, project="none") == []
    assert store.nearest("current", query, project="a") == []


def test_reset_drops_everything_and_changes_the_encoder(store: VectorStore) -> None:
    store.put_texts(hashes(3), rows(3))
    store.put_responses("current", dict.fromkeys(ids(2), facts()), rows(2))
    store.reset("other/bf16")
    assert store.encoder_tag() == "other/bf16"
    assert store.get_texts(hashes(3)) == {}
    assert store.count("current") == 0
    store.put_texts(hashes(2), rows(2, d=5))  # another encoder, another dimension
    assert store.get_texts(hashes(1))[hashes(1)[0]].shape == (5,)


def test_what_cannot_be_stored_is_refused_in_a_sentence(store: VectorStore) -> None:
    store.put_texts(hashes(1), rows(1))
    bad = rows(3)
    bad[1, 2] = np.nan
    for given, message in (
        (bad, "Row 2 of the vectors has a value that is not a finite number"),
        (rows(2), r"3 vectors are expected.*\(2, 8\)"),
        (rows(3, d=5), "have 5 dimensions, those stored 8"),
    ):
        with pytest.raises(InputError, match=message):
            store.put_texts(hashes(3), given)
        with pytest.raises(InputError, match=message):
            store.put_responses("current", dict.fromkeys(ids(3), facts()), given)
        with pytest.raises(InputError, match=message):
            store.put_responses("current", dict.fromkeys(ids(3), facts()), rows(3), given)
    with pytest.raises(InputError, match="'seven' is no id of a response"):
        store.put_responses("current", {"seven": facts()}, rows(1))
    with pytest.raises(InputError, match="'xyz' is no content hash"):
        store.put_texts(["xyz"], rows(1))
    assert store.get_texts(hashes(3)).keys() == set(hashes(1))
    assert store.count("current") == 0


def test_eight_threads_lose_and_double_nothing(store: VectorStore) -> None:
    failed: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for turn in range(3):
                first = 1000 * thread + 3 * turn
                store.put_texts(hashes(3, first), rows(3, seed=first))
                store.put_responses("current", dict.fromkeys(ids(3, first), facts()), rows(3, seed=first))
                assert len(store.get_texts(hashes(3, first))) == 3
                assert store.nearest("current", rows(3, seed=first)[2], project="default")[0].id == ids(3, first)[2]
                store.remove("current", ids(1, first))
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    expected = {key for thread in range(8) for turn in range(3) for key in ids(2, 1000 * thread + 3 * turn + 1)}
    assert store.facts("current").keys() == expected
    assert len(store.get_texts([key for thread in range(8) for key in hashes(9, 1000 * thread)])) == 72


@pytest.mark.parametrize("name", KEPT)
def test_what_was_stored_is_there_after_a_restart(name: str, tmp_path: Path) -> None:
    first = ENGINES[name](tmp_path / "v")
    first.reset("encoder/fp32")
    first.put_texts(hashes(4), rows(4))
    first.put_responses("baseline", dict.fromkeys(ids(3), facts(baseline="b")), rows(3), rows(3))
    first.close()
    again = ENGINES[name](tmp_path / "v")
    assert again.encoder_tag() == "encoder/fp32"
    assert again.notice is None
    np.testing.assert_array_equal(again.get_texts(hashes(4))[hashes(4)[3]], rows(4)[3])
    assert again.facts("baseline") == dict.fromkeys(ids(3), facts(baseline="b"))
    assert again.nearest("baseline", rows(3)[1], project="default", baseline_id="b")[0].id == ids(3)[1]
    again.close()


def test_a_closed_store_says_so(store: VectorStore) -> None:
    store.close()
    store.close()
    for call in (store.encoder_tag, lambda: store.count("current"), lambda: store.put_texts(hashes(1), rows(1))):
        with pytest.raises(StorageError, match="is closed"):
            call()
