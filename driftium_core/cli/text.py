"""``driftium text``: two files of responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.options import Outcome, with_options
from driftium_core.cli.streams import append_file, on_stdout, print_json, say, write_file
from driftium_core.errors import InputError

if TYPE_CHECKING:
    from driftium_core.logs import Log
    from driftium_core.text.report import TextReport

__all__ = ["PromptColumn", "ResponseColumn", "compare_logs", "read_logs", "read_responses", "text"]

STDIN = "-"

PromptColumn = Annotated[str, typer.Option(help="Column with the prompts; found by its name when not given.")]
ResponseColumn = Annotated[str, typer.Option(help="Column with the responses; found by its name when not given.")]


@with_options
def text(
    baseline: Annotated[str, typer.Argument(help="File with answers as they should be; - reads standard input.")],
    current: Annotated[str, typer.Argument(help="File with answers as they are now; - reads standard input.")],
    prompt_column: PromptColumn = "",
    response_column: ResponseColumn = "",
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random; part of the report.")] = 0,
    *,
    outcome: Outcome,
) -> None:
    """Compare a model's answers with a baseline. Nothing is stored.

    The files have a response per row: CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too. Without
    --fail-on the exit code is 0 also when drift is found.
    """
    logs = read_logs(baseline, current, prompt_column, response_column)
    report = compare_logs(*logs, seed=seed)
    _write(outcome, report, *logs)
    with on_stdout():
        if outcome.as_json:
            from driftium_core.text.serialise import report_to_dict

            print_json(report_to_dict(report))
        else:
            from driftium_core.terminal import print_text_report

            print_text_report(report)
    raise typer.Exit(outcome.code(report.drift.verdict, report.drift.severity))


def read_logs(baseline: str, current: str, prompt_column: str, response_column: str) -> tuple[Log, Log]:
    """The responses of both files; what was left out of them is said on stderr."""
    if baseline == current == STDIN:
        raise InputError("Only one of the two files can come from standard input.")
    logs = tuple(read_responses(path, prompt_column, response_column) for path in (baseline, current))
    for log in logs:
        for sentence in filter(None, (log.skipped_text, *log.notes)):
            say(f"{log.name}: {sentence}")
    return logs[0], logs[1]


def read_responses(path: str, prompt_column: str, response_column: str) -> Log:
    """The responses of a file."""
    from driftium_core.files import read_log_path
    from driftium_core.logs import LogColumns

    return read_log_path(path, LogColumns(prompt=prompt_column or None, response=response_column or None))


def compare_logs(baseline: Log, current: Log, *, seed: int) -> TextReport:
    """The report on the responses of two files."""
    from driftium_core.monitor import compare_responses
    from driftium_core.terminal import progress_on_stderr

    with progress_on_stderr("Comparing") as progress:
        return compare_responses(baseline.responses, current.responses, rng=seed, progress=progress)


def _write(outcome: Outcome, report: TextReport, baseline: Log, current: Log) -> None:
    """The files that were asked for."""
    if outcome.html:
        from driftium_core.monitor import comparison_html

        names = {"baseline_name": baseline.name, "current_name": current.name}
        write_file(outcome.html, comparison_html(report, baseline.responses, current.responses, **names))
    if outcome.summary:
        from driftium_core.terminal import text_summary

        append_file(outcome.summary, text_summary(report, title=f"“{current.name}” against “{baseline.name}”"))
