"""Queued messages sent, tried again with growing waits, and given up in the open."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from driftium_core.alerts.retries import next_attempt
from driftium_core.errors import DeliveryError, DriftiumError
from driftium_core.monitor.alert_decisions import held_until
from driftium_core.monitor.queued_messages import read_message
from driftium_core.services import Services

if TYPE_CHECKING:
    from driftium_core.notify.message import Message
    from driftium_core.notify.port import ChannelKind
    from driftium_core.store.deliveries import Claimed

__all__ = ["send_due_messages", "send_message"]

_log = logging.getLogger(__name__)

AT_ONCE = 8
"""Channels that are sent to at the same time: one that hangs until its timeout does not hold up the others."""

IN_A_ROW = 20
"""Messages to one channel in one call."""

TIMEOUT_S = 15.0


def send_due_messages(services: Services, *, now: datetime | None = None) -> int:
    """Try every message whose time has come; returns how many arrived. A failure is recorded and tried later.

    One statement when none is due. Each message is claimed first, so that of two processes one sends it; when that one
    is killed in the middle the message is sent again three minutes later, as nobody knows whether it arrived.
    """
    at, began_s = now or datetime.now(UTC), time.monotonic()

    def clock() -> datetime:
        return at + timedelta(seconds=time.monotonic() - began_s)

    channel_ids = services.store.deliveries.due_channels(at)
    if not channel_ids:
        return 0
    with ThreadPoolExecutor(min(AT_ONCE, len(channel_ids)), thread_name_prefix="driftium-alerts") as pool:
        return sum(pool.map(lambda channel_id: _empty(services, channel_id, clock), channel_ids))


def _empty(services: Services, channel_id: str, clock: Callable[[], datetime]) -> int:
    """Send what is due for a channel until nothing is, or an attempt fails; the number that arrived."""
    arrived = 0
    for _ in range(IN_A_ROW):
        at = clock()
        claimed = services.store.deliveries.claim(
            channel_id, at, held_until=lambda start, end, timezone: held_until(start, end, timezone, clock())
        )
        if claimed is None or not _try(services, claimed, clock):
            break
        arrived += 1
    return arrived


def _try(services: Services, claimed: Claimed, clock: Callable[[], datetime]) -> bool:
    try:
        send_message(services, claimed.kind, claimed.address, _readable(claimed.message))
    except DeliveryError as error:
        at = clock()
        again = None if error.permanent else next_attempt(claimed.n_attempts, at)
        services.store.deliveries.failed(claimed, at, error=str(error), next_attempt_at=again)
        return False
    services.store.deliveries.arrived(claimed, clock())
    return True


def _readable(document: dict[str, Any]) -> Message:
    try:
        return read_message(document)
    except (ValueError, TypeError, KeyError):
        raise DeliveryError(
            "The message was stored by another version of Driftium, or damaged, and cannot be read.", permanent=True
        ) from None


def send_message(services: Services, kind: str, address: str, message: Message) -> None:
    """Send one message now; `DeliveryError` whatever goes wrong, and nothing of the address in what is said."""
    from driftium_core.notify import port

    try:
        port.send(cast("ChannelKind", kind), address, message, expand=services.settings.expand, timeout_s=TIMEOUT_S)
    except DeliveryError:
        raise
    except DriftiumError as error:
        raise DeliveryError(str(error)) from None
    except Exception as error:  # noqa: BLE001 - a library's bug must neither lose the message nor print the address
        _log.error("Sending to a channel of kind %s stopped on an unexpected %s", kind, type(error).__name__)
        raise DeliveryError(f"Sending stopped on an unexpected {type(error).__name__}.") from None
