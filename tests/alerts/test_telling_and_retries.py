"""One message for what waits and what is new; growing waits that end."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from driftium_core.alerts.retries import DELAYS_S, next_attempt
from driftium_core.alerts.telling import Event, next_reminder, to_tell

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("waiting", "new", "told", "without_ends"),
    [
        ([], ["opened"], "opened", "opened"),
        ([], ["worsened"], "worsened", "worsened"),
        ([], ["resolved"], "resolved", None),
        ([], ["reminder"], "reminder", "reminder"),
        (["opened"], ["worsened"], "opened", "opened"),
        (["opened"], ["resolved"], "resolved", "resolved"),
        ([], ["opened", "worsened", "resolved"], "resolved", "resolved"),
        (["worsened"], ["resolved"], "resolved", None),
        (["worsened"], ["worsened"], "worsened", "worsened"),
        (["reminder"], ["worsened"], "worsened", "worsened"),
        (["opened"], ["reminder"], "opened", "opened"),
        (["reminder"], ["reminder"], None, None),
    ],
)
def test_one_message_tells_the_newest_state(
    waiting: list[Event], new: list[Event], told: Event | None, without_ends: Event | None
) -> None:
    assert to_tell(waiting, new, tell_resolved=True) == told
    assert to_tell(waiting, new, tell_resolved=False) == without_ends


def test_reminders_follow_the_last_message() -> None:
    assert next_reminder(NOW, 24) == NOW + timedelta(days=1)
    assert next_reminder(NOW, None) is None


def test_waits_grow_to_a_day_and_end() -> None:
    rng = random.Random(3)
    at, waits = NOW, []
    for n_attempts in range(1, len(DELAYS_S) + 1):
        following = next_attempt(n_attempts, at, rng=rng)
        assert following is not None
        waits.append((following - at).total_seconds())
        at = following
    assert all(0.8 * usual <= wait <= usual for wait, usual in zip(waits, DELAYS_S, strict=True))
    assert (waits[0] <= 30, max(waits) <= 24 * 3600, at - NOW > timedelta(days=2)) == (True, True, True)
    assert next_attempt(len(DELAYS_S) + 1, at) is None


def test_two_that_failed_together_are_not_tried_together() -> None:
    assert next_attempt(3, NOW, rng=random.Random(1)) != next_attempt(3, NOW, rng=random.Random(2))
