"""Times of scheduled work by the clock of whoever reads them."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import UNKNOWN, fmt_local

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["browser_zone", "local", "local_times", "zones"]


def browser_zone() -> str:
    """IANA name of this browser's time zone; UTC when it does not say."""
    return st.context.timezone or "UTC"


def local(moment: datetime | None) -> str:
    """A moment by this browser's clock; an en dash when there is none."""
    return UNKNOWN if moment is None else fmt_local(moment, browser_zone())


def local_times(moments: Sequence[datetime], zone: str = "") -> list[str]:
    """Moments by the clock of a zone, usually this browser's; with seconds when some would be written alike."""
    clock = zone or browser_zone()
    written = [fmt_local(moment, clock) for moment in moments]
    return written if len(set(written)) == len(written) else [fmt_local(m, clock, seconds=True) for m in moments]


@cache
def zones() -> list[str]:
    """Zones with a place in their name, and UTC."""
    return ["UTC", *sorted(name for name in zoneinfo.available_timezones() if "/" in name)]
