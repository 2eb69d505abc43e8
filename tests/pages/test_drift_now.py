"""The verdict as every page draws it says what the report says."""

from dataclasses import replace
from types import SimpleNamespace

from driftium_core.text.differences import Keyword
from pages.ui import drift_now
from tests.html.reports import FULL

UNSURE = Keyword("perhaps", 3.0, 0.1, 0.12, 0.3, -0.2, 0.8)


def drawn(monkeypatch, report):
    """The words below the verdict's headline."""
    said = []
    monkeypatch.setattr(drift_now, "verdict", lambda *parts: said.extend(parts))
    check = SimpleNamespace(report=report, notices=())
    live = SimpleNamespace(status=SimpleNamespace(status="ready"), check=check, current=True, job=None, error="")
    drift_now.show_drift_now(None, live)
    return " ".join(said[2:])


def test_health_is_read_as_the_report_reads_it(monkeypatch):
    low = "Health Index 86 of 100: answers keep to their prompts less than in the baseline."
    words = drawn(monkeypatch, replace(FULL, health=replace(FULL.health, value=86.0, text=low)))
    assert low in words
    assert "fit their prompts" not in words


def test_only_words_that_stand_out_are_named(monkeypatch):
    assert "Words: more of: store credit; less of: card." in drawn(monkeypatch, FULL)
    unsure = replace(FULL.evidence, keywords_gained=(UNSURE,), keywords_lost=())
    words = drawn(monkeypatch, replace(FULL, evidence=unsure))
    assert "Words" not in words
    assert "perhaps" not in words
