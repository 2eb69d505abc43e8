"""The project picker, what each project keeps to itself, and the LLM monitor's line on Overview."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from driftium_core import monitor
from driftium_core.response import Response
from driftium_core.severity import Severity
from driftium_core.tabular.table import Table
from tests.monitor.answers import answers
from tests.monitor.conftest import settle as settle_background
from tests.pages.conftest import ROUTER, settle, texts
from tests.pages.test_tabular import REFERENCE, SHIFTED, csv, line, open_page, upload_both
from tests.store.make import new_calculation


def check(services, name, project):
    """A stored run with one drifted column of one."""
    reference = Table(name, pd.DataFrame({"x": [i * 37 % 400 for i in range(500)]}), name)
    current = Table("today.csv", reference.frame + 1000, f"{name} now")
    return monitor.check_table(services, reference, current, project=project).run_id


def pick(app, project):
    app.selectbox(key="project").set_value(project)
    return settle(app.run())


def create(app, name):
    app.text_input(key="project_new_name").set_value(name)
    next(button for button in app.button if button.label == "Create project").click()
    return app.run()


def current(services, count, project="default"):
    for number in range(count):
        services.store.responses.add([Response(response=f"Answer {number}.")], project=project)


def test_every_project_is_offered_and_the_default_one_needs_no_link(app, services):
    monitor.create_project(services, "support-bot")
    page = app.run()
    picker = page.selectbox(key="project")
    assert (picker.options, picker.value) == (["default", "support-bot"], "default")
    assert "project" not in page.query_params


def test_a_link_opens_its_project_and_pages_keep_it(app, services):
    monitor.create_project(services, "support-bot")
    check(services, "of default.csv", "default")
    check(services, "of bot.csv", "support-bot")
    app.query_params["project"] = "support-bot"
    page = app.run()
    assert sorted(page.dataframe[0].value["Monitor"]) == ["of bot.csv in support-bot", "of default.csv"]
    page.switch_page("tabular.py")
    page = settle(page.run())
    assert page.selectbox(key="project").value == "support-bot"
    page.switch_page("overview.py")
    page = page.run()
    assert page.selectbox(key="project").value == "support-bot"
    assert pick(page, "default").selectbox(key="project").value == "default"


def test_a_link_to_an_unknown_project_gets_a_sentence_until_another_page_opens(app):
    app.query_params["project"] = "<b>nope</b>"
    page = app.run()
    assert "There is no project called “<b>nope</b>”. This is the project “default”" in texts(page)
    assert "Nothing is being watched yet" in texts(page)
    assert "no project called" in texts(page.run())
    page.switch_page("settings.py")
    assert "no project called" not in texts(page.run())


def test_an_endless_name_in_a_link_is_told_in_a_line(app):
    app.query_params["project"] = "a" * 3000
    (sentence,) = (line for line in texts(app.run()).splitlines() if "no project called" in line)
    assert f"“{'a' * 79}…”" in sentence


def test_a_new_project_is_chosen_at_once(app, services):
    page = create(app.run(), "  support-bot ")
    assert not page.exception
    assert page.selectbox(key="project").value == "support-bot"
    assert monitor.projects(services) == ["default", "support-bot"]
    assert "ready and chosen" in page.toast[0].value


@pytest.mark.parametrize(("name", "sentence"), [("", "needs a name"), ("default", "'default' already")])
def test_a_name_that_cannot_be_used_gets_a_sentence(app, name, sentence):
    page = create(app.run(), name)
    assert any(sentence in error.value.replace("\\", "") for error in page.error)
    assert page.selectbox(key="project").value == "default"
    assert not create(page, "fine").error


def test_a_run_opened_by_its_link_brings_its_project(app, services):
    monitor.create_project(services, "support-bot")
    run_id = check(services, "of bot.csv", "support-bot")
    page = open_page(app, run=run_id)
    assert "“of bot.csv”" in texts(page)
    assert page.selectbox(key="project").value == "support-bot"
    page = pick(page, "default")
    assert page.selectbox(key="project").value == "default"
    assert "of bot.csv" not in texts(page)


def test_files_and_runs_stay_in_their_project(app, services):
    monitor.create_project(services, "other")
    page = upload_both(open_page(app), csv(SHIFTED))
    assert "1 of 2 columns drifted" in line(page)
    page = pick(page, "other")
    assert not page.header, "the other project has no files yet"
    assert monitor.table_runs(services, project="other") == []

    page.file_uploader(key="tabular_reference_file-other").upload("reference.csv", csv(REFERENCE))
    page = settle(page.run())
    page.file_uploader(key="tabular_current_file-other").upload("current.csv", csv(SHIFTED))
    page = settle(page.run())
    assert "1 of 2 columns drifted" in line(page)
    (run,) = monitor.table_runs(services, project="other")
    assert page.query_params["run"] == run.id
    page = pick(page, "default")
    (run,) = monitor.table_runs(services)
    assert page.query_params["run"] == run.id


def test_references_belong_to_a_project(app, services):
    monitor.create_project(services, "other")
    monitor.save_reference(services, Table("January", REFERENCE, "j"), project="other")
    page = open_page(app)
    assert "Saved" not in page.segmented_control(key="tabular_reference").options
    assert "Saved" in pick(page, "other").segmented_control(key="tabular_reference").options


def monitors(app):
    """The Overview's rows, with plain spaces."""
    (found,) = (item.value for item in app.dataframe if (item.key or "").startswith("overview-monitors"))
    return found.replace("\xa0", " ", regex=True)


def finding(app):
    (found,) = monitors(app)["Finding"]
    return found


def test_overview_says_where_the_pools_stand(app, services):
    page = app.run()
    assert "Nothing is being watched yet" in texts(page)
    current(services, 3)
    assert finding(page.run()) == "waits for a baseline: 3 answers"
    assert "Nothing is being watched yet" not in texts(page)
    monitor.promote(services, "week 1")
    assert finding(page.run()) == "waits for answers: baseline “week 1” holds 3"
    current(services, 2)
    assert finding(page.run()).startswith(("comparing now", "2 against 3 answers"))


def settled(app, services):
    """The page once nothing is computed any more."""
    app.run()
    settle_background(services)
    return app.run()


def test_overview_follows_the_answers(app, services):
    services.store.responses.add(answers("bread", 12))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bicycle", 12))
    page = settled(app, services)
    assert list(monitors(page)["Severity"]) == [["✕ CRITICAL"]]
    assert finding(page).startswith("answers differ, effect")
    assert "**✕ The only monitor is CRITICAL.**" in texts(page)
    checked = len(monitor.pool_history(services))
    current(services, 1)
    assert "changed since" not in finding(settled(app, services))
    assert len(monitor.pool_history(services)) == checked + 1


def test_overview_shows_the_newest_record_while_it_compares(app, services):
    current(services, 3)
    baseline = monitor.promote(services, "week 1")
    current(services, 2)
    facts = {"baseline_id": baseline.id, "n_baseline": 3, "n_current": 2, "health_index": 53.6}
    services.store.calculations.add(new_calculation("f", severity=Severity.HIGH, **facts))
    with services.checking:  # somebody else is computing: the check waits
        page = app.run()
        assert finding(page).startswith("comparing now")
        (row,) = monitors(page).to_dict("records")
        assert (row["Severity"], row["Health"], row["p"]) == (["▲ HIGH"], 53.6, "p = 0.001")


def test_only_the_chosen_projects_answers_are_compared(app, services):
    monitor.create_project(services, "other")
    for project in ("default", "other"):
        current(services, 3, project)
        monitor.promote(services, "week 1", project=project)
        current(services, 2, project)
    page = settled(app, services)
    found = dict(zip(monitors(page)["Monitor"], monitors(page)["Finding"], strict=True))
    assert found["default"] == "2 against 3 answers are too few to tell"
    assert found["other"] == "not compared yet: 2 answers with the 3 of “week 1”"
    assert monitor.pool_history(services, project="other") == []


def test_overview_without_a_database_says_so(app, tmp_path):
    app.run()
    gone = tmp_path.parent / f"{tmp_path.name}-away"
    tmp_path.rename(gone)
    try:
        page = app.run()
        assert not page.exception
        assert any("is gone" in error.value for error in page.error)
    finally:
        gone.rename(tmp_path)
    assert not app.run().error


def test_two_browsers_look_at_different_projects(app, services):
    monitor.create_project(services, "other")
    other = AppTest.from_file(str(ROUTER), default_timeout=60)
    other.run()
    pick(other, "other")
    assert app.run().selectbox(key="project").value == "default"
    assert other.run().selectbox(key="project").value == "other"
