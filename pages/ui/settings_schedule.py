"""When scheduled work runs: presets, an interval of one's own, or cron with its next runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.errors import InputError
from driftium_core.schedule import parse_schedule
from pages.ui.settings_clock import browser_zone, local_times, zones
from pages.ui.widgets import prose

if TYPE_CHECKING:
    from driftium_core.schedule import Schedule

__all__ = ["choose_schedule"]

OWN, CRON, BY_HAND = "own", "cron", ""
PRESETS = {
    "1m": "Every minute",
    "5m": "Every 5 minutes",
    "15m": "Every 15 minutes",
    "1h": "Every hour",
    "6h": "Every 6 hours",
    "24h": "Every day",
    OWN: "At another interval",
    CRON: "At set times",
    BY_HAND: "Only by hand",
}
"""What the schedule is read from, or how it is typed."""

EVERY_S = {60: "1m", 300: "5m", 900: "15m", 3600: "1h", 21_600: "6h", 86_400: "24h"}

CRON_HELP = (
    "Words such as `daily at 6:00` or `mondays at 14:30`, or five fields as in crontab: minute, hour, day of the "
    "month, month, day of the week. `0 6 * * 1-5` is 06:00 from Monday to Friday, `*/20 * * * *` every 20 minutes, "
    "`30 2 1 * *` 02:30 on the first of each month."
)
NEXT_RUNS = 3


def choose_schedule(key: str, current: Schedule) -> Schedule | None:
    """Draw the picker, which begins with ``current``; None, and a sentence in place, when it cannot be read."""
    kind = st.selectbox(
        "When",
        list(PRESETS),
        index=list(PRESETS).index(_kind(current)),
        format_func=PRESETS.__getitem__,
        key=f"{key}-when",
        persist_state="session",
        help="One run at a time: what falls due while it runs, or while Driftium is off, is done once, as soon as it "
        "can be.",
    )
    zone = ""
    if kind == OWN:
        text = st.text_input(
            "Interval",
            value=current.text() if _kind(current) == OWN else "",
            placeholder="90s, 45m, every 2 hours",
            max_chars=80,
            key=f"{key}-interval",
            persist_state="session",
        )
    elif kind == CRON:
        text, zone = _choose_cron(key, current)
    else:
        text = kind
    if kind in (OWN, CRON) and not text.strip():
        st.caption("Type how often it runs." if kind == OWN else "Type at which times it runs.")
        return None
    try:
        schedule = parse_schedule(text, timezone=zone)
        if kind in (OWN, CRON):
            _preview(schedule)
    except InputError as error:
        st.error(prose(str(error)), icon=":material/error:")
        return None
    return schedule


def _kind(schedule: Schedule) -> str:
    if schedule.cron:
        return CRON
    return BY_HAND if schedule.every_s is None else EVERY_S.get(schedule.every_s, OWN)


def _choose_cron(key: str, current: Schedule) -> tuple[str, str]:
    known = zones()
    preferred = current.timezone if current.cron else browser_zone()
    left, right = st.columns(2)
    text = left.text_input(
        "Times",
        value=current.times(),
        placeholder="weekdays at 6:00",
        max_chars=200,
        key=f"{key}-cron",
        persist_state="session",
        help=CRON_HELP,
    )
    zone = right.selectbox(
        "Time zone",
        known,
        index=known.index(preferred if preferred in known else "UTC"),
        key=f"{key}-zone",
        persist_state="session",
        help="Whose clock the times are on. At first that of this browser.",
    )
    return text, zone


def _preview(schedule: Schedule) -> None:
    """The next runs, so that a wrong field is seen before it is waited for."""
    moments, moment = [], datetime.now(UTC)
    while len(moments) < NEXT_RUNS:
        following = schedule.next_after(moment)
        if following is None:
            break
        moments.append(following)
        moment = following
    text = schedule.words()
    times = local_times(moments, schedule.timezone if schedule.cron else "")
    then = f" Next: {', then '.join(times)}." if moments else " It never falls due."
    st.caption(prose(f"{text[:1].upper()}{text[1:]}.{then}"))
