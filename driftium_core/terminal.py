"""What the command line draws: severity by glyph, word and colour."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from driftium_core.formats import UNKNOWN, fmt_effect, fmt_p
from driftium_core.parts import PartState
from driftium_core.severity import Severity, severity_label
from driftium_core.tabular.report import ColumnResult, TableReport

__all__ = ["print_parts", "print_report", "progress_on_stderr"]

STYLES: dict[Severity | None, str] = {
    Severity.LOW: "green",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "bold bright_red",
    Severity.CRITICAL: "bold magenta",
    None: "bright_black",
}
WIDE = 120
"""From this width on, both summaries have room."""

PART_LABELS = {
    "ok": Text("● ok", "green"),
    "idle": Text("○ idle", "bright_black"),
    "missing": Text("◆ missing", "yellow"),
    "error": Text("✕ error", "bold magenta"),
}


def print_report(report: TableReport) -> None:
    """Verdict, ranked columns and findings on stdout."""
    console = _stdout()
    console.print(Text.assemble((report.headline, STYLES[report.summary.severity]), " ", report.verdict))
    if report.columns:
        console.print(_columns(report, wide=console.width >= WIDE))
    for finding in report.findings:
        console.print(Text(f"– {finding.text}"))


def _columns(report: TableReport, *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("severity", "column", "effect", "adjusted p", "shift"):
        table.add_column(heading, justify="right" if heading == "effect" else "left", no_wrap=heading != "shift")
    for heading in ("reference", "current") if wide else ():
        table.add_column(heading)
    for column in report.columns:
        p = column.decisive_pvalue_adjusted
        cells = [
            Text(_label(column, report), STYLES[column.severity]),
            Text(column.column),
            Text(UNKNOWN if p is None else fmt_effect(column.decisive.effect_size)),
            Text(UNKNOWN if p is None else fmt_p(p)),
            Text(column.decisive_shift),
        ]
        summaries = [Text(column.reference_summary), Text(column.current_summary)] if wide else []
        table.add_row(*cells, *summaries, style=None if column.drifted else "dim")
    return table


def _label(column: ColumnResult, report: TableReport) -> str:
    """A column without any test is not what a report is inconclusive for."""
    untested = column.severity is None and report.summary.status != "inconclusive"
    return f"{UNKNOWN} NOT TESTED" if untested else severity_label(column.severity)


def print_parts(parts: Sequence[PartState]) -> None:
    """One line per part on stdout, with what to do below it."""
    console = _stdout()
    for part in parts:
        label = PART_LABELS[part.status]
        console.print(Text.assemble((f"{part.name:<10}", "bold"), label, " " * (11 - len(label.plain)), part.detail))
        if part.hint:
            console.print(Text(f"{'':<21}→ {part.hint}", "bright_black"))


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave the exit code to the command; rich would exit with 1."""
        raise BrokenPipeError


def _stdout() -> Console:
    # A pipe or a log has no width; rich would assume 80 and break lines that grep should find whole.
    return _Console(highlight=False, emoji=False, markup=False, width=None if sys.stdout.isatty() else 160)


@contextmanager
def progress_on_stderr(title: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """A progress callback that draws on stderr; None when stderr is no terminal, so that logs stay short."""
    console = Console(stderr=True)
    if not (console.is_terminal and sys.stderr.isatty()):
        yield None
        return
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[item]}"))
    with Progress(*parts, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None, item="")
        yield lambda done, total, item: bar.update(task, completed=done, total=total, item=item)
