"""Rules: when to tell whom, in words, with what can be done about each."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_count, fmt_name
from driftium_core.store.alert_records import NewRule
from pages.ui.alerts_rule_form import edit_rule, editing, new_rule
from pages.ui.alerts_words import rule_words
from pages.ui.widgets import card, escape, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.alert_records import AlertRule, Channel, Incident

__all__ = ["show_rules"]

SHOWN = 10
ALL = "alerts_all_rules"

EMPTY = (
    "No rule yet. A rule says which monitor, how bad and how often before somebody is told, and whom. Beside the form "
    "you see how often it would have spoken so far."
)


def show_rules(
    services: Services, rules: Sequence[AlertRule], channels: Sequence[Channel], opened: Sequence[Incident]
) -> None:
    """Draw the project's rules."""
    names = {channel.id: channel.name for channel in channels}
    with card("rules", "Rules"):
        if not rules:
            st.caption(EMPTY)
        shown = rules if st.session_state.get(ALL) else rules[:SHOWN]
        for rule in shown:
            _show(services, rule, names, sum(incident.rule_id == rule.id for incident in opened))
        with st.container(horizontal=True, vertical_alignment="center"):
            if editing() is None:
                st.button(
                    "Add a rule",
                    key="rule-add",
                    icon=":material/add:",
                    type="primary" if channels else "secondary",
                    on_click=new_rule,
                    args=([rule.name for rule in rules], list(names)),
                )
            if len(shown) < len(rules):
                st.button(f"Show all {fmt_count(len(rules), 'rule')}", key="all-rules", on_click=_show_all)


def _show_all() -> None:
    st.session_state[ALL] = True


def _show(services: Services, rule: AlertRule, names: dict[str, str], n_open: int) -> None:
    with st.container(key=f"line-rule-{rule.id}", gap="xsmall"):
        badges = [
            *([":gray-badge[paused]"] if rule.paused else []),
            *([":gray-badge[only records]"] if not names.keys() & set(rule.channel_ids) else []),
            *([f":red-badge[{fmt_count(n_open, 'open incident')}]"] if n_open else []),
        ]
        st.markdown(" ".join([f"**{escape(fmt_name(rule.name, limit=80))}**", *badges]))
        st.markdown(prose(rule_words(rule, names)))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Edit", key=f"edit-rule-{rule.id}", icon=":material/edit:", on_click=edit_rule, args=(rule,))
            st.button(
                "Resume" if rule.paused else "Pause",
                key=f"pause-rule-{rule.id}",
                icon=":material/play_arrow:" if rule.paused else ":material/pause:",
                type="tertiary",
                on_click=_pause,
                args=(services, rule),
            )
            with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"delete-rule-{rule.id}"):
                ends = f" {fmt_count(n_open, 'open incident')} of it end without a message." if n_open else ""
                st.markdown(prose(f"Delete `{fmt_name(rule.name)}`?{ends} Past incidents stay in the list."))
                st.button("Delete rule", key=f"delete-rule-now-{rule.id}", on_click=_delete, args=(services, rule))


def _pause(services: Services, rule: AlertRule) -> None:
    terms: dict[str, Any] = {field.name: getattr(rule, field.name) for field in fields(NewRule)}
    changed = NewRule(**(terms | {"paused": not rule.paused}))
    _try(lambda: monitor.save_rule(services, changed, project=rule.project, rule_id=rule.id))


def _delete(services: Services, rule: AlertRule) -> None:
    _try(lambda: monitor.delete_rule(services, rule.id))


def _try(work: Any) -> None:
    try:
        work()
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
