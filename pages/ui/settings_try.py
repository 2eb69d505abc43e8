"""A first look at an origin before anything is stored: what is there, what is read as what, and the first records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.formats import UNKNOWN, fmt_count, fmt_name, fmt_names
from driftium_core.logs import NO_COLUMN
from pages.ui.jobs import run_job
from pages.ui.project import of_project
from pages.ui.widgets import prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.collect.port import Probe
    from driftium_core.origin import Origin
    from driftium_core.response import Response
    from driftium_core.services import Services

__all__ = ["try_origin"]

SHOWN = 5
MOST_NAMES = 30
ROLES = ("response", "prompt")


@dataclass(frozen=True, slots=True)
class _Try:
    """What was tried, and the how-manyth time: the same origin is looked at again at each press."""

    about: tuple[Origin, str | None]
    columns: tuple[tuple[str, str], ...]
    number: int


def try_origin(services: Services, draft: str, origin: Origin, *, reference_id: str | None = None) -> dict[str, str]:
    """Draw the button and what the last try showed; returns the columns that the user chose for a log.

    With ``reference_id`` it is read as a table that is meant for that reference.
    """
    key, about = f"{draft}-try", (origin, reference_id)
    st.button("Try it", icon=":material/visibility:", key=f"{key}-button", on_click=_wish, args=(key,))
    tried: _Try | None = st.session_state.get(key)
    columns = _chosen(draft) if tried is not None and tried.about == about else {}
    if st.session_state.pop(f"{key}-wish", False):
        if not columns:
            _forget_columns(draft)
        number = st.session_state.get("task-tries", 0) + 1
        st.session_state["task-tries"] = number
        tried = st.session_state[key] = _Try(about, tuple(columns.items()), number)
    if tried is None:
        st.caption("A look at what is there now. Nothing is stored.")
        return columns
    if tried.about != about:
        st.caption("It was changed since it was tried.")
        return {}
    probe = _look(services, key, tried)
    if probe is not None:
        _show(probe)
        if reference_id is None:
            _choose_columns(draft, probe)
    return columns


def _wish(key: str) -> None:
    st.session_state[f"{key}-wish"] = True


def _look(services: Services, key: str, tried: _Try) -> Probe | None:
    """In a job: a host that does not answer takes as long as it wants. What was seen is kept, as a job is not."""
    number, seen = st.session_state.get(f"{key}-seen", (0, None))
    if number == tried.number:
        return seen
    probe = run_job(
        services,
        of_project(f"try-{tried.number}"),
        "Looking at what is there",
        lambda _progress: _probe(services, tried),
    )
    if probe is not None:
        st.session_state[f"{key}-seen"] = (tried.number, probe)
    return probe


def _probe(services: Services, tried: _Try) -> Probe:
    origin, reference_id = tried.about
    if reference_id is not None:
        return monitor.probe_table(services, origin, reference_id=reference_id)
    return monitor.probe_origin(services, origin, columns=dict(tried.columns) or None)


def _show(probe: Probe) -> None:
    rows = f"{fmt_count(probe.rows, 'record')} looked at, with " if probe.rows else ""
    seen = f"{rows}{fmt_count(len(probe.columns), 'column')}"
    names = f": {fmt_names(probe.columns, limit=MOST_NAMES)}"
    if probe.columns:
        st.markdown(prose(f"{seen}{names}."))
    if probe.unclear:
        st.warning(prose(probe.unclear), icon=":material/help:")
    elif probe.read_as:
        st.markdown(prose(probe.read_as))
    for note in probe.notes:
        st.caption(prose(note))
    if probe.sample:
        _show_sample(probe.sample[:SHOWN])


def _show_sample(sample: Sequence[Response]) -> None:
    prompts = [fmt_name(response.prompt, limit=160) if response.has_prompt else None for response in sample]
    answers = [
        f"✕ {fmt_name(response.error)}" if response.error is not None else fmt_name(response.response, limit=160)
        for response in sample
    ]
    st.dataframe(
        pd.DataFrame({"Prompt": pd.Series(prompts, dtype="str"), "Response": pd.Series(answers, dtype="str")}),
        hide_index=True,
        placeholder=UNKNOWN,
        alt="The first answers that were found",
        column_config={"Prompt": st.column_config.TextColumn(width=200)},
    )


def _choose_columns(draft: str, probe: Probe) -> None:
    """Offer to say which column holds what; what is chosen is looked at in the next run."""
    names = list(probe.columns)
    left, right = st.columns(2)
    left.selectbox(
        "Response column",
        [None, *names],
        format_func=lambda name: "found by its name" if name is None else name,
        key=f"{draft}-response",
        persist_state="session",
        on_change=_wish,
        args=(f"{draft}-try",),
    )
    right.selectbox(
        "Prompt column",
        [None, NO_COLUMN, *names],
        format_func=lambda name: "found by its name" if name is None else name or "none",
        key=f"{draft}-prompt",
        persist_state="session",
        on_change=_wish,
        args=(f"{draft}-try",),
    )


def _chosen(draft: str) -> dict[str, str]:
    """Roles of `LogColumns` for which a column was chosen."""
    roles = {role: st.session_state.get(f"{draft}-{role}") for role in ROLES}
    return {role: name for role, name in roles.items() if name is not None}


def _forget_columns(draft: str) -> None:
    """They were chosen among those of another origin."""
    for role in ROLES:
        st.session_state.pop(f"{draft}-{role}", None)
