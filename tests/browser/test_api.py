"""The API beside the pages: what is posted shows on an open page, and the documentation is a page of its own."""

import json
import urllib.request
from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect

from tests.api.conftest import questions
from tests.browser.app import PHONE, App
from tests.browser.server import Server

LIVE_MS = 3000
"""A change made elsewhere must show within this time."""


def post(server: Server, path: str, project: str, body: object) -> Any:
    request = urllib.request.Request(
        f"{server.url}/api/{path}?project={quote(project)}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_what_is_posted_shows_on_an_open_dashboard(app: App, server: Server, project: str) -> None:
    app.open(f"/llm-dashboard?project={project.replace(' ', '+')}")
    expect(app.page.get_by_text("Nothing is stored yet.")).to_be_visible()
    assert post(server, "responses", project, questions(3))["added"] == 3
    expect(app.page.get_by_text("3 responses stored as current, and no baseline yet.")).to_be_visible(timeout=LIVE_MS)
    assert post(server, "baseline", project, {"name": "sums"})["baseline_size"] == 3
    expect(app.page.get_by_text("The baseline “sums” holds 3 responses.")).to_be_visible(timeout=LIVE_MS)


def test_the_documentation_is_tried_out_within_its_strict_policy(app: App, server: Server) -> None:
    complaints: list[str] = []
    app.page.on("console", lambda message: complaints.append(message.text))
    app.page.goto(f"{server.url}/api/docs")
    expect(app.page.get_by_text("Check a batch against a saved reference")).to_be_visible()
    app.page.locator("#operations-tables-simulated_monitoring_simulated_get").click()
    app.page.get_by_role("button", name="Try it out").click()
    app.page.get_by_role("button", name="Execute").click()
    answer = app.page.locator(".live-responses-table .response .response-col_status")
    expect(answer.first).to_have_text("200")
    app.page.set_viewport_size(PHONE)
    path = app.page.locator("[id*=operations-answers] .opblock-summary-path").first
    assert path.bounding_box()["height"] < 20, "a path breaks in the middle of a name"  # type: ignore[index]
    assert complaints == []  # what a Content-Security-Policy refuses is told there
