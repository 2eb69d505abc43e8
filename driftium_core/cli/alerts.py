"""``driftium alerts``: what rules found, who was told, and who has not been."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.alert_channels import channels
from driftium_core.cli.alert_rules import rules
from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json, say
from driftium_core.command import command
from driftium_core.errors import DeliveryError
from driftium_core.formats import fmt_count, fmt_n, fmt_name

if TYPE_CHECKING:
    from driftium_core.store.alert_records import DeliveryState

__all__ = ["alerts"]

alerts = typer.Typer(
    help="Tell people of drift: channels, rules, incidents, messages.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
alerts.add_typer(channels, name="channels")
alerts.add_typer(rules, name="rules")


class State(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


Limit = Annotated[int, typer.Option(min=1, help="Newest ones to show.")]


@alerts.command()
def incidents(
    open_only: Annotated[bool, typer.Option("--open", help="Only those that have not ended.")] = False,
    limit: Limit = 20,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """List incidents, newest first."""
    from driftium_core import monitor
    from driftium_core.monitor.alert_documents import incident_document
    from driftium_core.terminal.alerts import print_incidents

    with opened_services(project) as services:
        found = monitor.incidents(services, project=project, open_only=open_only, limit=limit)
    with on_stdout():
        if as_json:
            print_json({"incidents": [incident_document(item) for item in found]})
        else:
            print_incidents(found)


@alerts.command()
def acknowledge(
    incident: Annotated[str, typer.Argument(help=f"Id of an incident; see `{command('alerts', 'incidents')}`.")],
    as_json: AsJson = False,
) -> None:
    """Say that an incident was seen: no more reminders. It stays open until a check is well."""
    from driftium_core import monitor
    from driftium_core.monitor.alert_documents import incident_document

    with opened_services() as services:
        seen = monitor.acknowledge_incident(services, incident)
    with on_stdout():
        if as_json:
            print_json(incident_document(seen))
        else:
            print(f"Incident {seen.id} is acknowledged. Nobody is reminded of it any more; its end is still told.")


@alerts.command()
def deliveries(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    incident: Annotated[str, typer.Option(metavar="ID", help="Only those about this incident.")] = "",
    limit: Limit = 20,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """List messages, newest first, with what became of each."""
    from driftium_core import monitor
    from driftium_core.monitor.alert_documents import delivery_document
    from driftium_core.terminal.alerts import print_deliveries

    wanted: DeliveryState | None = state.value if state else None
    with opened_services(project) as services:
        found = monitor.deliveries(services, project=project, incident_id=incident or None, state=wanted, limit=limit)
    with on_stdout():
        if as_json:
            print_json({"deliveries": [delivery_document(item) for item in found]})
        else:
            print_deliveries(found)


@alerts.command()
def retry(
    message: Annotated[str, typer.Argument(help=f"Id of a message; see `{command('alerts', 'deliveries')}`.")],
    as_json: AsJson = False,
) -> None:
    """Try a message now that failed or waits, and send what else is due."""
    from driftium_core import monitor
    from driftium_core.monitor.alert_documents import delivery_document

    with opened_services() as services:
        monitor.retry_delivery(services, message)
        monitor.send_due_messages(services)
        found = monitor.deliveries(services, project=None, limit=None)
        tried = next(item for item in found if item.id == message)
    with on_stdout():
        if as_json:
            print_json(delivery_document(tried))
        elif tried.state == "sent":
            print(f"Message {tried.id} has arrived at {fmt_name(tried.channel_name)}.")
    if tried.state != "sent":
        how = "has failed for good" if tried.state == "failed" else "has not arrived yet, and is tried again later"
        raise DeliveryError(f"Message {tried.id} {how}. {tried.error}".strip())


@alerts.command()
def send(as_json: AsJson = False) -> None:
    """Look at new checks and send what is due, in all projects: for cron where the app does not run.

    The running app does so every few seconds; doing it here as well tells nothing twice.
    """
    from driftium_core import monitor

    with opened_services() as services:
        queued = monitor.process_alerts(services)
        sent = monitor.send_due_messages(services)
        failed = len(monitor.deliveries(services, project=None, state="failed", limit=None))
    with on_stdout():
        if as_json:
            print_json({"queued": queued, "sent": sent, "failed": failed})
        else:
            print(f"{fmt_count(queued, 'message')} queued, {fmt_n(sent)} sent.")
    if failed:
        say(f"{fmt_count(failed, 'message')} failed for good; see `{command('alerts', 'deliveries')}`.")
