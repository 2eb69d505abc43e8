"""Channels: where messages go, whether they arrive, a test of each, and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_name, fmt_names
from driftium_core.notify.port import CHANNEL_NAMES
from pages.ui.alerts_channel_form import close_form, form_is_open, open_form, show_form
from pages.ui.jobs import GRACE_S, show_progress
from pages.ui.settings_clock import local
from pages.ui.widgets import card, escape, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.jobs import Job
    from driftium_core.services import Services
    from driftium_core.store.alert_records import AlertRule, Channel

__all__ = ["show_channels"]

TESTS = "alerts_tests"

EMPTY = (
    "No channel yet. A channel is where messages go: Slack, Teams, PagerDuty, e-mail, a JSON webhook, or any service "
    "that Apprise knows."
)


def show_channels(services: Services, channels: Sequence[Channel], rules: Sequence[AlertRule]) -> None:
    """Draw the project's channels with the form for another one."""
    with card("channels", "Channels"):
        if not channels and not form_is_open():
            st.caption(EMPTY)
        for channel in channels:
            _show(services, channel, [rule for rule in rules if channel.id in rule.channel_ids])
        if form_is_open():
            show_form(services)
            st.button("Cancel", key="channel-cancel", type="tertiary", on_click=close_form)
        else:
            st.button(
                "Add a channel",
                key="channel-add",
                icon=":material/add:",
                type="secondary" if channels else "primary",
                on_click=open_form,
            )


def _show(services: Services, channel: Channel, rules: Sequence[AlertRule]) -> None:
    kind = escape(CHANNEL_NAMES.get(channel.kind, channel.kind))  # type: ignore[call-overload]
    with st.container(key=f"line-channel-{channel.id}", gap="xsmall"):
        st.markdown(f"**{escape(fmt_name(channel.name, limit=80))}** :gray-badge[{kind}]")
        st.text(channel.shown)
        sent = f"Last delivered {local(channel.last_sent_at)}." if channel.last_sent_at else "Nothing delivered yet."
        st.caption(sent)
        if channel.last_error:
            st.error(prose(f"The newest message did not arrive. {channel.last_error}"), icon=":material/error:")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Send a test",
                key=f"test-{channel.id}",
                icon=":material/send:",
                on_click=_test,
                args=(services, channel),
            )
            with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"delete-channel-{channel.id}"):
                st.markdown(prose(_confirmation(channel, rules)))
                st.button(
                    "Delete channel",
                    key=f"delete-channel-now-{channel.id}",
                    on_click=_delete,
                    args=(services, channel),
                )
        _show_test(channel)


def _confirmation(channel: Channel, rules: Sequence[AlertRule]) -> str:
    name = fmt_name(channel.name)
    used = f"No rule uses `{name}`."
    if rules:
        silent = [rule.name for rule in rules if len(rule.channel_ids) == 1]
        used = f"Used by {fmt_names([rule.name for rule in rules])}."
        if silent:
            verb = "then only records" if len(silent) == 1 else "then only record"
            used += f" {fmt_names(silent)} {verb}, as there is no other channel."
    return f"Delete `{name}`? {used} Messages that wait for it are dropped."


def _tests() -> dict[str, Job[None]]:
    """The newest test of each channel in this session."""
    tests: dict[str, Job[None]] = st.session_state.setdefault(TESTS, {})
    return tests


def _test(services: Services, channel: Channel) -> None:
    job = services.jobs.start(
        lambda _progress: monitor.send_test(services, channel.id), title=f"Sending a test to {channel.name}"
    )
    _tests()[channel.id] = job
    job.wait(GRACE_S)


def _show_test(channel: Channel) -> None:
    job = _tests().get(channel.id)
    if job is None:
        return
    if not job.finished:
        show_progress(job)
    elif job.state == "done":
        at = f" at {local(job.finished_at)}" if job.finished_at else ""
        st.success(f"The test arrived{at}.", icon=":material/check_circle:")
    else:
        st.error(prose(job.error or "The test was stopped."), icon=":material/error:")


def _delete(services: Services, channel: Channel) -> None:
    try:
        monitor.delete_channel(services, channel.id)
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
    else:
        st.toast(f"{escape(fmt_name(channel.name))} is deleted.", icon=":material/delete:")
    _tests().pop(channel.id, None)
