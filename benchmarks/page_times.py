"""How long a person waits: first paint after the server is up, page switches, and a slider on the 20 000-row sample.

    python -m benchmarks.page_times

First paint is measured in Chromium from the moment the server answers its health check until the heading, and on
Tabular the verdict, are on the page. Reruns are the script's own time on the server, without a browser.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from streamlit.testing.v1 import AppTest

from tests.browser.app import new_context
from tests.browser.conftest import chromium_path
from tests.browser.server import running_app

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 3
VERDICT = "[class*=st-key-verdict-] h2"


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def first_paint(browser: Browser, path: str, selector: str) -> float:
    """Seconds from a server that just came up to an element on the page."""
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as server:
        page = new_context(browser).new_page()
        taken = seconds(lambda: (page.goto(server.url + path), page.wait_for_selector(selector)))
        page.context.close()
    return taken


def reruns() -> dict[str, float]:
    """Median server seconds of what a person does on the Tabular page and between pages."""
    app = AppTest.from_file(str(ROOT / "pages" / "router.py"), default_timeout=60).run()
    app.switch_page("tabular.py").run()

    def move(age: int) -> None:
        app.slider[0].set_value(age)
        app.run()
        assert app.header, "the verdict must be on the page"

    def switch(page: str) -> Callable[[], object]:
        return lambda: app.switch_page(page).run()

    move(36)
    return {
        "slider moved, new verdict": statistics.median(seconds(lambda age=age: move(age)) for age in range(37, 60, 3)),
        "to Settings": statistics.median(seconds(switch("settings.py")) for _ in range(REPEATS)),
        "to Overview": statistics.median(seconds(switch("overview.py")) for _ in range(REPEATS)),
        "to Tabular": statistics.median(seconds(switch("tabular.py")) for _ in range(REPEATS)),
    }


def main() -> None:
    """Print both tables."""
    print(f"{'first paint after the server is up':40}{'seconds':>10}{'goal':>8}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"])
        for name, path, selector in (
            ("Overview, heading", "/", "h1"),
            ("Tabular, heading", "/tabular", "h1"),
            ("Tabular, verdict", "/tabular", VERDICT),
        ):
            taken = statistics.median(first_paint(browser, path, selector) for _ in range(REPEATS))
            print(f"{name:40}{taken:10.2f}{2.0:8.1f}")
        browser.close()
    print(f"\n{'server time of a rerun':40}{'seconds':>10}{'goal':>8}")
    for name, taken in reruns().items():
        print(f"{name:40}{taken:10.3f}{0.3:8.1f}")


if __name__ == "__main__":
    os.environ["DRIFTIUM_TESTING"] = "1"
    sys.exit(main())
