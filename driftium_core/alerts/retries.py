"""When a message that did not arrive is tried again."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

__all__ = ["DELAYS_S", "next_attempt"]

DELAYS_S = (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600)
"""Waits after the first attempt, the second, …; three days in all, so that a weekend's outage loses nothing."""

SHORTENED = 0.2
"""Each wait is shortened at random by up to this share: what failed together is not tried again together."""


def next_attempt(n_attempts: int, at: datetime, *, rng: random.Random | None = None) -> datetime | None:
    """When a message is tried again after ``n_attempts`` that failed, the last one at ``at``; None when never."""
    if n_attempts > len(DELAYS_S):
        return None
    chance = (rng or random).random()
    return at + timedelta(seconds=DELAYS_S[max(0, n_attempts - 1)] * (1 - SHORTENED * chance))
