"""Baselines: made by promotion or import as immutable versions, made active again, deleted as a whole."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from driftium_core.errors import ConflictError, InputError, NotFoundError
from driftium_core.formats import fmt_n, fmt_name
from driftium_core.response import Response
from driftium_core.store.names import checked_name
from driftium_core.store.pools import baseline_record, read_standing
from driftium_core.store.projects import change_pools, lock_project_of, project_key
from driftium_core.store.records import DEFAULT_PROJECT, Added, Baseline, StoredResponse
from driftium_core.store.response_rows import Stored, add_responses, chunks, n_changed, read_responses
from driftium_core.store.schema import AlarmStateRow, BaselineRow, ProjectRow, ResponseRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["BaselineRepository"]


class BaselineRepository:
    """The baselines of all projects. Thread-safe as its store is.

    A baseline's responses never change. Names may repeat; versions count up within the project and are not given
    twice.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def promote(
        self,
        name: str,
        *,
        note: str = "",
        ids: Collection[str] | None = None,
        expected_revision: int | None = None,
        project: str = DEFAULT_PROJECT,
    ) -> Baseline:
        """Move current responses, all or those with the ids, into a new version and make it active.

        One transaction: it happens wholly or not at all. Unusable responses move too.

        Raises
        ------
        ConflictError
            The project's pools are not at the expected revision any more.
        InputError
            The name is empty or too long, there is nothing to promote, or one of the ids is not current.
        """
        name = _checked(name)
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            if expected_revision is not None:
                _check_unchanged(session, project, expected_revision)
            row = _new_version(session, key, name, note)
            row.size = _move(session, key, row.id, ids)
            change_pools(session, key, active_baseline_id=row.id)
            return baseline_record(row, project, active=row.id)

    def add(
        self,
        name: str,
        responses: Sequence[Response],
        *,
        note: str = "",
        project: str = DEFAULT_PROJECT,
        progress: Stored | None = None,
    ) -> tuple[Baseline | None, Added]:
        """Store responses straight into a new version and make it active, in one transaction.

        Responses whose key the project has already, in whichever pool, are left out as in `ResponseRepository.add`;
        when none is new, no version is made. ``progress`` is as there.

        Raises
        ------
        InputError
            The name is empty or too long, or a number or time in a response cannot be stored.
        """
        name = _checked(name)
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            row = _new_version(session, key, name, note)
            added = add_responses(
                session, responses, project_id=key, project=project, baseline_id=row.id, progress=progress
            )
            if not added.stored:
                session.rollback()
                return None, added
            row.size = len(added.stored)
            change_pools(session, key, active_baseline_id=row.id)
            return baseline_record(row, project, active=row.id), added

    def restore(self, baseline_id: str) -> Baseline:
        """Make an older version the active one; the newer ones keep their responses."""
        with self._store.session(write=True) as session:
            row, project, active = _row(session, baseline_id, lock=True)
            if active != row.id:
                change_pools(session, row.project_id, active_baseline_id=row.id)
            return baseline_record(row, project, active=row.id)

    def withdraw(self, baseline_id: str) -> Baseline | None:
        """Undo a promotion: its responses are current again, and the version next below is active and returned.

        One transaction. The undone version is gone; its number is not given again.

        Raises
        ------
        ConflictError
            It is not, or no longer, the newest and active version.
        InputError
            It was imported: its responses were never current.
        NotFoundError
            It is not stored.
        """
        with self._store.session(write=True) as session:
            row, project, active = _row(session, baseline_id, lock=True)
            of_project = BaselineRow.project_id == row.project_id
            newest = session.scalar(select(func.max(BaselineRow.version)).where(of_project))
            if row.id != active or row.version != newest:
                raise ConflictError(
                    f"The newest baseline of project {project!r} is another one by now. Nothing was undone; look at "
                    "the baselines again."
                )
            if not _was_promoted(session, row):
                raise InputError(f"“{row.name}” was imported as a baseline; there is no promotion to undo.")
            below = select(BaselineRow).where(of_project, BaselineRow.version < row.version)
            former = session.scalar(below.order_by(BaselineRow.version.desc()).limit(1))
            former_id = former.id if former else None
            session.execute(
                update(ProjectRow).where(ProjectRow.id == row.project_id).values(active_baseline_id=former_id)
            )
            of_it = (ResponseRow.project_id == row.project_id, ResponseRow.baseline_id == row.id)
            n_changed(session, update(ResponseRow).where(*of_it).values(baseline_id=None))
            _remove(session, row)
            return baseline_record(former, project, active=former_id) if former else None

    def was_promoted(self, baseline_id: str) -> bool:
        """Whether its responses were current telemetry before, and not imported; `NotFoundError` if not stored."""
        with self._store.session() as session:
            return _was_promoted(session, _row(session, baseline_id)[0])

    def all(self, *, project: str = DEFAULT_PROJECT) -> list[Baseline]:
        """The project's baselines, newest version first."""
        with self._store.session() as session:
            key = project_key(session, project)
            active = _active_id(session, key)
            query = select(BaselineRow).where(BaselineRow.project_id == key).order_by(BaselineRow.version.desc())
            return [baseline_record(row, project, active=active) for row in session.scalars(query)]

    def active(self, *, project: str = DEFAULT_PROJECT) -> Baseline | None:
        """The one that current telemetry is compared with."""
        with self._store.session() as session:
            active = _active_id(session, project_key(session, project))
            return None if active is None else baseline_record(_row(session, active)[0], project, active=active)

    def next_version(self, *, project: str = DEFAULT_PROJECT) -> int:
        """The number that the next baseline will get; numbers of deleted ones are not given again."""
        with self._store.session() as session:
            made = select(ProjectRow.baselines_made).where(ProjectRow.id == project_key(session, project))
            return session.scalars(made).one() + 1

    def get(self, baseline_id: str) -> Baseline:
        """One baseline; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row, project, active = _row(session, baseline_id)
            return baseline_record(row, project, active=active)

    def responses(self, baseline_id: str, *, limit: int | None = None, offset: int = 0) -> list[StoredResponse]:
        """Its responses in order of arrival; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row, _, _ = _row(session, baseline_id)
            where = (ResponseRow.project_id == row.project_id, ResponseRow.baseline_id == row.id)
            return read_responses(session, *where, limit=limit, offset=offset)

    def delete(self, baseline_id: str) -> None:
        """Remove a baseline with its responses and evidence.

        Raises
        ------
        InputError
            It is the active one.
        NotFoundError
            It is not stored.
        """
        with self._store.session(write=True) as session:
            row, project, active = _row(session, baseline_id, lock=True)
            if row.id == active:
                raise InputError(
                    f"Baseline {row.name!r} (version {row.version}) of project {project!r} is the active one. "
                    "Restore or promote another one first."
                )
            _remove(session, row)


def _was_promoted(session: Session, row: BaselineRow) -> bool:
    """An import stores the responses after it has made the version; a promotion finds them stored."""
    of_it = (ResponseRow.project_id == row.project_id, ResponseRow.baseline_id == row.id)
    first = session.scalar(select(func.min(ResponseRow.stored_at)).where(*of_it))
    return first is not None and first < row.created_at


def _remove(session: Session, row: BaselineRow) -> None:
    """Delete a version with its evidence and what responses it still has."""
    of_it = (AlarmStateRow.project_id == row.project_id, AlarmStateRow.baseline_id == row.id)
    session.execute(delete(AlarmStateRow).where(*of_it))
    session.delete(row)
    change_pools(session, row.project_id)


def _checked(name: str) -> str:
    return checked_name(name, "a baseline", instead="Shorten it, and write the rest into the note.")


def _check_unchanged(session: Session, project: str, expected_revision: int) -> None:
    now = read_standing(session, project)
    if now.revision == expected_revision:
        return
    responses = "response is" if now.n_current == 1 else "responses are"
    active = f"“{now.baseline.name}” (version {now.baseline.version}) is" if now.baseline else "none is"
    raise ConflictError(
        f"The pools changed since this preview: now {fmt_n(now.n_current)} {responses} current, and of the baselines "
        f"{active} active. Nothing was promoted; look again."
    )


def _new_version(session: Session, project_id: int, name: str, note: str) -> BaselineRow:
    counted = (
        update(ProjectRow)
        .where(ProjectRow.id == project_id)
        .values(baselines_made=ProjectRow.baselines_made + 1)
        .returning(ProjectRow.baselines_made)
    )
    row = BaselineRow(
        id=secrets.token_hex(5),
        project_id=project_id,
        name=name,
        version=session.execute(counted).scalar_one(),
        note=note.strip(),
        created_at=datetime.now(UTC),
        size=0,
    )
    session.add(row)
    session.flush()
    return row


def _move(session: Session, project_id: int, baseline_id: str, ids: Collection[str] | None) -> int:
    """Take current responses into a baseline; return how many."""
    move = (
        update(ResponseRow)
        .where(ResponseRow.project_id == project_id, ResponseRow.baseline_id.is_(None))
        .values(baseline_id=baseline_id)
    )
    if ids is None:
        moved = n_changed(session, move)
        if not moved:
            raise InputError("There are no current responses to promote. Generate or import some first.")
        return moved
    wanted = list(set(ids))
    if not wanted:
        raise InputError("No responses were chosen to promote. Choose at least one.")
    moved = sum(n_changed(session, move.where(ResponseRow.id.in_(part))) for part in chunks(wanted))
    if moved != len(wanted):
        raise InputError(
            f"{fmt_n(len(wanted) - moved)} of the {fmt_n(len(wanted))} chosen responses are not, or no longer, "
            "current. Nothing was promoted; look at the current responses again and choose anew."
        )
    return moved


def _active_id(session: Session, project_id: int) -> str | None:
    return session.scalar(select(ProjectRow.active_baseline_id).where(ProjectRow.id == project_id))


def _row(session: Session, baseline_id: str, *, lock: bool = False) -> tuple[BaselineRow, str, str | None]:
    """A baseline, its project's name and that one's active baseline; with ``lock`` nobody can change them."""
    if lock:
        lock_project_of(session, BaselineRow, baseline_id)
    query = select(BaselineRow, ProjectRow.name, ProjectRow.active_baseline_id).join(
        ProjectRow, ProjectRow.id == BaselineRow.project_id
    )
    found = session.execute(query.where(BaselineRow.id == baseline_id)).first()
    if found is None:
        raise NotFoundError(f"Baseline {fmt_name(baseline_id)} is not stored, or no longer.")
    return found[0], found[1], found[2]
