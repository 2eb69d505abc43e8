"""The LLM Dashboard without a browser: what it says at each status, of a drift, of the past, and of trouble."""

import re

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from driftium_core import monitor
from driftium_core.rca.causes import CAUSE_TITLES
from driftium_core.response import Response
from driftium_core.services import Services
from tests.monitor.conftest import settle as settle_background
from tests.pages.conftest import settle, texts
from tests.pages.playground import press

BAKING = [f"Bake the bread with flour and yeast for {n} minutes in the hot oven." for n in range(20)]
STARS = [f"The star is {n} light years away and shines in the night sky." for n in range(20)]


def add(services: Services, answers: list[str], *, prompts: list[str] | None = None) -> list[str]:
    asked = prompts or [f"Tell me more about number {i}: {text[:20]}" for i, text in enumerate(answers)]
    rows = [Response(prompt=prompt, response=answer) for prompt, answer in zip(asked, answers, strict=True)]
    return [item.id for item in services.store.responses.add(rows).stored]


def opened(app: AppTest, services: Services, **query: str) -> AppTest:
    """The page once every comparison is made."""
    app.run()
    app.switch_page("llm_dashboard.py")
    for name, value in query.items():
        app.query_params[name] = value
    settle(app.run())
    for _ in range(2):
        settle_background(services)
        settle(app.run())
    return app


def said(app: AppTest) -> str:
    return texts(app).replace("\xa0", " ").replace("\u202f", " ")


@pytest.fixture
def drifted(services: Services) -> Services:
    """A baseline on baking, and answers of which half are about stars."""
    add(services, BAKING[:16])
    monitor.promote(services, "release 1")
    add(services, [*BAKING[16:], *STARS[:12]])
    return services


def test_a_fresh_install_says_the_next_step(app: AppTest, services: Services) -> None:
    page = opened(app, services)
    assert "No answers yet" in said(page)
    assert "What this page will show" in said(page)
    assert not page.error
    press(page, "waiting-next")
    assert "Playground" in [title.value for title in page.title]


def test_each_status_says_what_is_missing(app: AppTest, services: Services) -> None:
    add(services, BAKING[:8])
    words = said(opened(app, services))
    assert "8 responses stored as current, and no baseline yet" in words
    assert "What this page will show" in words
    monitor.promote(services, "release 1")
    words = said(opened(app, services))
    assert "The baseline “release 1” holds 8 responses" in words
    assert "What this page will show" in words


def test_a_drift_is_told_with_sizes_design_p_and_what_could_be_seen(app: AppTest, drifted: Services) -> None:
    words = said(opened(app, drifted))
    assert "Drift:" in words
    assert "16 current against 16 baseline answers, unpaired, p = 0.001" in words
    assert "these sizes can detect a new topic from about" in words
    assert "release 1" in words


def test_flags_without_a_test_say_so_and_each_statistic_has_its_p(app: AppTest, services: Services) -> None:
    add(services, BAKING[:16], prompts=[f"Bake {i}" for i in range(16)])
    monitor.promote(services, "release 1")
    add(services, [*BAKING[16:], *STARS[:12]], prompts=[f"Star {i}" for i in range(len(BAKING[16:]) + 12)])
    words = said(opened(app, services))
    assert "Echoes :gray-badge[– not tested: 0 % → 0 %]" in words
    assert re.search(r"^\| MMD², median bandwidth: the bulk \| p [=<] 0\.\d+ \|$", words, re.MULTILINE)


def test_a_possible_cause_stands_under_the_verdict_by_rules_until_it_is_investigated(
    app: AppTest, drifted: Services
) -> None:
    page = opened(app, drifted)
    (calculation,) = monitor.pool_history(drifted)
    _, report = monitor.open_calculation(drifted, calculation.id)
    _, findings = monitor.text_findings(report, title="default")
    words = said(page)
    assert f"**Possible cause:** {CAUSE_TITLES[findings.diagnosis.cause]}." in words
    assert ":gray-badge[by rules]" in words
    assert page.button(key="why-investigate").label == "Investigate"
    job = monitor.start_investigation(drifted, "text", calculation.id, by_rules=True)
    assert job.wait(60)
    page = settle(page.run())
    assert page.button(key="why-investigate").label == "Open the investigation"
    press(page, "why-investigate")
    assert "Agentic RCA" in [title.value for title in page.title]
    assert [heading.value for heading in page.subheader if heading.value == "What to do"]


def test_pools_that_agree_or_are_too_small_name_no_cause(app: AppTest, services: Services) -> None:
    assert "Possible cause" not in said(opened(app, services))
    add(services, BAKING[:3])
    monitor.promote(services, "release 1")
    assert "Possible cause" not in said(opened(app, services))
    add(services, BAKING[3:5])
    words = said(opened(app, services))
    assert "○ Inconclusive." in words
    assert "Possible cause" not in words
    assert ":gray-badge[by rules]" in words


def test_the_same_prompts_are_told_to_be_paired(app: AppTest, services: Services) -> None:
    prompts = [f"Question {i}" for i in range(12)]
    add(services, BAKING[:12], prompts=prompts)
    monitor.promote(services, "model A")
    add(services, STARS[:12], prompts=prompts)
    assert "12 current against 12 baseline answers, paired in 12 prompts" in said(opened(app, services))


def test_too_few_answers_are_inconclusive_and_say_how_many_are_missing(app: AppTest, services: Services) -> None:
    add(services, BAKING[:3])
    monitor.promote(services, "release 1")
    add(services, BAKING[3:5])
    words = said(opened(app, services))
    assert "○ Inconclusive." in words
    assert words.count("too few answers to judge; chance gives ") == 2
    assert "add at least" in words


def test_a_calculation_of_the_history_opens_by_its_link(app: AppTest, drifted: Services) -> None:
    opened(app, drifted)
    (first,) = monitor.pool_history(drifted)
    add(drifted, STARS[12:16])
    assert "20 current against 16" in said(opened(app, drifted))
    past = opened(app, drifted, calculation=first.id)
    assert "16 current against 16" in said(past)
    assert "20 current against 16" in said(press(past, "calculation-leave"))


def test_a_calculation_against_a_deleted_baseline_still_opens(app: AppTest, drifted: Services) -> None:
    opened(app, drifted)
    (first,) = monitor.pool_history(drifted)
    monitor.promote(drifted, "release 2")
    monitor.delete_baseline(drifted, first.baseline_id)
    words = said(opened(app, drifted, calculation=first.id))
    assert "16 current against 16" in words
    assert "baseline was deleted since" in words


def test_a_record_that_cannot_be_read_costs_no_verdict(app: AppTest, drifted: Services) -> None:
    opened(app, drifted)
    add(drifted, STARS[12:16])
    opened(app, drifted)
    newest, old = monitor.pool_history(drifted)
    for change in ("pvalue = 'abc', severity = 'BOGUS'", "created_at = 'garbage', report = 'abc'"):
        with drifted.store.session(write=True) as session:
            session.execute(text(f"UPDATE calculations SET {change} WHERE id = :id"), {"id": old.id})
        page = opened(app, drifted)
        assert not page.exception
        assert "20 current against 16 baseline answers" in said(page)
        assert "Some calculations of project “default” cannot be read" in said(page)
        assert monitor.pool_history(drifted) == [newest]
    page = opened(app, drifted, calculation=old.id)
    assert not page.exception
    assert f"Calculation {old.id} cannot be read from the database" in said(page)


def test_the_table_has_a_blank_where_the_trend_has_a_gap(app: AppTest, services: Services) -> None:
    add(services, BAKING[:16])
    monitor.promote(services, "release 1")
    add(services, STARS[:1])
    opened(app, services)
    add(services, [*BAKING[16:], *STARS[1:12]])
    page = opened(app, services)
    drift, unclear = monitor.pool_history(services)
    assert unclear.severity is None
    assert unclear.health_index is not None
    assert drift.health_index is not None
    page.session_state["trend-table"] = True  # as a click opens it
    page.run()
    table = next(frame.value for frame in page.dataframe if "Health (95 %)" in frame.value)
    assert table["Health (95 %)"][0].startswith(f"{drift.health_index:.0f} (")
    assert " to " in table["MMD² (null range)"][0]
    assert table.loc[1, ["Health (95 %)", "MMD² (null range)"]].isna().all()


def test_a_link_to_no_calculation_keeps_the_page(app: AppTest, drifted: Services) -> None:
    page = opened(app, drifted, calculation="nonesuch")
    assert "Calculation nonesuch is not stored" in page.error[0].value.replace("\\", "")
    assert "16 current against 16" in said(press(page, "calculation-leave"))


def test_a_link_to_a_version_compares_with_it(app: AppTest, services: Services) -> None:
    add(services, STARS[:16])
    monitor.promote(services, "on stars")
    add(services, BAKING[:16])
    monitor.promote(services, "on baking")
    add(services, BAKING[16:])
    assert "on baking" in said(opened(app, services))
    words = said(opened(app, services, baseline="1"))
    assert "on stars" in words
    assert "Drift:" in words


def test_the_trend_outlives_a_promotion(app: AppTest, drifted: Services) -> None:
    opened(app, drifted)
    monitor.promote(drifted, "release 2")
    words = said(opened(app, drifted))
    assert "The baseline “release 2” holds 16 responses" in words
    assert "1 kept. Click a point to open that calculation." in words


def test_failed_and_empty_answers_alone_are_said(app: AppTest, services: Services) -> None:
    add(services, BAKING[:8])
    monitor.promote(services, "release 1")
    services.store.responses.add([Response(response="", error="timeout") for _ in range(6)])
    words = said(opened(app, services))
    assert "No usable responses in current" in words
    assert "○ Inconclusive." in words
    assert "from not tested" not in words
    assert "at the least" not in words, "nothing was tested, so no line says what a test could give"


def test_a_log_can_be_imported_from_the_first_screen(app: AppTest, services: Services) -> None:
    page = press(opened(app, services), "waiting-import")
    assert "Playground" in [title.value for title in page.title]
    assert page.session_state["play_import_open"] is True


def test_a_rerun_looks_up_no_text_of_the_map_and_draws_the_same_figures(
    app: AppTest, drifted: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [chart.proto.spec for chart in opened(app, drifted).get("plotly_chart")]
    monkeypatch.setattr(monitor, "response_starts", None)
    app.run()
    assert not app.exception
    assert [chart.proto.spec for chart in app.get("plotly_chart")] == before
