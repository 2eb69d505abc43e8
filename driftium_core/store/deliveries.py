"""The outbox: messages that wait, are claimed by whoever sends them, and what became of each."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, aliased

from driftium_core.errors import ConflictError, NotFoundError
from driftium_core.formats import fmt_name
from driftium_core.store.alert_records import Delivery, DeliveryState
from driftium_core.store.alert_schema import AlertRuleRow, ChannelRow, DeliveryRow
from driftium_core.store.channels import note_attempt
from driftium_core.store.history import UNREADABLE
from driftium_core.store.outbox_rows import CLOCK_SLACK, UNSENT, is_free
from driftium_core.store.projects import change_alerts, lock_project_of, project_key, project_names
from driftium_core.store.records import DEFAULT_PROJECT

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["Claimed", "DeliveryRepository", "HeldUntil"]

LEASE = timedelta(minutes=3)
"""How long a claim lasts; much longer than an attempt to send. After a crash the message waits for its end."""

HeldUntil = Callable[[str, str, str], datetime | None]
"""When the quiet hours of a rule end that are now, from their beginning, end and time zone; None when none are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message to be sent now, by whoever holds its claim; ``n_attempts`` counts this one."""

    id: str
    claim: str
    channel_id: str
    kind: str
    address: str = field(repr=False)
    n_attempts: int
    message: dict[str, Any]


class DeliveryRepository:
    """The messages of all projects. Thread-safe as its store is.

    A message is sent by whoever claims it, one process and thread at a time. A claim ends with `arrived` or `failed`,
    or, when its process died, after three minutes: then the message is sent again, as nobody knows whether it arrived.
    Of one incident a channel is sent the messages in their order.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def newest(
        self,
        *,
        project: str | None = DEFAULT_PROJECT,
        incident_id: str | None = None,
        state: DeliveryState | None = None,
        limit: int | None = None,
    ) -> list[Delivery]:
        """Messages of a project, or of all for None, newest first."""
        with self._store.session() as session:
            names = project_names(session)
            query = select(DeliveryRow).order_by(DeliveryRow.seq.desc()).limit(limit)
            if project is not None:
                query = query.where(DeliveryRow.project_id == project_key(session, project))
            if incident_id is not None:
                query = query.where(DeliveryRow.incident_id == incident_id)
            if state is not None:
                query = query.where(DeliveryRow.state == state)
            return [_record(row, names[row.project_id]) for row in session.scalars(query)]

    def due_channels(self, at: datetime) -> list[str]:
        """Ids of the channels for which a message is due; one statement, from an index."""
        with self._store.session() as session:
            return list(session.scalars(select(DeliveryRow.channel_id).where(*_due(at)).distinct()))

    def claim(self, channel_id: str, at: datetime, *, held_until: HeldUntil) -> Claimed | None:
        """Take the first message that is due for a channel; None when there is none.

        What is due in quiet hours is held until they end.

        Parameters
        ----------
        held_until : callable
            Pure, it runs under the write lock.
        """
        with self._store.session(write=True) as session:
            lock_project_of(session, ChannelRow, channel_id)
            for row, rule in session.execute(_first_due(channel_id, at)).all():
                until = held_until(rule.quiet_from, rule.quiet_to, rule.timezone) if rule else None
                if until:
                    row.state, row.next_attempt_at = "held", until
                    change_alerts(session, row.project_id)
                    session.flush()
                    continue
                claimed = _claimed(session, row, at)
                if claimed:
                    return claimed
            return None

    def arrived(self, claimed: Claimed, at: datetime) -> None:
        """Keep that a message was taken by its service."""
        values = {"state": "sent", "sent_at": at, "next_attempt_at": None, "error": ""}
        self._end(claimed, at, values, error="")

    def failed(self, claimed: Claimed, at: datetime, *, error: str, next_attempt_at: datetime | None) -> None:
        """Keep why an attempt failed, and when the next one is; without one the message has failed for good."""
        state = "waiting" if next_attempt_at else "failed"
        self._end(claimed, at, {"state": state, "next_attempt_at": next_attempt_at, "error": error}, error=error)

    def _end(self, claimed: Claimed, at: datetime, values: dict[str, Any], *, error: str) -> None:
        with self._store.session(write=True) as session:
            lock_project_of(session, DeliveryRow, claimed.id)
            row = session.scalar(
                select(DeliveryRow).where(DeliveryRow.id == claimed.id, DeliveryRow.claim == claimed.claim)
            )
            if row is None:
                return  # pruned with its project, or taken over after the lease
            if row.state == "dropped" and error:
                values = {"error": error}
            for name, value in values.items():
                setattr(row, name, value)
            row.claim = row.leased_until = None
            note_attempt(session, claimed.channel_id, at, error=error)
            change_alerts(session, row.project_id)

    def retry(self, delivery_id: str, at: datetime) -> Delivery:
        """Let a failed or waiting message be tried at once, as if it had not been before.

        Raises
        ------
        NotFoundError
            It is not stored, or its channel is not.
        ConflictError
            It was sent or dropped, is held by quiet hours, or is being sent now.
        """
        with self._store.session(write=True) as session:
            lock_project_of(session, DeliveryRow, delivery_id)
            row = session.scalar(select(DeliveryRow).where(DeliveryRow.id == delivery_id))
            if row is None:
                raise NotFoundError(f"Message {fmt_name(delivery_id)} is not stored, or no longer.")
            if row.state not in ("failed", "waiting"):
                raise ConflictError(f"Message {row.id} cannot be tried again: {_WHY_NOT[row.state]}")
            if row.claim is not None and session.scalar(select(DeliveryRow.seq).where(*_free_row(row.id, at))) is None:
                raise ConflictError(f"Message {row.id} is being sent now.")
            if session.scalar(select(ChannelRow.seq).where(ChannelRow.id == row.channel_id)) is None:
                raise NotFoundError(f"The channel {fmt_name(row.channel_name)} of message {row.id} is gone.")
            row.state, row.next_attempt_at, row.n_attempts = "waiting", at, 0
            change_alerts(session, row.project_id)
            return _record(row, project_names(session)[row.project_id])


_WHY_NOT = {
    "sent": "it has arrived.",
    "held": "it is held until its rule's quiet hours end.",
    "dropped": "it was dropped, as its channel or rule is gone, or a newer message said it all.",
}


def _free_row(delivery_id: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return DeliveryRow.id == delivery_id, is_free(at)


def _due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    when = DeliveryRow.next_attempt_at
    return DeliveryRow.state.in_(UNSENT), or_(when <= at, when > at + CLOCK_SLACK), is_free(at)


def _first_due(channel_id: str, at: datetime) -> Any:
    """What is due for a channel, with its rule: of each incident nothing while an older message is unsent."""
    older = aliased(DeliveryRow)
    waits = (
        select(older.seq)
        .where(
            older.incident_id == DeliveryRow.incident_id,
            older.channel_id == DeliveryRow.channel_id,
            older.seq < DeliveryRow.seq,
            older.state.in_(UNSENT),
        )
        .exists()
    )
    query = select(DeliveryRow, AlertRuleRow).outerjoin(AlertRuleRow, AlertRuleRow.id == DeliveryRow.rule_id)
    return query.where(DeliveryRow.channel_id == channel_id, *_due(at), ~waits).order_by(DeliveryRow.seq)


def _claimed(session: Session, row: DeliveryRow, at: datetime) -> Claimed | None:
    """Claim a message; None when somebody else has meanwhile, or its channel is gone."""
    channel = session.scalar(select(ChannelRow).where(ChannelRow.id == row.channel_id))
    if channel is None:
        row.state, row.next_attempt_at = "dropped", None
        return None
    claim = secrets.token_hex(8)
    taken = update(DeliveryRow).where(DeliveryRow.id == row.id, is_free(at), DeliveryRow.state.in_(UNSENT))
    values = {"claim": claim, "leased_until": at + LEASE, "n_attempts": DeliveryRow.n_attempts + 1}
    result: Any = session.execute(taken.values(**values).execution_options(synchronize_session=False))
    if result.rowcount != 1:
        return None
    return Claimed(
        id=row.id,
        claim=claim,
        channel_id=channel.id,
        kind=channel.kind,
        address=channel.address,
        n_attempts=row.n_attempts + 1,
        message=_content(row),
    )


def _content(row: DeliveryRow) -> dict[str, Any]:
    """What is to be sent; nothing where the row is damaged, so that the attempt fails and holds up no other."""
    try:
        content = row.message
    except UNREADABLE:
        return {}
    return content if isinstance(content, dict) else {}


def _record(row: DeliveryRow, project: str) -> Delivery:
    values = {item.name: getattr(row, item.name) for item in fields(Delivery) if item.name != "project"}
    return Delivery(**values, project=project)
