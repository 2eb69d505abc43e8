"""The Overview shows what is there, and nothing that is not."""

from types import SimpleNamespace

import pandas as pd
import pytest
from sqlalchemy import text

from driftium_core import monitor
from driftium_core.errors import StorageError
from driftium_core.tabular.table import Table
from pages.ui.overview_monitors import NAME_LIMIT, _name
from tests.monitor.answers import answers
from tests.monitor.conftest import settle as settle_background
from tests.pages.conftest import texts
from tests.pages.playground import pick, table
from tests.store.make import new_responses


def test_a_fresh_install_shows_the_first_steps_and_no_numbers(app):
    page = app.run()
    assert not page.exception
    assert "Nothing is being watched yet" in texts(page)
    assert not page.metric
    assert not page.dataframe


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("first-table", "Tabular"),
        ("first-reference", "Tabular"),
        ("new-table", "Tabular"),
        ("new-schedule", "Settings"),
        ("first-playground", "Playground"),
        ("first-log", "Playground"),
        ("new-answers", "Playground"),
    ],
)
def test_every_first_step_leads_somewhere(app, key, heading):
    app.run().button(key=key).click()
    page = app.run()
    assert not page.exception
    assert page.title[0].value == heading


def saved_run(services, project="default"):
    reference = Table("orders.csv", pd.DataFrame({"x": [i * 37 % 400 for i in range(500)]}), "r")
    current = Table("today.csv", pd.DataFrame({"x": [1000 + i * 37 % 400 for i in range(500)]}), "c")
    return monitor.check_table(services, reference, current, project=project).run_id


def test_a_saved_run_is_watched(app, services):
    saved_run(services)
    page = app.run()
    assert page.header[0].value.replace("\\", "") == (
        "**✕ The only monitor is CRITICAL.** `orders.csv` in `default`: 1 of 1 column drifted."
    )
    frame = table(page, "overview-monitors").value
    assert list(frame["Monitor"]) == ["orders.csv"]
    assert list(frame["Severity"]) == [["✕ CRITICAL"]]
    assert list(table(page, "overview-events").value["Event"]) == ["1 of 1 column drifted in “today.csv”"]
    values = {metric.label: metric.value for metric in page.metric}
    assert values == {"Monitors": "1", "Need attention": "1", "Answers, 24 h": "0", "Rows, 24 h": "500"}


@pytest.mark.parametrize("of", ["overview-monitors", "overview-events"])
def test_a_row_opens_its_run_in_its_project(app, services, of):
    run_id = saved_run(services, monitor.create_project(services, "bank"))
    page = pick(app.run(), of, 0)
    assert page.title[0].value == "Tabular"
    assert page.selectbox(key="project").value == "bank"
    assert page.query_params["run"] in (run_id, [run_id])


def test_an_alarm_of_a_table_opens_the_tabular_page(app, services):
    bank = monitor.create_project(services, "bank")
    saved_run(services, bank)
    sample = monitor.sample_table(services, 4_000)
    reference = monitor.save_reference(services, sample, name="march.csv", project=bank)
    shifted = sample.frame.iloc[:800].assign(age=sample.frame["age"].iloc[:800] + 15)
    for number in range(2):
        block = Table(f"{number}", shifted.iloc[number:], content_hash=f"{number}")
        monitor.count_table(services, reference, block, project=bank)
    page = app.run()
    words, _ = table(page, "overview-events").value["Event"]
    assert words.startswith("The evidence score of “march.csv” crossed its line")
    page = pick(page, "overview-events", 0)
    assert page.title[0].value == "Tabular"
    assert page.selectbox(key="project").value == "bank"


def test_a_row_of_answers_opens_the_dashboard_of_its_project(app, services):
    services.store.responses.add(new_responses(2), project=monitor.create_project(services, "bot"))
    page = pick(app.run(), "overview-monitors", 0)
    assert page.title[0].value == "LLM Dashboard"
    assert page.selectbox(key="project").value == "bot"


def test_a_line_opens_its_monitor_too(app, services):
    run_id = saved_run(services, monitor.create_project(services, "bank"))
    page = app.run()
    assert "**orders.csv in bank**  \n1 of 1 column drifted" in texts(page)
    (line,) = (button for button in page.button if (button.key or "").startswith("open-line"))
    assert line.label == "Open what drifted"
    line.click()
    page = app.run()
    assert page.title[0].value == "Tabular"
    assert page.selectbox(key="project").value == "bank"
    assert page.query_params["run"] in (run_id, [run_id])


def test_an_open_alarm_stands_beside_the_severity(app, services):
    raise_alarm(services)
    page = app.run()
    frame = table(page, "overview-monitors").value
    assert list(frame["Severity"].iloc[0])[1:] == ["⚑ ALARM"]
    assert list(frame["Next step"]) == ["Look into the alarm, then dismiss it"]
    assert "1 open alarm" in {metric.delta for metric in page.metric}


def raise_alarm(services):
    services.store.responses.add(answers("bread", 80, seed=1, prompts=False))
    monitor.promote(services, "bread")
    services.store.responses.add(answers("bicycle", 60, seed=2, prompts=False))
    monitor.update_evidence(services)


@pytest.mark.parametrize("button", ["new-answers-ask", "new-answers-log"])
def test_another_models_answers_get_a_project_of_their_own(app, services, button):
    services.store.responses.add(new_responses(2))
    page = app.run()
    page.text_input(key="new-answers-project").set_value(" support-bot ")
    page.button(key=button).click()
    page = app.run()
    assert page.title[0].value == "Playground"
    assert page.selectbox(key="project").value == "support-bot"
    assert monitor.projects(services) == ["default", "support-bot"]


def test_a_project_that_cannot_be_made_is_told_where_it_was_asked_for(app, services):
    services.store.responses.add(new_responses(2))
    page = app.run()
    page.button(key="new-answers-ask").click()
    page = app.run()
    assert "needs a name" in page.error[0].value
    assert page.title[0].value == "Overview"
    assert monitor.projects(services) == ["default"]


def test_all_projects_are_watched_and_the_empty_ones_named(app, services):
    for project in ("bot", "bank", "nothing `here`"):
        monitor.create_project(services, project)
    services.store.responses.add(new_responses(2), project="bot")
    saved_run(services, "bank")
    page = app.run()
    frame = table(page, "overview-monitors").value
    assert list(frame["Monitor"]) == ["orders.csv in bank", "bot"]
    assert list(frame["Severity"]) == [["✕ CRITICAL"], ["– WAITING"]]
    assert "2 projects hold nothing yet: `default`" in texts(page)
    assert "The project `default` holds nothing yet." in texts(page)
    assert {"first-table", "first-playground"} <= {button.key for button in page.button}


def test_names_of_any_kind_are_shown_as_they_are(app, services):
    name = "🥐 <b>*bold*</b> " + "long " * 11
    services.store.responses.add(new_responses(2), project=monitor.create_project(services, name))
    monitor.promote(services, "half \ud800 <i>`x`</i>", project=name.strip())
    page = app.run()
    assert not page.exception
    (monitored,) = table(page, "overview-monitors").value["Monitor"]
    assert monitored == name[:47] + "…", "what its cell has room for"
    assert name.strip() in texts(page), "whole in the lines of a phone"


def test_a_table_and_its_project_share_the_room_for_a_name():
    def shown(name, project):
        row = SimpleNamespace(kind="tabular", name=name, project=project)
        return _name(row, limit=NAME_LIMIT)

    assert shown("customers 2025.parquet", "bank customers") == "customers 2025.parquet in bank customers"
    assert shown("x" * 80, "bank") == f"{'x' * 39}… in bank"
    assert shown("x" * 80, "y" * 80) == f"{'x' * 21}… in {'y' * 21}…"


def test_a_history_that_cannot_be_read_leaves_the_rest_of_the_page(app, services):
    saved_run(services)
    with services.store.session(write=True) as session:
        session.execute(text("UPDATE table_runs SET severity = 'EXTREME'"))
    page = app.run()
    assert not page.exception
    (error,) = page.error
    assert "EXTREME" in error.value
    assert page.title[0].value == "Overview"


def test_a_check_that_failed_can_be_tried_again(app, services, monkeypatch):
    services.store.responses.add(answers("bread", 12))
    monitor.promote(services, "week 1")
    settle_background(services)  # it embeds what is stored; the next answers must not be embedded before the check
    services.store.responses.add(answers("bicycle", 12))
    with monkeypatch.context() as patch:
        patch.setattr(services.encoder, "encode", refuse)
        app.run()
        settle_background(services)
        page = app.run()
        assert "not be compared: The disk is full." in table(page, "overview-monitors").value["Finding"].iloc[0]
    page.button(key="drift-retry").click()
    app.run()
    settle_background(services)
    assert list(table(app.run(), "overview-monitors").value["Severity"]) == [["✕ CRITICAL"]]


def refuse(*_: object, **__: object) -> None:
    raise StorageError("The disk is full.")


def test_parts_are_told_truly(app, services):
    page = app.run()
    for part in monitor.health(services):
        assert part.detail in texts(page).replace("`", "")
    assert "Asked at " in texts(page)


def test_a_simulation_is_nobodys_incident(app, services):
    reference = Table("sample", pd.DataFrame({"x": [i * 37 % 400 for i in range(500)]}), "r")
    current = Table("x < 100", reference.frame[reference.frame.x < 100], "c")
    monitor.check_table(services, reference, current, simulated="x < 100")
    page = app.run()
    assert "Only simulations so far" in texts(page)
    assert "CRITICAL" not in page.header[0].value
    assert list(table(page, "overview-monitors").value["Severity"]) == [["simulated"]]
    assert {metric.label: metric.value for metric in page.metric}["Monitors"] == "0"
    assert "Nothing happened yet" in texts(page)
    assert "first-playground" in {button.key for button in page.button}
    page.button(key="first-table").click()
    page = app.run()
    assert page.title[0].value == "Tabular"
    assert page.session_state["tabular_reference"] == "Upload"
