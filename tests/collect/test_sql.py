"""Queries: rows above a watermark once each, only SELECT, and a sentence without secrets for what goes wrong."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftium_core.collect import sql_engine, sql_rows
from driftium_core.collect.open import check_origin, open_source
from driftium_core.collect.sql_query import checked_query
from driftium_core.collect.sql_values import mark_of, mark_value
from driftium_core.errors import InputError, SourceError
from driftium_core.origin import SqlOrigin
from driftium_core.text.log_columns import LogColumns
from tests.collect.reading import Reader


class Logs:
    """A table of prompts and answers in a file of SQLite."""

    def __init__(self, path: Path, columns: str = "n INTEGER, prompt TEXT, response TEXT") -> None:
        self.path = path
        self.database = sqlite3.connect(path)
        self.database.execute(f"CREATE TABLE logs ({columns})")
        self.database.commit()

    def add(self, *rows: tuple[Any, ...]) -> None:
        for row in rows:
            self.database.execute(f"INSERT INTO logs VALUES ({', '.join('?' * len(row))})", row)
        self.database.commit()

    def run(self, statement: str) -> None:
        self.database.execute(statement)
        self.database.commit()

    def origin(self, query: str = "SELECT * FROM logs", watermark: str = "n") -> SqlOrigin:
        return SqlOrigin(url=f"sqlite:///{self.path}", query=query, watermark=watermark)


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Logs]:
    made = Logs(tmp_path / "logs.db")
    yield made
    made.database.close()


@pytest.mark.parametrize("max_rows", [1, 2, 3, 100])
def test_rows_above_the_watermark_come_once(logs: Logs, max_rows: int) -> None:
    logs.add(*((n // 2, f"q{n}", f"a{n % 3}") for n in range(9)))
    reader = Reader(logs.origin())
    assert len(reader.run(max_rows=max_rows)) == 9
    assert reader.run(max_rows=max_rows) == []
    assert reader.batches == []
    logs.add((4, "late", "tied"), (5, "q", "new"))
    assert sorted(reader.run(max_rows=max_rows)) == ["new", "tied"]
    assert reader.batches[0].responses[0].prompt in ("late", "q")
    assert reader.run() == []


def test_equal_rows_are_as_many_records_as_there_are(logs: Logs) -> None:
    logs.add(*[(1, "q", "same")] * 3)
    reader = Reader(logs.origin())
    assert reader.run(max_rows=2) == ["same"] * 3
    logs.add((1, "q", "same"))
    assert reader.run() == ["same"]
    whole = Reader(logs.origin(watermark=""))
    assert whole.run(max_rows=3) == ["same"] * 4
    logs.add((1, "q", "same"))
    assert whole.run(max_rows=2) == ["same"]


@pytest.mark.parametrize("max_rows", [3, 50])
def test_many_rows_with_one_watermark(logs: Logs, max_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_rows, "MOST_TIES", 10)
    logs.add(*((1, f"q{n}", f"a{n}") for n in range(40)), (2, "q", "b"))
    logs.run("DELETE FROM logs WHERE n = 2")
    reader = Reader(logs.origin())
    assert len(reader.run(max_rows=max_rows)) == 40
    assert len(json.dumps(reader.cursor)) < 1500
    assert reader.run(max_rows=max_rows) == []
    assert reader.taken == []
    logs.add((1, "late", "tied"), (2, "q", "b"))
    assert sorted(reader.run(max_rows=max_rows)) == ["b", "tied"]
    assert reader.run() == []


@given(st.lists(st.tuples(st.integers(0, 4), st.lists(st.integers(0, 3), max_size=6), st.integers(1, 7)), max_size=6))
@settings(max_examples=40, deadline=None)
def test_whatever_is_added_between_runs_comes_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, list[int], int]]
) -> None:
    logs = Logs(tmp_path_factory.mktemp("sql") / "logs.db")
    readers = [Reader(logs.origin()), Reader(logs.origin(watermark=""))]
    base, written = 0, []
    for up, answers, max_rows in steps:
        base += up // 3
        logs.add(*((base + answer // 2, "q", f"a{answer}") for answer in sorted(answers)))
        base += max((answer // 2 for answer in answers), default=0)
        written += [f"a{answer}" for answer in answers]
        for reader in readers:
            reader.run(max_rows=max_rows)
            assert sorted(reader.stored.values()) == sorted(written)
    logs.database.close()


def test_a_run_that_was_broken_off_goes_on(logs: Logs) -> None:
    logs.add(*((n, f"q{n}", f"a{n}") for n in range(10)))
    reader = Reader(logs.origin())
    reader.run(max_rows=3, stop_after=2)
    assert reader.run(max_rows=4) == ["a6", "a7", "a8", "a9"]


def test_rows_without_a_watermark_or_a_response_are_told(logs: Logs) -> None:
    logs.add((1, "q", "a"), (None, "q", "lost"), (2, "q", None), (3, None, ""))
    reader = Reader(logs.origin())
    assert reader.run() == ["a"]
    assert "Rows without `n` were not read." in reader.notes
    assert sorted(reason for _, reason in reader.skipped) == [
        "an empty response without a prompt",
        "no response and no error",
    ]


def test_rows_with_ids_keep_them(tmp_path: Path) -> None:
    logs = Logs(tmp_path / "logs.db", "id TEXT, response TEXT, rating INTEGER")
    logs.add(("x", "a", None))
    reader = Reader(logs.origin(watermark=""))
    assert reader.run() == ["a"]
    logs.run("UPDATE logs SET rating = 5")  # the same record, rated later
    assert reader.run() == []
    logs.database.close()


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 10],
        [0.1, 0.30000000000000004, 2.0],
        ["2024-01-01 10:00:00.000001", "2024-01-01 10:00:00.1", "2024-01-02"],
        [b"\x00\x01", b"\x00\x02", b"\xff"],
    ],
)
def test_watermarks_of_several_kinds(tmp_path: Path, values: list[Any]) -> None:
    logs = Logs(tmp_path / "logs.db", "n, response TEXT")
    reader = Reader(logs.origin())
    for value in values:
        logs.add((value, f"at {value!r}"))
        assert reader.run() == [f"at {value!r}"]
    logs.database.close()


@pytest.mark.parametrize(
    "value",
    [
        7,
        -(2**70),
        0.1,
        Decimal("1.10"),
        datetime(2024, 1, 2, 3, 4, 5, 6),
        datetime(2024, 1, 2, tzinfo=UTC),
        datetime(2024, 1, 2, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        date(2024, 1, 2),
        "text ü \ud800",
        uuid.UUID(int=5),
        b"\x00\xff",
    ],
)
def test_a_watermark_outlives_json(value: object) -> None:
    again = mark_value(json.loads(json.dumps(mark_of(value, "n"))))
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize("value", [True, float("nan"), None, timedelta(1)])
def test_what_cannot_be_a_watermark(value: object) -> None:
    with pytest.raises(SourceError, match="The watermark `n` holds"):
        mark_of(value, "n")


def test_a_watermark_that_changed(logs: Logs) -> None:
    logs.add((5, "q", "a"))
    reader = Reader(logs.origin())
    reader.run()
    logs.run("UPDATE logs SET n = 'five'")
    reader.run()
    assert "The watermark `n` holds text now and held numbers before" in reader.error
    logs.run("UPDATE logs SET n = 1")
    reader.run()
    assert any(note.startswith("No row has a `n` of 5 or more now.") for note in reader.notes)
    logs.run("ALTER TABLE logs RENAME COLUMN n TO m")
    reader.run()
    assert (
        "The query gives no column `n`, which is its watermark; it gives `m`, `prompt` and `response`." in reader.error
    )


def test_a_column_that_is_gone(logs: Logs) -> None:
    logs.add((1, "q", "a"))
    reader = Reader(logs.origin())
    reader.run()
    logs.run("ALTER TABLE logs ADD COLUMN extra")
    logs.run("ALTER TABLE logs DROP COLUMN prompt")
    logs.run("INSERT INTO logs VALUES (2, 'b', 'x')")
    assert reader.run() == []
    assert reader.error.startswith("The query gives no `prompt` any more, which was read before;")


def test_responses_that_cannot_be_recognised(logs: Logs) -> None:
    logs.add((1, "q", "a"))
    origin = logs.origin("SELECT n, prompt AS what, response AS verdict FROM logs")
    reader = Reader(origin)
    assert reader.run() == []
    assert "The query has no column that is known to hold responses" in reader.error
    assert Reader(origin, LogColumns(response="verdict")).run() == ["a"]


def test_the_query_may_be_written_freely(logs: Logs) -> None:
    logs.add((1, "10:30", "a;b -- c"), (2, "50%", "d"))
    query = """-- newest answers: only these
        WITH fresh AS (SELECT n, prompt, response FROM logs WHERE prompt <> ':none' AND prompt NOT LIKE '%;%')
        SELECT n AS "Order", prompt, response FROM fresh; -- done
    """
    reader = Reader(logs.origin(query, "Order"))
    assert reader.run() == ["a;b -- c", "d"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "The query is empty"),
        ("-- nothing", "The query is empty"),
        ("DELETE FROM logs", "begins with DELETE"),
        ("/* SELECT */ UPDATE logs SET n = 1", "begins with UPDATE"),
        ("PRAGMA journal_mode", "begins with PRAGMA"),
        ("SELECT 1; DROP TABLE logs", "several statements"),
        ("SELECT ';'; SELECT 2;", "several statements"),
        ("WITH x AS (DELETE FROM logs RETURNING *) SELECT * FROM x", "holds DELETE"),
        ("SELECT * INTO copy FROM logs", "holds INTO"),
        ("SELECT * FROM logs FOR UPDATE", "holds UPDATE"),
        (")", "begins with a sign"),
    ],
)
def test_only_a_select_is_run(query: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        checked_query(query)
    with pytest.raises(InputError, match=sentence):
        check_origin(SqlOrigin(url="sqlite:////x.db", query=query))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        " (select 1) ",
        "SELECT 'DELETE; x'",
        'SELECT "update" FROM t;',
        "SELECT $$;drop$$",
        "with a as (select 1) select * from a -- ;",
    ],
)
def test_what_reads_may_be_run(query: str) -> None:
    assert checked_query(query).rstrip(";")


def test_nothing_can_be_written(logs: Logs) -> None:
    logs.add((1, "q", "a"))
    with (
        sql_engine.Database(sql_engine.parse_url(f"sqlite:///{logs.path}")) as database,
        pytest.raises(SourceError, match=r"readonly|read-only|query_only|attempt to write"),
        database.reading() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM logs")
    assert logs.database.execute("SELECT count(*) FROM logs").fetchone() == (1,)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    reader = Reader(SqlOrigin(url=f"sqlite:///{tmp_path}/none.db", query="SELECT * FROM logs"))
    reader.run()
    assert reader.error.startswith("The SQLite file none.db cannot be opened. Check its path and rights")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "none.db").write_text("no database at all, but long enough to be read as the head of one" * 20)
    reader.run()
    assert "is no SQLite database" in reader.error


def test_a_locked_database(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_engine, "_BUSY_S", 0.05)
    logs.add((1, "q", "a"))
    logs.database.execute("BEGIN EXCLUSIVE")
    reader = Reader(logs.origin())
    reader.run()
    assert "logs.db is locked by another program. The next run tries again" in reader.error
    logs.database.rollback()
    assert reader.run() == ["a"]


def test_a_query_that_takes_too_long(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_engine, "STATEMENT_S", 0)
    endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) AS response FROM c"
    reader = Reader(logs.origin(endless, ""))
    reader.run()
    assert "Make the query faster" in reader.error


def test_what_the_query_reads_is_gone(logs: Logs) -> None:
    reader = Reader(logs.origin("SELECT * FROM nowhere"))
    reader.run()
    assert "does not have what the query reads. Check the query (no such table: nowhere)." in reader.error


def test_secrets_are_in_no_sentence() -> None:
    def expand(text: str) -> str:
        return text.replace("${DRIFTIUM_SECRET_DB}", "hunter22")

    url = "postgresql://reader:${DRIFTIUM_SECRET_DB}@127.0.0.1:9/answers?application_name=hunter22"
    reader = Reader(SqlOrigin(url=url, query="SELECT 1 AS response"), more={"expand": expand})
    reader.run()
    assert reader.error.startswith("The postgresql database answers at 127.0.0.1:9 cannot be reached.")
    assert "hunter22" not in reader.error


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://u:secret@127.0.0.1/x", r'Run `pip install "pymysql"`'),
        ("snowflake://u:secret@account/x", r'Run `pip install "snowflake-sqlalchemy"`'),
        ("nosuch://u:secret@127.0.0.1/x", "The driver for nosuch databases is not installed"),
    ],
)
def test_a_driver_that_is_not_installed_is_named(url: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence) as caught:
        open_source(SqlOrigin(url=url, query="SELECT 1"), name="x").probe()
    assert "secret" not in str(caught.value)


def test_a_first_look(logs: Logs) -> None:
    logs.add((1, "q", "a"), (2, "q", "b"))
    probe = open_source(logs.origin(), name="x").probe()
    assert probe.columns == ("n", "prompt", "response")
    assert probe.read_as == "Read as response: `response`; prompt: `prompt`."
    assert [response.response for response in probe.sample] == ["a", "b"]
    unclear = open_source(logs.origin("SELECT n, prompt AS x FROM logs"), name="x").probe()
    assert (unclear.columns, unclear.sample) == (("n", "x"), ())
    assert "no column that is known to hold responses" in unclear.unclear


def test_the_rows_above_the_watermark_as_a_table(tmp_path: Path) -> None:
    logs = Logs(tmp_path / "people.db", "n INTEGER, age REAL, job TEXT, day TEXT, ok")
    logs.add((1, 30.5, "a", "2024-01-01", 1), (2, None, None, "2024-01-02", 0))
    source = open_source(logs.origin(), name="people")
    first = source.table({})
    assert first.table is not None
    frame = first.table.frame
    assert (first.table.name, first.only_new, frame.shape) == ("people", True, (2, 5))
    assert [str(dtype) for dtype in frame.dtypes] == ["int64", "float64", "str", "datetime64[us]", "int64"]
    cursor = json.loads(json.dumps(first.cursor))
    assert source.table(cursor).table is None
    assert source.table(cursor).notes == ("The query gives no new row.",)
    logs.add((2, 1.0, "late", None, 1), (3, 2.0, "b", None, 1))
    second = source.table(cursor)
    assert second.table is not None
    assert list(second.table.frame["job"]) == ["late", "b"]
    assert second.table.content_hash != first.table.content_hash
    logs.database.close()


def test_the_whole_result_as_a_table(logs: Logs) -> None:
    source = open_source(logs.origin(watermark=""), name="all")
    assert source.table({}).notes == ("The query gives no row.",)
    logs.add((1, "q", "a"))
    first = source.table({})
    assert first.table is not None
    assert first.only_new is False
    again = source.table(first.cursor)
    assert (again.table, again.notes) == (None, ("The query gives the rows that it gave before.",))
