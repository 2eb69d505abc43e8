"""The Tabular page as its users know it: simulate, upload, save, reopen; and no file can break it."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from driftium_core import monitor
from driftium_core.tabular.table import Table
from tests.bad_input.corpus import CORPUS
from tests.pages.conftest import ROUTER, settle, texts

REFERENCE = pd.DataFrame({"amount": [i * 37 % 500 for i in range(600)], "city": ["Oslo", "Bergen", "Tromsø"] * 200})
SHIFTED = REFERENCE.assign(amount=REFERENCE.amount + 400)


def line(app) -> str:
    """The verdict line as a person reads it."""
    return app.header[0].value.replace("\\", "")


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def open_page(app, **query):
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("tabular.py")
    return settle(app.run())


def choose_upload(app, side):
    app.segmented_control(key=f"tabular_{side}").set_value("Upload")
    return app.run()


def upload(app, side, name, content):
    app.file_uploader(key=f"tabular_{side}_file").upload(name, content)
    return settle(app.run())


def upload_both(app, current, name="current.csv"):
    choose_upload(app, "reference")
    choose_upload(app, "current")
    upload(app, "reference", "reference.csv", csv(REFERENCE))
    return upload(app, "current", name, current)


def test_a_newcomer_sees_a_critical_drift_of_the_sample_at_once(app):
    page = open_page(app)
    assert "✕ Drift: CRITICAL." in line(page)
    assert "20\u202f000 reference rows" in line(page)
    assert "Simulated" in texts(page)
    drifted = next(metric for metric in page.metric if metric.label == "Drifted columns")
    assert drifted.value.endswith("of 17")


def test_the_filter_of_a_link_is_in_force(app):
    page = open_page(app, filter="campaign >= 0")
    assert "No drift found" in line(page)  # all rows pass, so nothing can have moved


def test_a_broken_filter_in_a_link_is_told_and_the_page_still_works(app):
    page = open_page(app, filter="age <<< 35")
    page = settle(page.run())  # other work on the page must not sweep the reason away
    assert any("filter in the link" in warning.value for warning in page.warning)
    assert page.header
    (column,) = (box for box in page.selectbox if (box.key or "").startswith("filter-column"))
    column.set_value("balance")
    assert not any("filter in the link" in warning.value for warning in settle(page.run()).warning)


def test_moving_the_threshold_changes_the_verdict(app):
    page = open_page(app)
    page.slider[0].set_value(92)
    page = settle(page.run())
    assert "No drift found" in line(page)


def test_an_uploaded_check_is_saved_and_opens_by_its_link(app, services):
    page = upload_both(open_page(app), csv(SHIFTED))
    assert "600 current against 600 reference rows" in texts(page).replace("\u202f", " ")
    (run,) = monitor.table_runs(services)
    assert (run.reference_name, run.current_name, run.drifted) == ("reference.csv", "current.csv", 1)

    colleague = AppTest.from_file(str(ROUTER), default_timeout=60)
    linked = open_page(colleague, run=run.id)
    assert "Saved run of" in texts(linked)
    assert "1 of 2 columns drifted" in texts(linked)


def test_a_simulation_is_saved_only_on_request_and_once(app, services):
    page = open_page(app)
    assert monitor.table_runs(services) == []
    page.button(key="save-run").click()
    page = settle(page.run())
    assert [run.simulated for run in monitor.table_runs(services)] == ["age < 35"]
    assert not [button for button in page.button if button.key == "save-run"]


def test_a_run_that_is_gone_gets_a_sentence_and_a_way_back(app):
    page = open_page(app, run="nosuchrun")
    assert any("nosuchrun" in error.value for error in page.error)
    page.button(key="back-to-live").click()
    assert "Drift" in line(settle(page.run()))


def test_a_reference_can_be_saved_used_and_removed(app, services):
    page = choose_upload(open_page(app), "reference")
    page = upload(page, "reference", "january.csv", csv(REFERENCE))
    next(field for field in page.text_input if field.label == "Name").set_value("January")
    page.button(key="tabular_save_reference").click()
    page = settle(page.run())
    assert [reference.name for reference in monitor.references(services)] == ["January"]

    page = settle(page.run())
    page.segmented_control(key="tabular_reference").set_value("Saved")
    page = settle(page.run())
    assert "January: 600 rows" in texts(page)
    page.button(key="tabular_remove_reference").click()
    page = settle(page.run())
    assert monitor.references(services) == []
    assert not page.exception


def test_the_plain_rule_and_threshold_come_from_the_link(app):
    page = open_page(app, rule="Plain p", p="0.001")
    assert page.number_input(key="p").value == 0.001
    assert "adjusted" not in line(page)


def test_column_names_and_cells_with_markup_are_shown_as_text(app):
    name = "<script>alert(1)</script>"
    frame = REFERENCE.rename(columns={"city": name})
    page = choose_upload(open_page(app), "reference")
    choose_upload(page, "current")
    upload(page, "reference", "reference.csv", csv(frame))
    page = upload(page, "current", "current.csv", csv(frame.assign(**{name: "![x](http://example.com/y.png)"})))
    assert not page.exception
    html = [element.value for element in page.markdown if element.allow_html]
    assert html == []


@pytest.mark.slow
def test_no_file_breaks_the_page(app):
    """One session takes them all, one after the other, as somebody who tries out everything would."""
    page = choose_upload(open_page(app), "current")
    for bad in CORPUS:
        page = upload(page, "current", bad.name, bad.build())
        assert not page.exception, bad.name
        if bad.error:
            assert page.error, f"{bad.name} cannot be read and needs a sentence"
        else:
            assert page.header or page.error, f"{bad.name} needs a report or a sentence"
        page.file_uploader(key="tabular_current_file").clear()
        page.run()
    page = upload(page, "current", "good.csv", csv(SHIFTED))
    assert page.header or page.error


def test_a_check_that_failed_says_why_and_keeps_the_files(app):
    page = upload_both(open_page(app), csv(REFERENCE.rename(columns={"amount": "a", "city": "b"})))
    assert any("column" in error.value for error in page.error)
    assert page.file_uploader(key="tabular_current_file").value is not None


def test_options_are_part_of_the_report(app, services):
    page = upload_both(open_page(app), csv(SHIFTED))
    page.multiselect(key="tabular_columns").set_value(["city"])
    page = settle(page.run())
    assert "● No drift found" in line(page)
    page.button(key="save-run").click()
    settle(page.run())
    newest = monitor.table_runs(services)[0]
    report = json.loads(monitor.export_run(services, newest.id, kind="json"))
    assert [column["column"] for column in report["columns"]] == ["city"]


def test_a_failing_database_costs_the_history_and_not_the_report(app, services, tmp_path):
    page = choose_upload(open_page(app), "reference")
    choose_upload(page, "current")
    upload(page, "reference", "reference.csv", csv(REFERENCE))
    gone = tmp_path.parent / f"{tmp_path.name}-away"
    tmp_path.rename(gone)
    try:
        page = upload(page, "current", "current.csv", csv(SHIFTED))
        assert "1 of 2 columns drifted" in line(page)
        assert any("is gone" in error.value for error in page.error)
        assert any("not saved" in warning.value for warning in page.warning)
    finally:
        gone.rename(tmp_path)
    page.button(key="save-run").click()
    page = settle(page.run())
    assert not page.error
    assert len(monitor.table_runs(services)) == 1


def test_files_stay_chosen_when_another_page_is_visited(app):
    page = upload_both(open_page(app), csv(SHIFTED))
    page.switch_page("settings.py").run()
    page.switch_page("tabular.py")
    page = settle(page.run())
    assert "1 of 2 columns drifted" in line(page)
    assert "current.csv: 600 rows" in texts(page)
    page.button(key="tabular_current_remove").click()
    page = settle(page.run())
    assert not page.header


def test_other_options_are_saved_on_request_and_told(app, services):
    page = upload_both(open_page(app), csv(SHIFTED))
    page.number_input(key="p").set_value(0.01)
    page = settle(page.run())
    assert len(monitor.table_runs(services)) == 1
    page.button(key="save-run").click()
    page = settle(page.run())
    assert [run.options for run in monitor.table_runs(services)] == ["adjusted p < 0.01", ""]


def test_a_deleted_run_is_not_saved_again_by_itself(app, services):
    page = upload_both(open_page(app), csv(SHIFTED))
    page.button(key="open-saved").click()
    page = settle(page.run())
    page.button(key="delete-run").click()
    page = settle(page.run())
    assert "1 of 2 columns drifted" in line(page)
    assert monitor.table_runs(services) == []


@pytest.mark.parametrize(
    "text", ["age < 1e999", "age >= -1e999", "age >= 2024-01-01", "age in 30, 40", "x < 1", "", "job < 3"]
)
def test_no_filter_in_a_link_breaks_the_page(app, text):
    assert open_page(app, filter=text).header


def test_the_lowest_threshold_of_the_slider_keeps_rows(app):
    page = open_page(app)
    slider = page.slider[0]
    slider.set_value(slider.min)
    page = settle(page.run())
    assert page.header
    assert not page.error


def test_a_job_speaks_of_files_in_plain_text(app):
    page = choose_upload(open_page(app), "reference")
    page = upload(page, "reference", "![i](https:evil.example) :red[e].csv", b"\x7fELF" + bytes(400))
    assert page.error
    assert r"\!\[i\]" in page.error[0].value


def test_another_reference_with_a_column_of_the_same_name_has_its_own_slider(app, services):
    for name, offset in (("low", 0), ("high", 5000)):
        frame = pd.DataFrame({"x": [offset + i * 37 % 400 for i in range(500)]})
        monitor.save_reference(services, Table(name, frame, name), name=name)
    page = open_page(app)
    page.segmented_control(key="tabular_reference").set_value("Saved")
    page = settle(page.run())
    for reference in monitor.references(services):
        page.selectbox(key="tabular_saved").set_value(reference.id)
        page = settle(page.run())
        assert not page.error
        assert page.header
