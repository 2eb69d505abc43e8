"""A new source or check: only the fields that it needs, a try before anything is stored, and nothing typed is lost."""

import pandas as pd
import pytest

from driftium_core import monitor
from driftium_core.collect.port import Probe
from driftium_core.errors import SourceError
from driftium_core.origin import FileOrigin, HttpOrigin, SqlOrigin
from driftium_core.response import Response
from driftium_core.schedule import Schedule
from driftium_core.tabular.table import Table
from tests.pages.conftest import texts
from tests.pages.fake_tasks import FakeTasks
from tests.pages.playground import press, said
from tests.pages.settings import choose, field, fill, open_settings

SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    tasks = FakeTasks()
    tasks.patch(monkeypatch)
    return tasks


def reference(services, name="march.csv"):
    table = Table(name, pd.DataFrame({"x": range(100)}), name)
    return monitor.save_reference(services, table, name=name)


def test_a_fresh_project_says_what_sources_are_for_and_offers_one_thing(app):
    page = open_settings(app)
    assert "Nothing is collected or checked by itself yet" in texts(page)
    assert all(f"{number} · {word}" in texts(page) for number, word in enumerate(("Collect", "Check", "Alert"), 1))
    page = press(page, "task-add")
    assert [item.value for item in page.radio] == ["collect"]


@pytest.mark.parametrize(("button", "link"), [("first-check", {"add": "table"}), ("first-api", {"section": "api"})])
def test_the_first_steps_lead_on(app, button, link):
    page = press(open_settings(app), button)
    assert dict(page.query_params) == link


def test_a_log_file_becomes_a_source_that_says_when_it_first_runs(app, fake):
    page = fill(open_settings(app, add="collect"), path=" /logs/a.jsonl ", pattern="*.jsonl", name="bot log")
    page = press(page, "task-create")
    (task,) = fake.all
    assert (task.name, task.kind) == ("bot log", "collect")
    assert task.origin == FileOrigin(path="/logs/a.jsonl", pattern="*.jsonl")
    assert task.schedule == Schedule(every_s=900)
    assert dict(page.query_params) == {"task": task.id}
    (success,) = page.success
    assert success.value == "It is set up. It runs for the first time within seconds, then every 15 minutes."


def test_only_the_fields_that_a_kind_needs_are_shown(app):
    page = open_settings(app, add="collect")
    assert {"Path", "Files of the folder"} <= labels(page)
    page = choose(page, "from", "sql")
    assert {"Database URL", "Query", "Watermark column"} <= labels(page)
    assert not {"Path", "URL"} & labels(page)
    page = choose(page, "from", "http")
    assert {"URL", "Header", "Value", "Records"} <= labels(page)
    page = choose(page, "kind", "answers")
    assert not {"Path", "URL", "Database URL"} & labels(page)


def labels(page):
    return {element.label for element in (*page.text_input, *page.text_area)}


def test_a_database_is_asked_for_in_secret_and_never_shown_again(app, fake):
    page = choose(open_settings(app, add="collect"), "from", "sql")
    url = f"postgresql+psycopg://me:{SECRET}@db/app"
    assert field(page.text_input, "-url").proto.type == 1, "a password field"
    page = press(fill(page, url=url, query="SELECT 1" * 600, watermark="id", name="db"), "task-create")
    (task,) = fake.all
    assert task.origin == SqlOrigin(url=url, query="SELECT 1" * 600, watermark="id")
    assert SECRET not in said(page) + str([frame.value for frame in page.dataframe])
    assert SECRET not in repr(page.session_state), "nor is it kept"


def test_headers_grow_as_they_are_filled(app, fake):
    page = choose(open_settings(app, add="collect"), "from", "http")
    page = fill(page, address="https://logs.test/a", header_0="Authorization", value_0=f"Bearer {SECRET}", name="web")
    page = fill(page, header_1="X-Team", value_1="blue")
    page = press(page, "task-create")
    assert fake.all[0].origin == HttpOrigin(
        url="https://logs.test/a", headers=(("Authorization", f"Bearer {SECRET}"), ("X-Team", "blue"))
    )


def test_a_table_is_checked_against_a_saved_reference(app, services, fake):
    saved = reference(services)
    page = fill(open_settings(app, add="table"), path="/data/today.csv", name="nightly")
    field(page.number_input, "-p").set_value(0.01)
    page = press(choose(page, "when", "1h"), "task-create")
    (task,) = fake.all
    assert (task.kind, task.reference_id, task.p_threshold) == ("table", saved.id, 0.01)
    assert task.schedule == Schedule(every_s=3600)


def test_without_a_reference_the_way_to_one_is_shown(app):
    page = open_settings(app, add="table")
    assert page.button(key="task-create").disabled
    page = press(page, "task-reference-first")
    assert page.title[0].value == "Tabular"
    assert page.session_state["tabular_reference"] == "Upload"


def test_the_answers_of_the_project_are_checked(app, fake):
    page = press(fill(open_settings(app, add="answers"), name="answers"), "task-create")
    assert (fake.all[0].kind, fake.all[0].origin) == ("answers", None)
    assert not page.error


def test_a_try_shows_columns_and_records_and_stores_nothing(app, fake):
    fake.probe = Probe(
        columns=("q", "a"),
        read_as="Read as response: `a`; prompt: `q`.",
        unclear="",
        sample=(Response(prompt="What?", response="<b>That</b>"),),
        rows=12,
        notes=("It is read as JSON Lines.",),
    )
    page = press(fill(open_settings(app, add="collect"), path="/logs/a.jsonl"), "task-new-0-collect-try-button")
    assert "12 records looked at, with 2 columns: `q` and `a`." in said(page)
    assert "Read as response: `a`; prompt: `q`." in said(page)
    assert page.dataframe[0].value.to_dict("list") == {"Prompt": ["What?"], "Response": ["<b>That</b>"]}
    assert not fake.all
    page = fill(page, path="/logs/other.jsonl")
    assert "It was changed since it was tried." in said(page)


def test_an_unclear_log_is_read_by_the_column_that_is_chosen(app, fake):
    fake.probe = Probe(columns=("x", "y"), read_as="", unclear="It has no response.", sample=(), rows=3)
    page = fill(open_settings(app, add="collect"), path="/logs/a.jsonl", name="log")
    page = press(page, "task-new-0-collect-try-button")
    assert "It has no response." in page.warning[0].value.replace("\\", "")
    page = choose(page, "response", "y")
    assert fake.probed[-1] == (FileOrigin(path="/logs/a.jsonl"), {"response": "y"})
    press(page, "task-create")
    assert fake.all[0].columns == {"response": "y"}


def test_columns_of_another_file_are_forgotten(app, fake):
    fake.probe = Probe(columns=("x", "y"), read_as="", unclear="It has no response.", sample=(), rows=3)
    page = fill(open_settings(app, add="collect"), path="/logs/a.jsonl", name="log")
    page = choose(press(page, "task-new-0-collect-try-button"), "response", "y")
    page = press(fill(page, path="/logs/b.jsonl"), "task-new-0-collect-try-button")
    assert fake.probed[-1] == (FileOrigin(path="/logs/b.jsonl"), None)
    press(page, "task-create")
    assert fake.all[0].columns == {}


def test_a_source_that_cannot_be_read_is_told_in_place_and_nothing_is_lost(app, fake):
    fake.probe = SourceError("The file `/logs/a.jsonl` does not exist.")
    page = fill(open_settings(app, add="collect"), path="/logs/a.jsonl", name="log")
    page = press(page, "task-new-0-collect-try-button")
    assert "does not exist" in page.error[0].value
    assert field(page.text_input, "collect-path").value == "/logs/a.jsonl"
    assert field(page.text_input, "0-name").value == "log"


def test_a_task_that_cannot_be_made_keeps_what_was_typed(app, fake):
    press(fill(open_settings(app, add="answers"), name="same"), "task-create")
    page = press(fill(open_settings(app, add="collect"), path="/logs/a.jsonl", name="same"), "task-create")
    assert "There is a task called “same” already." in page.error[0].value.replace("\\", "")
    assert field(page.text_input, "collect-path").value == "/logs/a.jsonl"
    assert len(fake.all) == 1
    page = press(fill(page, name="another"), "task-create")
    assert not page.error
    assert len(fake.all) == 2


def test_a_draft_survives_another_page_and_ends_when_it_is_discarded(app):
    fill(open_settings(app, add="collect"), path="/logs/a.jsonl")
    app.switch_page("tabular.py").run()
    page = open_settings(app, add="collect")
    assert field(page.text_input, "-path").value == "/logs/a.jsonl"
    press(page, "task-discard")
    page = open_settings(app, add="collect")
    assert field(page.text_input, "-path").value == ""


def test_set_times_are_shown_before_they_are_kept(app, fake):
    page = choose(fill(open_settings(app, add="answers"), name="weekly"), "when", "cron")
    assert "Type at which times it runs." in said(page)
    page = press(page, "task-create")
    assert "Say when it runs" in page.error[0].value
    page = fill(page, cron="nonsense")
    assert any("is no schedule" in error.value for error in page.error)
    page = fill(page, cron="mondays at 6:00")
    (preview,) = (line for line in said(page).splitlines() if "Next:" in line)
    assert preview.startswith("Mondays at 06:00 (UTC). Next: ")
    assert preview.partition("Next:")[2].count(" 06:00") == 3
    press(page, "task-create")
    assert fake.all[0].schedule == Schedule(cron="0 6 * * 1", timezone="UTC")


def test_an_interval_of_ones_own(app, fake):
    page = choose(fill(open_settings(app, add="answers"), name="often"), "when", "own")
    page = fill(page, interval="3s")
    assert "cannot be an interval" in page.error[0].value
    press(fill(page, interval="90s"), "task-create")
    assert fake.all[0].schedule == Schedule(every_s=90)
