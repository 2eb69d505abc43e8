"""Migrations make what the schema says, once, and refuse what they do not know."""

import sqlite3
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from driftium_core.store import migrations, open_store
from driftium_core.store.schema import Base
from tests.store.make import new_responses


def test_migrated_database_has_exactly_the_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    open_store(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        assert migrations.current_revision(connection) == migrations.HEAD
    engine.dispose()
    assert differences == []


def test_a_step_keeps_what_is_stored(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    _make_revision("0001", url)
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("INSERT INTO projects (id, name, created_at) VALUES (7, 'second', '2026-01-02 03:04:05.000006')")
        raw.execute(
            "INSERT INTO table_runs (id, project_id, created_at, reference_name, current_name, reference_rows,"
            " current_rows, status, drifted, monitored, options, duration_ms, fingerprint, report)"
            " VALUES ('r1', 7, '2026-01-02 03:04:05.000006', 'a', 'b', 1, 2, 'drift', 1, 2, '', 1.5, 'f', ?)",
            [zlib.compress(b'{"x": 1}')],
        )
        raw.execute(
            "INSERT INTO saved_references (id, project_id, name, created_at, rows, columns, content_hash, size_bytes,"
            " data) VALUES ('s1', 7, 'March', '2026-01-02 03:04:05.000006', 3, ?, 'h', 2, x'6162')",
            [zlib.compress(b'["a"]')],
        )
    raw.close()
    with open_store(url) as store:
        assert store.projects() == ["default", "second"]
        assert store.runs.report("r1") == {"x": 1}
        assert store.runs.get("r1").created_at == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
        assert store.references.get("s1")[1] == b"ab"
        assert (store.revision("second"), store.baselines.active(project="second")) == (0, None)
        store.responses.add(new_responses(2), project="second")
        assert store.baselines.promote("b", project="second").version == 1
        assert [run.id for run in store.runs.newest(project="second")] == ["r1"]


def _make_revision(revision: str, url: str) -> None:
    """A database as an older version left it."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_default_project_exists_from_the_start(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        assert store.projects() == ["default"]


def test_opening_a_current_database_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    open_store(url).close()
    code = (
        "import sys; from driftium_core.store import open_store\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        f"print(open_store('sqlite:///{tmp_path / 'a.db'}').projects())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    outputs = [process.communicate("go\n", timeout=30)[0] for process in started]
    assert outputs == ["['default']\n"] * 3
