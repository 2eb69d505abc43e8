"""The Agentic RCA page without a browser: pick, investigate, read, tick off, take away; and all that can go wrong."""

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from driftium_core import monitor
from driftium_core.rca.causes import CAUSE_TITLES
from driftium_core.rca.report import RcaReport
from driftium_core.recent import Recent
from driftium_core.services import Services
from driftium_core.store.table_records import TableRun
from tests.monitor.scripted import ScriptedGenerators
from tests.pages.conftest import ROUTER, settle
from tests.pages.playground import press, said, table, until

FRAME = pd.DataFrame({"amount": [i * 37 % 500 for i in range(600)], "city": ["Oslo", "Bergen", "Tromsø"] * 200})


def check(services: Services, *, shift: int = 400, project: str = "default", column: str = "amount") -> TableRun:
    """A stored check of two small tables, of which one column moved by ``shift``."""
    frame = FRAME.rename(columns={"amount": column})
    tables = [
        monitor.read_upload(services, data.to_csv(index=False).encode(), name)
        for name, data in (
            ("march.csv", frame),
            (f"april {shift}.csv", frame.assign(**{column: frame[column] + shift})),
        )
    ]
    monitor.check_table(services, *tables, project=project, save=True)
    return monitor.table_runs(services, project=project)[0]


def opened(app: AppTest, **query: str) -> AppTest:
    """The page, by its link."""
    app.run()
    app.switch_page("agentic_rca.py")
    for name, value in query.items():
        app.query_params[name] = value
    return settle(app.run())


def by_rules(app: AppTest) -> AppTest:
    """The page once rules alone are chosen."""
    app.selectbox(key="rca_words").set_value("rules")
    return app.run()


def investigated(app: AppTest, key: str = "rca-start") -> AppTest:
    """The page once an investigation by rules is there."""
    return until(press(by_rules(app), key), has_trace)


def has_trace(app: AppTest) -> bool:
    return any(heading.value == "Trace" for heading in app.subheader) and "● finished" in said(app)


def terminal(app: AppTest) -> str:
    """Every word of the trace."""
    return "\n".join(element.value for element in app.get("text"))


def another(app: AppTest) -> AppTest:  # noqa: ARG001 - a second browser of the same server
    return AppTest.from_file(str(ROUTER), default_timeout=60)


def test_a_project_without_reports_says_how_to_get_one(app: AppTest) -> None:
    page = opened(app)
    assert "Nothing to investigate yet" in [heading.value for heading in page.subheader]
    assert "None yet." in said(page)
    assert page.button(key="rca-start").disabled
    press(page, "rca-tab")
    assert "Tabular" in [title.value for title in page.title]


def test_the_newest_report_is_picked_and_not_investigated_unasked(app: AppTest, services: Services) -> None:
    check(services, shift=0)
    newest = check(services)
    page = opened(app)
    assert page.query_params["run"] == newest.id
    assert "Drift: CRITICAL" in page.header[0].value.replace("\\", "")
    assert "april 400.csv" in said(page)
    assert "Not investigated yet" in said(page)
    assert page.button(key="rca-start").label == "Investigate"
    assert monitor.investigations(services) == []


def test_one_press_says_why_with_evidence_and_what_to_do(app: AppTest, services: Services) -> None:
    run = check(services)
    page = investigated(opened(app))
    found = monitor.find_investigation(services, "table", run.id)
    assert found is not None
    _, report = monitor.open_investigation(services, found.id)
    words = said(page)
    assert report.findings.diagnosis.headline.split(":")[-1].strip(" .") in page.header[0].value.replace("\\", "")
    assert f"Severity: {run.severity}, " in words
    assert report.worded_by in words
    headings = [heading.value for heading in page.subheader]
    for heading in ("What happened", "Why", "What to do", "Trace", "Evidence", "Past investigations"):
        assert heading in headings
    for claim in report.claims:
        for fact in report.ledger.cited(claim.evidence_ids):
            assert f":violet-badge[{fact.id}]" in words
    labels = [box.label.replace("\\", "") for box in page.checkbox]
    for action in report.findings.recommendation.actions:
        assert any(action.text.replace("`", "") in label.replace("`", "") for label in labels)
    for step in report.steps:
        assert step.message in terminal(page)
    assert page.button(key="rca-start").label == "Investigate again"


def test_without_ollama_the_rules_speak_at_once_and_say_why(app: AppTest, services: Services) -> None:
    services.generators = generators = ScriptedGenerators(lambda *_: "one two")  # type: ignore[assignment]
    check(services)
    page = opened(app)
    words = page.selectbox(key="rca_words")
    assert words.options[words.index] == "Automatic: the rules, until Ollama has a model"
    page = until(press(page, "rca-start"), has_trace)
    assert "Written by rules: the embedded model is too small to word them; choose it to try." in said(page)
    assert generators.asked == []


def test_a_report_shows_its_newest_investigation_and_past_ones_open(app: AppTest, services: Services) -> None:
    run = check(services)
    page = investigated(opened(app, run=run.id))
    first = monitor.find_investigation(services, "table", run.id)
    page = press(page, "rca-start")
    until(page, lambda _: len(monitor.investigations(services)) == 2)
    page = settle(page.run())
    assert first is not None
    past = table(page, "rca-past").value
    assert len(past) == 2
    page.session_state[table(page, "rca-past").key] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    page = settle(page.run())
    assert page.query_params["investigation"] == first.id
    assert has_trace(opened(another(app), run=run.id))
    assert has_trace(opened(another(app), investigation=first.id))


def test_ticks_are_kept_and_another_browser_sees_them(app: AppTest, services: Services) -> None:
    check(services)
    page = investigated(opened(app))
    page.checkbox[0].check()
    page = settle(page.run())
    (found,) = monitor.investigations(services)
    assert found.done == (0,)
    assert list(table(page, "rca-past").value["Done"]) == [f"1 of {len(page.checkbox)}"]
    other = opened(another(app), investigation=found.id)
    assert other.checkbox[0].value
    other.checkbox[0].uncheck()
    settle(other.run())
    assert not settle(page.run()).checkbox[0].value
    assert monitor.investigations(services)[0].done == ()


def test_an_action_leads_to_the_page_where_it_can_be_done(app: AppTest, services: Services) -> None:
    run = check(services)
    page = investigated(opened(app))
    _, report = monitor.open_investigation(services, monitor.investigations(services)[0].id)
    places = [action.place for action in report.findings.recommendation.actions]
    press(page, f"rca-go-{places.index('tabular')}")
    assert "Tabular" in [title.value for title in page.title]
    assert page.query_params["run"] == run.id


def test_a_link_that_says_so_starts_at_once_and_only_once(app: AppTest, services: Services) -> None:
    run = check(services)
    page = by_rules(opened(app))
    page.query_params["run"] = run.id
    page.query_params["start"] = "1"
    page = until(page.run(), has_trace)
    assert "start" not in page.query_params
    assert len(monitor.investigations(services)) == 1
    assert has_trace(opened(another(app), run=run.id, start="1"))
    assert len(monitor.investigations(services)) == 1


def test_a_link_to_another_project_switches_to_it(app: AppTest, services: Services) -> None:
    monitor.create_project(services, "bank")
    run = check(services, project="bank")
    page = opened(app, run=run.id)
    assert page.selectbox(key="project").value == "bank"
    investigated(page)
    (found,) = monitor.investigations(services, project="bank")
    page = opened(another(app), investigation=found.id)
    assert page.selectbox(key="project").value == "bank"
    assert has_trace(page)


@pytest.mark.parametrize("parameter", ["run", "calculation", "investigation"])
def test_an_unknown_id_gets_a_sentence_and_the_picker_stays(app: AppTest, services: Services, parameter: str) -> None:
    run = check(services)
    page = opened(app, **{parameter: "nosuchthing"})
    assert any("nosuchthing" in error.value for error in page.error)
    page.selectbox(key="rca-report").set_value(0)
    page = settle(page.run())
    assert page.query_params["run"] == run.id
    assert not page.error
    assert "Not investigated yet" in said(page)


def test_an_investigation_is_deleted_after_a_question_and_its_report_stays(app: AppTest, services: Services) -> None:
    run = check(services)
    page = press(investigated(opened(app)), "rca-delete")
    assert monitor.investigations(services) == []
    assert page.query_params["run"] == run.id
    assert "Not investigated yet" in said(page)


def test_a_report_that_cannot_be_read_says_so_and_offers_another_try(app: AppTest, services: Services) -> None:
    run = check(services)
    with services.store.session(write=True) as session:
        session.execute(text("UPDATE table_runs SET report = :it WHERE id = :id"), {"it": b"abc", "id": run.id})
    services.reports = Recent(1)
    page = until(press(by_rules(opened(app)), "rca-start"), lambda page: page.error)
    assert any(run.id in error.value for error in page.error)
    assert [button.label for button in page.button if (button.key or "").startswith("again-")] == ["Try again"]
    assert monitor.investigations(services) == []


def test_names_of_the_data_are_never_markdown_or_html(app: AppTest, services: Services) -> None:
    check(services, column="<img src=x> **big** :red[x]")
    page = investigated(opened(app))
    for element in page.markdown:
        assert "**big**" not in element.value.replace("`", "") or "\\*\\*big" in element.value or "`" in element.value
        assert ":red[x]" not in element.value or "`" in element.value


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Investigations wait with their reports until the event is set."""
    go = threading.Event()
    module = sys.modules["driftium_core.monitor.investigations"]
    investigate = module.investigate_report

    def held_back(*args: Any, **options: Any) -> RcaReport:
        report: RcaReport = investigate(*args, **options)
        go.wait(30)
        return report

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "investigate_report", held_back)
        yield go
        go.set()


def test_a_run_shows_its_steps_live_in_every_browser(app: AppTest, services: Services, held: threading.Event) -> None:
    check(services)
    page = press_and_see(app)
    assert page.button(key="rca-start").disabled
    other = opened_live(another(app))
    assert "Investigating" in [heading.value for heading in other.subheader]
    held.set()
    assert has_trace(until(other, has_trace))
    assert has_trace(until(page, has_trace))
    assert len(monitor.investigations(services)) == 1


def test_a_run_can_be_cancelled_and_tried_again(app: AppTest, services: Services, held: threading.Event) -> None:
    check(services)
    page = press_and_see(app)
    (cancel,) = [button for button in page.button if (button.key or "").startswith("cancel-")]
    page = cancel.click().run()
    held.set()
    page = until(page, lambda page: any("was cancelled" in info.value for info in page.info))
    assert monitor.investigations(services) == []
    (again,) = [button for button in page.button if (button.key or "").startswith("again-")]
    page = until(again.click().run(), has_trace)
    assert len(monitor.investigations(services)) == 1


def press_and_see(app: AppTest) -> AppTest:
    """The page while its run, just started, goes on and has told its first steps."""
    page = by_rules(opened_live(app))
    page.button(key="rca-start").click()
    page.run()
    return until(page, lambda page: any(heading.value == "Investigating" for heading in page.subheader))


def opened_live(app: AppTest) -> AppTest:
    app.run()
    app.switch_page("agentic_rca.py")
    return app.run()


def test_the_help_names_every_cause_of_the_catalogue(app: AppTest) -> None:
    words = said(opened(app))
    for title in CAUSE_TITLES.values():
        assert title in words
    assert "Grounded" in words


def test_a_database_that_cannot_keep_it_still_shows_what_was_found(app: AppTest, services: Services) -> None:
    check(services)
    page = by_rules(opened(app))
    with services.store.session(write=True) as session:
        session.execute(
            text("CREATE TRIGGER no_room BEFORE INSERT ON investigations BEGIN SELECT RAISE(ABORT, 'full'); END")
        )
    page = until(press(page, "rca-start"), has_trace)
    assert any("could not be stored" in warning.value for warning in page.warning)
    assert "ticks and files are not offered" in said(page)
    assert all(box.disabled for box in page.checkbox)
