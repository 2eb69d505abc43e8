"""The files of the dashboard: named for what they hold, and made only when they are asked for."""

import csv
import io
import json
from collections import Counter
from contextlib import nullcontext
from typing import Any

import pytest
import streamlit as st

from driftium_core import monitor
from driftium_core.services import Services
from pages.ui.dashboard_downloads import show_downloads
from pages.ui.dashboard_shown import Shown
from tests.html.page import Page
from tests.monitor.answers import answers


@pytest.fixture
def files(services: Services, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each button would hand out, by file name."""
    services.store.responses.add(answers("bread", 20, seed=1))
    monitor.promote(services, "november")
    services.store.responses.add(answers("bicycle", 20, seed=2))
    check = monitor.check_responses(services)
    assert check.report
    offered: dict[str, Any] = {}
    monkeypatch.setattr(st, "popover", lambda *_, **__: nullcontext())
    monkeypatch.setattr(
        st, "download_button", lambda _label, *, data, file_name, **_: offered.update({file_name: data})
    )
    monkeypatch.setattr("pages.ui.dashboard_downloads.current_project", lambda: "support / bot")
    show_downloads(
        services,
        Shown(
            report=check.report,
            calculation=check.calculation,
            baseline=check.status.baseline,
            ids=check.ids,
        ),
    )
    return offered


def test_names_hold_project_and_time(files: dict[str, Any]) -> None:
    html, document, responses = files
    assert html.startswith("driftium-support-bot-")
    assert html.endswith(".html")
    assert document == html.removesuffix("html") + "json"
    assert responses == html.removesuffix(".html") + "-responses.csv"


def test_the_page_and_the_document_are_of_what_is_shown(files: dict[str, Any]) -> None:
    html, document, _ = files.values()
    assert "Project support / bot · baseline “november”, version 1" in Page(html()).text
    assert json.loads(document())["about"]["baseline"]["name"] == "november"


def test_the_csv_holds_both_pools(files: dict[str, Any]) -> None:
    *_, responses = files.values()
    rows = list(csv.DictReader(io.StringIO(responses(), newline="")))
    assert Counter(row["pool"] for row in rows) == {"baseline": 20, "current": 20}
    assert all(row["response"] for row in rows)
