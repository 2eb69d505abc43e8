"""What must hold on every page: it opens, it can be used without a mouse, it fits a phone, it stays at home."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.app import PAGES, App, Theme, axe
from tests.browser.server import ROOT

# Chromium's own computation of roles and names; "presentation" and hidden nodes are left out by "ignored".
_NAMED_ROLES = {
    "button",
    "checkbox",
    "combobox",
    "link",
    "listbox",
    "menuitem",
    "radio",
    "searchbox",
    "slider",
    "spinbutton",
    "switch",
    "tab",
    "textbox",
}

# The widest outline on the focused element, or on the box around or beside a visually hidden input.
_FOCUS_RING = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const width = (el) => {
    const s = getComputedStyle(el);
    return s.outlineStyle === "none" ? 0 : parseFloat(s.outlineWidth) || 0;
  };
  const boxes = [at, at.nextElementSibling, at.parentElement, at.parentElement?.nextElementSibling,
                 at.parentElement?.parentElement, at.closest("label, [data-testid=stDataFrame]")].filter(Boolean);
  const label = at.getAttribute("aria-label") || at.textContent.trim().slice(0, 40) || at.id || at.tagName;
  const again = at === window.lastFocus;  // a table keeps the focus while Tab walks its cells
  window.lastFocus = at;
  return { again, label, html: at.outerHTML.slice(0, 160), width: Math.max(...boxes.map(width)) };
}"""


@pytest.mark.parametrize("path", PAGES)
def test_cold_deep_link_opens_its_page(app: App, path: str) -> None:
    app.open(path)
    assert app.page.locator("h1").count() == 1
    assert urlsplit(app.page.url).path == path


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(app: App, path: str, theme: Theme) -> None:
    app.open(path).set_theme(theme)
    assert axe(app.page) == []


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious_on_a_phone(phone: App, path: str) -> None:
    phone.open(path)
    assert axe(phone.page) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_sideways_scroll_on_a_phone(phone: App, path: str) -> None:
    phone.open(path)
    width = phone.page.evaluate("document.scrollingElement.scrollWidth")
    main = phone.page.get_by_test_id("stMain").evaluate("(el) => [el.scrollWidth, el.clientWidth]")
    assert width <= 390
    assert main[0] <= main[1]


@pytest.mark.parametrize("path", PAGES)
def test_the_title_row_is_clear_of_the_header_on_a_phone(phone: App, path: str) -> None:
    phone.open(path)
    header = phone.page.get_by_test_id("stHeader").bounding_box()
    row = phone.key("title").bounding_box()
    assert header is not None
    assert row is not None
    assert row["y"] >= header["y"] + header["height"]


@pytest.mark.parametrize("path", PAGES)
def test_every_control_has_an_accessible_name(app: App, path: str) -> None:
    app.open(path)
    nodes = app.page.context.new_cdp_session(app.page).send("Accessibility.getFullAXTree")["nodes"]
    controls = [n for n in nodes if not n["ignored"] and n["role"]["value"] in _NAMED_ROLES]
    nameless = [n for n in controls if not n.get("name", {}).get("value", "").strip()]
    assert controls
    assert [(n["role"]["value"], n.get("properties")) for n in nameless] == []


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("path", PAGES)
def test_focus_is_visible_on_every_stop_of_the_tab_key(app: App, path: str, theme: Theme) -> None:
    app.open(path).set_theme(theme)
    app.page.evaluate("document.activeElement.blur()")
    stops = []
    for _ in range(15):
        app.page.keyboard.press("Tab")
        stop = app.page.evaluate(_FOCUS_RING)
        if stop is None:
            break
        if not stop["again"]:
            stops.append(stop)
    assert len(stops) >= 4, "the navigation and the theme toggle alone are four stops"
    assert [stop for stop in stops if stop["width"] < 2] == [], "outline in CSS pixels"


@pytest.mark.parametrize("path", PAGES)
def test_a_fragment_that_runs_by_itself_is_alone_in_its_container(app: App, path: str) -> None:
    """Else the page goes blank when the server is busy: see `pages.ui.live`."""
    places: dict[tuple[int, ...], str] = {}

    def note(payload: str | bytes) -> None:
        message = ForwardMsg.FromString(payload) if isinstance(payload, bytes) else ForwardMsg()
        if message.WhichOneof("type") == "delta":
            places[tuple(message.metadata.delta_path)] = message.delta.fragment_id
        elif message.WhichOneof("type") == "auto_rerun":
            polled.add(message.auto_rerun.fragment_id)

    polled: set[str] = set()
    app.page.on("websocket", lambda socket: socket.on("framereceived", note))
    app.open(path)
    assert polled
    for fragment in polled:
        container = min((place for place, of in places.items() if of == fragment), key=len)
        assert [place for place in places if place[:-1] == container[:-1]] == [container], container


def test_title_and_favicon_are_the_products(app: App) -> None:
    app.open("/")
    assert "Driftium" in app.page.title()
    icon = app.page.locator("link[rel~=icon]").first
    content = bytes(icon.evaluate("async (link) => [...new Uint8Array(await (await fetch(link.href)).arrayBuffer())]"))
    assert content in [file.read_bytes() for file in Path(ROOT, "static").glob("favicon.*")]


def test_pages_are_reached_through_the_navigation(app: App) -> None:
    app.open("/")
    links = app.page.get_by_test_id("stSidebarNavLink")
    paths = [
        f"/{href.removeprefix(app.url).strip('/')}" for href in links.evaluate_all("(all) => all.map(a => a.href)")
    ]
    assert set(PAGES) <= set(paths)
    for number, path in enumerate(paths):
        with app.rerun():
            links.nth(number).click()
        app.page.wait_for_url(lambda url, path=path: urlsplit(url).path == path)
        assert app.page.locator("h1").count() == 1
