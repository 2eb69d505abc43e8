"""Prompt runs: started, filled answer by answer, continued, and sent to current telemetry."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from driftium_core.errors import InputError, NotFoundError
from driftium_core.formats import fmt_count, fmt_name
from driftium_core.response import Response
from driftium_core.store.history import keep_newest
from driftium_core.store.names import checked_name
from driftium_core.store.projects import change_playground, change_pools, lock_project_of, project_key
from driftium_core.store.prompt_lists import checked_arms, checked_prompts
from driftium_core.store.prompt_records import PromptRun, PromptRunFacts, RunAnswer, RunArm
from driftium_core.store.records import DEFAULT_PROJECT, Added, StoredResponse
from driftium_core.store.response_rows import add_responses, storable
from driftium_core.store.run_answers import (
    ArmCounts,
    answered_places,
    count_answers,
    json_of,
    key_of,
    read_answers,
    unsent_answers,
)
from driftium_core.store.schema import ProjectRow, PromptRunAnswerRow, PromptRunRow, PromptSetRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["PromptRunRepository"]

KEPT = 100
"""Runs of a project; older ones make room."""


class PromptRunRepository:
    """The prompt runs of all projects. Thread-safe as its store is.

    Every answer is a transaction of its own, so a run whose process dies is continued from `missing`: nothing that was
    stored is lost, asked again or doubled.

    An answer becomes telemetry once in its life. When that response is deleted afterwards, neither continuing the run
    nor `send` brings it back: the answer stays in the run and counts as sent. When the run is deleted, or makes room
    for newer ones, what was sent stays.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def start(
        self,
        name: str,
        prompts: Sequence[str],
        arms: Sequence[RunArm],
        *,
        to_current: bool,
        set_id: str | None = None,
        project: str = DEFAULT_PROJECT,
    ) -> PromptRun:
        """Store a run without answers; the project's oldest beyond 100 make room.

        Parameters
        ----------
        arms : sequence of RunArm
            One, or two to compare.
        to_current : bool
            Make each answer current telemetry as it comes; with one arm only.
        set_id : str, optional
            The version of the set that the prompts are.

        Raises
        ------
        InputError
            The name or the prompts cannot be used (as in `PromptSetRepository.save`), or the arms.
        NotFoundError
            The project has no such set.
        """
        name, prompts, arms = (
            checked_name(name, "a prompt run"),
            checked_prompts(prompts),
            checked_arms(arms, to_current=to_current),
        )
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            if set_id is not None:
                _require_set(session, key, set_id)
            now = datetime.now(UTC)
            row = PromptRunRow(
                id=secrets.token_hex(5),
                project_id=key,
                set_id=set_id,
                name=name,
                created_at=now,
                updated_at=now,
                finished=False,
                stopped=False,
                to_current=to_current,
                n_prompts=len(prompts),
                arms=[asdict(arm) for arm in arms],
                prompts=list(prompts),
            )
            session.add(row)
            session.flush()
            keep_newest(session, PromptRunRow, key, limit=KEPT)
            change_playground(session, key)
            return _record(row, project, {})

    def add_answer(self, run_id: str, arm: int, position: int, content: Response) -> StoredResponse | None:
        """Store an answer under the key ``run:<run>:<arm>:<position>``; return the telemetry that it became.

        When the run is ``to_current`` both are stored in one transaction. An earlier failure at this place is replaced.
        An earlier answer is not: then, and when the answers do not become telemetry, None is returned.

        Raises
        ------
        InputError
            The run has no such place, or a number or time in the response cannot be stored.
        NotFoundError
            The run is not stored, or no longer.
        """
        with self._store.session(write=True) as session:
            run, project = _row(session, run_id, lock=True)
            answer = _place(session, run, arm, position)
            if answer is not None and answer.error is None:
                return None
            content = replace(storable(content, position + 1), key=key_of(run_id, arm, position))
            sent: StoredResponse | None = None
            if run.to_current:
                added = add_responses(session, [content], project_id=run.project_id, project=project)
                if added.stored:
                    sent = added.stored[0]
                    change_pools(session, run.project_id)
            if answer is None:
                answer = PromptRunAnswerRow(run_id=run_id, position=position, arm=arm)
                session.add(answer)
            answer.error, answer.content, answer.response_id = None, json_of(content), sent.id if sent else None
            _touch(session, run)
            return sent

    def add_failure(self, run_id: str, arm: int, position: int, error: str) -> None:
        """Store why there is no answer; an answer at this place stays, an earlier failure is replaced.

        Raises
        ------
        InputError
            The run has no such place.
        NotFoundError
            The run is not stored, or no longer.
        """
        with self._store.session(write=True) as session:
            run, _ = _row(session, run_id, lock=True)
            answer = _place(session, run, arm, position)
            if answer is None:
                session.add(PromptRunAnswerRow(run_id=run_id, position=position, arm=arm, error=error))
            elif answer.error is not None:
                answer.error = error
            else:
                return
            _touch(session, run)

    def end(self, run_id: str, *, stopped: bool) -> None:
        """Say that a run went through all its prompts, or that the user stopped it before."""
        self._set_state(run_id, finished=not stopped, stopped=stopped)

    def resume(self, run_id: str) -> None:
        """Say that a run goes on: it is neither finished nor stopped."""
        self._set_state(run_id, finished=False, stopped=False)

    def _set_state(self, run_id: str, *, finished: bool, stopped: bool) -> None:
        with self._store.session(write=True) as session:
            run, _ = _row(session, run_id, lock=True)
            run.finished, run.stopped = finished, stopped
            _touch(session, run)

    def get(self, run_id: str) -> PromptRun:
        """One run; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            run, project = _row(session, run_id)
            return _record(run, project, count_answers(session, [run_id])[run_id])

    def facts(self, run_id: str) -> PromptRunFacts:
        """One run without its prompts; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            run, project = _row(session, run_id)
            return PromptRunFacts(**_facts(run, project, count_answers(session, [run_id])[run_id]))

    def newest(self, *, project: str = DEFAULT_PROJECT, limit: int | None = 20) -> list[PromptRunFacts]:
        """The project's runs without their prompts, newest first."""
        with self._store.session() as session:
            key = project_key(session, project)
            query = select(PromptRunRow).where(PromptRunRow.project_id == key)
            runs = list(session.scalars(query.order_by(PromptRunRow.seq.desc()).limit(limit)))
            counts = count_answers(session, [run.id for run in runs])
            return [PromptRunFacts(**_facts(run, project, counts[run.id])) for run in runs]

    def answers(self, run_id: str, *, positions: range | None = None) -> list[RunAnswer]:
        """Answers and failures by position and arm, of all prompts or of those at the positions (a step of 1)."""
        with self._store.session() as session:
            _row(session, run_id)
            return read_answers(session, run_id, positions)

    def missing(self, run_id: str) -> list[tuple[int, int]]:
        """Position and arm of what has no answer, in this order; failures count as missing."""
        with self._store.session() as session:
            run, _ = _row(session, run_id)
            known = answered_places(session, run_id)
            places = ((position, arm) for position in range(run.n_prompts) for arm in range(len(run.arms)))
            return [place for place in places if place not in known]

    def send(self, run_id: str, arm: int) -> Added:
        """Make the answers of one arm current telemetry, in one transaction; those that were sent before are known.

        Raises
        ------
        InputError
            The run has no such arm.
        NotFoundError
            The run is not stored, or no longer.
        """
        with self._store.session(write=True) as session:
            run, project = _row(session, run_id, lock=True)
            _check_place(run, arm, 0)
            unsent = unsent_answers(session, run_id, arm)
            contents = [content for _, content in unsent]
            added = add_responses(session, contents, project_id=run.project_id, project=project)
            if added.stored:
                ids = {response.content.key: response.id for response in added.stored}
                for answer, content in unsent:
                    answer.response_id = ids.get(content.key)
                change_pools(session, run.project_id)
                _touch(session, run)
            counts = count_answers(session, [run_id])[run_id].get(arm, ArmCounts())
            return replace(added, known=counts.done - len(added.stored))

    def delete(self, run_id: str) -> None:
        """Remove a run with its answers; telemetry that was sent stays. `NotFoundError` when it is not stored."""
        with self._store.session(write=True) as session:
            run, _ = _row(session, run_id, lock=True)
            change_playground(session, run.project_id)
            session.delete(run)


def _require_set(session: Session, project_id: int, set_id: str) -> None:
    query = select(PromptSetRow.seq).where(PromptSetRow.id == set_id, PromptSetRow.project_id == project_id)
    if session.scalar(query) is None:
        raise NotFoundError(f"Prompt set {fmt_name(set_id)} is not stored, or no longer.")


def _row(session: Session, run_id: str, *, lock: bool = False) -> tuple[PromptRunRow, str]:
    """A run and its project's name; with ``lock`` nobody else can change them."""
    if lock:
        lock_project_of(session, PromptRunRow, run_id)
    found = session.execute(select(PromptRunRow, ProjectRow.name).join(ProjectRow).where(PromptRunRow.id == run_id))
    row = found.first()
    if row is None:
        raise NotFoundError(
            f"Prompt run {fmt_name(run_id)} is not stored, or no longer: it was deleted, or made room for newer runs."
        )
    return row[0], row[1]


def _check_place(run: PromptRunRow, arm: int, position: int) -> None:
    n_prompts, n_arms = run.n_prompts, len(run.arms)
    if not (0 <= arm < n_arms and 0 <= position < n_prompts):
        raise InputError(
            f"Prompt run {run.id} has {fmt_count(n_prompts, 'prompt')} and "
            f"{fmt_count(n_arms, 'model')}; there is no prompt {position + 1} of model {arm + 1}."
        )


def _place(session: Session, run: PromptRunRow, arm: int, position: int) -> PromptRunAnswerRow | None:
    """What is stored at a place of the run; `InputError` when there is no such place."""
    _check_place(run, arm, position)
    return session.get(PromptRunAnswerRow, {"run_id": run.id, "position": position, "arm": arm})


def _touch(session: Session, run: PromptRunRow) -> None:
    run.updated_at = datetime.now(UTC)
    change_playground(session, run.project_id)


def _record(row: PromptRunRow, project: str, counts: dict[int, ArmCounts]) -> PromptRun:
    return PromptRun(**_facts(row, project, counts), prompts=tuple(row.prompts))


def _facts(row: PromptRunRow, project: str, counts: dict[int, ArmCounts]) -> dict[str, Any]:
    arms = tuple(RunArm(**arm) for arm in row.arms)
    per_arm = [counts.get(arm, ArmCounts()) for arm in range(len(arms))]
    return {
        "id": row.id,
        "project": project,
        "name": row.name,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "finished": row.finished,
        "stopped": row.stopped,
        "to_current": row.to_current,
        "set_id": row.set_id,
        "n_prompts": row.n_prompts,
        "arms": arms,
        "done": tuple(each.done for each in per_arm),
        "failed": tuple(each.failed for each in per_arm),
        "sent": tuple(each.sent for each in per_arm),
    }
