"""The form for a rule, new or stored, beside what it would have said so far."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError, NotFoundError
from driftium_core.formats import fmt_count, fmt_name, fmt_value
from driftium_core.notify.port import CHANNEL_NAMES
from driftium_core.severity import Severity, severity_label
from driftium_core.store.alert_records import EVERY_MONITOR, NewRule
from pages.ui.alerts_backtest import show_backtest
from pages.ui.alerts_words import monitor_words, rule_words
from pages.ui.project import current_project, of_project
from pages.ui.settings_clock import browser_zone, zones
from pages.ui.widgets import card, escape, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.alert_records import AlertRule, Channel

__all__ = ["edit_rule", "editing", "new_rule", "show_rule_form"]

EDITED, ERROR, FORM = "alerts_rule_edited", "alerts_rule_error", "alerts_rule"
NEW = "new"

FIRST_NAME = "Critical drift"
SEVERITIES = (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
REMINDERS = (1.0, 4.0, 12.0, 24.0, 72.0, 168.0)
QUIET_FROM, QUIET_TO = "22:00", "07:00"


def editing() -> str | None:
    """Id of the rule that is open in the form, ``"new"``, or None."""
    edited: str | None = st.session_state.get(of_project(EDITED))
    return edited


def new_rule(taken: Sequence[str], channel_ids: Sequence[str]) -> None:
    """Open the form with the usual terms, and every channel there is."""
    number = next(n for n in range(1, len(taken) + 2) if _numbered(n) not in taken)
    _fill(NEW, NewRule(name=_numbered(number), channel_ids=tuple(channel_ids), timezone=browser_zone()))


def _numbered(number: int) -> str:
    return FIRST_NAME if number == 1 else f"{FIRST_NAME} {number}"


def edit_rule(rule: AlertRule) -> None:
    """Open the form with the terms of a stored rule."""
    _fill(rule.id, rule)


def _fill(edited: str, rule: NewRule) -> None:
    st.session_state[of_project(EDITED)] = edited
    st.session_state.pop(of_project(ERROR), None)
    terms: dict[str, Any] = {
        "name": rule.name,
        "monitor": rule.monitor,
        "severity": rule.min_severity,
        "consecutive": rule.consecutive,
        "channels": list(rule.channel_ids),
        "quiet": bool(rule.quiet_from),
        "from": time.fromisoformat(rule.quiet_from or QUIET_FROM),
        "to": time.fromisoformat(rule.quiet_to or QUIET_TO),
        "zone": rule.timezone,
        "remind": rule.remind_after_h,
        "resolved": rule.tell_resolved,
        "paused": rule.paused,
    }
    for name, value in terms.items():
        st.session_state[_key(name)] = value


def show_rule_form(services: Services, channels: Sequence[Channel]) -> None:
    """Draw the form if a rule is open, with its backtest beside it; every change is replayed at once."""
    if editing() is not None:
        with st.container():
            _show_form(services, channels)


@st.fragment  # a change of the form runs only the form: the section below it may be long
def _show_form(services: Services, channels: Sequence[Channel]) -> None:
    if editing() is None:  # saved or given up just now
        st.rerun()
    with card("rule", "New rule" if editing() == NEW else "Edit the rule"):
        left, right = st.columns([1, 1.1], gap="medium")
        with left:
            _show_terms(services)
            _show_channels(channels)
            _show_quiet()
            _show_telling()
        rule = _typed(channels)
        with right:
            st.markdown(prose(rule_words(rule, {channel.id: channel.name for channel in channels})))
            show_backtest(services, rule)
        if error := st.session_state.get(of_project(ERROR)):
            st.error(prose(error), icon=":material/error:")
        with st.container(horizontal=True):
            st.button(
                "Save rule", type="primary", icon=":material/save:", key="rule-save", on_click=_save,
                args=(services, channels),
            )  # fmt: skip
            st.button("Cancel", key="rule-cancel", type="tertiary", on_click=_close)


def _show_terms(services: Services) -> None:
    st.text_input("Name", key=_key("name"), max_chars=80, persist_state="session")
    chosen = st.session_state.get(_key("monitor"), EVERY_MONITOR)
    there = monitor.monitors_of(services, project=current_project())
    gone = [] if chosen in (EVERY_MONITOR, *there) else [chosen]
    st.selectbox(
        "Monitor",
        [EVERY_MONITOR, *there, *gone],
        format_func=_monitor_label,
        key=_key("monitor"),
        persist_state="session",
        help="The project's answers, or all tables that are checked against one reference.",
    )
    if gone:
        st.caption("Nothing is checked against this reference any more.")
    left, right = st.columns([2, 1])
    left.segmented_control(
        "Severity, at least",
        SEVERITIES,
        format_func=severity_label,
        required=True,
        key=_key("severity"),
        persist_state="session",
    )
    right.number_input(
        "Checks in a row",
        1,
        100,
        key=_key("consecutive"),
        persist_state="session",
        help="How many checks of changed data must find it one after another before anybody is told.",
    )


def _monitor_label(name: str) -> str:
    words = monitor_words(name)
    return f"{words[:1].upper()}{words[1:]}"


def _show_channels(channels: Sequence[Channel]) -> None:
    labels = {channel.id: _channel_label(channel) for channel in channels}
    key = _key("channels")
    chosen = st.session_state.get(key, [])
    if lost := [id_ for id_ in chosen if id_ not in labels]:
        st.session_state[key] = [id_ for id_ in chosen if id_ in labels]
        st.caption(f"{fmt_count(len(lost), 'channel')} of this rule {'was' if len(lost) == 1 else 'were'} deleted.")
    st.multiselect(
        "Tell",
        list(labels),
        format_func=labels.__getitem__,
        key=key,
        placeholder="Choose channels" if labels else "There is no channel yet",
        disabled=not labels,
        persist_state="session",
    )
    if not st.session_state[key]:
        st.caption("Without a channel the rule only records its incidents, here and on the Overview.")


def _channel_label(channel: Channel) -> str:
    kind = next((name for kind, name in CHANNEL_NAMES.items() if kind == channel.kind), channel.kind)
    return f"{fmt_name(channel.name)} ({kind})"


def _show_quiet() -> None:
    quiet = st.toggle(
        "Quiet hours",
        key=_key("quiet"),
        persist_state="session",
        help="Messages of these hours are held, and sent when they are over.",
    )
    if not quiet:
        return
    left, middle, right = st.columns([1, 1, 1.6])
    left.time_input("From", key=_key("from"), step=900, persist_state="session")
    middle.time_input("To", key=_key("to"), step=900, persist_state="session")
    chosen = st.session_state.get(_key("zone"), "UTC")
    known = zones()
    right.selectbox(
        "Time zone", known if chosen in known else [chosen, *known], key=_key("zone"), persist_state="session"
    )


def _show_telling() -> None:
    chosen = st.session_state.get(_key("remind"))
    hours = sorted({*REMINDERS, *([chosen] if chosen else [])})
    st.selectbox(
        "Remind of an open incident",
        [None, *hours],
        format_func=lambda value: f"Every {fmt_value(value)} h" if value else "Never",
        key=_key("remind"),
        persist_state="session",
        help="Until somebody acknowledges it, or it ends.",
    )
    with st.container(horizontal=True):
        st.checkbox("Tell when it ends", key=_key("resolved"), persist_state="session")
        st.checkbox("Pause this rule", key=_key("paused"), persist_state="session")


def _typed(channels: Sequence[Channel]) -> NewRule:
    """The rule as the form says it, with the channels that are still there."""

    def value(name: str, usual: Any = None) -> Any:
        return st.session_state.get(_key(name), usual)

    quiet, ids = value("quiet", False), {channel.id for channel in channels}
    return NewRule(
        name=str(value("name") or "").strip(),
        monitor=value("monitor", EVERY_MONITOR),
        min_severity=value("severity") or Severity.CRITICAL,
        consecutive=int(value("consecutive") or 1),
        quiet_from=_clock(value("from")) if quiet else "",
        quiet_to=_clock(value("to")) if quiet else "",
        timezone=value("zone") or "UTC",
        remind_after_h=value("remind"),
        tell_resolved=bool(value("resolved", True)),
        channel_ids=tuple(id_ for id_ in value("channels", []) if id_ in ids),
        paused=bool(value("paused", False)),
    )


def _clock(moment: time | None) -> str:
    return moment.strftime("%H:%M") if moment else ""


def _key(name: str) -> str:
    return f"{of_project(FORM)}-{name}"


def _save(services: Services, channels: Sequence[Channel]) -> None:
    """Store what the form says; what is refused stays in its fields, and a rule that is gone becomes a new one."""
    edited, rule = editing(), _typed(channels)
    try:
        monitor.save_rule(services, rule, project=current_project(), rule_id=None if edited == NEW else edited)
    except NotFoundError as error:  # the rule, or one of its channels
        st.session_state[of_project(ERROR)] = str(error)
        if edited not in {rule.id for rule in monitor.alert_rules(services, project=current_project())}:
            st.session_state[of_project(ERROR)] = f"{error} Save it once more to make it a new rule."
            st.session_state[of_project(EDITED)] = NEW
    except DriftiumError as error:
        st.session_state[of_project(ERROR)] = str(error)
    else:
        _close()
        st.toast(f"{escape(fmt_name(rule.name))} is saved.", icon=":material/save:")


def _close() -> None:
    for key in [key for key in st.session_state if str(key).startswith(f"{of_project(FORM)}-")]:
        del st.session_state[key]
    for key in (EDITED, ERROR):
        st.session_state.pop(of_project(key), None)
