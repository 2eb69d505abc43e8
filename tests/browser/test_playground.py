"""The Playground as its users meet it: real Chromium, the real app, the embedded model."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from driftium_core import monitor
from driftium_core.services import Services
from tests.browser.app import App, Theme, axe
from tests.browser.test_projects_and_live import LIVE_MS, link
from tests.llm.answers import wait_until
from tests.store.make import new_arm, new_response

pytestmark = pytest.mark.slow

ANSWER_MS = 60_000
MISCHIEF = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'> **bold** $x^2$"

GROWN = "(n) => (document.querySelector('[class*=st-key-said-answer] code')?.textContent.length ?? 0) > n"


def stored(services: Services, project: str = "default") -> list[tuple[str | None, str]]:
    """Prompt and answer of all current telemetry, newest first."""
    found = monitor.current_responses(services, project=project, limit=500)
    return [(item.content.prompt, item.content.response) for item in found]


def prompt(app: App) -> Locator:
    return app.key("card-prompt").get_by_role("textbox", name="Prompt", exact=True)


def send(app: App, text: str) -> None:
    """Write a prompt and press Ctrl+Enter."""
    prompt(app).fill(text)
    prompt(app).press("Control+Enter")


def answer(app: App) -> Locator:
    """The answer's text, as it is shown."""
    return app.key("card-answer").locator("[class*=st-key-said-answer] code")


def finished(app: App) -> Locator:
    return app.key("card-answer").get_by_text("Kept as telemetry.")


def set_option(app: App, label: str, value: str) -> None:
    app.key("card-prompt").get_by_test_id("stPopoverButton").click()
    with app.rerun():
        app.page.get_by_role("spinbutton", name=label).fill(value)
        app.page.get_by_role("spinbutton", name=label).press("Enter")
    app.page.keyboard.press("Escape")


def press(app: App, key: str) -> None:
    with app.rerun():
        app.key(key).get_by_role("button").click()


def record(services: Services, project: str, *replies: str) -> None:
    services.store.responses.add([new_response(reply) for reply in replies], project=project)


def test_tokens_stream_and_a_stop_leaves_a_partial_that_is_not_stored(app: App, beside: Services, project: str) -> None:
    app.open(link("/playground", project))
    set_option(app, "Token limit of an answer", "1500")
    send(app, "Write a very long story about a baker who learns to make bread. Describe every single day of a year.")
    lengths: list[int] = []
    for _ in range(3):
        app.page.wait_for_function(GROWN, arg=lengths[-1] if lengths else 0, timeout=ANSWER_MS)
        lengths.append(len(answer(app).inner_text()))
    assert lengths == sorted(set(lengths))
    app.page.get_by_role("button", name="Stop").click()
    expect(app.key("card-answer")).to_contain_text("stopped: partial")
    expect(app.key("card-answer")).to_contain_text("and not stored")
    assert len(answer(app).inner_text()) >= lengths[-1]
    assert stored(beside, project) == []


def test_a_script_in_a_prompt_or_an_answer_never_runs(app: App, beside: Services, project: str) -> None:
    record(beside, project, "an older answer", MISCHIEF)
    app.open(link("/playground", project))
    table = app.key("card-telemetry").get_by_test_id("stDataFrame")
    with app.rerun():
        table.click(position={"x": 14, "y": 52})  # the table is a canvas: its first row's box
    picked = app.key("card-telemetry").locator("[class*=st-key-said-telemetry] code")
    expect(picked).to_have_text(MISCHIEF)
    record(beside, project, "this one came on top")
    expect(app.page.get_by_placeholder("Search prompts and answers (3)")).to_be_visible(timeout=LIVE_MS)
    expect(picked).to_have_text(MISCHIEF)
    expect(app.page.get_by_text("1 picked")).to_be_visible()

    send(app, MISCHIEF)
    expect(finished(app)).to_be_visible(timeout=ANSWER_MS)
    assert stored(beside, project)[0][0] == MISCHIEF
    press(app, "play-promote")
    expect(app.key("promote-preview")).to_contain_text("1 answer to 1 different prompt,", timeout=ANSWER_MS)
    app.page.wait_for_timeout(300)
    assert app.page.evaluate("window.hacked") is None
    assert app.page.locator("[data-testid=stMain] img[src=x]").count() == 0


def test_half_a_character_in_a_paste_does_not_end_the_page(app: App, beside: Services, project: str) -> None:
    """Protobuf refuses a lone surrogate: the server would read nothing of this page any more, and say nothing."""
    app.open(link("/playground", project))
    prompt(app).evaluate(
        """(area) => {
            Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, "One \\ud83d word.");
            area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
        }"""
    )
    prompt(app).press("Control+Enter")
    expect(app.page.get_by_text("Kept as telemetry.")).to_be_visible(timeout=ANSWER_MS)
    assert [asked for asked, _ in stored(beside, project)] == ["One \ufffd word."]


def test_four_browsers_generate_at_once(open_browser: Callable[..., App], beside: Services, project: str) -> None:
    apps = [open_browser() for _ in range(4)]
    prompts = [f"Tell me about {topic} in two sentences." for topic in ("bread", "the Moon", "bicycles", "whales")]
    for app in apps:
        app.open(link("/playground", project))
    for app, text in zip(apps, prompts, strict=True):
        send(app, text)
    for app in apps:
        expect(finished(app)).to_be_visible(timeout=ANSWER_MS)
    kept = stored(beside, project)
    assert sorted(asked for asked, _ in kept if asked) == sorted(prompts)
    assert len({reply for _, reply in kept}) == 4
    for app, text in zip(apps, prompts, strict=True):
        expect(prompt(app)).to_have_value(text)
        assert answer(app).inner_text() == dict(kept)[text]
        expect(app.page.get_by_placeholder("Search prompts and answers (4)")).to_be_visible(timeout=LIVE_MS)


def open_preview(app: App, project: str, name: str) -> None:
    app.open(link("/playground", project))
    press(app, "play-promote")
    field = app.key("play_baseline_name").get_by_role("textbox")
    field.wait_for(timeout=ANSWER_MS)
    field.fill(name)


def test_two_browsers_are_in_step(two_browsers: tuple[App, App], beside: Services, project: str) -> None:
    record(beside, project, *(f"answer {n}" for n in range(4)))
    one, other = two_browsers
    open_preview(one, project, "March")
    other.open(link("/playground", project))
    prompt(other).fill("half a thought")
    one.key("play-promote-now").get_by_role("button").click()
    expect(other.page.get_by_text("“March” holds 4 responses")).to_be_visible(timeout=LIVE_MS)
    expect(prompt(other)).to_have_value("half a thought")
    expect(one.page.get_by_text("“March” holds 4 responses")).to_be_visible(timeout=LIVE_MS)


def test_two_tabs_promote_at_once_and_one_wins(app: App, beside: Services, project: str) -> None:
    record(beside, project, *(f"answer {n}" for n in range(4)))
    tabs = [app, app.new_tab()]
    for tab, name in zip(tabs, "AB", strict=True):
        open_preview(tab, project, name)
    for tab in tabs:
        tab.key("play-promote-now").get_by_role("button").click(no_wait_after=True)
    refused = "The pools changed since this preview"
    assert wait_until(lambda: any(tab.page.get_by_text(refused).is_visible() for tab in tabs), 10)
    (baseline,) = monitor.baselines(beside, project=project)
    for tab in tabs:
        expect(tab.page.get_by_text(f"“{baseline.name}” holds 4 responses")).to_be_visible(timeout=LIVE_MS)
    assert sum(tab.page.get_by_text(refused).is_visible() for tab in tabs) == 1


def test_links_open_cold(app: App, beside: Services, project: str) -> None:
    app.open(link("/playground", project) + "&view=Prompt+sets")
    expect(app.page.get_by_role("button", name="Run 16 prompts").last).to_be_visible()
    arm = new_arm()
    run = beside.store.prompt_runs.start("Bread", ["What is a loaf?"], [arm], to_current=False, project=project)
    beside.store.prompt_runs.add_answer(run.id, 0, 0, new_response("A loaf is bread.", prompt="What is a loaf?"))
    app.open(f"/playground?prompt_run={run.id}")
    expect(app.key("card-run")).to_contain_text("1 of 1 answered.")
    expect(app.key("project").get_by_role("combobox")).to_have_value(project)
    with app.page.expect_download() as download:
        app.key("play-run-jsonl").get_by_role("button").click()
    line = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert (line["prompt"], line["response"]) == ("What is a loaf?", "A loaf is bread.")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_answers_sets_and_runs_are_accessible(app: App, beside: Services, project: str, theme: Theme) -> None:
    record(beside, project, *(f"answer {n}" for n in range(60)))
    beside.store.baselines.promote("March", project=project)
    record(beside, project, *(f"answer {n}" for n in range(60)))
    arms = [new_arm(), new_arm()]
    run = beside.store.prompt_runs.start("Bread", ["What is a loaf?"], arms, to_current=False, project=project)
    beside.store.prompt_runs.add_answer(run.id, 0, 0, new_response("A loaf is bread.", prompt="What is a loaf?"))
    app.open(link("/playground", project)).set_theme(theme)
    app.key("play-promote").get_by_role("button").click()
    app.key("play_baseline_name").wait_for(timeout=ANSWER_MS)
    app.idle()
    assert axe(app.page) == []
    app.open(f"/playground?prompt_run={run.id}").set_theme(theme)
    assert axe(app.page) == []


def test_runs_and_answers_fit_a_phone(phone: App, beside: Services, project: str) -> None:
    record(beside, project, "x" * 3000, *(f"answer {n}" for n in range(60)))
    run = beside.store.prompt_runs.start("B" * 190, ["y" * 500], [new_arm()], to_current=False, project=project)
    for path in (link("/playground", project), f"/playground?prompt_run={run.id}"):
        phone.open(path)
        sizes = phone.page.get_by_test_id("stMain").evaluate("(el) => [el.scrollWidth, el.clientWidth]")
        assert sizes[0] <= sizes[1], path
    assert re.search("prompt_run", phone.page.url)
