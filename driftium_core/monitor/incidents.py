"""What rules found, and the messages about it."""

from __future__ import annotations

from datetime import UTC, datetime

from driftium_core.services import Services
from driftium_core.store.alert_records import Delivery, DeliveryState, Incident
from driftium_core.store.records import DEFAULT_PROJECT

__all__ = ["acknowledge_incident", "alerts_version", "deliveries", "incidents", "retry_delivery"]


def incidents(
    services: Services, *, project: str | None = DEFAULT_PROJECT, open_only: bool = False, limit: int | None = 100
) -> list[Incident]:
    """Incidents of a project, or of all for None, newest first."""
    return services.store.incidents.newest(project=project, open_only=open_only, limit=limit)


def acknowledge_incident(services: Services, incident_id: str) -> Incident:
    """Say that somebody has seen it: no more reminders. It stays open until a check is well."""
    return services.store.incidents.acknowledge(incident_id, datetime.now(UTC))


def deliveries(
    services: Services,
    *,
    project: str | None = DEFAULT_PROJECT,
    incident_id: str | None = None,
    state: DeliveryState | None = None,
    limit: int | None = 100,
) -> list[Delivery]:
    """Messages, newest first."""
    return services.store.deliveries.newest(project=project, incident_id=incident_id, state=state, limit=limit)


def retry_delivery(services: Services, delivery_id: str) -> Delivery:
    """Let a failed or waiting message be tried again at once.

    Raises
    ------
    NotFoundError
        It is not stored, or its channel is not.
    ConflictError
        It was sent or dropped, is held by quiet hours, or is being sent now.
    """
    return services.store.deliveries.retry(delivery_id, datetime.now(UTC))


def alerts_version(services: Services, *, project: str = DEFAULT_PROJECT) -> object:
    """Changes whenever a channel, rule, incident or message of the project does; one statement."""
    return services.store.alert_revision(project)
