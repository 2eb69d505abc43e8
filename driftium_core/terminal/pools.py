"""A stored project as the command line draws it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from driftium_core.command import command
from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_name, fmt_p, fmt_statistic, fmt_time, fmt_value
from driftium_core.monitor import ImportReport, PoolStatus, evidence_sentence
from driftium_core.severity import severity_label
from driftium_core.store.records import AlarmState, Baseline, Calculation
from driftium_core.store.table_records import SavedReference
from driftium_core.terminal.console import STYLES, stdout

__all__ = [
    "print_baselines",
    "print_history",
    "print_import",
    "print_projects",
    "print_references",
    "print_status",
]


HINTS = {
    "not_initialized": "See {demo}, {generate} and {import}.",
    "waiting_for_baseline": "See {promote}.",
    "waiting_for_telemetry": "See {generate} and {import}.",
    "ready": "",
}
"""Commands that lead on, by status."""


def print_projects(projects: Sequence[tuple[str, PoolStatus]]) -> None:
    """One line per project, oldest first: its name, the active baseline, and how many answers are current."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("--project", "baseline", "current"):
        table.add_column(heading)
    for name, status in projects:
        baseline = status.baseline
        active = f"“{fmt_name(baseline.name)}” (version {baseline.version})" if baseline else UNKNOWN
        table.add_row(Text(name), Text(active), fmt_n(status.n_current))
    stdout().print(table)


def print_references(references: Sequence[SavedReference]) -> None:
    """One line per saved reference."""
    if not references:
        stdout().print(Text(f"No reference is saved. `{command('references', 'save', 'NAME', 'FILE')}` keeps a table."))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("name", "rows", "columns", "saved"):
        table.add_column(heading)
    for item in references:
        table.add_row(Text(item.name), fmt_n(item.rows), fmt_n(len(item.columns)), fmt_time(item.created_at))
    stdout().print(table)


def print_import(report: ImportReport) -> None:
    """What came in, what was known, and what was left out and why."""
    console = stdout()
    baseline = report.baseline
    where = f"the baseline “{baseline.name}” (version {baseline.version})" if baseline else "current"
    console.print(
        Text(
            f"{fmt_n(report.rows)} rows read: {fmt_n(report.added)} added to {where}, {fmt_n(report.known)} stored "
            f"already, {fmt_n(report.skipped)} skipped."
        )
    )
    for sentence in filter(None, (report.skipped_text, *report.reasons, *report.notes)):
        console.print(Text(f"– {sentence}"))


def print_status(status: PoolStatus, evidence: AlarmState | None) -> None:
    """Where the project stands, what to do next, and what many looks have added up to."""
    stdout().print(Text(" ".join(filter(None, (status.message, _hint(status))))))
    if evidence and evidence.looks:
        stdout().print(
            Text(evidence_sentence(evidence), "bold magenta" if evidence.alarmed_at_block is not None else "")
        )


def _hint(status: PoolStatus) -> str:
    """What to do next, with each command as it can be typed; empty where nothing needs doing."""
    typed = {verb: f"`{command(verb)}`" for verb in ("demo", "generate", "import", "promote")}
    return HINTS[status.status].format_map(typed)


def print_baselines(baselines: Sequence[Baseline]) -> None:
    """One line per version, newest first."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("", "version", "name", "responses", "made (UTC)", "note"):
        table.add_column(heading)
    for item in baselines:
        mark = "●" if item.active else ""
        made = fmt_time(item.created_at)
        name, note = fmt_name(item.name), fmt_name(item.note or UNKNOWN)
        table.add_row(mark, str(item.version), name, fmt_n(item.size), made, note)
    stdout().print(table if baselines else Text(f"There is no baseline yet. `{command('promote', 'NAME')}` makes one."))


def print_history(history: Sequence[Calculation]) -> None:
    """One line per calculation, oldest first."""
    if not history:
        stdout().print(Text(f"Nothing was calculated yet. `{command('status')}` calculates."))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("time (UTC)", "severity", "p", "effect", "health", "centroid", "MMD²", "baseline", "current"):
        table.add_column(heading, no_wrap=True)
    for item in history:
        table.add_row(
            fmt_time(item.created_at),
            Text(severity_label(item.severity), STYLES[item.severity]),
            fmt_p(item.pvalue),
            fmt_effect(item.effect_size),
            fmt_value(None if item.health_index is None else round(item.health_index, 1)),
            fmt_statistic(item.centroid_score),
            fmt_statistic(item.mmd_score),
            fmt_n(item.n_baseline),
            fmt_n(item.n_current),
        )
    stdout().print(table)
