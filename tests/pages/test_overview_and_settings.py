"""Overview and Settings show what is there, and nothing that is not."""

import pandas as pd

from driftium_core import monitor
from driftium_core.tabular.table import Table
from tests.pages.conftest import texts


def test_a_fresh_install_shows_the_first_steps_and_no_numbers(app):
    page = app.run()
    assert not page.exception
    assert "Nothing is being watched yet" in texts(page)
    assert not page.metric
    assert not page.dataframe


def test_the_first_step_leads_to_the_sample(app):
    page = app.run()
    next(button for button in page.button if button.label == "Try it on the sample").click()
    page = page.run()
    assert page.title[0].value == "Tabular"


def test_a_saved_run_is_watched(app, services):
    reference = Table("orders.csv", pd.DataFrame({"x": [i * 37 % 400 for i in range(500)]}), "r")
    current = Table("today.csv", pd.DataFrame({"x": [1000 + i * 37 % 400 for i in range(500)]}), "c")
    monitor.check_table(services, reference, current)
    page = app.run()
    assert "✕ CRITICAL" in texts(page)
    assert "1 of 1 references" in texts(page)
    assert "`orders.csv` needs you first" in texts(page)
    frame = page.dataframe[0].value
    assert list(frame["Reference"]) == ["orders.csv"]
    assert list(frame["Newest current"]) == ["today.csv"]


def test_parts_are_told_truly(app, services):
    page = app.run()
    for part in monitor.health(services):
        assert part.detail in texts(page)


def test_settings_in_force_are_listed(app):
    app.run()
    page = app.switch_page("settings.py").run()
    assert not page.exception
    frame = page.dataframe[0].value
    assert frame.set_index("Setting").loc["DRIFTIUM_MAX_UPLOAD_MB", "Value"] == "500"


def test_a_simulation_is_nobodys_incident(app, services):
    reference = Table("sample", pd.DataFrame({"x": [i * 37 % 400 for i in range(500)]}), "r")
    current = Table("x < 100", reference.frame[reference.frame.x < 100], "c")
    monitor.check_table(services, reference, current, simulated="x < 100")
    page = app.run()
    assert "Only simulations so far" in texts(page)
    assert "CRITICAL" not in page.header[0].value
