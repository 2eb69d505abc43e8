"""``driftium status`` and ``driftium history``: a project's answers against its baseline, now and before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.options import Outcome, with_options
from driftium_core.cli.project import Project, opened_services
from driftium_core.cli.streams import append_file, on_stdout, print_html, print_json, say, write_file
from driftium_core.errors import InputError

if TYPE_CHECKING:
    from driftium_core.monitor.pools import PoolCheck
    from driftium_core.services import Services
    from driftium_core.store.records import Calculation

__all__ = ["end_check", "history", "status", "write_check"]

_ID = re.compile("[0-9a-f]{10}")
"""A calculation's, as --json shows it."""


@with_options
def status(
    project: Project = "default",
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random; part of the report.")] = 0,
    *,
    outcome: Outcome,
) -> None:
    """Compare current telemetry with the baseline, and record it.

    Unchanged answers give the same report and no second record. Without --fail-on the exit code is 0 also when drift
    is found.
    """
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_status, print_text_report, progress_on_stderr

    with opened_services(project) as services:
        with progress_on_stderr("Checking") as progress:
            check = monitor.check_responses(services, project=project, seed=seed, progress=progress)
            evidence = monitor.update_evidence(services, project=project, progress=progress)
        write_check(services, check, project, outcome)
    for notice in check.notices:
        say(notice)
    with on_stdout():
        if outcome.as_json:
            print_json(documents.check_document(check, evidence))
        else:
            print_status(check.status, evidence)
            if check.report:
                print_text_report(check.report)
    end_check(check, outcome)


def write_check(services: Services, check: PoolCheck, project: str, outcome: Outcome) -> None:
    """The files that were asked for; where there is nothing to compare yet, that is said in place of a page."""
    from driftium_core import monitor
    from driftium_core.terminal import text_summary

    if check.report is None:
        if outcome.html:
            say(f"{outcome.html} was not written, as there is nothing to compare yet.")
        if outcome.summary:
            append_file(outcome.summary, f"{check.status.message}\n\n")
        return
    baseline, calculation = check.status.baseline, check.calculation
    if outcome.html:
        page = monitor.export_report(
            services,
            check.report,
            project=project,
            calculation=calculation,
            baseline=baseline,
            kind="html",
            ids=check.ids,
        )
        write_file(outcome.html, page)
    if outcome.summary:
        name = f"baseline “{baseline.name}”" if baseline else "a baseline that was deleted since"
        append_file(outcome.summary, text_summary(check.report, title=f"Project “{project}” against {name}"))


def end_check(check: PoolCheck, outcome: Outcome) -> None:
    """Exit with what a check means."""
    drift = check.report.drift if check.report else None
    raise typer.Exit(outcome.code(*(drift.verdict, drift.severity) if drift else ("inconclusive", None)))


@with_options
def history(
    limit: Annotated[int, typer.Option(min=1, help="Newest calculations to show.")] = 20,
    calculation: Annotated[str, typer.Option(metavar="ID", help="Show this one only; --json shows the ids.")] = "",
    project: Project = "default",
    *,
    outcome: Outcome,
) -> None:
    """Show the newest calculations of a project, oldest first.

    Nothing is calculated. --html and --summary are of the newest one, or of the one named, and so are the exit codes.
    --html with an id in place of a file prints the page of that one.
    """
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_history

    with opened_services(project) as services:
        if outcome.html and _ID.fullmatch(str(outcome.html)):
            _print_page(services, str(outcome.html), outcome)
            return
        if calculation:
            found = [monitor.open_calculation(services, calculation)[0]]
        else:
            found = monitor.pool_history(services, project=project, limit=limit)[::-1]
        _write(services, found[-1] if found else None, outcome)
    with on_stdout():
        if outcome.as_json:
            print_json({"history": [documents.calculation_document(item) for item in found]})
        else:
            print_history(found)
    raise typer.Exit(outcome.code(*(found[-1].verdict, found[-1].severity) if found else ("inconclusive", None)))


def _print_page(services: Services, calculation_id: str, outcome: Outcome) -> None:
    from driftium_core import monitor

    if outcome.as_json:
        raise InputError("--html with an id prints a page and --json a document: give one of them, or name a file.")
    page = monitor.export_calculation(services, calculation_id)
    with on_stdout():
        print_html(page)


def _write(services: Services, calculation: Calculation | None, outcome: Outcome) -> None:
    """The files that were asked for, of one calculation."""
    from driftium_core import monitor
    from driftium_core.terminal import text_summary

    if calculation is None:
        if outcome.html:
            say(f"{outcome.html} was not written, as nothing was calculated yet.")
        return
    if outcome.html:
        write_file(outcome.html, monitor.export_calculation(services, calculation.id))
    if outcome.summary:
        title = f"Project “{calculation.project}”, calculation {calculation.id}"
        report = monitor.open_calculation(services, calculation.id)[1]
        append_file(outcome.summary, text_summary(report, title=title))
