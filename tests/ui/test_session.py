"""What the app does besides pages when it starts and ends."""

import threading

import pytest

from driftium_core import monitor
from pages.ui import session


@pytest.mark.parametrize(("is_ending", "expected"), [(False, ["caught up"]), (True, [])])
def test_vectors_are_caught_up_after_a_while_unless_the_app_ends(
    monkeypatch: pytest.MonkeyPatch, is_ending: bool, expected: list[str]
) -> None:
    done: list[str] = []
    monkeypatch.setattr(session, "CATCH_UP_AFTER_S", 0.0)
    monkeypatch.setattr(session, "get_services", lambda: None)
    monkeypatch.setattr(monitor, "catch_up", lambda _services: done.append("caught up"))
    ending = threading.Event()
    if is_ending:
        ending.set()
    session._load_the_rest(ending)
    assert done == expected
