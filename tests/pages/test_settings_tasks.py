"""Sources and checks that are set up on the page and really run."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from driftium_core import monitor
from driftium_core.services import Services
from tests.monitor.conftest import settle as settle_background
from tests.pages.conftest import texts
from tests.pages.playground import press, said, table
from tests.pages.settings import choose, fill, open_settings

TRY = "task-new-0-{}-try-button"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "answers.jsonl"
    records = [{"question": f"What is {n}?", "said": f"<b>{n}</b> is a number."} for n in range(5)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def run_all(services: Services) -> None:
    """What the scheduler does, until it is done."""
    for job in monitor.run_due_tasks(services):
        assert job.wait(60)
        assert job.error is None
    settle_background(services)


def test_a_log_whose_columns_are_not_clear_is_collected(app, services, log):
    page = fill(open_settings(app, add="collect"), path=str(log), name="bot")
    page = press(page, TRY.format("collect"))
    assert "`question` and `said`" in said(page)
    assert page.warning
    page = choose(page, "response", "said")
    assert not page.warning
    assert "<b>0</b> is a number." in str(page.dataframe[0].value)
    page = press(page, "task-create")
    run_all(services)
    page.run()
    assert "5 records read: 5 new." in said(page)
    assert monitor.count_current(services) == 5
    assert "What is 0?" in {stored.content.prompt for stored in monitor.current_responses(services)}


def test_a_source_that_fails_every_run_says_so_and_goes_on(app, services, tmp_path):
    page = press(fill(open_settings(app, add="collect"), path=str(tmp_path / "nope.jsonl"), name="bot"), "task-create")
    (task,) = monitor.tasks(services)
    for _ in range(3):
        assert monitor.run_task(services, task.id).wait(60)
    page.run()
    assert "bot :red-badge[✕ failed]" in texts(page)
    assert "3 runs in a row did not end well." in texts(page)
    assert "next run" in said(page)


def test_a_dead_database_and_a_query_that_changes_things_are_sentences_without_the_password(app, tmp_path):
    page = choose(open_settings(app, add="collect"), "from", "sql")
    page = fill(page, url="postgresql+psycopg://me:hunter2@127.0.0.1:9/x", query="SELECT 1")
    page = press(page, TRY.format("collect"))
    assert page.error
    assert "hunter2" not in said(page)
    file = tmp_path / "data.db"
    with closing(sqlite3.connect(file)) as made:
        made.execute("CREATE TABLE a (x)")
    page = press(fill(page, url=f"sqlite:///{file}", query="DROP TABLE a"), TRY.format("collect"))
    assert page.error
    assert not page.exception


def test_a_table_check_shows_its_severity_and_outlives_its_reference(app, services, tmp_path):
    sample = monitor.sample_table(services, 2_000)
    saved = monitor.save_reference(services, sample, name="<i>march</i>")
    path = tmp_path / "today.csv"
    sample.frame.drop(columns="job").assign(age=sample.frame["age"] + 30).to_csv(path, index=False)
    page = fill(open_settings(app, add="table"), path=str(path), name="nightly")
    page = press(page, TRY.format("table"))
    assert "It lacks `job`, which the reference has." in said(page)
    page = press(page, "task-create")
    run_all(services)
    page.run()
    assert "2 000 rows checked. :red-badge[✕ CRITICAL]" in said(page)
    assert list(table(page, "task-runs-table-").value["Severity"]) == [["✕ CRITICAL"]]
    assert table(page, "tasks-").value["Outcome"][0].startswith("✕ CRITICAL · ")
    monitor.delete_reference(services, saved.id)
    page.run()
    assert "against a saved reference that was deleted" in texts(page)
    (task,) = monitor.tasks(services)
    assert monitor.run_task(services, task.id).wait(60)
    assert "was deleted. Save it again" in texts(page.run())


def test_a_check_of_the_answers_says_what_it_waits_for(app, services):
    page = press(fill(open_settings(app, add="answers"), name="answers"), "task-create")
    run_all(services)
    page.run()
    assert "Last run" in said(page)
    assert "checked." not in said(page)
    assert not page.error
