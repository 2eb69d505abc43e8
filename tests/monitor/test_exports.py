"""A calculation or a table check as a file: what somebody gets who was not there."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from driftium_core import monitor
from driftium_core.errors import NotFoundError
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.tabular.simulate import RangeFilter
from driftium_core.tabular.table import Table
from tests.html.page import Page
from tests.monitor.answers import answers


@pytest.fixture
def check(services: Services) -> monitor.PoolCheck:
    services.store.responses.add(answers("bread", 40, seed=1))
    monitor.promote(services, "bread of november")
    services.store.responses.add(answers("bread", 20, seed=2))
    monitor.check_responses(services)
    services.store.responses.add(answers("bicycle", 20, seed=3))
    return monitor.check_responses(services)


def exported(services: Services, check: monitor.PoolCheck, kind: monitor.ExportKind) -> str:
    assert check.calculation
    if kind == "html":
        text = monitor.export_calculation(services, check.calculation.id)
    else:
        calculation, report = monitor.open_calculation(services, check.calculation.id)
        text = monitor.export_report(
            services,
            report,
            project=calculation.project,
            calculation=calculation,
            baseline=monitor.find_baseline(services, calculation.baseline_id),
            kind=kind,
            ids=check.ids,
        )
    text.encode("utf-8")
    return text


def test_the_page_says_what_was_compared_and_how_it_went(services: Services, check: monitor.PoolCheck) -> None:
    page = Page(exported(services, check, "html"))
    assert check.report
    assert check.calculation
    said = f"{check.report.drift.headline} {check.report.drift.reason}"
    assert " ".join(said.split()) in page.text
    assert "Project default · baseline “bread of november”, version 1" in page.text
    assert f"calculation {check.calculation.id}" in page.text
    assert "Health Index and MMD² over 2 calculations" in page.text


def test_the_trend_ends_with_the_calculation(services: Services, check: monitor.PoolCheck) -> None:
    newest, first = monitor.pool_history(services)
    assert newest == check.calculation
    assert "Stability" not in Page(monitor.export_calculation(services, first.id)).text


def test_the_document_is_the_report_and_what_it_is_about(services: Services, check: monitor.PoolCheck) -> None:
    document = json.loads(exported(services, check, "json"))
    assert check.report
    assert document["p_value"] == check.report.drift.pvalue
    assert document["about"]["project"] == "default"
    assert document["about"]["baseline"]["name"] == "bread of november"
    assert document["about"]["calculation"]["n_current"] == 40


def test_a_deleted_baseline_costs_its_name_only(services: Services, check: monitor.PoolCheck) -> None:
    monitor.promote(services, "bicycle")
    assert check.calculation
    monitor.delete_baseline(services, check.calculation.baseline_id)
    assert "a baseline that was deleted since" in Page(exported(services, check, "html")).text
    assert json.loads(exported(services, check, "json"))["about"]["baseline"] is None


def test_pairs_are_quoted_from_the_responses_behind_them(services: Services) -> None:
    def said(word: str) -> list[Response]:
        return [Response(prompt=f"Question {i}?", response=f"{word} number {i}, {word}.") for i in range(20)]

    services.store.responses.add(said("bread"))
    monitor.promote(services, "bread")
    services.store.responses.add(said("bicycle \ud83d"))
    check = monitor.check_responses(services)
    assert check.report
    assert check.calculation
    page = Page(exported(services, check, "html")).text
    assert "20 of 20; the baseline's answer first" in page
    assert "bread number 3, bread." in page
    assert "bicycle \ufffd number 3, bicycle \ufffd." in page
    document = exported(services, check, "json")
    assert "\\ud83d" in document
    assert json.loads(document)["evidence"]["novel"][0]["text"].startswith("bicycle \ud83d")


def test_what_is_not_stored_is_said(services: Services) -> None:
    with pytest.raises(NotFoundError, match="is not stored"):
        monitor.export_calculation(services, "nothing")


@pytest.fixture
def table() -> Table:
    frame = pd.DataFrame({"age": [18 + i % 60 for i in range(600)], "job": ["clerk", "nurse"] * 300})
    return Table("march.csv", frame, "march")


def stored(services: Services, table: Table, below: float, *, project: str = "default") -> str:
    """Id of a run that compares the table with its rows below an age."""
    current = monitor.simulate(services, table, RangeFilter("age", None, below))
    words = RangeFilter("age", None, below).describe()
    run_id = monitor.check_table(services, table, current, simulated=words, project=project).run_id
    assert run_id
    return run_id


def test_a_run_as_a_page_says_what_was_compared(services: Services, table: Table) -> None:
    run_id = stored(services, table, 35)
    html = monitor.export_run(services, run_id, kind="html")
    html.encode("utf-8")
    page = Page(html).text
    _, report = monitor.open_run(services, run_id)
    assert report.headline in page
    assert "simulated: the rows of “march.csv” with age < 35" in page
    assert f"saved run {run_id}" in page
    assert "Project default" in page
    assert report.reference_hash in page
    assert "Runs against this reference" not in page, "one run is no trend"


def test_the_trend_of_a_page_ends_with_its_run(services: Services, table: Table) -> None:
    first, second, third = (stored(services, table, below) for below in (50, 40, 30))
    stored(services, replace(table, name="april.csv", content_hash="april"), 30)
    assert "over 2 runs, oldest first" in Page(monitor.export_run(services, second, kind="html")).text
    newest = Page(monitor.export_run(services, third, kind="html"))
    assert "over 3 runs, oldest first" in newest.text
    assert "The dashed line marks this report." in newest.text
    monitor.delete_run(services, first)
    assert "over 2 runs" in Page(monitor.export_run(services, third, kind="html")).text
    with pytest.raises(NotFoundError, match="is not stored"):
        monitor.export_run(services, first, kind="html")


def test_a_check_that_is_not_stored_is_a_page_too(services: Services, table: Table) -> None:
    current = monitor.simulate(services, table, RangeFilter("age", None, 35))
    checked = monitor.check_table(services, table, current, save=False, simulated="age < 35")
    page = Page(monitor.tables_html(checked.report, reference_name="march.csv", current_name="march, young")).text
    assert "“march, young” against “march.csv”" in page
    assert checked.report.headline in page
    assert "saved run" not in page
