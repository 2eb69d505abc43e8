"""The embedded engine's folder: lost, damaged, foreign, in use, and killed in the middle of writing."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import uuid
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from driftium_core.errors import SettingsError, StorageError, UnavailableError, VectorsBusyError
from driftium_core.vectors import open as opening
from driftium_core.vectors.client import open_local
from driftium_core.vectors.edge import EdgeVectors
from driftium_core.vectors.open import open_vectors
from driftium_core.vectors.port import PointFacts

D = 8
FACTS = PointFacts("default", None, "r", None)


def hashes(n: int) -> list[str]:
    return [hashlib.sha256(str(i).encode()).hexdigest() for i in range(n)]


def ids(n: int) -> list[str]:
    return [str(uuid.UUID(int=i + 1)) for i in range(n)]


def rows(n: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(size=(n, D)).astype(np.float32)


def filled(folder: Path) -> EdgeVectors:
    store = EdgeVectors(folder)
    store.reset("encoder/fp32")
    store.put_texts(hashes(50), rows(50))
    store.put_responses("current", dict.fromkeys(ids(20), FACTS), rows(20))
    store.put_responses("baseline", dict.fromkeys(ids(10), FACTS), rows(10))
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole folder, not open."""
    filled(tmp_path / "v").close()
    return tmp_path / "v"


def works(store: EdgeVectors) -> bool:
    store.reset("encoder/fp32")
    store.put_texts(hashes(2), rows(2))
    return len(store.get_texts(hashes(2))) == 2


def test_a_second_process_is_told_at_once_that_the_folder_is_in_use(tmp_path: Path) -> None:
    code = "import sys; from driftium_core.vectors.open import open_vectors; open_vectors(sys.argv[1])"
    for opened in (EdgeVectors(tmp_path / "edge"), open_local(tmp_path / "client")):
        folder = str(tmp_path / ("edge" if isinstance(opened, EdgeVectors) else "client"))
        with pytest.raises(VectorsBusyError, match=r"in use by another process of Driftium\. Stop it"):
            open_vectors(folder)
        other = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, timeout=60)
        assert "VectorsBusyError" in other.stderr
        opened.close()
    open_vectors(str(tmp_path / "edge")).close()


def test_the_engines_own_lock_is_understood(folder: Path) -> None:
    import qdrant_edge as qdrant

    held = qdrant.EdgeShard.load(str(folder / "texts"))
    with pytest.raises(VectorsBusyError, match="in use by another process"):
        EdgeVectors(folder)
    held.close()
    store = EdgeVectors(folder)  # the refused opening left no lock behind, and moved nothing
    assert (store.notice, len(store.get_texts(hashes(50)))) == (None, 50)
    store.close()


@pytest.mark.parametrize("open_store", [EdgeVectors, open_local])
def test_what_is_no_folder_is_said(open_store: type[EdgeVectors], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StorageError, match=r"is a file\. Set DRIFTIUM_QDRANT to a folder"):
        open_store(tmp_path / "file")
    with pytest.raises(StorageError, match="cannot be written"):
        open_store(tmp_path / "file" / "below")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_deleted_while_running_is_noticed_and_can_be_filled_again(tmp_path: Path) -> None:
    store = filled(tmp_path / "v")
    shutil.rmtree(tmp_path / "v")
    with pytest.raises(StorageError, match="was deleted while Driftium was running"):
        store.put_texts(hashes(1), rows(1))
    assert store.encoder_tag() is None
    assert store.get_texts(hashes(50)) == {}
    assert store.notice is not None
    assert works(store)
    store.close()


def test_local_mode_notices_a_deleted_folder_too(tmp_path: Path) -> None:
    store = open_local(tmp_path / "v")
    store.reset("encoder/fp32")
    store.put_texts(hashes(3), rows(3))
    shutil.rmtree(tmp_path / "v")
    assert store.encoder_tag() is None
    assert "was deleted while Driftium was running" in str(store.notice)
    store.reset("encoder/fp32")
    store.put_texts(hashes(3), rows(3))
    assert len(store.get_texts(hashes(3))) == 3
    store.close()


@pytest.mark.parametrize("running", [True, False])
def test_a_deleted_shard_is_made_anew_and_the_others_stay(running: bool, folder: Path) -> None:
    store = EdgeVectors(folder)
    if not running:
        store.close()
    shutil.rmtree(folder / "current")
    if not running:
        store = EdgeVectors(folder)
    assert store.count("current") == 0
    assert "current" in str(store.notice)
    assert (store.count("baseline"), len(store.get_texts(hashes(50)))) == (10, 50)
    assert store.encoder_tag() == "encoder/fp32"
    store.put_responses("current", dict.fromkeys(ids(2), FACTS), rows(2))
    assert store.count("current") == 2
    store.close()


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("segments/*/segment.json", b""),
        ("segments/*/version.info", b"??"),
        ("segments/*/payload_storage/tracker.dat", b""),
        ("segments/*/payload_storage/page_0.dat", b""),
        ("segments/*/vector_storage-text/vectors/status.dat", b"\x01"),
        ("segments/*/vector_storage-text/vectors/chunk_0.mmap", b""),
        ("wal/first-index", b"{"),
        ("edge_config.json", b"{}}"),
    ],
)
def test_a_damaged_shard_is_kept_aside_and_the_others_stay(file: str, damage: bytes | None, folder: Path) -> None:
    target = next((folder / "texts").glob(file))
    target.unlink() if damage is None else target.write_bytes(damage)
    store = EdgeVectors(folder)
    assert store.get_texts(hashes(50)) == {}
    assert "texts" in str(store.notice)
    assert "kept as texts.unreadable-" in str(store.notice)
    assert "computed again" in str(store.notice)
    assert (store.encoder_tag(), store.count("current")) == ("encoder/fp32", 20)
    store.put_texts(hashes(2), rows(2))
    assert len(store.get_texts(hashes(50))) == 2
    store.close()


def test_vectors_that_the_disk_changed_count_as_unknown(folder: Path) -> None:
    chunk = next((folder / "texts").glob("segments/*/vector_storage-text/vectors/chunk_0.mmap"))
    with chunk.open("r+b") as stream:
        stream.seek(4 * D * 5)
        stream.write(b"\x00" * 4 * D * 3)
    store = EdgeVectors(folder)
    assert len(store.get_texts(hashes(50))) == 47
    store.close()


def test_damage_that_shows_while_running_is_one_sentence_and_then_an_empty_shard(folder: Path) -> None:
    payload = next((folder / "texts").glob("segments/*/payload_storage/page_0.dat"))
    size = payload.stat().st_size
    with payload.open("r+b") as stream:  # the first point, which is read at the start, stays whole
        first = stream.read(128)
        stream.seek(0)
        stream.write(first + os.urandom(64 * 1024))
    assert payload.stat().st_size == size
    store = EdgeVectors(folder)
    if store.notice is None:
        with pytest.raises(StorageError, match=r"kept as texts\.unreadable-"):
            store.get_texts(hashes(50))
    assert store.get_texts(hashes(50)) == {}
    assert store.count("current") == 20
    store.close()


@pytest.mark.parametrize("marker", [None, "half a {", '{"format": 9, "engine": "edge"}', '["edge"]'])
def test_folders_that_are_not_known_to_be_ours_are_kept_aside(marker: str | None, folder: Path) -> None:
    (folder / "thesis.txt").write_text("mine")
    (folder / "vectors.json").unlink()
    if marker:
        (folder / "vectors.json").write_text(marker)
    store = EdgeVectors(folder)
    assert store.encoder_tag() is None
    assert "not written by this version of Driftium" in str(store.notice)
    assert (folder / "thesis.txt").read_text() == "mine"
    assert next(folder.glob("texts.unreadable-*")).is_dir()
    assert works(store)
    store.close()


def test_a_reset_that_was_killed_leaves_a_store_that_works(folder: Path) -> None:
    marker = json.loads((folder / "vectors.json").read_text())
    (folder / "vectors.json").write_text(json.dumps(marker | {"dimension": None}))  # shards made, marker not yet
    store = EdgeVectors(folder)
    assert (store.encoder_tag(), store.get_texts(hashes(50))) == ("encoder/fp32", {})
    assert works(store)
    store.close()


def test_a_damaged_local_folder_is_kept_aside(tmp_path: Path) -> None:
    store = open_local(tmp_path / "v")
    store.reset("encoder/fp32")
    store.close()
    (tmp_path / "v" / "meta.json").write_text("half a {")
    store = open_local(tmp_path / "v")
    assert store.encoder_tag() is None
    assert "kept as collection.unreadable-" in str(store.notice)
    store.reset("encoder/fp32")
    assert store.encoder_tag() == "encoder/fp32"
    store.close()


_WRITER = """
import sys, numpy as np, hashlib
from pathlib import Path
from driftium_core.vectors.edge import EdgeVectors
store = EdgeVectors(Path(sys.argv[1]))
store.reset("encoder/fp32")
for batch in range(100_000):
    hashes = [hashlib.sha256(f"{batch}/{i}".encode()).hexdigest() for i in range(40)]
    store.put_texts(hashes, np.full((40, 8), batch + 1, np.float32))
    print(batch, flush=True)
"""


def test_a_killed_writer_loses_no_acknowledged_batch_and_leaves_no_half_one(tmp_path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path / "v")], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if line.strip() == "25":
            break
    writer.kill()
    told = [25, *(int(line) for line in writer.stdout.read().split("\n") if line.strip())]
    writer.stdout.close()
    writer.wait()
    store = EdgeVectors(tmp_path / "v")
    assert (store.notice, store.encoder_tag()) == (None, "encoder/fp32")
    for batch in range(max(told) + 3):
        keys = [hashlib.sha256(f"{batch}/{i}".encode()).hexdigest() for i in range(40)]
        found = store.get_texts(keys)
        assert len(found) == 40 or (batch > max(told) and not found)
        assert all((vector == batch + 1).all() for vector in found.values())
    store.close()


def test_a_full_disk_is_said_before_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(tmp_path / "v")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(StorageError, match=r"almost full \(0 MB free\)\. The vectors were not stored"):
        store.put_texts(hashes(60), rows(60))
    assert len(store.get_texts(hashes(60))) == 50
    store.close()


def test_a_server_that_does_not_answer_is_one_sentence() -> None:
    store = open_vectors("http://:secret@127.0.0.1:9")
    with pytest.raises(
        StorageError, match=r"cannot reach the Qdrant server at http://127\.0\.0\.1:9 .*Start it"
    ) as told:
        store.encoder_tag()
    assert "secret" not in str(told.value)
    store.close()


@pytest.mark.parametrize("location", ["grpc://host", "http://", "http://host:port", "http://me:secret@"])
def test_other_addresses_are_refused(location: str) -> None:
    with pytest.raises(SettingsError, match="neither a folder nor the address of a Qdrant server") as told:
        open_vectors(location)
    assert "secret" not in str(told.value)


def test_without_edge_the_client_serves_and_without_both_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "find_spec", lambda name: name == "qdrant_client" or None)
    store = open_vectors(str(tmp_path / "v"))
    assert store.where.startswith("qdrant-client in ")
    store.close()
    monkeypatch.setattr(opening, "find_spec", lambda _name: None)
    with pytest.raises(UnavailableError, match="neither qdrant-edge-py nor qdrant-client is installed"):
        open_vectors(str(tmp_path / "v"))
