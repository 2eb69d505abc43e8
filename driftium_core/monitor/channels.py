"""Where messages go: channels made, tested and removed. Their addresses are secrets and are never handed out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from driftium_core.errors import DeliveryError, InputError, NotFoundError
from driftium_core.formats import fmt_name, fmt_names
from driftium_core.monitor.alert_message import test_message
from driftium_core.monitor.alert_outbox import send_message
from driftium_core.services import Services
from driftium_core.store.alert_records import Channel
from driftium_core.store.records import DEFAULT_PROJECT

if TYPE_CHECKING:
    from driftium_core.notify.port import ChannelKind

__all__ = ["add_channel", "channels", "delete_channel", "find_channel", "send_test"]


def channels(services: Services, *, project: str = DEFAULT_PROJECT) -> list[Channel]:
    """The channels of a project by name."""
    return services.store.channels.all(project=project)


def find_channel(services: Services, name_or_id: str, *, project: str = DEFAULT_PROJECT) -> Channel:
    """One channel by its name in the project, or by its id; `NotFoundError` when there is none."""
    found = channels(services, project=project)
    for channel in found:
        if channel.name == name_or_id.strip():
            return channel
    for channel in found:
        if channel.id == name_or_id:
            return channel
    there = fmt_names([channel.name for channel in found])
    raise NotFoundError(
        f"Project {project!r} has no channel {fmt_name(name_or_id)}. "
        + (f"There is {there}." if len(found) == 1 else f"There are {there}." if found else "It has none yet.")
    )


def add_channel(
    services: Services, kind: ChannelKind, address: str, *, name: str, project: str = DEFAULT_PROJECT
) -> Channel:
    """Store a channel; nothing is sent.

    Raises
    ------
    InputError
        Its name is taken, or its address cannot be meant.
    """
    from driftium_core.notify import port

    if kind not in port.CHANNEL_KINDS:
        raise InputError(f"{fmt_name(kind)} is no kind of channel; there are {', '.join(port.CHANNEL_KINDS)}.")
    stored = port.channel_address(kind, address)
    return services.store.channels.add(name, kind, stored, port.masked(kind, stored), project=project)


def delete_channel(services: Services, channel_id: str) -> None:
    """Remove a channel from the project and from its rules; messages that wait for it are dropped."""
    services.store.channels.delete(channel_id)


def send_test(services: Services, channel_id: str) -> None:
    """Send a test message at once, and wait for the answer.

    Raises
    ------
    DeliveryError
        It did not arrive; the sentence says why.
    """
    channel = services.store.channels.get(channel_id)
    address = services.store.channels.address(channel_id)
    try:
        send_message(services, channel.kind, address, test_message(services, channel.project))
    except DeliveryError as error:
        services.store.channels.note_attempt(channel_id, datetime.now(UTC), error=str(error))
        raise
    services.store.channels.note_attempt(channel_id, datetime.now(UTC))
