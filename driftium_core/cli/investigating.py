"""What all ``rca`` commands share: their options, waiting for a model's words, and the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.options import Outcome
from driftium_core.cli.streams import append_file, on_stdout, print_json, print_text, require_folder, write_file
from driftium_core.errors import CancelledError, DriftiumError, InputError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    from driftium_core.jobs import Job
    from driftium_core.monitor import Investigated
    from driftium_core.rca.facts import Ledger
    from driftium_core.rca.report import RcaReport
    from driftium_core.services import Services
    from driftium_core.store.investigation_records import Investigation

__all__ = ["Words", "finish", "follow", "words_of"]

LOOK_S = 0.1

WIDTH = 78
"""Of the line that says what is being done: one that breaks could not be wiped."""


@dataclass(frozen=True, slots=True)
class Words:
    """Who words an investigation, and how much of it is shown, and where."""

    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random, a model's words too.")] = 0
    model: Annotated[
        str,
        typer.Option(
            help="Who words it: auto (Ollama where it runs, else rules), embedded, or an Ollama model's name."
        ),
    ] = "auto"
    by_rules: Annotated[bool, typer.Option("--by-rules", help="Ask no model; the rules' words stand.")] = False
    deadline: Annotated[
        float | None,
        typer.Option(min=0.1, max=3600, metavar="SECONDS", help="Longest wait for a model's words; see the settings."),
    ] = None
    evidence: Annotated[bool, typer.Option("--evidence", help="Show every fact, not only those that are cited.")] = (
        False
    )
    trace: Annotated[bool, typer.Option("--trace", help="Show which agent said what, and how long it took.")] = False
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it as Markdown, for an issue tracker.")] = False
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as Markdown to this file, too.")] = None

    def __post_init__(self) -> None:
        require_folder(self.output, "the Markdown")

    def check(self, outcome: Outcome) -> None:
        """Refuse what cannot be printed together."""
        if self.markdown and outcome.as_json:
            raise InputError("--markdown prints a page and --json a document: give one of them.")


def words_of(ledger: Ledger, words: Words) -> RcaReport:
    """Investigate facts that are not stored, and store nothing."""
    from driftium_core import monitor
    from driftium_core.terminal import activity_on_stderr

    with _no_store() as services, activity_on_stderr() as activity:
        return monitor.investigate_report(
            services,
            ledger,
            choice=monitor.ModelChoice.parse(words.model),
            by_rules=words.by_rules,
            deadline_s=words.deadline,
            seed=words.seed,
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


def finish(report: RcaReport, words: Words, outcome: Outcome, investigation: Investigation | None = None) -> None:
    """Print the investigation as asked for, write the files that were asked for, and exit with what it means."""
    from driftium_core.monitor.documents import investigated_document
    from driftium_core.rca.markdown import report_markdown
    from driftium_core.terminal import print_investigation

    done, number = (investigation.done, investigation.id) if investigation else ((), "")
    page = report_markdown(report, done=done, number=number)
    if outcome.html:
        from driftium_core.monitor import investigation_html

        write_file(outcome.html, investigation_html(report, investigation))
    if words.output:
        write_file(words.output, page)
    if outcome.summary:
        append_file(outcome.summary, f"{page}\n")
    with on_stdout():
        if outcome.as_json:
            print_json(investigated_document(report, investigation))
        elif words.markdown:
            print_text(page)
        else:
            print_investigation(report, done=done, evidence=words.evidence, trace=words.trace)
    raise typer.Exit(outcome.code(report.ledger.status, report.severity))


@contextmanager
def _no_store() -> Iterator[Services]:
    """Services whose database is in memory: what is asked of two files leaves nothing behind."""
    from driftium_core.services import open_services
    from driftium_core.settings import Settings

    with open_services(Settings(database_url="sqlite://")) as services:
        yield services
