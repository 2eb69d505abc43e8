"""The rows of projects: found by name, locked while their pools change, and their revision."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from driftium_core.errors import InputError, NotFoundError
from driftium_core.store.schema import ProjectRow

__all__ = ["change_pools", "project_key", "project_name", "project_names"]

MAX_NAME = 80
"""Longest name of a project, in characters."""


def project_key(session: Session, name: str, *, lock: bool = False) -> int:
    """The key of a project; `NotFoundError` when there is none of that name.

    With ``lock`` nobody else can change its pools until this transaction ends. SQLite's writers wait for each other
    anyway; a server's do not, and would give arrival numbers out of the order in which they commit, so that a cursor
    over them would skip some.
    """
    query = select(ProjectRow.id).where(ProjectRow.name == name)
    key = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if key is None:
        raise NotFoundError(f"There is no project called {name!r}.")
    return key


def project_name(text: str) -> str:
    """A name as it is stored, without blanks around it; `InputError` when it is no name."""
    name = text.strip()
    if not name:
        raise InputError("A project needs a name.")
    if len(name) > MAX_NAME:
        raise InputError(f"A project's name has at most {MAX_NAME} characters; this one has {len(name)}.")
    if not name.isprintable():
        raise InputError("A project's name is one line of printable characters.")
    return name


def project_names(session: Session) -> dict[int, str]:
    """Names of all projects by key."""
    return dict(session.execute(select(ProjectRow.id, ProjectRow.name)).all())


def change_pools(session: Session, key: int, *, active_baseline_id: str | None = None) -> None:
    """Raise the project's revision, and make a baseline the active one if it is named."""
    change = update(ProjectRow).where(ProjectRow.id == key).values(revision=ProjectRow.revision + 1)
    if active_baseline_id is not None:
        change = change.values(active_baseline_id=active_baseline_id)
    session.execute(change)
