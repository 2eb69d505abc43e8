"""What the app does besides pages when it starts and ends."""

import threading

import pytest
import streamlit as st

from driftium_core import monitor
from driftium_core.scheduler import Scheduler
from pages.ui import session


@pytest.mark.parametrize(("is_ending", "expected"), [(False, ["caught up", "started"]), (True, [])])
def test_vectors_are_caught_up_and_tasks_run_after_a_while_unless_the_app_ends(
    monkeypatch: pytest.MonkeyPatch, is_ending: bool, expected: list[str]
) -> None:
    done: list[str] = []
    monkeypatch.setattr(session, "CATCH_UP_AFTER_S", 0.0)
    monkeypatch.setattr(session, "get_services", lambda: None)
    monkeypatch.setattr(monitor, "catch_up", lambda _services: done.append("caught up"))
    monkeypatch.setattr(Scheduler, "start", lambda _self: done.append("started"))
    ending = threading.Event()
    if is_ending:
        ending.set()
    session._load_the_rest(ending, Scheduler(session.get_services))
    assert done == expected


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({"server.address": None, "server.port": 8501, "server.baseUrlPath": ""}, "http://localhost:8501"),
        ({"server.address": "0.0.0.0", "server.port": 80, "server.baseUrlPath": "/d/"}, "http://localhost:80/d"),
        ({"server.address": "::1", "server.port": 9, "server.sslCertFile": "a.pem"}, "https://[::1]:9"),
        ({"server.address": "drift.local", "server.port": 8501}, "http://drift.local:8501"),
    ],
)
def test_links_lead_to_where_the_server_listens(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, object], address: str
) -> None:
    monkeypatch.setattr(st, "get_option", options.get)
    assert session._address() == address
