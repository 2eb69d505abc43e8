"""Projects in the sidebar, and pages that follow what others store: two browsers, a test that writes beside them."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from driftium_core import monitor
from driftium_core.services import Services, open_services
from driftium_core.settings import Settings
from driftium_core.severity import Severity
from pages.ui.session import CATCH_UP_AFTER_S
from tests.browser.app import App, Theme, axe
from tests.browser.conftest import PHONE
from tests.browser.server import running_app
from tests.store.make import new_response, new_run

LIVE_MS = 3000
"""A change made elsewhere must show within this time."""

LONG = "a very long project name that nobody would choose but somebody surely will one day"[:80]


def answer(services: Services, project: str, count: int = 1) -> None:
    services.store.responses.add([new_response(f"answer {i} {time.time_ns()}") for i in range(count)], project=project)


def link(path: str, project: str) -> str:
    return f"{path}?project={project.replace(' ', '+')}"


def picker(app: App) -> Locator:
    return app.key("project").get_by_role("combobox")


def pick(app: App, name: str) -> None:
    picker(app).click()
    with app.rerun():
        app.page.get_by_role("option", name=name, exact=True).click()


def cell(app: App, text: str) -> Locator:
    """A cell of the monitors; the table is a canvas, and this is what a screen reader gets of it."""
    return app.key("card-monitors").locator("[role=gridcell]").filter(has_text=text)


def answers_of_a_day(app: App) -> Locator:
    return app.page.get_by_test_id("stMetric").filter(has_text="Answers, 24 h").get_by_test_id("stMetricValue")


def test_both_browsers_follow_what_is_stored(open_browser: Callable[..., App], tmp_path: Path) -> None:
    """On a server of its own, as the Overview shows all projects."""
    url = f"sqlite:///{tmp_path / 'driftium.db'}"
    settings = Settings(database_url=url, qdrant=str(tmp_path / "beside"))
    with running_app(tmp_path) as server, open_services(settings) as beside:
        apps = [open_browser(), open_browser()]
        for app in apps:
            app.url = server.url
            app.open("/")
            expect(app.key("first-playground")).to_be_visible()
        answer(beside, "default", 3)
        for app in apps:
            expect(app.key("card-monitors")).to_be_visible(timeout=LIVE_MS)
            # A browser's first table loads the code for tables.
            expect(cell(app, "waits for a baseline: 3 answers")).to_be_attached(timeout=15_000)
        monitor.promote(beside, "week 1")
        for app in apps:
            expect(cell(app, "waits for answers: baseline “week 1” holds 3")).to_be_attached(timeout=LIVE_MS)
        answer(beside, "default", 2)
        for app in apps:
            # The first check of a server loads the encoder.
            expect(cell(app, "2 against 3 answers are too few to tell")).to_be_attached(timeout=60_000)
            expect(app.key("verdict-inconclusive")).to_contain_text("No verdict yet")
        monitor.create_project(beside, "elsewhere")
        answer(beside, "elsewhere")
        for app in apps:
            expect(cell(app, "waits for a baseline: 1 answer")).to_be_attached(timeout=LIVE_MS)


def test_a_table_run_saved_elsewhere_shows_on_the_tabular_page(app: App, beside: Services, project: str) -> None:
    app.open(link("/tabular", project))
    expect(app.key("card-history")).to_contain_text("No run")
    app.idle()
    beside.store.runs.add(new_run("elsewhere"), project=project)
    expect(app.key("card-history").get_by_role("radiogroup", name="Runs")).to_be_visible(timeout=LIVE_MS)


def test_one_change_is_one_run_and_none_is_none(app: App, beside: Services, project: str) -> None:
    app.open(link("/", project))
    app.page.wait_for_timeout(500)
    app.page.evaluate(
        """() => { window.changes = []; new MutationObserver((all) => all.forEach((m) =>
             m.attributeName === "data-test-script-state" || window.changes.push(`${m.type} ${m.attributeName}`)))
             .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true }); }"""
    )
    before = app.runs
    app.page.wait_for_timeout(5000)
    assert app.runs == before
    assert app.page.evaluate("window.changes") == [], "polling must not touch the page"
    answer(beside, project)
    app.page.wait_for_timeout(7000)
    assert app.runs == before + 1


def test_other_projects_do_not_disturb(app: App, beside: Services, project: str) -> None:
    app.open(link("/tabular", project))
    before = app.runs
    answer(beside, monitor.create_project(beside, "somebody elses"))
    app.page.wait_for_timeout(4500)
    assert app.runs == before


def test_typed_text_and_focus_survive_a_change(app: App, beside: Services, project: str) -> None:
    app.open(link("/", project))
    app.page.get_by_role("button", name="New project").click()
    name = app.key("project_new_name").get_by_role("textbox")
    name.click()
    name.press_sequentially("half a na")
    answer(beside, project, 4)
    expect(app.key("first-playground")).to_be_hidden(timeout=LIVE_MS)
    app.page.keyboard.type("me")
    expect(name).to_have_value("half a name")
    expect(name).to_be_focused()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_redraw_does_not_flicker(
    open_browser: Callable[..., App], beside: Services, project: str, motion: str
) -> None:
    answer(beside, project)
    app = open_browser(reduced_motion=motion)
    app.open(link("/", project))
    app.page.evaluate(
        """() => { window.dimmest = 1; const look = () => {
             for (const el of document.querySelectorAll("[data-testid=stElementContainer]"))
               if (el.checkVisibility())  // what only a phone shows is dimmed at once, where nobody sees it
                 window.dimmest = Math.min(window.dimmest, Number(getComputedStyle(el).opacity));
             requestAnimationFrame(look); }; look(); }"""
    )
    before = answers_of_a_day(app).inner_text()
    answer(beside, project, 4)
    expect(answers_of_a_day(app)).not_to_have_text(before, timeout=LIVE_MS)
    app.page.wait_for_timeout(300)
    assert app.page.evaluate("window.dimmest") == 1


def test_a_new_project_is_made_chosen_and_linked(app: App) -> None:
    app.open("/")
    app.page.get_by_role("button", name="New project").click()
    app.key("project_new_name").get_by_role("textbox").fill("default")
    app.page.get_by_role("button", name="Create project").click()
    expect(app.page.get_by_text("'default' already")).to_be_visible()
    app.key("project_new_name").get_by_role("textbox").fill(LONG)
    app.page.get_by_role("button", name="Create project").click()
    expect(picker(app)).to_have_value(LONG)
    expect(app.page.get_by_role("button", name="Create project")).to_be_hidden()
    app.page.wait_for_url(re.compile(r"project=a\+very\+long"))

    with app.rerun():
        app.page.get_by_test_id("stSidebarNavLink").get_by_text("Tabular").click()
    expect(picker(app)).to_have_value(LONG)
    app.page.wait_for_url(re.compile(r"/tabular\?.*project=a\+very\+long"))
    app.reload()
    expect(picker(app)).to_have_value(LONG)
    pick(app, "default")
    app.page.wait_for_url(lambda url: "project=" not in url)


def test_back_returns_to_the_project_of_that_address(app: App, project: str) -> None:
    app.open(link("/", project))
    with app.rerun():
        app.page.get_by_test_id("stSidebarNavLink").get_by_text("Settings").click()
    with app.rerun():
        app.page.go_back()
    expect(picker(app)).to_have_value(project)
    expect(app.page.get_by_role("heading", name="Overview")).to_be_visible()


def test_buttons_that_lead_to_another_page_keep_the_project(app: App, project: str) -> None:
    app.open(link("/", project))
    with app.rerun():
        app.key("first-table").get_by_role("button").click()
    expect(app.page.get_by_role("heading", name="Tabular")).to_be_visible()
    expect(picker(app)).to_have_value(project)
    app.page.wait_for_url(re.compile(r"/tabular\?.*project="))


def test_picking_a_row_opens_its_run_in_its_project(app: App, beside: Services, project: str) -> None:
    run = beside.store.runs.add(new_run("critical", severity=Severity.CRITICAL), project=project)
    app.open("/")
    # The table is a canvas: its first row's box is below the heading, at the left. The newest of the worst is first.
    with app.rerun():
        app.key("card-monitors").get_by_test_id("stDataFrame").click(position={"x": 16, "y": 52})
    app.page.wait_for_url(re.compile(rf"/tabular\?.*run={run.id}"))
    expect(picker(app)).to_have_value(project)


def test_a_saved_run_keeps_its_project_in_the_address(app: App, beside: Services, project: str) -> None:
    app.open(link("/tabular", project))
    with app.rerun():
        app.key("save-run").get_by_role("button").click()
    with app.rerun():
        app.key("open-saved").get_by_role("button").click()
    expect(app.page.get_by_role("button", name="Check data now")).to_be_visible()
    expect(picker(app)).to_have_value(project)
    assert "project=" in app.page.url
    (run,) = monitor.table_runs(beside, project=project)
    app.open(f"/tabular?run={run.id}")
    expect(picker(app)).to_have_value(project)
    expect(app.page.get_by_role("button", name="Check data now")).to_be_visible()
    pick(app, "default")
    expect(app.page.get_by_role("button", name="Check data now")).to_be_hidden()
    expect(picker(app)).to_have_value("default")


def test_a_reload_shows_the_project_of_what_a_link_opened(app: App, beside: Services, project: str) -> None:
    table = monitor.sample_table(beside, 500)
    monitor.check_table(beside, table, monitor.sample_table(beside, 400, seed=4), project=project)
    (run,) = monitor.table_runs(beside, project=project)
    app.open(f"/tabular?run={run.id}")
    app.page.wait_for_url(re.compile(r"project="))
    other = monitor.create_project(beside, f"beside {project}"[:80])
    app.open(f"{link('/tabular', other)}&run={run.id}&column=age&baseline=3")
    app.page.wait_for_url(lambda url: url.endswith(f"?project={project.replace(' ', '+')}&run={run.id}"))
    expect(picker(app)).to_have_value(project)
    with app.rerun():
        app.page.get_by_role("button", name="Check data now").click()
    app.reload()
    expect(picker(app)).to_have_value(project)
    assert "run=" not in app.page.url


def test_a_link_to_no_project_is_told_and_usable(app: App) -> None:
    app.open("/?project=nope")
    expect(app.page.get_by_text("There is no project called “nope”")).to_be_visible()
    expect(picker(app)).to_have_value("default")


def test_two_browsers_look_at_two_projects(two_browsers: tuple[App, App], project: str) -> None:
    one, other = two_browsers
    one.open("/")
    other.open(link("/", project))
    one.reload()
    expect(picker(one)).to_have_value("default")
    expect(picker(other)).to_have_value(project)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_overview_is_accessible_with_content(app: App, beside: Services, project: str, theme: Theme) -> None:
    answer(beside, monitor.create_project(beside, f"{theme} neighbour"), 2)
    app.open(link("/", project)).set_theme(theme)
    expect(app.key("banner-project")).to_be_visible()
    assert axe(app.page) == []
    answer(beside, project, 2)
    monitor.promote(beside, "week 1", project=project)
    answer(beside, project, 2)
    expect(app.key("banner-project")).to_be_hidden(timeout=LIVE_MS)
    app.key("new-monitor").get_by_role("button").click()
    expect(app.key("new-table")).to_be_visible()
    assert axe(app.page) == []


def test_a_long_name_fits_a_phone(open_browser: Callable[..., App], beside: Services) -> None:
    name = monitor.create_project(beside, LONG[::-1].strip())
    phone = open_browser(PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    phone.open(link("/", name))
    phone.page.get_by_test_id("stExpandSidebarButton").click()
    expect(picker(phone)).to_have_value(name)
    box = picker(phone).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_a_phone_shows_each_monitor_with_what_to_do(open_browser: Callable[..., App], app: App, tmp_path: Path) -> None:
    phone = open_browser(PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'driftium.db'}", qdrant=str(tmp_path / "beside"))
    with running_app(tmp_path) as server, open_services(settings) as services:  # alone: only eight lines are shown
        answer(services, "default", 2)
        phone.url = app.url = server.url
        phone.open("/")
        lines = phone.key("narrow-monitors")
        expect(lines.get_by_text("waits for a baseline: 2 answers").first).to_be_visible()
        step = lines.get_by_role("button", name="Promote or import a baseline").first
        box = step.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
        assert axe(phone.page) == []
        app.open("/")
        expect(app.key("narrow-monitors")).to_be_hidden()


@pytest.mark.slow
def test_a_database_that_goes_away_is_told_once_and_followed_again(
    open_browser: Callable[..., App], tmp_path: Path
) -> None:
    folder, away = tmp_path / "data", tmp_path / "away"
    folder.mkdir()
    url = f"sqlite:///{folder / 'driftium.db'}"
    with running_app(tmp_path, DRIFTIUM_DATABASE_URL=url) as server:
        app = open_browser()
        app.url = server.url
        app.open("/")
        app.page.wait_for_timeout(1000 * (CATCH_UP_AFTER_S + 1))  # which would log what it cannot read, once
        log = server.log_text()
        folder.rename(away)
        app.page.wait_for_timeout(5000)
        assert app.page.get_by_test_id("stAlert").count() == 0
        with app.rerun():
            app.page.get_by_test_id("stSidebarNavLink").get_by_text("Overview").click()
        expect(app.page.get_by_test_id("stAlert").filter(has_text="is gone")).to_be_visible()
        away.rename(folder)
        expect(app.key("first-playground")).to_be_visible(timeout=LIVE_MS)
        logged = [line for line in server.log_text().removeprefix(log).splitlines() if line.strip()]
        # Work that is due says so, once for each kind of it; pages that follow say nothing.
        assert all(line.startswith("What is due (") and "is gone" in line for line in logged), logged
        kinds = [line.partition(")")[0] for line in logged]
        assert len(kinds) == len(set(kinds))
