"""What a run of a task does: collect answers, check a table, or check the answers."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from driftium_core.errors import CancelledError, ConflictError, DriftiumError, InputError, NotFoundError, StorageError
from driftium_core.formats import fmt_count, fmt_n
from driftium_core.monitor.checks import check_table
from driftium_core.monitor.evidence import update_evidence
from driftium_core.monitor.pools import check_responses
from driftium_core.monitor.table_evidence import table_block
from driftium_core.monitor.tables import open_reference
from driftium_core.monitor.task_holders import kept
from driftium_core.monitor.task_reading import read_or_leave
from driftium_core.monitor.unattended import check_unattended
from driftium_core.services import Services
from driftium_core.store.records import LookResult
from driftium_core.store.task_records import Claim, RunEnd, RunStep, TaskRun

if TYPE_CHECKING:
    from driftium_core.collect.port import Batch, Source
    from driftium_core.jobs import Progress
    from driftium_core.store.alarms import CountedBlock

__all__ = ["run_claimed"]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Run:
    """A run in progress; ``revision`` follows the cursor as it moves."""

    services: Services
    claim: Claim
    progress: Progress
    revision: int
    n_new: int = 0
    block: CountedBlock | None = None
    notes: list[str] = field(default_factory=list)


def run_claimed(services: Services, claim: Claim, progress: Progress) -> TaskRun:
    """Do the work of a task that was claimed, and record what came of it, whatever that is."""
    run = _Run(services, claim, progress, claim.revision)
    with kept(services, claim.run_id):
        try:
            end = _worked(run)
            ended = services.store.task_runs.finish(
                claim, end, revision=run.revision, block=run.block, said=_counted_or_not
            )
        except ConflictError as error:
            _log.warning("%s", error)
            ended = _as_recorded(services, claim, error)
    if run.n_new and not services.collecting.closing:
        check_unattended(services, claim.task.project)
    return ended


def _worked(run: _Run) -> RunEnd:
    """How the run ended: every failure is one, but for a task that is not ours any more."""
    services, task = run.services, run.claim.task
    try:
        run.progress.check()
        return _WORK[task.kind](run)
    except ConflictError:
        raise
    except CancelledError:
        run.block = None
        return RunEnd(state="interrupted" if services.collecting.closing else "stopped")
    except DriftiumError as error:
        sentence = str(error)
    except Exception as error:  # noqa: BLE001 - a task must not end for good on what nobody thought of
        # Without the error's own words, in which a library may have put an address with its password.
        frames = "".join(traceback.format_tb(error.__traceback__))
        _log.error("Task %s stopped on an unexpected %s\n%s", task.id, type(error).__name__, frames)
        sentence = f"The run stopped on an unexpected {type(error).__name__}. The details are in the server's log."
    run.block = None
    return RunEnd(state="failed", error=sentence)


def _as_recorded(services: Services, claim: Claim, error: ConflictError) -> TaskRun:
    """The run as whoever took the task over left it."""
    try:
        return services.store.task_runs.get(claim.run_id)
    except NotFoundError:
        raise CancelledError(str(error)) from None


def _source(run: _Run) -> Source:
    from driftium_core.collect.open import open_source
    from driftium_core.text.log_columns import LogColumns

    task = run.claim.task
    if task.origin is None:
        raise InputError("This task has no origin to read from. Remove it and make it anew.")
    return open_source(
        task.origin,
        name=task.name,
        columns=LogColumns(**task.columns) if task.columns else None,
        expand=run.services.settings.expand,
        max_bytes=run.services.settings.max_upload_bytes,
    )


def _collect(run: _Run) -> RunEnd:
    run.progress(0, 0, "Reading")
    batches = _source(run).batches(run.claim.cursor)
    while (batch := read_or_leave(lambda: next(batches, None), run.progress)) is not None:
        added, stored = run.services.store.task_runs.add_step(run.claim, _step(batch), revision=run.revision)
        run.revision += 1
        run.n_new += len(added.stored)
        run.progress(stored.n_read, 0, f"{fmt_count(stored.n_read, 'record')} read, {fmt_n(stored.n_new)} new")
    return RunEnd(state="done")


def _step(batch: Batch) -> RunStep:
    return RunStep(
        responses=batch.responses,
        n_read=batch.n_read,
        skipped_counts=batch.skipped_counts,
        reasons=tuple(f"{batch.unit.capitalize()} {row.position}: {row.reason}." for row in batch.skipped),
        notes=batch.notes,
        cursor=batch.cursor,
    )


def _check_table(run: _Run) -> RunEnd:
    from driftium_core.tabular.report import CompareSettings

    services, task = run.services, run.claim.task
    reference = _reference(run)
    run.progress(0, 0, "Reading the table")
    batch = read_or_leave(lambda: _source(run).table(run.claim.cursor), run.progress)
    if batch.table is None:
        return RunEnd(state="done", notes=batch.notes, cursor=batch.cursor)
    rows = len(batch.table.frame)
    checked = check_table(
        services,
        open_reference(services, reference),
        batch.table,
        CompareSettings(p_threshold=task.p_threshold),
        project=task.project,
        renew=True,
        progress=run.progress,
    )
    if checked.run_id is None:  # the rows must come again, so the cursor stays
        raise StorageError(checked.notice)
    notes = batch.notes
    if batch.only_new:
        try:
            run.block = table_block(services, services.store.references.get(reference)[0], batch.table)
        except InputError as error:
            notes = (*notes, str(error))
    return RunEnd(
        state="done", n_read=rows, notes=notes, report_kind="table", report_id=checked.run_id, cursor=batch.cursor
    )


def _reference(run: _Run) -> str:
    """The id of the saved reference; a sentence of our own when it is gone, as its id says nothing to people."""
    task = run.claim.task
    if task.reference_id is None or task.reference_name is None:
        raise NotFoundError(
            "The saved reference that this task compares with was deleted. Save it again and make a new task with it."
        )
    return task.reference_id


def _counted_or_not(result: LookResult) -> str:
    if result.counted:
        return f"Its rows are new, so they count as block {fmt_n(result.state.looks)} of the evidence score."
    return "Rows of this content were counted by the evidence score before; they count once."


def _check_answers(run: _Run) -> RunEnd:
    services, project = run.services, run.claim.task.project
    check = check_responses(services, project=project, progress=run.progress)
    if check.report is None:
        return RunEnd(state="done", notes=(check.status.message, *check.notices))
    if check.calculation is None:
        raise StorageError(" ".join(check.notices) or "The check could not be recorded.")
    update_evidence(services, project=project, progress=run.progress)
    return RunEnd(
        state="done",
        n_read=check.calculation.current_size,
        notes=check.notices,
        report_kind="text",
        report_id=check.calculation.id,
    )


_WORK = {"collect": _collect, "table": _check_table, "answers": _check_answers}
