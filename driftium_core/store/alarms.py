"""Evidence scores: one row per monitor and baseline, in which every block counts at most once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError
from driftium_core.store.projects import change_evidence, project_key
from driftium_core.store.records import DEFAULT_PROJECT, AlarmLook, AlarmState, LookResult, NewLook
from driftium_core.store.schema import AlarmLookRow, AlarmStateRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["NEXT_BLOCK", "AlarmRepository", "CountedBlock", "alarm_record", "count_block"]

NEXT_BLOCK = -1
"""As the number of a look: it follows whatever was counted last, as blocks that come from nowhere in the store do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedBlock:
    """A tested block, and the score that it counts for.

    Attributes
    ----------
    threshold : float
        For the first look; later ones keep the line that the score began with.
    accumulate : callable
        The new score from the score before and the look's e-value; pure, it runs under the write lock.
    """

    look: NewLook
    monitor: str
    baseline_id: str
    threshold: float
    accumulate: Callable[[float, float], float]


class AlarmRepository:
    """The evidence scores of all projects. Thread-safe as its store is.

    What a block's p-value is worth, and how scores add up, is not decided here: see the evidence score of `stats`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def state(self, monitor: str, baseline_id: str, *, threshold: float, project: str = DEFAULT_PROJECT) -> AlarmState:
        """The state as it is; before the first look one with nothing counted and this threshold."""
        with self._store.session() as session:
            row = _row(session, project_key(session, project), monitor, baseline_id)
            return _fresh(monitor, baseline_id, threshold) if row is None else alarm_record(row)

    def look(
        self,
        look: NewLook,
        *,
        monitor: str,
        baseline_id: str,
        threshold: float,
        accumulate: Callable[[float, float], float],
        project: str = DEFAULT_PROJECT,
    ) -> LookResult:
        """Count a block, in one transaction with reading the state it follows; parameters as of `CountedBlock`.

        It does not count, and nothing changes, when its number or its cursor is not the state's next (another
        process counted a block meanwhile), or when its fingerprint was counted before.
        """
        block = CountedBlock(
            look=look, monitor=monitor, baseline_id=baseline_id, threshold=threshold, accumulate=accumulate
        )
        with self._store.session(write=True) as session:
            return count_block(session, project_key(session, project, lock=True), block)

    def dismiss(self, monitor: str, baseline_id: str, *, project: str = DEFAULT_PROJECT) -> AlarmState:
        """Take the score to 0 and end the alarm; what was counted stays counted.

        Raises
        ------
        NotFoundError
            Nothing was counted yet.
        """
        with self._store.session(write=True) as session:
            row = _row(session, project_key(session, project, lock=True), monitor, baseline_id)
            if row is None:
                raise NotFoundError(f"Monitor {monitor!r} has counted nothing against baseline {baseline_id} yet.")
            row.evidence, row.alarmed_at_block = 0.0, None
            change_evidence(session, row.project_id)
            return alarm_record(row)

    def looks(
        self, monitor: str, baseline_id: str, *, project: str = DEFAULT_PROJECT, limit: int | None = None
    ) -> list[AlarmLook]:
        """The counted blocks, newest first."""
        with self._store.session() as session:
            key = project_key(session, project)
            query = select(AlarmLookRow).where(
                AlarmLookRow.project_id == key,
                AlarmLookRow.monitor == monitor,
                AlarmLookRow.baseline_id == baseline_id,
            )
            rows = session.scalars(query.order_by(AlarmLookRow.block.desc()).limit(limit))
            return [AlarmLook(**{f.name: getattr(row, f.name) for f in fields(AlarmLook)}) for row in rows]

    def counted(self, monitor: str, baseline_id: str, *, project: str = DEFAULT_PROJECT) -> Counter[str]:
        """How often a response of each content was counted, by the digests of `NewLook`."""
        with self._store.session() as session:
            query = select(AlarmLookRow.digests).where(
                AlarmLookRow.project_id == project_key(session, project),
                AlarmLookRow.monitor == monitor,
                AlarmLookRow.baseline_id == baseline_id,
                AlarmLookRow.digests.is_not(None),
            )
            return Counter(digest for digests in session.scalars(query) for digest in digests)


def count_block(session: Session, key: int, block: CountedBlock) -> LookResult:
    """As `AlarmRepository.look`, within the transaction of a caller who holds the project's lock."""
    row = _row(session, key, block.monitor, block.baseline_id)
    state = _fresh(block.monitor, block.baseline_id, block.threshold) if row is None else alarm_record(row)
    look = block.look
    if look.block == NEXT_BLOCK:
        look = replace(look, block=state.last_block + 1, after_seq=state.last_seq, last_seq=state.last_seq)
    follows = look.block == state.last_block + 1 and look.after_seq == state.last_seq
    if not follows or _is_counted(session, key, state, look.fingerprint):
        return LookResult(state, counted=False)
    state = _after(state, look, block.accumulate(state.evidence, look.e_value))
    session.merge(AlarmStateRow(**asdict(state), project_id=key))
    session.flush()  # the look's row refers to it
    session.add(_look_row(key, state, look))
    change_evidence(session, key)
    return LookResult(state, counted=True)


def _fresh(monitor: str, baseline_id: str, threshold: float) -> AlarmState:
    return AlarmState(
        monitor=monitor,
        baseline_id=baseline_id,
        evidence=0.0,
        looks=0,
        last_block=-1,
        last_seq=0,
        threshold=threshold,
        alarmed_at_block=None,
    )


def _after(state: AlarmState, look: NewLook, evidence: float) -> AlarmState:
    alarmed_at = state.alarmed_at_block
    if alarmed_at is None and evidence >= state.threshold:
        alarmed_at = look.block
    return replace(
        state,
        evidence=evidence,
        looks=state.looks + 1,
        last_block=look.block,
        last_seq=look.last_seq,
        alarmed_at_block=alarmed_at,
    )


def _row(session: Session, project_id: int, monitor: str, baseline_id: str) -> AlarmStateRow | None:
    return session.get(AlarmStateRow, (project_id, monitor, baseline_id))


def alarm_record(row: AlarmStateRow) -> AlarmState:
    """A score's row as a record."""
    return AlarmState(**{f.name: getattr(row, f.name) for f in fields(AlarmState)})


def _is_counted(session: Session, project_id: int, state: AlarmState, fingerprint: str) -> bool:
    query = select(AlarmLookRow.block).where(
        AlarmLookRow.project_id == project_id,
        AlarmLookRow.monitor == state.monitor,
        AlarmLookRow.baseline_id == state.baseline_id,
        AlarmLookRow.fingerprint == fingerprint,
    )
    return session.scalar(query) is not None


def _look_row(project_id: int, state: AlarmState, look: NewLook) -> AlarmLookRow:
    return AlarmLookRow(
        project_id=project_id,
        monitor=state.monitor,
        baseline_id=state.baseline_id,
        block=look.block,
        created_at=datetime.now(UTC),
        fingerprint=look.fingerprint,
        pvalue=look.pvalue,
        effect_size=look.effect_size,
        e_value=look.e_value,
        evidence=state.evidence,
        digests=list(look.digests) or None,
    )
