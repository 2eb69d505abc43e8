"""What all ``rca`` commands share: their options, waiting for a model's words, and the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.streams import on_stdout, print_json, print_text, require_folder, write_file
from driftium_core.cli.verdicts import FailOn, exit_code
from driftium_core.errors import CancelledError, DriftiumError, InputError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    from driftium_core.jobs import Job
    from driftium_core.monitor import Investigated
    from driftium_core.rca.facts import Ledger
    from driftium_core.rca.report import RcaReport
    from driftium_core.services import Services
    from driftium_core.store.investigation_records import Investigation

__all__ = [
    "ByRules",
    "Deadline",
    "Evidence",
    "Markdown",
    "ModelName",
    "Output",
    "Seed",
    "Trace",
    "Wanted",
    "finish",
    "follow",
    "words_of",
]

LOOK_S = 0.1

WIDTH = 78
"""Of the line that says what is being done: one that breaks could not be wiped."""

Seed = Annotated[int, typer.Option(min=0, help="Seed of everything random, a model's words too.")]
ModelName = Annotated[
    str,
    typer.Option(help="Who words it: auto (Ollama where it runs, else rules), embedded, or an Ollama model's name."),
]
ByRules = Annotated[bool, typer.Option("--by-rules", help="Ask no model; the rules' words stand.")]
Deadline = Annotated[
    float | None,
    typer.Option(min=0.1, max=3600, metavar="SECONDS", help="Longest wait for a model's words; see the settings."),
]
Evidence = Annotated[bool, typer.Option("--evidence", help="Show every fact, not only those that are cited.")]
Trace = Annotated[bool, typer.Option("--trace", help="Show which agent said what, and how long it took.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print it as Markdown, for an issue tracker.")]
Output = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as Markdown to this file, too.")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options that all ``rca`` commands have, in their order on the command line."""

    model: str
    by_rules: bool
    deadline_s: float | None
    seed: int
    evidence: bool
    trace: bool
    as_json: bool
    markdown: bool
    output: Path | None
    fail_on: FailOn | None
    fail_on_inconclusive: bool

    def __post_init__(self) -> None:
        if self.as_json and self.markdown:
            raise InputError("--markdown prints a page and --json a document: give one of them.")
        require_folder(self.output, "the Markdown")


def words_of(ledger: Ledger, wanted: Wanted) -> RcaReport:
    """Investigate facts that are not stored, and store nothing."""
    from driftium_core import monitor
    from driftium_core.terminal import activity_on_stderr

    with _no_store() as services, activity_on_stderr() as activity:
        return monitor.investigate_report(
            services,
            ledger,
            choice=monitor.ModelChoice.parse(wanted.model),
            by_rules=wanted.by_rules,
            deadline_s=wanted.deadline_s,
            seed=wanted.seed,
            on_step=lambda step: activity(fmt_name(f"{step.agent}: {step.message}", limit=WIDTH)),
        )


def follow(job: Job[Investigated]) -> Investigated:
    """Wait for an investigation that runs in the background.

    Raises
    ------
    CancelledError
        The user pressed Ctrl-C; nothing was stored.
    """
    from driftium_core.terminal import activity_on_stderr

    with activity_on_stderr() as activity:
        try:
            while not job.wait(LOOK_S):
                activity(fmt_name(job.message, limit=WIDTH) if job.message else "")
        except KeyboardInterrupt:
            job.cancel()
            job.wait()
            raise CancelledError("Stopped. Nothing was stored.") from None
    if job.result is None:
        raise DriftiumError(job.error or "The investigation was cancelled.")
    return job.result


def finish(report: RcaReport, wanted: Wanted, investigation: Investigation | None = None) -> None:
    """Print the investigation as asked for, write the file that was asked for, and exit with what it means."""
    from driftium_core.monitor.documents import investigated_document
    from driftium_core.rca.markdown import report_markdown
    from driftium_core.terminal import print_investigation

    done, number = (investigation.done, investigation.id) if investigation else ((), "")
    page = report_markdown(report, done=done, number=number) if wanted.markdown or wanted.output else ""
    if wanted.output:
        write_file(wanted.output, page)
    with on_stdout():
        if wanted.as_json:
            print_json(investigated_document(report, investigation))
        elif wanted.markdown:
            print_text(page)
        else:
            print_investigation(report, done=done, evidence=wanted.evidence, trace=wanted.trace)
    code = exit_code(
        report.ledger.status, report.severity, wanted.fail_on, fail_on_inconclusive=wanted.fail_on_inconclusive
    )
    raise typer.Exit(code)


@contextmanager
def _no_store() -> Iterator[Services]:
    """Services whose database is in memory: what is asked of two files leaves nothing behind."""
    from driftium_core.services import open_services
    from driftium_core.settings import Settings

    with open_services(Settings(database_url="sqlite://")) as services:
        yield services
