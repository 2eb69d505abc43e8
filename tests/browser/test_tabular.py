"""The Tabular page driven as a person drives it: slider, files, table, links, downloads, two browsers."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.app import App, axe

REFERENCE = pd.DataFrame(
    {"amount": [i * 37 % 500 for i in range(800)], "city": ["Oslo", "Bergen", "Tromsø", "Bodø"] * 200}
)
CURRENT = REFERENCE.assign(amount=REFERENCE.amount + 260)


def line(app: App):
    """The verdict line."""
    return app.page.locator("[class*=st-key-verdict-] h2")


def write(folder: Path, name: str, frame: pd.DataFrame) -> Path:
    path = folder / name
    frame.to_csv(path, index=False)
    return path


def give_files(app: App, reference: Path, current: Path) -> None:
    app.open("/tabular")
    for side, path in (("reference", reference), ("current", current)):
        app.key(f"tabular_{side}").get_by_role("radio", name="Upload").click()
        app.key(f"tabular_{side}_file").locator("input[type=file]").set_input_files(path)
        app.key(f"tabular_{side}_file").get_by_text(path.name).wait_for()


def test_the_slider_moves_the_verdict_by_keyboard(app: App) -> None:
    app.open("/tabular")
    expect(line(app)).to_contain_text("Drift: CRITICAL")
    before = line(app).inner_text()
    app.page.get_by_role("slider", name="age threshold").focus()
    for _ in range(5):
        app.page.keyboard.press("ArrowRight")
    expect(line(app)).not_to_have_text(before)
    app.page.wait_for_url(re.compile(r"filter=age\+%3C\+40"))


def test_a_link_brings_back_filter_and_column(app: App) -> None:
    app.open("/tabular?filter=job+in+student%2C+retired&column=age")
    expect(app.key("card-drill").get_by_role("heading", name="age", exact=True)).to_be_visible()
    expect(app.page.locator("[class*=st-key-verdict-]")).to_contain_text("job in student, retired")


def test_files_give_a_report_that_is_kept_and_has_a_link(app: App, tmp_path: Path, open_browser) -> None:
    give_files(app, write(tmp_path, "march.csv", REFERENCE), write(tmp_path, "april.csv", CURRENT))
    expect(line(app)).to_contain_text("1 of 2 columns drifted", timeout=30_000)
    expect(app.key("card-drill").get_by_role("heading", name="amount")).to_be_visible()
    app.key("open-saved").get_by_role("button").click()
    app.page.wait_for_url(re.compile("run="))
    expect(app.page.locator("[class*=st-key-verdict-]")).to_contain_text("“april.csv” against “march.csv”")

    colleague = open_browser()
    colleague.open(app.page.url.removeprefix(app.url))
    expect(line(colleague)).to_contain_text("1 of 2 columns drifted")

    colleague.open("/")
    expect(colleague.key("card-monitors")).to_be_visible()


def test_downloads_hold_the_report(app: App, tmp_path: Path) -> None:
    formula = REFERENCE.rename(columns={"city": "=cmd()"})
    give_files(app, write(tmp_path, "a.csv", formula), write(tmp_path, "b.csv", formula))
    expect(line(app)).to_contain_text("No drift found", timeout=30_000)
    with app.page.expect_download() as download:
        app.key("download-json").get_by_role("button").click()
    report = json.loads(download.value.path().read_text("utf-8"))
    assert report["summary"]["monitored_feature_count"] == 2
    with app.page.expect_download() as download:
        app.key("download-csv").get_by_role("button").click()
    content = download.value.path().read_text("utf-8-sig")
    assert "'=cmd()" in content
    assert not re.search(r"(^|,)\"?=cmd", content, re.MULTILINE)
    with app.page.expect_download() as download:
        app.key("download-html").get_by_role("button").click()
    page = download.value.path().read_text("utf-8")
    assert "“<bdi>b.csv</bdi>” against “<bdi>a.csv</bdi>”" in page
    assert "No drift found." in page


def test_markup_in_a_file_is_text(app: App, tmp_path: Path) -> None:
    attack = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
    frame = REFERENCE.rename(columns={"amount": attack}).assign(city=attack)
    give_files(app, write(tmp_path, "a.csv", frame), write(tmp_path, "b.csv", frame.assign(city="plain")))
    expect(line(app)).to_be_visible(timeout=30_000)
    app.idle()
    app.page.wait_for_timeout(1500)
    assert app.page.evaluate("window.hacked") is None
    assert app.page.locator("img[src=x]").count() == 0


def test_a_wrong_file_gets_a_sentence_and_the_page_goes_on(app: App, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    app.open("/tabular")
    app.key("tabular_current").get_by_role("radio", name="Upload").click()
    app.key("tabular_current_file").locator("input[type=file]").set_input_files(letter)
    expect(app.page.get_by_test_id("stAlert").filter(has_text="letter.pdf")).to_be_visible()
    app.key("tabular_current").get_by_role("radio", name="Filter the reference").click()
    expect(line(app)).to_contain_text("Drift: CRITICAL")


@pytest.mark.slow
def test_long_work_shows_progress_and_can_be_cancelled(app: App, tmp_path: Path) -> None:
    wide = pd.DataFrame({f"c{i}": [(i + 1) * j * 7919 % 1000 for j in range(60)] for i in range(9000)})
    path = write(tmp_path, "wide.csv", wide)
    give_files(app, path, path)
    # Reading has a Cancel of its own; the comparison's is the one that stays long enough to be pressed.
    comparing = app.page.locator("[class*=st-key-card-job]").filter(has_text="Comparing columns")
    cancel = comparing.get_by_role("button", name="Cancel")
    expect(cancel).to_be_visible(timeout=30_000)
    # The page answers while the work goes on.
    app.page.get_by_test_id("stPopover").filter(has_text="How to read this").get_by_role("button").click()
    expect(app.page.get_by_text("The question.")).to_be_visible()
    app.page.keyboard.press("Escape")
    cancel.click()
    expect(app.page.get_by_text(re.compile("Comparing columns was cancelled. Nothing was stored."))).to_be_visible(
        timeout=30_000
    )
    expect(app.page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_theme_redraws_charts_and_keeps_the_choice(app: App) -> None:
    app.open("/tabular?filter=campaign+%3E%3D+2")
    stroke = "() => getComputedStyle(document.querySelector('.st-key-card-drill .js-line')).stroke"
    app.page.wait_for_selector(".st-key-card-drill .js-line")
    dark = app.page.evaluate(stroke)
    app.set_theme("light")
    app.page.wait_for_function(f"(was) => ({stroke})() !== was", arg=dark)
    assert "campaign" in app.page.url
    expect(app.page.locator("[class*=st-key-verdict-]")).to_contain_text("campaign ≥ 2")


def test_two_browsers_do_not_mix(two_browsers: tuple[App, App]) -> None:
    first, second = two_browsers
    first.open("/tabular?filter=age+%3C+30")
    second.open("/tabular?filter=age+%3C+60")
    expect(first.page.locator("[class*=st-key-verdict-]")).to_contain_text("age < 30")
    expect(second.page.locator("[class*=st-key-verdict-]")).to_contain_text("age < 60")
    first.reload()
    expect(first.page.locator("[class*=st-key-verdict-]")).to_contain_text("age < 30")


def test_the_page_is_usable_on_a_phone(phone: App) -> None:
    phone.open("/tabular")
    expect(line(phone)).to_be_visible()
    assert phone.page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    slider = phone.page.get_by_role("slider", name="age threshold")
    slider.scroll_into_view_if_needed()
    expect(slider).to_be_visible()


def dots(app: App):
    """The points of the root-cause chart."""
    return app.page.locator(".st-key-card-root .scatterlayer path.point")


def test_the_root_is_named_and_a_dot_opens_its_column(app: App) -> None:
    app.open("/tabular?filter=age+%3C+35")
    expect(app.page.locator("[class*=st-key-verdict-]")).to_contain_text("age moved and carries")
    expect(app.key("card-root")).to_contain_text("rows with age ≥ 35 are gone")
    expect(app.key("card-drill").get_by_role("heading", name="age", exact=True)).to_be_visible()
    dots(app).first.scroll_into_view_if_needed()
    with app.rerun():
        dots(app).first.click(force=True)
    app.page.wait_for_url(re.compile("column="))
    expect(app.key("card-drill").get_by_role("heading", name="age", exact=True)).to_have_count(0)
    expect(app.key("card-root-column")).to_contain_text("age, the root column")


def test_the_root_cause_follows_the_theme(app: App) -> None:
    app.open("/tabular?filter=age+%3C+35")
    fill = "() => getComputedStyle([...document.querySelectorAll('.st-key-card-root path.point')].at(-1)).fill"
    dots(app).first.wait_for()
    dark = app.page.evaluate(fill)
    app.set_theme("light")
    app.page.wait_for_function(f"(was) => ({fill})() !== was", arg=dark)
    assert axe(app.page) == []


def test_the_rows_that_are_gone_can_be_downloaded(app: App) -> None:
    app.open("/tabular?filter=age+%3C+35")
    with app.page.expect_download() as download:
        app.key("download-rows").get_by_role("button").click()
    rows = pd.read_csv(download.value.path())
    assert rows.age.min() == 35
    assert len(rows) > 10_000


def test_the_agent_takes_over_from_the_page_and_is_read_from_its_top(phone: App) -> None:
    phone.open("/tabular?filter=age+%3C+35")
    expect(phone.key("card-why")).to_contain_text("Written by rules")
    phone.key("ask-agent").get_by_role("button").click()
    phone.page.wait_for_url(re.compile("agentic-rca.*run="))
    phone.idle()
    assert phone.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    assert phone.page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
