"""The LLM Dashboard in Chromium: from nothing to a drift, in both themes, in two browsers, by mouse and by link."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from driftium_core import monitor
from driftium_core.response import Response
from driftium_core.services import Services
from tests.browser.app import App, Theme, axe
from tests.text.corpus import Answer, answers, other_model

LIVE_MS = 3000
"""A change made elsewhere must show within this time."""

FIRST_CHECK_MS = 90_000
"""The first check of a server loads the encoder."""

SCRIPT = "<script>window.pwned = true</script><img src=x onerror='window.pwned = true'> [link](javascript:alert(1))"


def link(project: str, **query: str) -> str:
    parts = {"project": project, **query}
    return "/llm-dashboard?" + "&".join(f"{name}={value.replace(' ', '+')}" for name, value in parts.items())


def on(topic: str, start: int = 0, stop: int = 60) -> list[Answer]:
    return [item for item in answers() if item.topic == topic][start:stop]


def store(services: Services, project: str, items: Iterable[Answer]) -> list[str]:
    rows = [Response(prompt=item.prompt, response=item.response) for item in items]
    return [item.id for item in services.store.responses.add(rows, project=project).stored]


def watched(services: Services, project: str) -> None:
    """A baseline on bicycles, and current answers half of which are on astronomy."""
    store(services, project, on("bicycle", 0, 24))
    monitor.promote(services, "release 1", project=project)
    store(services, project, [*on("bicycle", 24, 32), *on("astronomy", 0, 12)])


def verdict(app: App) -> Locator:
    return app.page.locator("[class*=st-key-verdict-]")


def drifted(app: App) -> App:
    expect(verdict(app)).to_contain_text("Drift:", timeout=FIRST_CHECK_MS)
    app.idle()
    return app


def test_from_nothing_to_a_drift(app: App, beside: Services, project: str) -> None:
    app.open(link(project))
    expect(app.key("banner-not_initialized")).to_contain_text("Nothing is stored yet")
    store(beside, project, on("bicycle", 0, 24))
    expect(app.key("banner-waiting_for_baseline")).to_contain_text("24 responses", timeout=LIVE_MS)
    monitor.promote(beside, "release 1", project=project)
    expect(app.key("banner-waiting_for_telemetry")).to_contain_text("release 1", timeout=LIVE_MS)
    store(beside, project, on("bicycle", 24, 40))
    expect(verdict(app)).to_contain_text("No drift found.", timeout=FIRST_CHECK_MS)
    expect(verdict(app)).to_contain_text("16 current against 24 baseline answers")
    store(beside, project, on("astronomy", 0, 16))
    expect(verdict(app)).to_contain_text("32 current against 24 baseline answers", timeout=30_000)
    expect(verdict(app)).to_contain_text("Drift:")
    app.idle()
    assert axe(app.page) == []


def test_two_open_dashboards_are_in_step(two_browsers: tuple[App, App], beside: Services, project: str) -> None:
    watched(beside, project)
    for app in two_browsers:
        drifted(app.open(link(project)))
    store(beside, project, on("astronomy", 12, 16))
    for app in two_browsers:  # what is being done shows at once, what came out when it is done
        expect(verdict(app)).to_contain_text(re.compile("comparing them now|24 current"), timeout=LIVE_MS)
    for app in two_browsers:
        expect(verdict(app)).to_contain_text("24 current against 24", timeout=30_000)
    monitor.promote(beside, "release 2", project=project)
    for app in two_browsers:
        expect(app.key("banner-waiting_for_telemetry")).to_contain_text("release 2", timeout=LIVE_MS)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_serious_on_a_drift(app: App, beside: Services, project: str, theme: Theme) -> None:
    watched(beside, project)
    drifted(app.open(link(project))).set_theme(theme)
    app.idle()
    assert axe(app.page) == []


def test_charts_follow_the_theme_and_have_words(app: App, beside: Services, project: str) -> None:
    watched(beside, project)
    drifted(app.open(link(project)))
    charts = app.page.get_by_test_id("stPlotlyChart")
    n_charts = charts.count()
    assert n_charts >= 6
    app.set_theme("light")
    app.idle()
    assert charts.count() == n_charts
    for chart in charts.all():
        words = chart.evaluate("(el) => (el.closest('[aria-label]') || el.querySelector('[aria-label]'))?.ariaLabel")
        assert words, "a chart without words for those who do not see it"


def test_a_script_in_a_response_is_text(app: App, beside: Services, project: str) -> None:
    watched(beside, project)
    beside.store.responses.add([Response(prompt=SCRIPT, response=f"{SCRIPT} {i}") for i in range(6)], project=project)
    drifted(app.open(link(project)))
    expect(app.page.get_by_text("<script>window.pwned").first).to_be_attached()
    assert app.page.evaluate("window.pwned") is None
    assert app.page.locator("[data-testid=stMain] a[href^=javascript]").count() == 0


def test_a_calculation_has_a_link_and_a_way_back(app: App, beside: Services, project: str) -> None:
    watched(beside, project)
    drifted(app.open(link(project)))
    store(beside, project, on("astronomy", 12, 16))
    expect(verdict(app)).to_contain_text("24 current against 24", timeout=30_000)
    first = monitor.pool_history(beside, project=project)[-1]
    app.open(link(project, calculation=first.id))
    expect(verdict(app)).to_contain_text("20 current against 24")
    with app.rerun():
        app.key("calculation-leave").get_by_role("button").click()
    expect(verdict(app)).to_contain_text("24 current against 24")
    assert "calculation=" not in app.page.url


def test_a_click_on_the_trend_opens_that_calculation(app: App, beside: Services, project: str) -> None:
    watched(beside, project)
    drifted(app.open(link(project)))
    store(beside, project, on("astronomy", 12, 16))
    expect(verdict(app)).to_contain_text("24 current against 24", timeout=30_000)
    expect(app.key("card-stability")).to_contain_text("2 kept.")
    points = app.key("card-stability").locator(".scatterlayer .points path")
    expect(points).to_have_count(6)  # two calculations and a ring in both panels: the chart is the new one
    app.idle()
    with app.rerun():
        points.first.click(force=True)
    expect(verdict(app)).to_contain_text("20 current against 24")
    assert re.search(r"calculation=\w+", app.page.url)


def test_an_unknown_calculation_is_said(app: App, project: str) -> None:
    app.open(link(project, calculation="nonesuch"))
    expect(app.page.get_by_text("Calculation nonesuch is not stored")).to_be_visible()
    expect(app.key("calculation-leave")).to_be_visible()


def test_another_version_of_the_baseline_is_picked_and_linked(app: App, beside: Services, project: str) -> None:
    store(beside, project, on("astronomy", 20, 44))
    monitor.promote(beside, "on stars", project=project)
    watched(beside, project)
    drifted(app.open(link(project)))
    app.page.get_by_role("combobox", name="Baseline").click()
    with app.rerun():
        app.page.get_by_role("option", name=re.compile("on stars")).click()
    expect(verdict(app)).to_contain_text("on stars", timeout=30_000)
    assert "baseline=1" in app.page.url
    app.reload()
    expect(verdict(app)).to_contain_text("on stars", timeout=30_000)


def test_paired_answers_stand_side_by_side(app: App, beside: Services, project: str) -> None:
    changed = other_model()[:16]
    prompts = {item.prompt for item in changed}
    store(beside, project, [item for item in answers() if item.prompt in prompts])
    monitor.promote(beside, "model A", project=project)
    store(beside, project, changed)
    app.open(link(project))
    expect(verdict(app)).to_contain_text("paired in 16 prompts", timeout=FIRST_CHECK_MS)
    app.page.get_by_role("radio", name="Pairs").click()
    app.idle()
    expect(app.page.get_by_text(changed[0].prompt).first).to_be_attached()


def test_a_lasso_on_the_map_narrows_the_comparer(app: App, beside: Services, project: str) -> None:
    watched(beside, project)
    drifted(app.open(link(project)))
    with app.rerun():
        app.page.get_by_text("Draw a lasso").click()
    plot = app.key("card-map").locator(".nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.03)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    app.page.mouse.move(*places[0])
    app.page.mouse.down()
    for place in places[1:]:
        app.page.mouse.move(*place, steps=8)
    app.page.mouse.up()
    chip = app.key("llm-unpick").get_by_role("button")
    expect(chip).to_contain_text("44 picked on the map")  # 24 baseline and 20 current answers
    with app.rerun():
        chip.click()
    expect(chip).to_have_count(0)


def test_the_trend_shows_all_that_is_kept(app: App, beside: Services, project: str) -> None:
    watched(beside, project)
    drifted(app.open(link(project)))
    with app.rerun():
        app.key("card-stability").get_by_role("radio", name="All").click()
    assert "trend=All" in app.page.url
    with app.rerun():
        app.key("card-stability").get_by_text("Table of 1").click()
    expect(app.key("card-stability").get_by_test_id("stDataFrame")).to_be_visible()


def test_the_keyboard_reaches_the_answers_and_changes_their_view(app: App, beside: Services, project: str) -> None:
    watched(beside, project)
    drifted(app.open(link(project)))
    app.page.evaluate("document.activeElement.blur()")
    focused = app.key("card-answers").locator(":focus")
    for _ in range(60):
        app.page.keyboard.press("Tab")
        if focused.count():
            break
    expect(focused).to_have_count(1)
    app.page.keyboard.press("ArrowRight")
    app.page.keyboard.press("Enter")
    expect(app.key("card-answers").get_by_role("radio", name="Browse")).to_be_checked()
    app.idle()
    expect(app.page.get_by_placeholder("Only one group of like answers")).to_be_attached()


@pytest.mark.parametrize(
    ("button", "ending", "inside"),
    [
        ("HTML report", ".html", "Drift: "),
        ("JSON", ".json", '"verdict": "drift"'),
        ("CSV of responses", ".csv", "baseline"),
    ],
)
def test_a_download_holds_what_is_shown(
    app: App, beside: Services, project: str, button: str, ending: str, inside: str
) -> None:
    watched(beside, project)
    drifted(app.open(link(project)))
    app.page.get_by_role("button", name="Download", exact=True).click()
    with app.page.expect_download() as downloaded:
        app.page.get_by_role("button", name=button, exact=True).click()
    assert downloaded.value.suggested_filename.endswith(ending)
    assert inside in Path(downloaded.value.path()).read_text("utf-8")


def test_the_dashboard_fits_a_phone(phone: App, beside: Services, project: str) -> None:
    watched(beside, project)
    drifted(phone.open(link(project)))
    main = phone.page.get_by_test_id("stMain").evaluate("(el) => [el.scrollWidth, el.clientWidth]")
    assert main[0] <= main[1]
    assert axe(phone.page) == []


def test_a_finger_scrolls_a_phone_past_every_chart(phone: App, beside: Services, project: str) -> None:
    watched(beside, project)
    drifted(phone.open(link(project)))
    charts, main = phone.page.locator(".js-plotly-plot"), phone.page.get_by_test_id("stMain")
    session = phone.page.context.new_cdp_session(phone.page)
    stuck = []
    for chart in charts.all():
        chart.evaluate("(el) => el.scrollIntoView({ block: 'center' })")
        main.evaluate("(el) => el.scrollBy(0, -150)")  # so that the last one has somewhere to go
        box, before = chart.bounding_box(), main.evaluate("(el) => el.scrollTop")
        assert box is not None
        finger = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
        for _ in range(10):
            finger["y"] -= 12
            session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [finger]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        phone.page.wait_for_timeout(300)
        if main.evaluate("(el) => el.scrollTop") <= before:
            stuck.append(chart.evaluate("(el) => el.closest('[class*=st-key-fig-]').className"))
    assert charts.count() >= 5
    assert stuck == []
