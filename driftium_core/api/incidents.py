"""What alert rules found, and the messages about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from driftium_core import monitor
from driftium_core.api.answers import Document, Opened, Project, answers
from driftium_core.monitor.alert_documents import delivery_document, incident_document
from driftium_core.severity import Severity
from driftium_core.store.alert_records import DeliveryState, IncidentEvent
from driftium_core.store.investigation_records import ReportKind

__all__ = ["router"]

router = APIRouter(tags=["alerts"])

Limit = Annotated[int, Query(ge=1, le=1000, description="Newest to tell.")]


class IncidentFacts(BaseModel):
    """One stretch in which a monitor was as bad as a rule asks."""

    id: str
    project: str
    rule_id: str
    rule_name: str
    monitor: str = Field(description="`answers`, or `table:` and the name of a reference.")
    severity: Severity = Field(description="Of the newest check that counted.")
    worst: Severity
    opened_at: datetime
    n_checks: int = Field(description="Checks it has lasted.")
    report_kind: ReportKind
    report_id: str = Field(description="The newest check that counted.")
    resolved_at: datetime | None
    acknowledged_at: datetime | None = Field(description="Somebody has seen it: no more reminders.")
    open: bool
    url: str = Field(description="Address of the page that shows the check.")


class IncidentsAnswer(BaseModel):
    """Incidents, newest first."""

    incidents: list[IncidentFacts]


class DeliveryFacts(BaseModel):
    """One message to one channel; the channel's address is a secret and is not told."""

    id: str
    project: str
    incident_id: str | None = Field(description="Null for a test of the channel.")
    channel_id: str
    channel_name: str
    event: IncidentEvent
    title: str
    state: DeliveryState
    created_at: datetime
    sent_at: datetime | None
    n_attempts: int
    next_attempt_at: datetime | None
    error: str = Field(description="Why the newest attempt failed; else empty.")


class DeliveriesAnswer(BaseModel):
    """Messages, newest first."""

    deliveries: list[DeliveryFacts]


@router.get(
    "/incidents",
    summary="Incidents of a project",
    response_model=None,
    responses=answers(IncidentsAnswer, 404),
)
def incidents(
    services: Opened,
    project: Project,
    open_only: Annotated[bool, Query(description="Leave out those that are over.")] = False,
    limit: Limit = 100,
) -> Document:
    """What alert rules found: since when, how severe, and whether it is over."""
    found = monitor.incidents(services, project=project, open_only=open_only, limit=limit)
    return {
        "incidents": [
            {
                **incident_document(item),
                "url": monitor.report_link(services, item.report_kind, item.report_id, item.project),
            }
            for item in found
        ]
    }


@router.get(
    "/deliveries",
    summary="Messages about incidents",
    response_model=None,
    responses=answers(DeliveriesAnswer, 404),
)
def deliveries(
    services: Opened,
    project: Project,
    incident_id: Annotated[str | None, Query(max_length=100, description="Only those about this incident.")] = None,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
    limit: Limit = 100,
) -> Document:
    """Which messages were sent, wait for another attempt or failed for good, and why."""
    found = monitor.deliveries(services, project=project, incident_id=incident_id, state=state, limit=limit)
    return {"deliveries": [delivery_document(item) for item in found]}
