"""Migrations make what the schema says, once, and refuse what they do not know."""

import signal
import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from driftium_core.errors import NotFoundError
from driftium_core.response import Response
from driftium_core.store import migrations, open_store
from driftium_core.store.alert_records import NewRule
from driftium_core.store.schema import Base
from tests.store.make import new_arm, new_calculation, new_investigation, new_responses


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


def test_the_third_step_keeps_pools_checks_and_evidence(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    _make_revision("0002", url)
    when = "2026-01-02 03:04:05.000006"
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("INSERT INTO projects (id, name, created_at) VALUES (7, 'second', ?)", [when])
        raw.execute("INSERT INTO baselines VALUES (1, 'b1', 7, 'March', 1, 'n', ?, 1)", [when])
        raw.execute("UPDATE projects SET active_baseline_id = 'b1', revision = 5, baselines_made = 3 WHERE id = 7")
        raw.executemany(
            "INSERT INTO responses (seq, id, project_id, baseline_id, key, key_hash, prompt, response, prompt_hash,"
            " response_hash, digest, usable, model, backend, latency_ms, tokens, prompt_tokens, source, created_at,"
            " stored_at) VALUES (?, ?, 7, ?, 'k', ?, 'p', 'r', 'ph', 'rh', 'd', 1, 'm', 'b', 1.5, 7, 3, 's', ?, ?)",
            [(41, "r1", "b1", "h1", when, when), (42, "r2", None, "h2", when, when)],
        )
        raw.execute("INSERT INTO alarm_states VALUES (7, 'llm', 'b1', 3.5, 1, 0, 41, 900.0, NULL)")
        raw.execute("INSERT INTO alarm_looks VALUES (7, 'llm', 'b1', 0, ?, 'f', 0.5, NULL, 1.0, 3.5)", [when])
        raw.execute(
            "INSERT INTO calculations (id, project_id, created_at, fingerprint, baseline_id, verdict, design,"
            " n_baseline, n_current, encoder, precision, seed, duration_ms, report) VALUES"
            " ('c1', 7, ?, 'f', 'b1', 'drift', 'paired', 1, 1, 'e', 'fp32', 0, 1.5, ?)",
            [when, zlib.compress(b'{"x": 1}')],
        )
    raw.close()
    time = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    content = Response(
        response="r", prompt="p", model="m", backend="b", latency_ms=1.5, tokens=7, prompt_tokens=3, source="s",
        created_at=time, key="k",
    )  # fmt: skip
    with open_store(url) as store:
        pools = store.pools("second")
        assert (pools.revision, store.playground_revision("second")) == (5, 0)
        assert [(r.id, r.seq, r.digest) for r in pools.baseline_responses] == [("r1", 41, "d")]
        assert [(r.id, r.seq, r.stored_at) for r in pools.current_responses] == [("r2", 42, time)]
        assert pools.baseline_responses[0].content == pools.current_responses[0].content == content
        assert store.calculations.report("c1") == {"x": 1}
        assert store.alarms.state("llm", "b1", threshold=1.0, project="second").evidence == 3.5
        assert len(store.alarms.looks("llm", "b1", project="second")) == 1
        run = store.prompt_runs.start("r", ["p"], [new_arm()], to_current=True, project="second")
        sent = store.prompt_runs.add_answer(run.id, 0, 0, replace(content, seed=7))
        assert sent is not None
        assert (sent.seq, sent.content.seed) == (43, 7)  # numbers go on where they were
        assert store.baselines.promote("April", project="second").version == 4


def test_the_fourth_step_keeps_calculations_without_ranges(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    _make_revision("0003", url)
    when, known = "2026-01-02 03:04:05.000006", {"encoder": "e", "pvalue": 0.25, "health_index": 91.5, "seed": 2**40}
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("INSERT INTO projects (id, name, created_at) VALUES (7, 'second', ?)", [when])
        raw.execute("INSERT INTO baselines VALUES (1, 'b1', 7, 'March', 1, 'n', ?, 1)", [when])
        raw.executemany(
            "INSERT INTO calculations (seq, id, project_id, created_at, fingerprint, baseline_id, verdict, design,"
            " pvalue, health_index, n_baseline, n_current, encoder, precision, seed, duration_ms, report) VALUES"
            " (?, ?, 7, ?, 'f', 'b1', 'drift', 'paired', 0.25, 91.5, 1, 6, 'e', 'fp32', 1099511627776, 1.5, ?)",
            [(40, "c40", when, zlib.compress(b'{"x": 40}')), (41, "c41", when, zlib.compress(b'{"x": 41}'))],
        )
        raw.execute("DELETE FROM calculations WHERE seq = 41")
    raw.close()
    with open_store(url) as store:
        kept = store.calculations.get("c40")
        assert {name: getattr(kept, name) for name in known} == known
        assert (kept.mmd_low, kept.mmd_high, kept.health_low, kept.health_high) == (None, None, None, None)
        assert (kept.n_current, kept.current_size) == (6, 6)
        assert store.calculations.report("c40") == {"x": 40}
        assert (store.projects(), store.version("second").evidence) == (["default", "second"], 0)
        added = store.calculations.add(new_calculation("g", baseline_id="b1"), project="second")
        assert store.calculations.newest(project="second") == [added, kept]
        with pytest.raises(NotFoundError, match="no project called 'third'"):
            store.calculations.add(new_calculation("g"), project="third")
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("DELETE FROM projects WHERE id = 7")
        assert raw.execute("SELECT count(*) FROM calculations").fetchone() == (0,)
    raw.close()


def test_the_fifth_step_keeps_projects_and_begins_without_investigations(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    _make_revision("0004", url)
    when = "2026-01-02 03:04:05.000006"
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute(
            "INSERT INTO projects (id, name, created_at, revision, evidence_revision) VALUES (7, 'second', ?, 5, 2)",
            [when],
        )
        raw.execute("INSERT INTO baselines VALUES (1, 'b1', 7, 'March', 1, 'n', ?, 0)", [when])
    raw.close()
    with open_store(url) as store:
        assert [baseline.id for baseline in store.baselines.all(project="second")] == ["b1"]
        version = store.version("second")
        assert (version.pools, version.evidence, version.investigations) == (5, 2, 0)
        assert store.investigations.newest(project="second") == []
        added = store.investigations.add(new_investigation(), project="second")
        assert store.investigations.newest(project="second") == [added]
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("DELETE FROM projects WHERE id = 7")
        assert raw.execute("SELECT count(*) FROM investigations").fetchone() == (0,)
    raw.close()


def test_the_sixth_step_keeps_projects_and_begins_without_tasks(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    _make_revision("0005", url)
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute(
            "INSERT INTO projects (id, name, created_at, revision, investigation_revision)"
            " VALUES (7, 'second', '2026-01-02 03:04:05.000006', 5, 2)"
        )
    raw.close()
    with open_store(url) as store:
        version = store.version("second")
        assert (version.pools, version.investigations) == (5, 2)
    with sqlite3.connect(tmp_path / "a.db") as raw:
        assert raw.execute("SELECT task_revision FROM projects WHERE id = 7").fetchone() == (0,)
        assert raw.execute("SELECT count(*) FROM tasks").fetchone() == (0,)
        assert raw.execute("SELECT count(*) FROM task_runs").fetchone() == (0,)
    raw.close()


def test_the_seventh_step_keeps_projects_and_begins_without_alerts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    _make_revision("0006", url)
    when = "2026-01-02 03:04:05.000006"
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("INSERT INTO projects (id, name, created_at, task_revision) VALUES (7, 'second', ?, 5)", [when])
        raw.execute("INSERT INTO baselines VALUES (1, 'b1', 7, 'March', 1, 'n', ?, 0)", [when])
    raw.close()
    with open_store(url) as store:
        assert [baseline.id for baseline in store.baselines.all(project="second")] == ["b1"]
        assert (store.alert_rules.all(project="second"), store.incidents.newest(project=None)) == ([], [])
        channel = store.channels.add("ops", "webhook", "secret", "…", project="second")
        store.alert_rules.save(NewRule(name="r", channel_ids=(channel.id,)), project="second")
        assert store.alert_revision("second") == 2
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("DELETE FROM projects WHERE id = 7")
        for table in ("alert_channels", "alert_rules", "alert_rule_channels"):
            assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    raw.close()


KILLED = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from driftium_core.store import open_store

def kill(connection, cursor, statement, *_more):
    if sys.argv[2] in " ".join(statement.split()):
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "after_cursor_execute", kill)
open_store(sys.argv[1])
"""


@pytest.mark.parametrize("last", ["ADD COLUMN task_revision", "CREATE TABLE task_runs", "version_num='0006'", "0007"])
def test_kill_9_within_a_step_leaves_the_database_as_it_was(tmp_path: Path, last: str) -> None:
    file = tmp_path / "a.db"
    _make_revision("0005", f"sqlite:///{file}")
    before = _dump(file)
    killed = [sys.executable, "-c", KILLED, f"sqlite:///{file}", last]
    assert subprocess.run(killed, check=False).returncode == -signal.SIGKILL
    assert _dump(file) == before
    with open_store(f"sqlite:///{file}") as store:
        assert store.notice is None
        assert (store.tasks.all(), store.alert_rules.all()) == ([], [])


def _dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as raw:
        return list(raw.iterdump())


def test_listing_calculations_does_not_read_their_reports(tmp_path: Path) -> None:
    """SQLite reads through what stands before a column; a report is hundreds of pages."""
    open_store(f"sqlite:///{tmp_path / 'a.db'}").close()
    with sqlite3.connect(tmp_path / "a.db") as raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(calculations)")]
    raw.close()
    assert columns[-1] == "report"


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
