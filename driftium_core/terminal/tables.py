"""A table report as the command line draws it: severity by glyph, word and colour."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_name, fmt_p
from driftium_core.severity import NOT_TESTED, severity_label
from driftium_core.tabular.attribution_report import Attribution
from driftium_core.tabular.column_result import ColumnResult
from driftium_core.tabular.report import TableReport
from driftium_core.terminal.console import STYLES, plain, stdout

__all__ = ["print_report"]

WIDE = 120
"""From this width on, both summaries have room."""

MOST_NAMED = 10


def print_report(report: TableReport) -> None:
    """Verdict, root cause, ranked columns and findings on stdout."""
    console = stdout()
    console.print(Text.assemble((report.headline, STYLES[report.summary.severity]), " ", report.verdict))
    if report.attribution and report.summary.drifted_feature_count:
        _print_attribution(console, report.attribution)
    if report.columns:
        console.print(_columns(report, wide=console.width >= WIDE))
    for finding in report.findings:
        console.print(Text(f"– {finding.text}"))


def _print_attribution(console: Console, attribution: Attribution) -> None:
    """What the drift comes from: each root with what it explains, what is left over, and how far that goes."""
    console.print(Text.assemble(("Root cause:", "bold"), " ", plain(attribution.summary)))
    for root in attribution.roots:
        explains = f" → explains {_names(root.explains)}" if root.explains else ""
        shift = ", a measurement shift" if root.action == "measurement" else ""
        console.print(
            Text.assemble("  ", (fmt_name(root.column), "bold"), f": {plain(root.description)}{shift}{explains}")
        )
    if attribution.unexplained:
        console.print(Text(f"  left over: {_names(attribution.unexplained)}"))
    console.print(Text(f"  {attribution.scope_note}", "bright_black"))


def _names(names: Sequence[str]) -> str:
    shown = [fmt_name(name) for name in names[:MOST_NAMED]]
    more = len(names) - MOST_NAMED
    return ", ".join(shown) + (f" and {fmt_n(more)} more" if more > 0 else "")


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
            Text(fmt_name(column.column, limit=200)),
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
    return NOT_TESTED if untested else severity_label(column.severity)
