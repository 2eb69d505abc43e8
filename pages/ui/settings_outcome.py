"""What came of a run of a task, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftium_core import monitor
from driftium_core.formats import fmt_count, fmt_n

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.severity import Severity
    from driftium_core.store.task_records import RunCause, RunState, Task, TaskRun

__all__ = ["CAUSES", "STATES", "STATE_COLOURS", "Verdicts", "outcome", "state_chips", "verdicts"]

Verdicts = dict[str, "Severity | None"]
"""Severities by the report's id; None is inconclusive."""

MOST_REPORTS = 200

STATES: dict[RunState, str] = {
    "running": "◌ running",
    "done": "● done",
    "failed": "✕ failed",
    "stopped": "■ stopped",
    "interrupted": "▲ interrupted",
}
PAUSED, WAITING = "‖ paused", "○ not run yet"
STATE_COLOURS = {
    STATES["running"]: "blue",
    STATES["done"]: "green",
    STATES["failed"]: "red",
    STATES["stopped"]: "gray",
    STATES["interrupted"]: "orange",
    PAUSED: "gray",
    WAITING: "gray",
}

CAUSES: dict[RunCause, str] = {"schedule": "schedule", "catch_up": "caught up", "manual": "by hand"}


def state_chips(task: Task, last: TaskRun | None) -> list[str]:
    """How a task stands: its last run, and whether it is paused."""
    state = STATES["running"] if task.running else STATES[last.state] if last else WAITING
    if task.paused:
        return [PAUSED] if state == WAITING else [state, PAUSED]
    return [state]


def outcome(task: Task, run: TaskRun) -> str:
    """One sentence or two on what a run did; plain text with `names` in backticks."""
    if run.state == "failed":
        return run.error
    begin = {
        "running": "It is running.",
        "stopped": "It was stopped; what it had stored stays.",
        "interrupted": "Driftium ended in the middle of it; what it had stored stays, and the next run goes on there.",
    }.get(run.state, "")
    return " ".join(part for part in (begin, _counts(task, run), run.skipped_text) if part)


def _counts(task: Task, run: TaskRun) -> str:
    if task.kind != "collect":
        if run.report_id is None:
            return "" if run.state == "running" else next(iter(run.notes), "Nothing was checked.")
        return f"{fmt_count(run.n_read, 'row' if task.kind == 'table' else 'answer')} checked."
    if not run.n_read:
        return "" if run.state == "running" else "Nothing new."
    known = f", {fmt_n(run.n_known)} stored already" if run.n_known else ""
    skipped = f", {fmt_n(run.n_skipped)} skipped" if run.n_skipped and not run.skipped_text else ""
    return f"{fmt_count(run.n_read, 'record')} read: {fmt_n(run.n_new)} new{known}{skipped}."


def verdicts(services: Services, tasks: Sequence[Task], *, project: str) -> Verdicts:
    """What the newest reports of the project found, of the kinds that these tasks make."""
    found: Verdicts = {}
    kinds = {task.kind for task in tasks}
    if "table" in kinds:
        found |= {run.id: run.severity for run in monitor.table_runs(services, project=project, limit=MOST_REPORTS)}
    if "answers" in kinds:
        found |= {one.id: one.severity for one in monitor.pool_history(services, project=project, limit=MOST_REPORTS)}
    return found
