"""One browser page on the app, with waits that know Streamlit."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.server import ROOT

ARTIFACTS = ROOT / "test-artifacts"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

# Paths every generic page test and `make screenshots` visits.
PAGES = ("/", "/tabular", "/llm-dashboard", "/playground", "/agentic-rca", "/settings")

Theme = Literal["light", "dark"]

_OUTSIDE = re.compile(r"^(?:https?|wss?)://(?!127\.0\.0\.1[:/]|localhost[:/])")
_IDLE = (
    '[data-testid="stApp"][data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]'
    ":not(:has([data-testid=stStatusWidget], [data-stale=true], [data-testid=stSkeleton]))"
)
_RUN_ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class App:
    """A page of one browser; contexts do not share storage, tabs of one context do.

    Attributes
    ----------
    page
        Playwright's page, for everything not offered here.
    page_errors
        Uncaught JavaScript errors of the page.
    outside
        Requests to hosts other than this machine; each was refused.
    runs
        Script runs that the server has finished for this page, since it was made; polls of a timer are left out.
    tabs
        Further tabs of the same browser, made by `new_tab`.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.page_errors: list[str] = []
        self.outside: list[str] = []
        self.runs = 0
        self._polled: set[str] = set()
        self.tabs: list[App] = []
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.page.on("websocket", self._watch)
        self.page.route(_OUTSIDE, self._refuse)

    def _refuse(self, route: Route) -> None:
        self.outside.append(route.request.url)
        route.abort()

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framesent", self._note_poll)
        socket.on("framereceived", self._count_run)

    def _note_poll(self, payload: str | bytes) -> None:
        """Remember which fragments run because of a timer, and not because of the person at the browser."""
        asked = BackMsg.FromString(payload).rerun_script if isinstance(payload, bytes) else BackMsg().rerun_script
        if asked.fragment_id:
            (self._polled.add if asked.is_auto_rerun else self._polled.discard)(asked.fragment_id)

    def _count_run(self, payload: str | bytes) -> None:
        # Read from the socket, because the page shows a quick run for no frame at all.
        message = ForwardMsg.FromString(payload) if isinstance(payload, bytes) else ForwardMsg()
        if message.WhichOneof("type") == "script_finished" and message.script_finished in _RUN_ENDS:
            fragments = message.metadata.run.fragment_ids
            self.runs += not fragments or not self._polled.issuperset(fragments)

    def _wait_for_run(self, after: int, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while self.runs <= after:
            assert time.monotonic() < deadline, f"the script did not run within {timeout_s} s"
            self.page.wait_for_timeout(20)
        self.idle(timeout_s)

    def open(self, path: str = "/", ready: str | None = None) -> "App":
        """Load `path` cold and wait until the script has run; with `ready`, also until that selector shows."""
        before = self.runs
        self.page.goto(self.url + path)
        self._wait_for_run(before, 60)
        if ready is not None:
            self.page.wait_for_selector(ready)
        return self

    def reload(self) -> "App":
        """Load the current address again, as the browser's button does."""
        before = self.runs
        self.page.reload()
        self._wait_for_run(before, 60)
        return self

    def new_tab(self) -> "App":
        """Open another tab of the same browser: same localStorage, own Streamlit session."""
        self.tabs.append(App(self.page.context, self.url))
        return self.tabs[-1]

    def idle(self, timeout_s: float = 60) -> None:
        """Wait until the script is at rest and nothing on the page is stale; fail on an exception shown there."""
        self.page.wait_for_selector(_IDLE, timeout=timeout_s * 1000)
        exceptions = self.page.get_by_test_id("stException")
        assert exceptions.count() == 0, exceptions.first.inner_text()

    @contextmanager
    def rerun(self, timeout_s: float = 60) -> Iterator[None]:
        """Wait, after the block, for a script run that the block caused."""
        before = self.runs
        yield
        self._wait_for_run(before, timeout_s)

    def key(self, key: str) -> Locator:
        """The element or container whose Streamlit key is `key`."""
        return self.page.locator(f".st-key-{re.sub(r'[^a-zA-Z0-9_-]', '-', key)}")

    @property
    def theme(self) -> str | None:
        """The theme the document says it wears."""
        theme: str | None = self.page.evaluate("document.documentElement.dataset.driftiumTheme ?? null")
        return theme

    @property
    def toggle(self) -> Locator:
        """The theme toggle's control, whatever its element."""
        return self.key("driftium_light").get_by_role("switch").or_(self.key("driftium_light").get_by_role("checkbox"))

    def set_theme(self, theme: Theme) -> None:
        """Flip the toggle with the mouse when the page wears the other theme; on a phone, through the sidebar."""
        if self.theme == theme:
            return
        collapsed = self.page.get_by_test_id("stExpandSidebarButton")
        through_sidebar = collapsed.is_visible()
        if through_sidebar:
            collapsed.click()
        with self.rerun():
            self.key("driftium_light").locator("label").first.click()
        self.page.wait_for_function("(t) => document.documentElement.dataset.driftiumTheme === t", arg=theme)
        if through_sidebar:
            self.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
            collapsed.wait_for()

    def screenshot(self, name: str, folder: Path = ARTIFACTS, *, full_page: bool = False) -> Path:
        """Save what is seen as `folder/name.png` and return the path."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{name}.png"
        self.page.screenshot(path=target, full_page=full_page)
        return target

    def save_evidence(self, name: str) -> None:
        """Save picture and HTML of a failed test."""
        self.screenshot(name, full_page=True)
        (ARTIFACTS / f"{name}.html").write_text(self.page.content(), "utf-8")


def new_context(browser: Browser, viewport: dict[str, int] = DESKTOP, **options: Any) -> BrowserContext:
    """A browser with empty storage, whose system prefers light: the app's own default must win."""
    defaults = {"reduced_motion": "reduce", "color_scheme": "light", "locale": "en-GB", "timezone_id": "UTC"}
    return browser.new_context(viewport=viewport, **(defaults | options))


def axe(page: Page) -> list[str]:
    """Serious and critical findings of axe-core on the page as it is: rule, help and the elements concerned."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {[node['target'] for node in rule['nodes']]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]
