"""The dark and the light theme: dark first, chosen per browser, kept, and never flashing the other one."""

import pytest
from playwright.sync_api import expect

from tests.browser.app import App

# Relative luminance (WCAG 2.2) of what lies behind the page's text; transparent layers show what is below,
# and below everything is the canvas, whose colour follows `color-scheme`.
_LUMINANCE = """() => {
  const layers = [document.querySelector("[data-testid=stApp]"), document.body, document.documentElement];
  const solid = layers.filter(Boolean).map((el) => getComputedStyle(el).backgroundColor)
    .map((c) => c.match(/[\\d.]+/g).map(Number)).find((c) => c.length < 4 || c[3] === 1);
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
  const rgb = solid ?? (dark ? [18, 18, 18] : [255, 255, 255]);
  const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""

# One sample per frame from before the first paint until the test reads them.
_RECORD = f"""
window.luminances = [];
const sample = () => {{ if (document.body) window.luminances.push(({_LUMINANCE})()); requestAnimationFrame(sample); }};
requestAnimationFrame(sample);
document.addEventListener("DOMContentLoaded", () => {{
  window.themeAtLoad = document.documentElement.dataset.driftiumTheme;
  window.luminanceAtLoad = ({_LUMINANCE})();
}});
"""


def is_dark(app: App) -> bool:
    """Whether the page is drawn dark; in between is a failure of its own."""
    luminance = app.page.evaluate(_LUMINANCE)
    assert luminance < 0.1 or luminance > 0.8, luminance
    return bool(luminance < 0.1)


def expect_theme(app: App, theme: str) -> None:
    """Wait until document, background and toggle all show `theme`."""
    app.page.wait_for_function("(t) => document.documentElement.dataset.driftiumTheme === t", arg=theme)
    app.page.wait_for_function(f"(dark) => (({_LUMINANCE})() < 0.1) === dark", arg=theme == "dark")
    expect(app.toggle).to_be_checked(checked=theme == "light")


def test_dark_by_default_though_the_system_prefers_light(app: App) -> None:
    app.open("/")
    expect_theme(app, "dark")
    assert is_dark(app)


def test_toggle_by_mouse_there_and_back(app: App) -> None:
    app.open("/").set_theme("light")
    expect_theme(app, "light")
    app.set_theme("dark")
    expect_theme(app, "dark")


def test_toggle_by_the_space_key(app: App) -> None:
    app.open("/")
    app.toggle.focus()
    with app.rerun():
        app.page.keyboard.press("Space")
    expect_theme(app, "light")
    with app.rerun():
        app.page.keyboard.press("Space")
    expect_theme(app, "dark")


def test_choice_is_kept_over_reload_page_change_and_another_path(app: App) -> None:
    app.open("/").set_theme("light")
    app.reload()
    expect_theme(app, "light")
    with app.rerun():
        app.page.get_by_test_id("stSidebarNavLink").get_by_text("Tabular").click()
    app.page.wait_for_url("**/tabular*")
    expect_theme(app, "light")
    app.open("/settings")
    expect_theme(app, "light")
    app.set_theme("dark")
    app.open("/tabular")
    expect_theme(app, "dark")


def test_second_tab_follows_live(app: App) -> None:
    app.open("/")
    tab = app.new_tab().open("/tabular")
    app.set_theme("light")
    expect_theme(tab, "light")
    tab.set_theme("dark")
    expect_theme(app, "dark")


def test_two_browsers_keep_their_own_theme(two_browsers: tuple[App, App]) -> None:
    one, other = two_browsers
    one.open("/").set_theme("light")
    other.open("/")
    one.reload()
    expect_theme(one, "light")
    expect_theme(other, "dark")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_frame_shows_the_other_theme(app: App, theme: str) -> None:
    app.open("/").set_theme(theme)
    app.page.add_init_script(_RECORD)
    app.reload()
    assert app.page.evaluate("window.themeAtLoad") == theme
    frames = [app.page.evaluate("window.luminanceAtLoad"), *app.page.evaluate("window.luminances")]
    assert len(frames) > 5
    assert all(luminance < 0.1 if theme == "dark" else luminance > 0.8 for luminance in frames), frames


def test_session_survives_the_toggle(app: App) -> None:
    app.open("/tabular")
    slider = app.page.get_by_role("slider").first
    position = "(el) => el.getAttribute('aria-valuenow') ?? el.value"
    before = slider.evaluate(position)
    slider.focus()
    with app.rerun():
        app.page.keyboard.press("ArrowRight")
    moved = slider.evaluate(position)
    assert moved != before
    app.set_theme("light")
    expect_theme(app, "light")
    app.idle()
    assert slider.evaluate(position) == moved
