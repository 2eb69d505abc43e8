"""Fixtures that drive the real app in Chromium; a missing Chromium fails, it does not skip."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from driftium_core import monitor
from driftium_core.services import Services, open_services
from driftium_core.settings import Settings
from tests.browser.app import DESKTOP, PHONE, App, new_context
from tests.browser.server import Server, running_app

_HERE = Path(__file__).parent
# Streamlit 1.67 logs this when a browser goes away while a message is being sent to it.
_FOREIGN_NOISE = re.compile(
    r"Exception in ASGI application\n.*?(?:WebSocketDisconnected: [^\n]*\n(?!\nDuring))", re.DOTALL
)
_FAILED = pytest.StashKey[bool]()
_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder, so that `-m "not browser"` leaves it out."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember failures, so that the page's fixture can save its evidence."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


def chromium_path() -> str:
    """The Chromium to drive: CHROMIUM, else the first one on the PATH."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None or not Path(found).is_file():
        raise RuntimeError(
            f"No Chromium at {named or 'chromium on the PATH'}. Install it (Debian: sudo apt-get install chromium) "
            "or name one: CHROMIUM=/path/to/chrome"
        )
    return found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app's real server; its log must hold no traceback when the tests are over."""
    with running_app(tmp_path_factory.mktemp("app")) as running:
        yield running
    ours = _FOREIGN_NOISE.sub("", running.log_text())
    assert "Traceback" not in ours, ours[-6000:]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the session; tests get contexts of it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[..., App]]:
    """Make an `App` in a browser of its own; keyword arguments go to Playwright's `new_context`.

    After the test every tab must be free of JavaScript errors and of requests to other hosts.
    """
    apps: list[App] = []
    contexts: list[BrowserContext] = []

    def make(viewport: dict[str, int] = DESKTOP, **options: Any) -> App:
        contexts.append(new_context(chromium, viewport, **options))
        contexts[-1].on("page", lambda page: page.set_default_timeout(30_000))
        apps.append(App(contexts[-1], server.url))
        return apps[-1]

    yield make
    apps = [tab for app in apps for tab in (app, *app.tabs)]
    if request.node.stash.get(_FAILED, False):
        name = re.sub(r"[^\w-]+", "-", request.node.name).strip("-")
        for number, app in enumerate(apps):
            app.save_evidence(f"{name}-{number}")
    for context in contexts:
        context.close()
    for app in apps:
        assert not app.page_errors, app.page_errors
        assert not app.outside, app.outside


@pytest.fixture
def app(open_browser: Callable[..., App]) -> App:
    """A desktop browser, 1440 × 900."""
    return open_browser()


@pytest.fixture
def phone(open_browser: Callable[..., App]) -> App:
    """A phone, 390 × 844, with touch."""
    return open_browser(PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)


@pytest.fixture
def two_browsers(open_browser: Callable[..., App]) -> tuple[App, App]:
    """Two people: two browsers that share nothing but the server."""
    return open_browser(), open_browser()


@pytest.fixture
def beside(server: Server, tmp_path: Path) -> Iterator[Services]:
    """Another process's view of the server's database."""
    url = f"sqlite:///{server.folder / 'driftium.db'}"
    with open_services(Settings(database_url=url, qdrant=str(tmp_path / "qdrant"))) as services:
        yield services


@pytest.fixture
def project(beside: Services, request: pytest.FixtureRequest) -> str:
    """A project of the test's own."""
    return monitor.create_project(beside, re.sub(r"\W+", " ", request.node.name)[:80])
