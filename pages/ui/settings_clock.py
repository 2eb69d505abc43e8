"""Times of scheduled work by the clock of whoever reads them."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from functools import cache

import streamlit as st

from driftium_core.formats import UNKNOWN, fmt_local

__all__ = ["browser_zone", "local", "zones"]


def browser_zone() -> str:
    """IANA name of this browser's time zone; UTC when it does not say."""
    return st.context.timezone or "UTC"


def local(moment: datetime | None) -> str:
    """A moment by this browser's clock; an en dash when there is none."""
    return UNKNOWN if moment is None else fmt_local(moment, browser_zone())


@cache
def zones() -> list[str]:
    """Zones with a place in their name, and UTC."""
    return ["UTC", *sorted(name for name in zoneinfo.available_timezones() if "/" in name)]
