"""The rows of projects: found by name, locked while what they hold changes, and their revisions."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from driftium_core.errors import InputError, NotFoundError
from driftium_core.store.alert_schema import AlertRuleRow, ChannelRow, DeliveryRow, IncidentRow
from driftium_core.store.names import checked_name
from driftium_core.store.schema import BaselineRow, ProjectRow, PromptRunRow
from driftium_core.store.task_schema import TaskRow

__all__ = [
    "change_alerts",
    "change_evidence",
    "change_investigations",
    "change_playground",
    "change_pools",
    "change_tasks",
    "lock_project_of",
    "project_key",
    "project_name",
    "project_names",
]

LONGEST_NAME = 80
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


Held = BaselineRow | PromptRunRow | TaskRow | ChannelRow | AlertRuleRow | IncidentRow | DeliveryRow


def lock_project_of(session: Session, table: type[Held], id_: str) -> None:
    """Lock the project that a row of the table belongs to, as `project_key` does; none when there is no such row."""
    project_id = select(table.project_id).where(table.id == id_).scalar_subquery()
    session.execute(select(ProjectRow.id).where(ProjectRow.id == project_id).with_for_update(key_share=True))


def project_name(text: str) -> str:
    """A name as it is stored, without blanks around it; `InputError` when it is no name."""
    name = checked_name(text, "a project", longest=LONGEST_NAME)
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


def change_playground(session: Session, key: int) -> None:
    """Raise the number by which an open page sees that the project's prompt sets or runs changed."""
    raised = ProjectRow.playground_revision + 1
    session.execute(update(ProjectRow).where(ProjectRow.id == key).values(playground_revision=raised))


def change_evidence(session: Session, key: int) -> None:
    """Raise the number by which an open page sees that evidence was counted, dismissed or deleted."""
    raised = ProjectRow.evidence_revision + 1
    session.execute(update(ProjectRow).where(ProjectRow.id == key).values(evidence_revision=raised))


def change_investigations(session: Session, key: int) -> None:
    """Raise the number by which an open page sees that an investigation was made, ticked or deleted."""
    raised = ProjectRow.investigation_revision + 1
    session.execute(update(ProjectRow).where(ProjectRow.id == key).values(investigation_revision=raised))


def change_tasks(session: Session, key: int) -> None:
    """Raise the number by which an open page sees that a task, or a run of one, changed."""
    raised = ProjectRow.task_revision + 1
    session.execute(update(ProjectRow).where(ProjectRow.id == key).values(task_revision=raised))


def change_alerts(session: Session, key: int) -> None:
    """Raise the number by which an open page sees that a channel, rule, incident or message changed."""
    raised = ProjectRow.alert_revision + 1
    session.execute(update(ProjectRow).where(ProjectRow.id == key).values(alert_revision=raised))
