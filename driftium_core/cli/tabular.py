"""``driftium tabular``: two tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.options import Outcome, with_options
from driftium_core.cli.streams import append_file, on_stdout, print_json, write_file
from driftium_core.errors import InputError

if TYPE_CHECKING:
    from driftium_core.tabular.report import CompareSettings, TableReport
    from driftium_core.tabular.table import Table

__all__ = ["Categorical", "Columns", "PThreshold", "PlainP", "compare_read", "read_tables", "settings_of", "tabular"]

STDIN = "-"

PThreshold = Annotated[float, typer.Option(help="Flag a column when its adjusted p is below this.")]
Columns = Annotated[str, typer.Option(help="Compare only these columns, separated by commas.")]
Categorical = Annotated[str, typer.Option(help="Treat these columns as categories, e.g. numeric codes.")]
PlainP = Annotated[bool, typer.Option("--plain-p", help="Judge each column by its own p, unadjusted.")]


@with_options
def tabular(
    reference: Annotated[str, typer.Argument(help="File with data as it should be; - reads standard input.")],
    current: Annotated[str, typer.Argument(help="File with data as it is now; - reads standard input.")],
    p_threshold: PThreshold = 0.05,
    columns: Columns = "",
    categorical: Categorical = "",
    plain_p: PlainP = False,
    no_attribution: Annotated[
        bool, typer.Option("--no-attribution", help="Do not search for the root columns; faster.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random; part of the report.")] = 0,
    *,
    outcome: Outcome,
) -> None:
    """Compare two tables, column by column. Nothing is stored.

    CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too. Without --fail-on the exit code is 0 also when
    drift is found.
    """
    settings = settings_of(
        p_threshold, columns, categorical, plain_p=plain_p, seed=seed, attribution=not no_attribution
    )
    tables = read_tables(reference, current)
    report = compare_read(*tables, settings)
    _write(outcome, report, *tables)
    with on_stdout():
        if outcome.as_json:
            print_json(report.to_dict())
        else:
            from driftium_core.terminal import print_report

            print_report(report)
    raise typer.Exit(outcome.code(report.summary.status, report.summary.severity))


def settings_of(
    p_threshold: float, columns: str, categorical: str, *, plain_p: bool, seed: int, attribution: bool = True
) -> CompareSettings:
    """What decides a report besides its tables, from the options as they were typed."""
    from driftium_core.tabular.report import CompareSettings

    return CompareSettings(
        p_threshold=p_threshold,
        correction="none" if plain_p else "bh",
        columns=_names(columns) or None,
        categorical=_names(categorical),
        seed=seed,
        attribution=attribution,
    )


def read_tables(reference: str, current: str) -> tuple[Table, Table]:
    """The tables of two files, one of which may be standard input."""
    from driftium_core.files import read_path

    if reference == current == STDIN:
        raise InputError("Only one of the two tables can come from standard input.")
    return read_path(reference), read_path(current)


def compare_read(reference: Table, current: Table, settings: CompareSettings) -> TableReport:
    """The report on two tables."""
    from driftium_core import monitor
    from driftium_core.settings import Settings
    from driftium_core.terminal import progress_on_stderr

    threads = Settings().threads
    with progress_on_stderr("Comparing columns") as progress:
        return monitor.compare(reference, current, settings, n_threads=threads, progress=progress)


def _write(outcome: Outcome, report: TableReport, reference: Table, current: Table) -> None:
    """The files that were asked for."""
    if outcome.html:
        from driftium_core.monitor import tables_html

        write_file(outcome.html, tables_html(report, reference_name=reference.name, current_name=current.name))
    if outcome.summary:
        from driftium_core.terminal import table_summary

        append_file(outcome.summary, table_summary(report, title=f"“{current.name}” against “{reference.name}”"))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
