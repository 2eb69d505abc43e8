"""Named lists of prompts, saved as immutable versions."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from driftium_core.errors import NotFoundError
from driftium_core.formats import fmt_name
from driftium_core.store.names import checked_name
from driftium_core.store.projects import change_playground, project_key
from driftium_core.store.prompt_lists import checked_prompts, checked_system
from driftium_core.store.prompt_records import PromptSet
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.response_rows import n_changed
from driftium_core.store.schema import ProjectRow, PromptSetRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["PromptSetRepository"]


class PromptSetRepository:
    """The prompt sets of all projects. Thread-safe as its store is.

    A version never changes and its number is not given twice. A name that was deleted is free: saved again it is
    another set, which begins with version 1.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(
        self, name: str, prompts: Sequence[str], *, system: str = "", note: str = "", project: str = DEFAULT_PROJECT
    ) -> PromptSet:
        """Store prompts, exactly as they are, as the next version of a name.

        When the newest version has the same prompts and system prompt nothing is stored, whatever the note says: that
        version is returned.

        Raises
        ------
        InputError
            The name is empty or too long; there are no prompts or over 10,000, one is blank or over 1 MB, or all
            together are over 64 MB.
        """
        name, prompts = checked_name(name, "a prompt set"), checked_prompts(prompts)
        system = checked_system(system)
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            of_name = (PromptSetRow.project_id == key, PromptSetRow.name == name)
            newest = session.scalar(select(PromptSetRow).where(*of_name).order_by(PromptSetRow.version.desc()).limit(1))
            if newest is not None and (newest.system, newest.prompts) == (system, list(prompts)):
                return _record(newest, project)
            row = PromptSetRow(
                id=secrets.token_hex(5),
                project_id=key,
                name=name,
                version=1 if newest is None else newest.version + 1,
                created_at=datetime.now(UTC),
                note=note.strip(),
                system=system,
                prompts=list(prompts),
            )
            session.add(row)
            session.flush()
            change_playground(session, key)
            return _record(row, project)

    def all(self, *, project: str = DEFAULT_PROJECT) -> list[PromptSet]:
        """The newest version of each name, the last saved first."""
        with self._store.session() as session:
            key = project_key(session, project)
            newest = (
                select(func.max(PromptSetRow.seq)).where(PromptSetRow.project_id == key).group_by(PromptSetRow.name)
            )
            query = select(PromptSetRow).where(PromptSetRow.seq.in_(newest)).order_by(PromptSetRow.seq.desc())
            return [_record(row, project) for row in session.scalars(query)]

    def versions(self, name: str, *, project: str = DEFAULT_PROJECT) -> list[PromptSet]:
        """All versions of a name, newest first; none when there is no such name."""
        with self._store.session() as session:
            key = project_key(session, project)
            of_name = (PromptSetRow.project_id == key, PromptSetRow.name == name.strip())
            query = select(PromptSetRow).where(*of_name).order_by(PromptSetRow.version.desc())
            return [_record(row, project) for row in session.scalars(query)]

    def get(self, set_id: str) -> PromptSet:
        """One version; `NotFoundError` when it is not stored."""
        query = select(PromptSetRow, ProjectRow.name).join(ProjectRow).where(PromptSetRow.id == set_id)
        with self._store.session() as session:
            found = session.execute(query).first()
            if found is None:
                raise NotFoundError(f"Prompt set {fmt_name(set_id)} is not stored, or no longer.")
            return _record(found[0], found[1])

    def delete(self, name: str, *, project: str = DEFAULT_PROJECT) -> None:
        """Remove all versions of a name; `NotFoundError` when there is none. Runs keep the prompts they were given."""
        name = name.strip()
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            of_name = (PromptSetRow.project_id == key, PromptSetRow.name == name)
            if not n_changed(session, delete(PromptSetRow).where(*of_name)):
                raise NotFoundError(f"There is no prompt set called {name!r}, or no longer.")
            change_playground(session, key)


def _record(row: PromptSetRow, project: str) -> PromptSet:
    return PromptSet(
        id=row.id,
        project=project,
        name=row.name,
        version=row.version,
        created_at=row.created_at,
        note=row.note,
        system=row.system,
        prompts=tuple(row.prompts),
    )
