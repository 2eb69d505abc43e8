"""Scheduled work as the command line draws it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from driftium_core.command import command
from driftium_core.formats import UNKNOWN, fmt_count, fmt_excerpt, fmt_n, fmt_name, fmt_names, fmt_time
from driftium_core.monitor import describe_task
from driftium_core.store.task_records import Task, TaskRun
from driftium_core.terminal.console import stdout

if TYPE_CHECKING:
    from driftium_core.collect.port import Probe

__all__ = ["print_probe", "print_task", "print_task_run", "print_task_runs", "print_tasks"]

_STYLES = {"failed": "bold red", "interrupted": "yellow", "stopped": "yellow", "done": "", "running": "cyan"}


def print_tasks(found: Sequence[tuple[Task, str, TaskRun | None]]) -> None:
    """One line per task: its name, what it does, when it runs next, and how its last run ended."""
    if not found:
        stdout().print(Text(f"There is no task yet. `{command('tasks', '--help')}` says how to make one."))
        return
    table = _table("name", "schedule", "next (UTC)", "last run", "new", "what it does")
    for task, description, last in found:
        table.add_row(
            Text(fmt_name(task.name)),
            Text(task.schedule.words()),
            "paused" if task.paused else fmt_time(task.next_run_at) if task.next_run_at else UNKNOWN,
            Text(_state(task, last), _STYLES[last.state] if last else ""),
            fmt_n(last.n_new) if last and task.kind == "collect" else UNKNOWN,
            Text(description),
        )
    stdout().print(table)


def _state(task: Task, last: TaskRun | None) -> str:
    if last is None:
        return "never"
    in_a_row = f" ({fmt_n(task.failures)} in a row)" if task.failures > 1 else ""
    return f"{last.state} {fmt_time(last.started_at)}{in_a_row}"


def print_task(task: Task) -> None:
    """A task that was made or changed."""
    text = task.schedule.words()
    when = f"It is paused; its schedule is: {text}." if task.paused else f"It runs {text}."
    if not task.paused and task.next_run_at is not None:
        due = task.next_run_at <= datetime.now(UTC)
        when = f"It runs {text}, {'first at once' if due else f'next {fmt_time(task.next_run_at)} UTC'}."
    stdout().print(Text(f"“{fmt_name(task.name)}”: {describe_task(task)} {when}"))


def print_task_run(name: str, run: TaskRun) -> None:
    """What came of a run, and why."""
    counts = f": {fmt_count(run.n_read, 'record')} read" if run.n_read else ""
    if run.n_new or run.n_known or run.n_skipped:
        counts += f", {fmt_n(run.n_new)} new, {fmt_n(run.n_known)} stored already, {fmt_n(run.n_skipped)} skipped"
    stdout().print(Text(f"“{fmt_name(name)}” {run.state}{counts}.", _STYLES[run.state]))
    for sentence in filter(None, (run.error, run.skipped_text, *run.reasons, *run.notes)):
        stdout().print(Text(f"– {sentence}"))


def print_task_runs(runs: Sequence[TaskRun]) -> None:
    """One line per run, newest first."""
    if not runs:
        stdout().print(Text("It has not run yet."))
        return
    table = _table("started (UTC)", "cause", "state", "read", "new", "known", "skipped", "why")
    for run in runs:
        why = " ".join(filter(None, (run.error, run.skipped_text, *run.notes)))
        counts = (fmt_n(count) for count in (run.n_read, run.n_new, run.n_known, run.n_skipped))
        state = Text(run.state, _STYLES[run.state])
        table.add_row(fmt_time(run.started_at), run.cause.replace("_", " "), state, *counts, Text(why))
    stdout().print(table)


def print_probe(found: Probe) -> None:
    """What a first look found: the columns, how they are read, and the first answers."""
    console = stdout()
    console.print(Text(f"{fmt_count(found.rows, 'record')} looked at, with {fmt_names(found.columns, limit=20)}."))
    for sentence in filter(None, (found.read_as, found.unclear, *found.notes)):
        console.print(Text(f"– {sentence}"))
    for response in found.sample[:3]:
        console.print(Text(f"  {fmt_excerpt(' '.join(response.response.split()), limit=100, lines=1)}"))


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=heading not in ("why", "what it does"))
    return table
