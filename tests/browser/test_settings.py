"""The Settings page in Chromium: a source is set up, runs by itself, and every open browser sees it."""

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.app import App, axe

SECTIONS = ("sources", "api", "installation")


def test_a_source_runs_by_itself_and_every_browser_sees_it(
    two_browsers: tuple[App, App], project: str, tmp_path: Path
) -> None:
    log = tmp_path / "answers.jsonl"
    records = [{"prompt": f"What is {n}?", "response": f"<b>{n}</b> is a number."} for n in range(3)]
    log.write_text("".join(json.dumps(record) + "\n" for record in records) + "broken\n", "utf-8")
    one, other = two_browsers
    other.open(f"/settings?project={quote(project)}")
    one.open(f"/settings?project={quote(project)}&add=collect")
    assert axe(one.page) == []
    one.page.get_by_role("textbox", name="Path").fill(str(log))
    with one.rerun():
        one.page.get_by_role("button", name="Try it").click()
    expect(one.page.get_by_text("Read as response:")).to_be_visible()
    one.page.get_by_role("textbox", name="Name", exact=True).fill("<i>bot</i> log 🥐")
    with one.rerun():
        one.page.get_by_role("button", name="Create").click()
    for app in two_browsers:  # the second one without being touched
        expect(app.page.get_by_text(re.compile("^Last run, .* 3 new"))).to_be_visible(timeout=60_000)
        expect(app.page.get_by_role("heading", name="<i>bot</i> log 🥐")).to_be_visible()
        assert axe(app.page) == []
    one.page.get_by_role("button", name="Delete").click()
    one.page.get_by_role("button", name="Delete it").click()
    expect(other.page.get_by_text("Nothing is collected or checked by itself yet")).to_be_visible()


def test_what_is_typed_stays_while_another_browser_changes_the_list(
    two_browsers: tuple[App, App], project: str
) -> None:
    one, other = two_browsers
    one.open(f"/settings?project={quote(project)}&add=collect")
    path = one.page.get_by_role("textbox", name="Path")
    path.fill("/not/sent/yet")
    other.open(f"/settings?project={quote(project)}&add=answers")
    other.page.get_by_role("textbox", name="Name", exact=True).fill("answers")
    with one.rerun(), other.rerun():
        other.page.get_by_role("button", name="Create").click()
    expect(path).to_have_value("/not/sent/yet")


@pytest.mark.parametrize("section", SECTIONS)
def test_a_phone_has_room_for_every_section(phone: App, section: str) -> None:
    phone.open(f"/settings?section={section}").set_theme("light")
    assert axe(phone.page) == []
    main = phone.page.get_by_test_id("stMain")
    assert main.evaluate("(el) => el.scrollWidth <= el.clientWidth")
    tops = {box["y"] for radio in main.get_by_role("radio").all() if (box := radio.bounding_box())}
    assert len(tops) == 1, "the sections stand in one line"
    for button in (*main.get_by_role("radio").all(), *main.locator("[data-testid^=stBaseLinkButton]").all()):
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= 390
