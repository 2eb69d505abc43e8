"""The Playground on installs of its own: from nothing to a drift, and when Ollama or the app itself dies."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from driftium_core import monitor
from driftium_core.examples import COOKING
from driftium_core.services import Services, open_services
from driftium_core.settings import Settings
from tests.browser.app import App, axe
from tests.browser.server import ROOT, Server, free_port, running_app
from tests.browser.test_playground import ANSWER_MS, answer, send, stored
from tests.llm.answers import wait_until
from tests.store.make import new_arm

pytestmark = pytest.mark.slow


@contextmanager
def database(server: Server) -> Iterator[Services]:
    """The stores of a server of the test's own, as another process sees them."""
    settings = Settings(
        database_url=f"sqlite:///{server.folder / 'driftium.db'}", qdrant=str(server.folder / "beside_qdrant")
    )
    with open_services(settings) as services:
        yield services


@contextmanager
def ollama(port: int) -> Iterator[subprocess.Popen[str]]:
    """A process that speaks Ollama's protocol: 200 words, twenty a second."""
    command = [sys.executable, "-m", "tests.llm.ollama_server", "--port", str(port), "--fixed", "--token-s", "0.05"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Ollama's protocol")
        try:
            yield process
        finally:
            process.kill()


def test_from_an_empty_install_to_a_critical_drift(open_browser: Callable[..., App], tmp_path: Path) -> None:
    app = open_browser()
    started_s = time.monotonic()
    with running_app(tmp_path) as server:
        app.url = server.url
        app.open("/playground")
        app.key("play-guide-run-1").get_by_role("button").click()
        app.key("play-guide-promote").get_by_role("button").click(timeout=90_000)
        app.key("play-guide-run-3").get_by_role("button").click()
        expect(app.key("verdict-critical")).to_be_visible(timeout=120_000)
        expect(app.key("banner-guide")).to_contain_text("is a drift you caused")
        took_s = time.monotonic() - started_s
        with database(server) as services:
            assert len({text for _, text in stored(services)}) > len(COOKING.prompts) // 2, "the model's own answers"
        assert axe(app.page) == []
        assert "Traceback" not in server.log_text()
    assert took_s < 180


def choose_model(app: App, name: str) -> None:
    app.key("play_model").get_by_role("combobox").click()
    with app.rerun():
        app.page.get_by_role("option", name=name, exact=True).click()


def break_off(app: App, process: subprocess.Popen[str], text: str) -> None:
    """Send a prompt and kill Ollama in the middle of the answer, which stays to be read."""
    send(app, text)
    expect(answer(app)).to_contain_text("word3 ")
    process.kill()
    card = app.key("card-answer")
    expect(card).to_contain_text("broke off: partial")
    expect(card).to_contain_text("It is shown, and not stored.")
    expect(answer(app)).to_contain_text("word0 word1 word2 word3 ")
    expect(card.get_by_test_id("stAlert")).to_be_visible()


def test_ollama_dies_in_the_middle_of_an_answer(open_browser: Callable[..., App], tmp_path: Path) -> None:
    app, port = open_browser(), free_port()
    with (
        running_app(tmp_path, OLLAMA_HOST=f"http://127.0.0.1:{port}") as server,
        database(server) as services,
    ):
        app.url = server.url
        with ollama(port) as process:
            app.open("/playground")
            chip = app.key("model-chip")
            expect(chip).to_contain_text("Ollama answers", timeout=15_000)
            break_off(app, process, "Automatic")
        assert stored(services) == []
        expect(chip).to_contain_text("Embedded model answers", timeout=15_000)
        send(app, "Say hello.")
        expect(app.key("card-answer")).to_contain_text("answered instead.", timeout=ANSWER_MS)
        expect(app.key("card-answer")).to_contain_text("embedded")
        assert [asked for asked, _ in stored(services)] == ["Say hello."]

        with ollama(port) as process:
            expect(chip).to_contain_text("Ollama answers", timeout=15_000)
            choose_model(app, "smollm:135m · Ollama")
            break_off(app, process, "Chosen")
        expect(app.page.get_by_test_id("stAlert").filter(has_text="No model answers.")).to_be_visible(timeout=15_000)
        expect(chip).to_contain_text("No model answers")
        expect(app.key("play-send").get_by_role("button")).to_be_disabled()
        assert [asked for asked, _ in stored(services)] == ["Say hello."]
        assert "Traceback" not in server.log_text()


def test_killed_in_the_middle_of_a_batch_nothing_is_lost_or_doubled(
    open_browser: Callable[..., App], tmp_path: Path
) -> None:
    app, prompts = open_browser(), list(COOKING.prompts[:12])
    with running_app(tmp_path) as server, database(server) as services:
        run = services.store.prompt_runs.start("Bread", prompts, [new_arm(max_tokens=24, seed=1)], to_current=True)
        app.url = server.url
        app.open(f"/playground?prompt_run={run.id}")
        app.key("play-continue").get_by_role("button").click()
        assert wait_until(lambda: len(stored(services)) >= 3, 60)
        server.process.kill()
        server.process.wait()
        before = stored(services)
        assert monitor.open_prompt_run(services, run.id).done == (len(before),)
        assert len(before) < len(prompts)
    with running_app(tmp_path) as server, database(server) as services:
        app.url = server.url
        app.open(f"/playground?prompt_run={run.id}")
        expect(app.key("card-run")).to_contain_text("interrupted")
        expect(app.key("card-run")).to_contain_text(f"{len(before)} of {len(prompts)} answered.")
        app.key("play-continue").get_by_role("button").click()
        expect(app.key("card-run")).to_contain_text(f"{len(prompts)} of {len(prompts)} answered.", timeout=90_000)
        after = stored(services)
        assert sorted(asked for asked, _ in after if asked) == sorted(prompts)
        assert after[-len(before) :] == before
