"""How long a person waits: first paint, page switches, the slider on 20 000 rows, the pages on answers while they work.

    python -m benchmarks.page_times

First paint is measured in Chromium from the moment the server answers its health check until the heading, and on
Tabular the verdict, are on the page; on the LLM Dashboard, with a known comparison of 20 000 with 20 000 answers, until
the verdict and until all charts, for the first browser after a start and for the next one. Reruns are the script's own
time on the server, without a browser; those of the Playground at rest, while an answer streams, and while a few
thousand answers are embedded in the same process. Memory is that of the app's process once the embedder and the
language model are loaded, and its peak until then.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import Browser, sync_playwright
from streamlit.testing.v1 import AppTest

from benchmarks.dashboard_open import MadeUpEncoder
from benchmarks.dashboard_open import made_up as made_up_topics
from driftium_core import monitor
from driftium_core.response import Response
from driftium_core.services import Services, open_services
from driftium_core.settings import Settings
from driftium_core.store.records import NewLook
from pages.ui.session import get_services
from tests.browser.app import App, new_context
from tests.browser.conftest import chromium_path
from tests.browser.server import running_app

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 3
VERDICT = "[class*=st-key-verdict-] h2"
N_BASELINE, N_CURRENT = 300, 3000
N_KNOWN = 20_000
N_CHARTS = 8
WORDS = (
    "dough",
    "yeast",
    "flour",
    "oven",
    "crust",
    "rise",
    "knead",
    "chain",
    "brake",
    "wheel",
    "pedal",
    "gear",
    "tyre",
)


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


def made_up(count: int, first: int) -> Iterator[Response]:
    """Different answers of sixty words."""
    for number in range(first, first + count):
        words = [WORDS[(number * (place + 1) + place) % len(WORDS)] for place in range(60)]
        yield Response(response=f"{number}: {' '.join(words)}.", prompt=f"Question {number}?", latency_ms=100.0)


def while_true(app: AppTest, busy: Callable[[], bool], at_most: int = 100) -> list[float]:
    """Seconds of reruns, half a second apart as people press, until the work in the background is done."""
    taken = []
    while busy() and len(taken) < at_most:
        taken.append(seconds(app.run))
        time.sleep(0.5)
    return taken


def playground() -> dict[str, list[float]]:
    """Server seconds of the Playground's reruns: while embeddings run, at rest, and while an answer streams."""
    app = AppTest.from_file(str(ROOT / "pages" / "router.py"), default_timeout=60).run()
    app.switch_page("playground.py").run()
    services: Services = get_services()
    services.store.responses.add(list(made_up(N_BASELINE, 0)))
    services.store.baselines.promote("made up")
    services.store.responses.add(list(made_up(N_CURRENT, N_BASELINE)))
    monitor.start_reconcile(services)
    services.encoder.load()  # once per process, and at start; not what is measured here
    embedding = while_true(app, lambda: not all(job.finished for job in services.background.all()))
    while not all(job.finished for job in services.background.all()):
        time.sleep(0.2)
    idle = [seconds(app.run) for _ in range(10)]
    assert app.header, "the verdict must be on the page"
    app.number_input(key="play_max_tokens").set_value(1500)
    app.text_area(key="play_prompt").set_value("Write a long story about a baker. Describe every day of a year.")
    app.button(key="play-send").click()
    app.run()
    answers = services.answering.all()
    streaming = while_true(app, lambda: not answers[-1].finished)
    get_services.clear()
    return {
        "at rest": idle,
        f"while {N_CURRENT + N_BASELINE} answers are embedded": embedding,
        "while an answer streams": streaming,
    }


def fill_with_known(folder: Path) -> None:
    """Store large pools and their comparison under the name of the real encoder, which the app then need not load."""
    with open_services(settings_in(folder)) as services:
        encoder = MadeUpEncoder(may_encode=True)
        encoder.info, encoder.tag = services.encoder.info, services.encoder.tag
        services.encoder = encoder  # type: ignore[assignment]
        baseline, _ = services.store.baselines.add("week 1", list(made_up_topics(N_KNOWN, first=0, share_new=0)))
        services.store.responses.add(list(made_up_topics(N_KNOWN, first=N_KNOWN, share_new=0.4)))
        monitor.check_responses(services)
        monitor.reconcile(services)  # else the app would begin with writing 40,000 vectors
        # One look that covers all: 312 blocks, one by one, would be tested for minutes.
        look = NewLook(
            block=0,
            after_seq=0,
            last_seq=2 * N_KNOWN,
            fingerprint="all of it",
            pvalue=0.5,
            effect_size=None,
            e_value=1.0,
        )
        services.store.alarms.look(
            look, monitor="llm", baseline_id=baseline.id, threshold=20.0, accumulate=lambda score, _e_value: score
        )


def settings_in(folder: Path) -> Settings:
    """Settings of an app that `running_app` starts on the folder."""
    return Settings(database_url=f"sqlite:///{folder / 'driftium.db'}", qdrant=str(folder / "qdrant_test_db"))


def dashboard_openings(browser: Browser, folder: Path) -> dict[str, list[float]]:
    """Seconds until verdict and charts, for the first browser after a start and for the next one."""
    drawn = f"document.querySelectorAll('[data-testid=stPlotlyChart] .main-svg:first-child').length >= {N_CHARTS}"
    found: dict[str, list[float]] = {}
    for _ in range(REPEATS):
        with running_app(folder) as server:
            for which in ("after a start", "again"):
                page = new_context(browser).new_page()
                start = time.perf_counter()
                page.goto(f"{server.url}/llm-dashboard", wait_until="commit")
                page.wait_for_selector(VERDICT)
                found.setdefault(f"LLM Dashboard {which}, verdict", []).append(time.perf_counter() - start)
                page.wait_for_function(drawn)
                found.setdefault(f"LLM Dashboard {which}, charts", []).append(time.perf_counter() - start)
                page.context.close()
    return found


def dashboard_reruns(folder: Path) -> dict[str, float]:
    """Median server seconds of runs of the LLM Dashboard with known pools."""
    settings = settings_in(folder)
    get_services.clear()
    with patch.dict(os.environ, DRIFTIUM_DATABASE_URL=settings.database_url, DRIFTIUM_QDRANT=settings.qdrant):
        services = get_services()
    app = AppTest.from_file(str(ROOT / "pages" / "router.py"), default_timeout=60).run()
    first = seconds(lambda: app.switch_page("llm_dashboard.py").run())
    assert app.header, "the verdict must be on the page"

    def toggle_theme() -> None:
        app.toggle(key="driftium_light").set_value(not app.toggle(key="driftium_light").value)
        app.run()

    found = {
        "first run": first,
        "at rest": statistics.median(seconds(app.run) for _ in range(10)),
        "theme toggled, first time": seconds(toggle_theme),
        "theme toggled": statistics.median(seconds(toggle_theme) for _ in range(10)),
    }
    (newest,) = monitor.pool_history(services, limit=1)
    app.query_params["calculation"] = newest.id
    app.run()
    found["a calculation of the history"] = statistics.median(seconds(app.run) for _ in range(10))
    get_services.clear()
    return found


def memory(browser: Browser) -> dict[str, float]:
    """Gigabytes of the app's process after an answer was made and embedded."""
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as server:
        app = App(new_context(browser), server.url)
        app.open("/playground")
        prompt = app.key("play_prompt").get_by_role("textbox")
        prompt.fill("What is bread?")
        prompt.press("Control+Enter")
        app.page.get_by_text("Kept as telemetry.").wait_for(timeout=60_000)
        app.key("play-promote").get_by_role("button").click()  # its preview needs the embedder
        app.key("play-promote-now").wait_for(timeout=60_000)
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        found = {name: float(value.split()[0]) / 1024**2 for name, _, value in map(split, status.splitlines())}
        app.page.context.close()
    return {"with both models": found["VmRSS"], "peak": found["VmHWM"]}


def split(line: str) -> tuple[str, str, str]:
    """Name and value of a line of ``/proc``; values that are no numbers count as 0."""
    name, colon, value = line.partition(":")
    return name, colon, value if value.split() and value.split()[0].isdigit() else "0"


def main() -> None:
    """Print all tables."""
    print(f"{'first paint after the server is up':40}{'seconds':>10}{'goal':>8}")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as known:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"])
        for name, path, selector in (
            ("Overview, heading", "/", "h1"),
            ("Tabular, heading", "/tabular", "h1"),
            ("Tabular, verdict", "/tabular", VERDICT),
        ):
            taken = statistics.median(first_paint(browser, path, selector) for _ in range(REPEATS))
            print(f"{name:40}{taken:10.2f}{2.0:8.1f}")
        fill_with_known(Path(known))
        for name, times in dashboard_openings(browser, Path(known)).items():
            print(f"{name:40}{statistics.median(times):10.2f}{2.0 if 'verdict' in name else 4.0:8.1f}")
        print(f"\n{'memory of the app':40}{'GiB':>10}{'goal':>8}")
        for name, gigabytes in memory(browser).items():
            print(f"{name:40}{gigabytes:10.2f}{1.6:8.1f}")
        browser.close()
        print(f"\n{'server time of the LLM Dashboard':40}{'seconds':>10}{'goal':>8}")
        for name, taken in dashboard_reruns(Path(known)).items():
            print(f"{name:40}{taken:10.3f}{0.3:8.1f}")
    print(f"\n{'server time of a rerun':40}{'seconds':>10}{'goal':>8}")
    for name, taken in reruns().items():
        print(f"{name:40}{taken:10.3f}{0.3:8.1f}")
    print(f"\n{'server time of the Playground':40}{'median':>10}{'goal':>8}{'worst':>10}{'reruns':>8}")
    for name, times in playground().items():
        print(f"{name:40}{statistics.median(times):10.3f}{0.3:8.1f}{max(times):10.3f}{len(times):8}")


if __name__ == "__main__":
    os.environ["DRIFTIUM_TESTING"] = "1"
    sys.exit(main())
