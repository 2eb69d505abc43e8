"""Agentic RCA in Chromium: one press, live steps, evidence by keyboard, ticks in two browsers, files, a phone."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, expect

from driftium_core import monitor
from driftium_core.services import Services
from driftium_core.store.table_records import TableRun
from tests.browser.app import App, Theme, axe

LIVE_MS = 3000
"""A change made elsewhere must show within this time."""

ENDS_MS = 90_000
"""With a model that does not answer in time, an investigation takes its deadline."""

FRAME = pd.DataFrame({"amount": [i * 37 % 500 for i in range(600)], "city": ["Oslo", "Bergen", "Tromsø"] * 200})


def check(services: Services, project: str) -> TableRun:
    """A stored check of two small tables, of which one column moved."""
    tables = [
        monitor.read_upload(services, frame.to_csv(index=False).encode(), name)
        for name, frame in (("march.csv", FRAME), ("april.csv", FRAME.assign(amount=FRAME.amount + 400)))
    ]
    monitor.check_table(services, *tables, project=project, save=True)
    return monitor.table_runs(services, project=project)[0]


def investigate(services: Services, project: str) -> str:
    """An investigation by rules of a new check; returns its id."""
    run = check(services, project)
    job = monitor.start_investigation(services, "table", run.id, project=project, by_rules=True)
    assert job.wait(60)
    assert job.result is not None
    assert job.result.investigation is not None
    return job.result.investigation.id


def link(project: str, **query: str) -> str:
    parts = {"project": project, **query}
    return "/agentic-rca?" + "&".join(f"{name}={value.replace(' ', '+')}" for name, value in parts.items())


def verdict(app: App) -> Locator:
    return app.page.locator("[class*=st-key-verdict-]")


def test_one_press_shows_the_steps_and_then_the_report(app: App, beside: Services, project: str) -> None:
    run = check(beside, project)
    app.open(link(project))
    expect(verdict(app)).to_contain_text("Not investigated yet.")
    assert f"run={run.id}" in app.page.url
    app.key("rca-start").get_by_role("button").click()
    expect(app.key("card-trace").get_by_text("● finished")).to_be_visible(timeout=ENDS_MS)
    app.idle()
    expect(app.key("term")).to_contain_text("recommendation")
    for card in ("what", "why", "todo", "trace", "past", "ledger"):
        expect(app.key(f"card-{card}")).to_be_visible()
    expect(app.key("rca-start")).to_contain_text("Investigate again")
    assert axe(app.page) == []


def test_the_facts_behind_a_claim_open_by_keyboard(app: App, beside: Services, project: str) -> None:
    app.open(link(project, investigation=investigate(beside, project)))
    summary = app.key("rca-cited-what").locator("summary")
    summary.focus()
    app.page.keyboard.press("Enter")
    expect(app.key("rca-cited-what").get_by_text(re.compile("E1 "))).to_be_visible()
    with app.rerun():
        app.key("rca-ledger").locator("summary").press("Enter")
    expect(app.key("card-ledger").get_by_test_id("stDataFrame")).to_be_visible()
    assert axe(app.page) == []


def test_a_tick_shows_in_the_other_browser(two_browsers: tuple[App, App], beside: Services, project: str) -> None:
    path = link(project, investigation=investigate(beside, project))
    first, second = (app.open(path) for app in two_browsers)
    with first.rerun():
        first.key("do-0").locator("label").first.click()
    expect(second.key("do-0").get_by_role("checkbox")).to_be_checked(timeout=LIVE_MS)
    first.reload()
    expect(first.key("do-0").get_by_role("checkbox")).to_be_checked()


def test_a_run_that_begins_elsewhere_shows(app: App, beside: Services, project: str) -> None:
    run = check(beside, project)
    app.open(link(project, run=run.id))
    job = monitor.start_investigation(beside, "table", run.id, project=project, by_rules=True)
    assert job.wait(60)
    expect(app.key("card-trace")).to_contain_text("finished", timeout=2 * LIVE_MS)


def test_the_report_leaves_as_markdown_json_and_by_copy(
    app: App, beside: Services, project: str, tmp_path: Path
) -> None:
    app.open(link(project, investigation=investigate(beside, project)))
    files = {}
    for key in ("rca-md", "rca-json"):
        with app.page.expect_download() as download:
            app.key(key).get_by_role("button").click()
        target = tmp_path / download.value.suggested_filename
        download.value.save_as(target)
        files[target.suffix] = target.read_text("utf-8")
    assert files[".md"].startswith("# ")
    assert "What to do" in files[".md"]
    assert "april.csv" in json.dumps(json.loads(files[".json"]), ensure_ascii=False)
    with app.rerun():
        app.key("rca-copy").get_by_role("button").click()
    expect(app.page.get_by_test_id("stCode").first).to_contain_text(files[".md"].splitlines()[0][2:20])


def test_another_report_is_found_by_typing(app: App, beside: Services, project: str) -> None:
    check(beside, project)
    app.open(link(project))
    box = app.page.get_by_role("combobox", name="Report to investigate")
    box.click()
    box.fill("april")
    expect(app.page.get_by_role("option")).to_have_count(1)
    app.page.keyboard.press("Escape")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_serious_on_a_report(app: App, beside: Services, project: str, theme: Theme) -> None:
    app.open(link(project, investigation=investigate(beside, project))).set_theme(theme)
    assert axe(app.page) == []


def test_a_report_fits_a_phone(phone: App, beside: Services, project: str) -> None:
    phone.open(link(project, investigation=investigate(beside, project)))
    assert phone.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    main = phone.page.get_by_test_id("stMain").evaluate("(el) => [el.scrollWidth, el.clientWidth]")
    assert main[0] <= main[1]
    places = [phone.key(f"card-{card}").bounding_box() for card in ("what", "why", "todo", "trace")]
    tops = [place["y"] for place in places if place]
    assert len(tops) == 4
    assert tops == sorted(tops), "what is read first stands first"
    term = phone.key("term")
    assert term.evaluate("(el) => el.scrollWidth <= el.clientWidth"), "every line wraps"
    assert axe(phone.page) == []
