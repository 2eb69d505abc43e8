"""The trace of an investigation: its steps in the order in which they ended."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from driftium_core.formats import fmt_count, fmt_n, fmt_value
from driftium_core.rca.facts import FactKind, Ledger
from driftium_core.rca.report import Agent, Diagnosis, Recommendation, Source, TraceStep, Triage, Urgency

__all__ = ["Trace", "diagnosis_found", "duration_in_words", "ledger_opened", "recommendation_found", "triage_found"]

NOUNS: dict[FactKind, str] = {
    FactKind.SIZE: "size",
    FactKind.COLUMN: "column",
    FactKind.MISSINGNESS: "column with missing values",
    FactKind.CATEGORIES: "change of categories",
    FactKind.RANGE: "change of range",
    FactKind.SCHEMA: "change of schema",
    FactKind.ROOT: "root",
    FactKind.EXPLAINED: "explained column",
    FactKind.LEFT_OVER: "unexplained column",
    FactKind.DISTANCE: "distance",
    FactKind.HEALTH: "health index",
    FactKind.FLAG: "flag",
    FactKind.DESCRIPTOR: "descriptor",
    FactKind.TRAFFIC: "traffic verdict",
    FactKind.KEYWORD: "term",
    FactKind.EXEMPLAR: "example",
    FactKind.GROUP: "group of answers",
    FactKind.REMOVAL: "removal check",
    FactKind.SETTING: "setting",
}
"""What facts of a kind are counted as; a verdict, power and notes are not worth a count."""

_OF_NONE = ("none", "none_new", "summary")
"""Details of facts that say there is nothing of a kind, or sum up the others of it."""

PLURALS = {
    "column with missing values": "columns with missing values",
    "change of categories": "changes of categories",
    "change of range": "changes of range",
    "change of schema": "changes of schema",
    "health index": "health indices",
    "group of answers": "groups of answers",
}


class Trace:
    """Collects steps, each timed from the end of the one before it."""

    def __init__(self, on_step: Callable[[TraceStep], None] | None = None) -> None:
        self._on_step = on_step
        self._steps: list[TraceStep] = []
        self._began_s = time.perf_counter()
        self._step_s = self._began_s
        self._step_at = datetime.now(UTC)

    @property
    def steps(self) -> tuple[TraceStep, ...]:
        """All steps so far."""
        return tuple(self._steps)

    @property
    def elapsed_ms(self) -> float:
        """Since the investigation began."""
        return (time.perf_counter() - self._began_s) * 1000

    def add(
        self,
        agent: Agent,
        message: str,
        *,
        source: Source | None = None,
        evidence_ids: tuple[str, ...] = (),
        rejected_reason: str = "",
    ) -> None:
        """End a step, and tell whoever follows."""
        now_s, now = time.perf_counter(), datetime.now(UTC)
        step = TraceStep(
            agent=agent,
            started_at=self._step_at,
            duration_ms=(now_s - self._step_s) * 1000,
            message=message,
            source=source,
            evidence_ids=evidence_ids,
            rejected_reason=rejected_reason,
        )
        self._steps.append(step)
        self._step_s, self._step_at = now_s, now
        if self._on_step is not None:
            self._on_step(step)


def ledger_opened(ledger: Ledger) -> str:
    """How many facts there are, and of what."""
    counted = Counter(NOUNS[fact.kind] for fact in ledger.facts if fact.kind in NOUNS and fact.detail not in _OF_NONE)
    parts = ", ".join(_count(n, noun) for noun, n in counted.items())
    title = f"{ledger.title[:1].lower()}{ledger.title[1:]}"  # “Answers of …” stands within a sentence here
    return f"Opened {fmt_count(len(ledger.facts), 'fact')} on {title}{f': {parts}' if parts else ''}."


def triage_found(triage: Triage) -> str:
    """Severity and urgency."""
    severity = f"Severity {triage.severity}" if triage.severity else "No severity can be given"
    when = {
        Urgency.NONE: "nobody needs to look",
        Urgency.MORE_DATA: "look again when there is more data",
    }.get(triage.urgency, f"somebody should look {triage.urgency}")
    return f"{severity}; {when}."


def diagnosis_found(diagnosis: Diagnosis) -> str:
    """The likeliest cause, and what else was weighed."""
    others = len(diagnosis.findings) - 1
    weighed = [f"confidence {diagnosis.confidence}"]
    if others:
        weighed.append(_count(others, "further cause"))
    if diagnosis.ruled_out:
        weighed.append(f"{len(diagnosis.ruled_out)} ruled out or not settled")
    return f"{diagnosis.headline.removesuffix('.')} ({', '.join(weighed)})."


def recommendation_found(recommendation: Recommendation) -> str:
    """How many actions there are, and how long the first takes."""
    actions = recommendation.actions
    if not actions:
        return "Nothing needs doing."
    first = actions[0].minutes
    takes = f"; the first takes about {fmt_count(first, 'minute')}" if first is not None else ""
    return f"{_count(len(actions), 'action')}{takes}."


def duration_in_words(duration_ms: float) -> str:
    """``"4.2 s"``; a short time is not spelt out."""
    seconds = round(duration_ms / 1000, 1 if duration_ms < 10_000 else 0)
    return f"{fmt_value(seconds)} s" if seconds >= 0.1 else "less than 0.1 s"


def _count(count: int, noun: str) -> str:
    return f"{fmt_n(count)} {PLURALS[noun]}" if count != 1 and noun in PLURALS else fmt_count(count, noun)
