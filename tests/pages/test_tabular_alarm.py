"""The alarm of a saved reference: seen on the Tabular page, dismissed there, and reached from the Overview."""

from driftium_core import monitor
from driftium_core.tabular.table import Table
from tests.pages.conftest import settle, texts
from tests.pages.playground import has_button, pick, press, table


def raise_alarm(services, *, project="default", name="march.csv", n_blocks=2, shift=15):
    reference = monitor.save_reference(services, monitor.sample_table(services, 4_000), name=name, project=project)
    sample = monitor.sample_table(services, 800, seed=5).frame
    moved = sample.assign(age=sample["age"] + shift)
    for number in range(n_blocks):
        block = Table(f"{number}", moved.iloc[number:], content_hash=f"{number}")
        monitor.count_table(services, reference, block, project=project)
    return reference


def open_tabular(app, **query):
    app.run()
    app.switch_page("tabular.py")
    for name, value in query.items():
        app.query_params[name] = value
    return settle(app.run())


def test_the_overview_leads_to_the_alarm_and_it_is_dismissed_there(app, services):
    project = monitor.create_project(services, "bank")
    raise_alarm(services, project=project)
    page = app.run()
    assert list(table(page, "overview-monitors").value["Next step"]) == ["Look into the alarm, then dismiss it"]
    page = pick(page, "overview-monitors", 0)
    assert page.title[0].value == "Tabular"
    assert "⚑ Alarm open: evidence over time" in texts(page)
    assert "crossed the line at block 2" in texts(page)
    assert "takes the score to zero; blocks that were counted stay counted" in texts(page)
    page = press(page, "evidence-dismiss")
    assert "Alarm open" not in texts(page)
    assert "below the line" in texts(page)
    assert not has_button(page, "evidence-dismiss")
    state = monitor.evidence_state(services, project=project, reference="march.csv")
    assert state.alarmed_at_block is None


def test_a_run_against_the_reference_shows_its_alarm(app, services):
    reference = raise_alarm(services, name="march <b>`x`</b> 🥐.csv")
    sample = monitor.sample_table(services, 900, seed=8)
    run = monitor.check_table(services, monitor.open_reference(services, reference.id), sample)
    page = open_tabular(app, run=run.run_id)
    assert "Each block of new rows raises or lowers one evidence score" in texts(page)
    assert has_button(page, "evidence-dismiss")


def test_an_alarm_that_went_meanwhile_is_told_in_a_sentence(app, services):
    reference = raise_alarm(services)
    page = open_tabular(app)
    page.segmented_control(key="tabular_reference").set_value("Saved")
    page = settle(page.run())
    monitor.delete_reference(services, reference.id)
    page = press(page, "evidence-dismiss")
    assert not page.exception
    assert "Alarm open" not in texts(page)


def test_a_reference_without_blocks_shows_no_score(app, services):
    raise_alarm(services, n_blocks=0)
    page = open_tabular(app)
    page.segmented_control(key="tabular_reference").set_value("Saved")
    page = settle(page.run())
    assert "evidence score" not in texts(page)
