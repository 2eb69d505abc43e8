"""Which undelivered messages and open incidents the overview speaks of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from driftium_core.monitor import overview_alerts
from driftium_core.monitor.overview_alerts import undelivered
from driftium_core.services import Services
from driftium_core.store.alert_records import Channel, Delivery

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def message(state: str, *, minutes: int, attempts: int = 1, channel: str = "c") -> Delivery:
    return Delivery(
        id=f"{state}{minutes}",
        project="default",
        incident_id="i",
        channel_id=channel,
        channel_name=f"#{channel}",
        event="opened",
        title="Drift",
        state=state,  # type: ignore[arg-type]
        created_at=NOW - timedelta(minutes=minutes),
        sent_at=None,
        n_attempts=attempts,
        next_attempt_at=None,
        error=f"refused {minutes} minutes ago",
    )


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[Delivery]:
    """What the outbox holds; one channel, which has taken nothing yet."""
    found: list[Delivery] = []
    channel = Channel(id="c", project="default", name="#c", kind="slack", shown="…", created_at=NOW)
    monkeypatch.setattr(overview_alerts, "channels", lambda *_, **__: [channel])
    monkeypatch.setattr(
        overview_alerts, "deliveries", lambda *_, state, **__: [item for item in found if item.state == state]
    )
    return found


def test_failed_messages_are_told_by_channel_with_the_newest_reason(services: Services, stored: list[Delivery]) -> None:
    stored += [message("failed", minutes=50), message("failed", minutes=10), message("sent", minutes=5)]
    (told,) = undelivered(services, now=NOW)
    assert (told.channel_name, told.n_messages, told.gave_up) == ("#c", 2, True)
    assert (told.since, told.error) == (NOW - timedelta(minutes=50), "refused 10 minutes ago")


def test_a_first_failure_waits_for_its_next_attempt(services: Services, stored: list[Delivery]) -> None:
    stored.append(message("waiting", minutes=1, attempts=2))
    assert undelivered(services, now=NOW) == []
    stored[0] = replace(stored[0], n_attempts=3)
    (told,) = undelivered(services, now=NOW)
    assert not told.gave_up


def test_a_channel_that_works_again_is_no_news(
    services: Services, stored: list[Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.append(message("failed", minutes=10))
    repaired = Channel(id="c", project="default", name="#c", kind="slack", shown="…", created_at=NOW, last_sent_at=NOW)
    monkeypatch.setattr(overview_alerts, "channels", lambda *_, **__: [repaired])
    assert undelivered(services, now=NOW) == []


def test_what_failed_long_ago_is_no_news(services: Services, stored: list[Delivery]) -> None:
    stored.append(message("failed", minutes=8 * 24 * 60))
    assert undelivered(services, now=NOW) == []
