"""``driftium rca``: why it drifted, of two files or of a stored report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.investigating import Words, finish, follow, words_of
from driftium_core.cli.options import Outcome, with_options
from driftium_core.cli.project import Project, opened_services
from driftium_core.cli.streams import say
from driftium_core.cli.tabular import Categorical, Columns, PlainP, PThreshold, compare_read, read_tables, settings_of
from driftium_core.cli.text import PromptColumn, ResponseColumn, compare_logs, read_logs
from driftium_core.command import command
from driftium_core.errors import InputError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from driftium_core.jobs import Job
    from driftium_core.monitor import Investigated
    from driftium_core.services import Services
    from driftium_core.store.investigation_records import ReportKind

__all__ = ["rca"]

rca = typer.Typer(
    help="Find out why it drifted, and what to do.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@rca.command()
@with_options
def tabular(
    reference: Annotated[str, typer.Argument(help="File with data as it should be; - reads standard input.")],
    current: Annotated[str, typer.Argument(help="File with data as it is now; - reads standard input.")],
    p_threshold: PThreshold = 0.05,
    columns: Columns = "",
    categorical: Categorical = "",
    plain_p: PlainP = False,
    *,
    words: Words,
    outcome: Outcome,
) -> None:
    """Find out why two tables differ. Nothing is stored."""
    from driftium_core import monitor

    words.check(outcome)
    settings = settings_of(p_threshold, columns, categorical, plain_p=plain_p, seed=words.seed)
    tables = read_tables(reference, current)
    report = compare_read(*tables, settings)
    title = f"“{tables[1].name}” against “{tables[0].name}”"
    ledger, _ = monitor.table_findings(report, title=title)
    finish(words_of(ledger, words), words, outcome)


@rca.command()
@with_options
def text(
    baseline: Annotated[str, typer.Argument(help="File with answers as they should be; - reads standard input.")],
    current: Annotated[str, typer.Argument(help="File with answers as they are now; - reads standard input.")],
    prompt_column: PromptColumn = "",
    response_column: ResponseColumn = "",
    *,
    words: Words,
    outcome: Outcome,
) -> None:
    """Find out why a model's answers differ from a baseline. Nothing is stored."""
    from driftium_core import monitor

    words.check(outcome)
    logs = read_logs(baseline, current, prompt_column, response_column)
    report = compare_logs(*logs, seed=words.seed)
    ledger, _ = monitor.text_findings(report, title=f"“{logs[1].name}” against “{logs[0].name}”")
    finish(words_of(ledger, words), words, outcome)


@rca.command()
@with_options
def stored(
    run: Annotated[
        str, typer.Option(metavar="ID", help="Investigate this saved table check; its link in the app holds the id.")
    ] = "",
    calculation: Annotated[
        str, typer.Option(metavar="ID", help="Investigate this calculation; `history --json` shows the ids.")
    ] = "",
    project: Project = "default",
    *,
    words: Words,
    outcome: Outcome,
) -> None:
    """Find out why a stored report drifted, and keep the result.

    Without an id it is the newest report of the project; current telemetry is compared with the baseline first.
    """
    words.check(outcome)
    if run and calculation:
        raise InputError("--run names a table check and --calculation a check of answers: give one of them.")
    with opened_services(project) as services:
        found = follow(_started(services, words, _chosen(services, run, calculation, project), project))
    if found.notice:
        say(found.notice)
    finish(found.report, words, outcome, found.investigation)


def _started(services: Services, words: Words, chosen: tuple[ReportKind, str], project: str) -> Job[Investigated]:
    from driftium_core import monitor

    return monitor.start_investigation(
        services,
        *chosen,
        project=project,
        choice=monitor.ModelChoice.parse(words.model),
        by_rules=words.by_rules,
        deadline_s=words.deadline,
        seed=words.seed,
    )


def _chosen(services: Services, run: str, calculation: str, project: str) -> tuple[ReportKind, str]:
    """The report that was named, or the newest one once the pools are checked."""
    from driftium_core import monitor
    from driftium_core.terminal import progress_on_stderr

    if run or calculation:
        return ("table", run) if run else ("text", calculation)
    try:
        with progress_on_stderr("Checking") as progress:
            check = monitor.check_responses(services, project=project, progress=progress)
    except UnavailableError as error:  # what is stored can be investigated without the encoder
        say(str(error))
    else:
        for notice in check.notices:
            say(notice)
    newest = monitor.investigable(services, project=project, limit=1)
    if not newest:
        raise NotFoundError(
            f"Project {project!r} has no report to investigate yet. `{command('demo')}` makes one; so does a check of "
            "two tables in the app, or current telemetry and a baseline."
        )
    return newest[0].kind, newest[0].id
