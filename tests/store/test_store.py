"""SQLite files in trouble: damaged, gone, read-only, or their writer killed."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest

from driftium_core.errors import SettingsError, StorageError
from driftium_core.store import open_store
from driftium_core.store.column_types import UtcDateTime
from tests.store.make import new_run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "drift_history.db"


def test_pragmas_are_in_force(file: Path) -> None:
    with open_store(f"sqlite:///{file}") as store, store.session() as session:
        connection = session.connection()

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert pragma("journal_mode") == "wal"
        assert pragma("busy_timeout") == 30_000
        assert pragma("foreign_keys") == 1
        assert pragma("synchronous") == 2  # FULL, https://sqlite.org/pragma.html#pragma_synchronous


def test_writers_lock_before_they_read(file: Path) -> None:
    with open_store(f"sqlite:///{file}") as store, store.session(write=True):
        raw = sqlite3.connect(file, timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            raw.execute("BEGIN IMMEDIATE")
        raw.close()


@pytest.mark.parametrize(
    "damage", [b"not a database at all, but long enough to be read as one" * 20, b"SQLite format 3\0"]
)
def test_a_damaged_file_is_kept_aside_and_said_so(file: Path, damage: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(damage)
    Path(f"{file}-wal").write_bytes(b"the log of the damaged one")
    with open_store(f"sqlite:///{file}") as store:
        assert store.notice is not None
        assert store.notice.startswith(
            "The database drift_history.db was damaged. It is kept as drift_history.db.corrupt-"
        )
        store.runs.add(new_run("f1"))
    kept = min(file.parent.glob("*.corrupt-*"), key=lambda path: len(path.name))
    assert kept.read_bytes() == damage
    assert Path(f"{kept}-wal").read_bytes() == b"the log of the damaged one"
    with open_store(f"sqlite:///{file}") as again:
        assert again.notice is None
        assert again.runs.count() == 1


def test_damage_while_running_is_said_and_mended_at_the_next_use(file: Path) -> None:
    with open_store(f"sqlite:///{file}") as store:
        for i in range(50):
            store.runs.add(new_run(f"f{i}"))
        store.close()  # lets SQLite write its log into the file
        size = file.stat().st_size
        with file.open("r+b") as stream:
            stream.seek(4096)
            stream.write(os.urandom(size - 4096))
        with pytest.raises(StorageError, match="damaged"):
            store.runs.newest()
        assert store.runs.newest() == []
        assert "kept as drift_history.db.corrupt-" in (store.notice or "")


def test_a_folder_that_goes_and_comes_back(file: Path, tmp_path: Path) -> None:
    with open_store(f"sqlite:///{file}") as store:
        run = store.runs.add(new_run("f1"))
        away = tmp_path / "away"
        shutil.move(file.parent, away)
        with pytest.raises(StorageError, match=r"The folder .* is gone. Bring it back"):
            store.runs.add(new_run("f2"))
        assert store.state().status == "error"
        shutil.move(away, file.parent)
        assert store.runs.newest() == [run]
        store.runs.add(new_run("f2"))
        assert store.runs.count() == 2


def test_a_deleted_file_is_made_anew_and_said_so(file: Path) -> None:
    with open_store(f"sqlite:///{file}") as store:
        store.runs.add(new_run("f1"))
        for path in file.parent.glob("drift_history.db*"):
            path.unlink()
        assert store.runs.newest() == []
        assert (
            store.notice == "The database drift_history.db was removed while Driftium ran; a new, empty one was made."
        )
        store.runs.add(new_run("f2"))
    with open_store(f"sqlite:///{file}") as again:
        assert again.runs.count() == 1


def test_a_read_only_database_reads_and_says_that_it_cannot_be_written(file: Path) -> None:
    with open_store(f"sqlite:///{file}") as store:
        store.runs.add(new_run("f1"))
    with open_store(f"sqlite:///file:{file}?mode=ro&uri=true") as store:
        assert store.runs.count() == 1
        with pytest.raises(StorageError, match="cannot be written, as its file or disk is read-only"):
            store.runs.add(new_run("f2"))


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"folder of the database .* cannot be made"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'deeper' / 'a.db'}")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("oracle://host/db", "oracle://, which is not supported; use one of sqlite://, postgresql://"),
        ("sqlite:/x", "cannot be read as a database URL"),
    ],
)
def test_unknown_urls_name_the_known_ones(url: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        open_store(url)


def test_passwords_are_not_shown(file: Path) -> None:
    with open_store(f"sqlite:///{file}") as store:
        assert "secret" not in store.location
    with pytest.raises(SettingsError) as caught:
        open_store("oracle://me:secret@host/db")
    assert "secret" not in str(caught.value)


def test_naive_datetimes_are_refused() -> None:
    from sqlalchemy.dialects import sqlite

    with pytest.raises(ValueError, match="naive datetime"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), sqlite.dialect())


def test_kill_9_loses_no_acknowledged_run(file: Path) -> None:
    code = (
        "from driftium_core.store import open_store; from tests.store.make import new_run; import itertools\n"
        f"store = open_store('sqlite:///{file}')\n"
        "for i in itertools.count(): print(store.runs.add(new_run(f'f{i}')).id, flush=True)"
    )
    root = Path(__file__).parents[2]
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip() for _ in range(20)]
    threading.Timer(0.2, lambda: writer.send_signal(signal.SIGKILL)).start()
    acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
    assert writer.wait(10) == -signal.SIGKILL
    writer.stdout.close()
    with open_store(f"sqlite:///{file}") as store:
        assert store.notice is None
        stored = {run.id for run in store.runs.newest()}
        assert set(acknowledged) <= stored
        assert len(stored) - len(acknowledged) <= 1  # one may have been committed and not yet said
        store.runs.add(new_run("after"))
