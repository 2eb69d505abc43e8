"""``driftium alerts channels``: where messages go."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json
from driftium_core.command import command
from driftium_core.errors import InputError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    from driftium_core.store.alert_records import Channel

__all__ = ["channels"]

channels = typer.Typer(help="Where messages go.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="Name of the channel, unique in the project.")]


class Kind(StrEnum):
    """Kind of a channel."""

    SLACK = "slack"
    TEAMS = "teams"
    PAGERDUTY = "pagerduty"
    EMAIL = "email"
    WEBHOOK = "webhook"
    APPRISE = "apprise"


@channels.command("list")
def list_(project: Project = "default", as_json: AsJson = False) -> None:
    """List the channels of a project, without their secrets."""
    from driftium_core import monitor
    from driftium_core.monitor.alert_documents import channel_document
    from driftium_core.terminal.alerts import print_channels

    with opened_services(project) as services:
        found = monitor.channels(services, project=project)
    with on_stdout():
        if as_json:
            print_json({"channels": [channel_document(item) for item in found]})
        else:
            print_channels(found)


@channels.command()
def add(
    name: Name,
    kind: Annotated[Kind, typer.Option(help="What is at the address.")],
    address: Annotated[
        str,
        typer.Option(
            help="Webhook URL, PagerDuty integration key, mailtos:// or other Apprise URL. Shells keep a history of "
            "what is typed: better leave it out, and it is read from standard input; or name an environment variable "
            "in it, as in ${DRIFTIUM_SECRET_HOOK}."
        ),
    ] = "",
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Store a channel. Nothing is sent, and its address is never shown again."""
    from driftium_core import monitor

    address = address or _typed_address()
    with opened_services(project) as services:
        made = monitor.add_channel(services, kind.value, address, name=name, project=project)
    test = command("alerts", "channels", "test", made.name, *_of(project))
    _show(made, f"Added channel {fmt_name(made.name)}: {made.shown}. Try it with `{test}`.", as_json=as_json)


@channels.command("test")
def send_test(name: Name, project: Project = "default", as_json: AsJson = False) -> None:
    """Send a test message now, and wait for the answer."""
    from driftium_core import monitor

    with opened_services(project) as services:
        found = monitor.find_channel(services, name, project=project)
        monitor.send_test(services, found.id)
        found = monitor.find_channel(services, found.id, project=project)
    _show(found, f"The test message has arrived at {fmt_name(found.name)}.", as_json=as_json)


@channels.command()
def remove(name: Name, project: Project = "default", as_json: AsJson = False) -> None:
    """Remove a channel from the project and from its rules; messages that wait for it are dropped."""
    from driftium_core import monitor

    with opened_services(project) as services:
        found = monitor.find_channel(services, name, project=project)
        monitor.delete_channel(services, found.id)
    _show(found, f"Removed channel {fmt_name(found.name)}.", as_json=as_json)


def _typed_address() -> str:
    """The address from standard input; a terminal does not show it."""
    if sys.stdin is not None and sys.stdin.isatty():
        address: str = typer.prompt("Address (not shown)", hide_input=True, err=True)
    else:
        address = sys.stdin.readline() if sys.stdin is not None else ""
    if not address.strip():
        raise InputError("No address was given: write it on standard input, or give --address.")
    return address.strip()


def _of(project: str) -> list[str]:
    from driftium_core.store.records import DEFAULT_PROJECT

    return [] if project == DEFAULT_PROJECT else ["--project", project]


def _show(channel: Channel, sentence: str, *, as_json: bool) -> None:
    from driftium_core.monitor.alert_documents import channel_document

    with on_stdout():
        if as_json:
            print_json(channel_document(channel))
        else:
            print(sentence)
