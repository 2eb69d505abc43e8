"""Where messages go: named, with an address that only an attempt to send is given."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from driftium_core.errors import InputError, NotFoundError
from driftium_core.formats import fmt_name
from driftium_core.store.alert_records import Channel
from driftium_core.store.alert_schema import AlertRuleRow, ChannelRow, DeliveryRow, RuleChannelRow
from driftium_core.store.names import checked_name
from driftium_core.store.outbox_rows import drop_unsent
from driftium_core.store.projects import change_alerts, lock_project_of, project_key
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.schema import ProjectRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["ChannelRepository", "note_attempt"]


class ChannelRepository:
    """The channels of all projects. Thread-safe as its store is."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, name: str, kind: str, address: str, shown: str, *, project: str = DEFAULT_PROJECT) -> Channel:
        """Store a channel.

        Parameters
        ----------
        shown : str
            The address as it may be shown.

        Raises
        ------
        InputError
            The name is empty, too long, or taken in the project.
        """
        name = checked_name(name, "a channel")
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            taken = select(ChannelRow.seq).where(ChannelRow.project_id == key, ChannelRow.name == name)
            if session.scalar(taken) is not None:
                raise InputError(f"There is a channel called {fmt_name(name)} already; choose another name.")
            row = ChannelRow(
                id=secrets.token_hex(5),
                project_id=key,
                name=name,
                kind=kind,
                shown=shown,
                created_at=datetime.now(UTC),
                last_error="",
                address=address,
            )
            session.add(row)
            session.flush()
            change_alerts(session, key)
            return _record(row, project)

    def all(self, *, project: str = DEFAULT_PROJECT) -> list[Channel]:
        """The project's channels by name."""
        with self._store.session() as session:
            query = select(ChannelRow).where(ChannelRow.project_id == project_key(session, project))
            return [_record(row, project) for row in session.scalars(query.order_by(ChannelRow.name))]

    def get(self, channel_id: str) -> Channel:
        """One channel; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            return _record(*_row(session, channel_id))

    def address(self, channel_id: str) -> str:
        """The secret address of a channel, for one attempt to send; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            return _row(session, channel_id)[0].address

    def note_attempt(self, channel_id: str, at: datetime, *, error: str = "") -> None:
        """Keep how an attempt to send went; one on a channel that is gone is forgotten."""
        with self._store.session(write=True) as session:
            lock_project_of(session, ChannelRow, channel_id)
            note_attempt(session, channel_id, at, error=error)
            key = session.scalar(select(ChannelRow.project_id).where(ChannelRow.id == channel_id))
            if key is not None:
                change_alerts(session, key)

    def delete(self, channel_id: str) -> None:
        """Remove a channel from the project and its rules; messages that wait for it are dropped."""
        with self._store.session(write=True) as session:
            lock_project_of(session, ChannelRow, channel_id)
            row, _ = _row(session, channel_id)
            told_by = select(RuleChannelRow.rule_id).where(RuleChannelRow.channel_id == row.id)
            rules = update(AlertRuleRow).where(AlertRuleRow.id.in_(told_by))
            session.execute(rules.values(turn=AlertRuleRow.turn + 1))
            drop_unsent(session, DeliveryRow.channel_id == row.id)
            session.execute(delete(RuleChannelRow).where(RuleChannelRow.channel_id == row.id))
            session.delete(row)
            change_alerts(session, row.project_id)


def note_attempt(session: Session, channel_id: str, at: datetime, *, error: str) -> None:
    """How an attempt to send went, in the caller's transaction."""
    found = update(ChannelRow).where(ChannelRow.id == channel_id)
    session.execute(found.values(last_error=error) if error else found.values(last_error="", last_sent_at=at))


def _row(session: Session, channel_id: str) -> tuple[ChannelRow, str]:
    query = select(ChannelRow, ProjectRow.name).join(ProjectRow).where(ChannelRow.id == channel_id)
    found = session.execute(query).first()
    if found is None:
        raise NotFoundError(f"Channel {fmt_name(channel_id)} is not stored, or no longer.")
    return found[0], found[1]


def _record(row: ChannelRow, project: str) -> Channel:
    return Channel(
        id=row.id,
        project=project,
        name=row.name,
        kind=row.kind,
        shown=row.shown,
        created_at=row.created_at,
        last_sent_at=row.last_sent_at,
        last_error=row.last_error,
    )
