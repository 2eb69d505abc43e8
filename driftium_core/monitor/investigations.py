"""Investigations of stored reports: run in the background, kept, ticked off, exported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from driftium_core.documents import json_text
from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.formats import fmt_count, fmt_name
from driftium_core.llm.port import AUTOMATIC, ModelChoice
from driftium_core.monitor.baselines import find_baseline
from driftium_core.monitor.calculations import open_calculation
from driftium_core.monitor.diagnosis import investigate_report
from driftium_core.monitor.documents import investigated_document
from driftium_core.monitor.investigable import calculation_title, run_title
from driftium_core.monitor.runs import open_run
from driftium_core.services import Services
from driftium_core.store.investigation_records import Investigation, NewInvestigation, ReportKind
from driftium_core.store.records import DEFAULT_PROJECT

if TYPE_CHECKING:
    from driftium_core.jobs import Job, Progress
    from driftium_core.rca.facts import Ledger
    from driftium_core.rca.report import RcaReport, TraceStep
    from driftium_core.store.records import Calculation
    from driftium_core.store.table_records import TableRun

__all__ = [
    "Investigated",
    "delete_investigation",
    "export_investigation",
    "find_investigation",
    "investigation_html",
    "investigation_job",
    "investigation_steps",
    "investigations",
    "open_investigation",
    "start_investigation",
    "tick_action",
]


@dataclass(frozen=True, slots=True)
class Investigated:
    """A finished investigation, and its record.

    ``investigation`` is None when the database could not keep it; ``notice`` then says why.
    """

    investigation: Investigation | None
    report: RcaReport
    notice: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """How the words of an investigation are asked for."""

    choice: ModelChoice
    by_rules: bool
    deadline_s: float | None
    seed: int


def start_investigation(
    services: Services,
    kind: ReportKind,
    report_id: str,
    *,
    project: str = DEFAULT_PROJECT,
    choice: ModelChoice = AUTOMATIC,
    by_rules: bool = False,
    deadline_s: float | None = None,
    seed: int = 0,
) -> Job[Investigated]:
    """Investigate a stored report in the background and keep the result; while it runs, starting it again joins it.

    Every finished investigation is a record of its own. One that is cancelled, or whose process ends, leaves none.
    ``choice``, ``by_rules``, ``deadline_s`` and ``seed`` as in `investigate_report`.

    Raises
    ------
    NotFoundError
        The project has no such report, or no longer.
    """
    title = _title(services, kind, report_id, project)
    about, asked = _about(kind, report_id), _Asked(choice, by_rules, deadline_s, seed)
    with services.starting:
        running = investigation_job(services, kind, report_id)
        if running is not None:
            return running
        services.rca_steps.put(about, ())
        return services.investigating.start(
            lambda progress: _work(services, kind, report_id, project, asked, progress),
            title=f"Investigating {title}",
            about=about,
        )


def investigation_job(services: Services, kind: ReportKind, report_id: str) -> Job[Investigated] | None:
    """The investigation of a report that waits or runs in this process, for its progress and to cancel it."""
    return services.investigating.working_on(_about(kind, report_id))


def investigation_steps(services: Services, kind: ReportKind, report_id: str) -> tuple[TraceStep, ...]:
    """The trace so far of the investigation of a report that runs, or ran last, in this process."""
    return services.rca_steps.get(_about(kind, report_id)) or ()


def investigations(
    services: Services, *, project: str = DEFAULT_PROJECT, limit: int | None = None
) -> list[Investigation]:
    """Stored investigations of a project, newest first, without their reports."""
    return services.store.investigations.newest(project=project, limit=limit)


def find_investigation(
    services: Services, kind: ReportKind, report_id: str, *, project: str = DEFAULT_PROJECT
) -> Investigation | None:
    """The newest investigation of a report; None when there is none."""
    found = services.store.investigations.newest(project=project, kind=kind, report_id=report_id, limit=1)
    return found[0] if found else None


def open_investigation(services: Services, investigation_id: str) -> tuple[Investigation, RcaReport]:
    """One stored investigation with its report.

    Raises
    ------
    NotFoundError
        It is not stored, or no longer.
    StorageError
        It is damaged, or another version of Driftium wrote it.
    """
    from driftium_core.rca.serialise import report_from_dict

    investigation = services.store.investigations.get(investigation_id)
    try:
        return investigation, report_from_dict(services.store.investigations.document(investigation_id))
    except InputError as error:
        raise StorageError(
            f"Investigation {fmt_name(investigation_id)} was stored by another version of Driftium and cannot be read. "
            "Investigate the report again."
        ) from error


def delete_investigation(services: Services, investigation_id: str) -> None:
    """Remove a stored investigation; `NotFoundError` when it is not stored."""
    services.store.investigations.delete(investigation_id)


def tick_action(services: Services, investigation_id: str, position: int, done: bool) -> Investigation:
    """Tick the action at a position of an investigation's list, or take the tick away.

    Raises
    ------
    InputError
        The investigation has no action there.
    NotFoundError
        It is not stored, or no longer.
    """
    _, report = open_investigation(services, investigation_id)
    n_actions = len(report.findings.recommendation.actions)
    if not 0 <= position < n_actions:
        raise InputError(
            f"Investigation {fmt_name(investigation_id)} has {fmt_count(n_actions, 'action')}; there is none at "
            f"position {position} (they count from 0)."
        )
    return services.store.investigations.tick(investigation_id, position, done=done)


def export_investigation(
    services: Services, investigation_id: str, kind: Literal["markdown", "json"] = "markdown"
) -> str:
    """A stored investigation as Markdown for an issue tracker, or as a JSON document.

    Raises
    ------
    NotFoundError
        It is not stored, or no longer.
    StorageError
        It is damaged, or another version of Driftium wrote it.
    """
    from driftium_core.rca.markdown import report_markdown

    investigation, report = open_investigation(services, investigation_id)
    if kind == "markdown":
        return report_markdown(report, done=investigation.done, number=investigation.id)
    return json_text(investigated_document(report, investigation))


def investigation_html(report: RcaReport, investigation: Investigation | None = None) -> str:
    """A page of HTML with an investigation, which need not be stored."""
    from driftium_core.html.rca_report import rca_report_html

    done, number = (investigation.done, investigation.id) if investigation else ((), "")
    return rca_report_html(report, done=done, number=number)


def _work(
    services: Services,
    kind: ReportKind,
    report_id: str,
    project: str,
    asked: _Asked,
    progress: Progress,
) -> Investigated:
    ledger = _ledger(services, kind, report_id, project)
    about = _about(kind, report_id)

    def keep(step: TraceStep) -> None:
        services.rca_steps.put(about, (*investigation_steps(services, kind, report_id), step))
        progress(0, 0, step.message)

    report = investigate_report(
        services,
        ledger,
        choice=asked.choice,
        by_rules=asked.by_rules,
        deadline_s=asked.deadline_s,
        seed=asked.seed,
        on_step=keep,
        stopped=progress.cancelled,
    )
    progress.check()
    try:
        stored = services.store.investigations.add(_new(kind, report_id, report), project=project)
    except StorageError as error:
        return Investigated(None, report, f"The investigation could not be stored. {error}")
    return Investigated(stored, report)


def _about(kind: ReportKind, report_id: str) -> str:
    return f"rca:{kind}:{report_id}"


def _title(services: Services, kind: ReportKind, report_id: str, project: str) -> str:
    """What a stored report is about, in words; `NotFoundError` when the project has no such report."""
    record: TableRun | Calculation
    if kind == "table":
        record = services.store.runs.get(report_id)
        title = run_title(record)
    else:
        record = services.store.calculations.get(report_id)
        title = calculation_title(record, find_baseline(services, record.baseline_id))
    if record.project != project:
        raise NotFoundError(
            f"{fmt_name(report_id)} is of project {record.project!r}, not of {project!r}. Name that project instead."
        )
    return title


def _ledger(services: Services, kind: ReportKind, report_id: str, project: str) -> Ledger:
    from driftium_core.rca.table_facts import table_ledger
    from driftium_core.rca.text_facts import text_ledger

    title = _title(services, kind, report_id, project)
    if kind == "table":
        return table_ledger(open_run(services, report_id)[1], title=title)
    return text_ledger(open_calculation(services, report_id)[1], title=title)


def _new(kind: ReportKind, report_id: str, report: RcaReport) -> NewInvestigation:
    from driftium_core.rca.serialise import report_to_dict

    diagnosis = report.findings.diagnosis
    return NewInvestigation(
        kind=kind,
        report_id=report_id,
        title=report.ledger.title,
        severity=report.severity,
        status=report.ledger.status,
        cause=diagnosis.cause.value,
        confidence=diagnosis.confidence,
        source=report.source,
        model=report.model,
        summary=diagnosis.findings[0].summary.text,
        n_actions=len(report.findings.recommendation.actions),
        document=report_to_dict(report),
    )
