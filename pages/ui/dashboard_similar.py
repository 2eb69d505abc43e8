"""The answer that the page's address names, in full, and the nearest ones of both pools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import InputError, StorageError
from driftium_core.formats import fmt_effect, fmt_excerpt, fmt_name, whole
from pages.ui.dashboard_answer import RESPONSE, facts, offer_similar, say_empty, show_prompt
from pages.ui.playground_prompt import show_text
from pages.ui.project import choose_project, current_project
from pages.ui.widgets import errors_shown, escape, prose

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.records import Baseline, StoredResponse

__all__ = ["show_linked_answer"]

N_NEAREST = 5


def show_linked_answer(services: Services, baseline: Baseline | None = None, *, follow: bool = True) -> None:
    """Open the answer of the query parameter ``response``, if there is one; call it once, on the page itself.

    Parameters
    ----------
    baseline : Baseline, optional
        Where to look for like answers; the project's active one by default.
    follow : bool
        Go to the answer's project when it is another one. Not where a calculation of the link has named the project
        already: the two would take turns for ever.
    """
    response_id = st.query_params.get(RESPONSE)
    if not response_id:
        return
    found = monitor.responses_by_ids(services, [response_id])
    if not found:
        _say_gone(
            f"The answer {escape(fmt_name(response_id))} of this link is not stored, or no longer: current answers can "
            "be deleted."
        )
    elif found[0].project != current_project():
        if follow:  # a link names the answer; the picker follows
            choose_project(found[0].project)
        _say_gone("The answer of this link belongs to another project than the calculation.")
    else:
        _show_dialog(services, baseline)


def _say_gone(sentence: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(sentence, icon=":material/link_off:")
        st.button("Close", key="llm-close-answer", on_click=_close)


def _close() -> None:
    st.query_params.pop(RESPONSE, None)


@st.dialog("One answer, and those like it", width="large", on_dismiss=_close)
def _show_dialog(services: Services, baseline: Baseline | None) -> None:
    # Read again: going on from one answer to the next runs this dialog alone.
    found = monitor.responses_by_ids(services, [st.query_params.get(RESPONSE, "")])
    if not found:
        st.caption("This answer is not stored any more.")
        return
    stored = found[0]
    with errors_shown():
        _show_answer(services, stored)
        baseline = baseline or monitor.active_baseline(services, project=stored.project)
        if monitor.vectors_behind(services):
            st.caption("Answers that came from elsewhere are being embedded: nearer ones may be missing for a moment.")
        old, current = st.columns(2)
        with old:
            _show_nearest(services, stored, "baseline", baseline)
        with current:
            _show_nearest(services, stored, "current", None)
    st.caption("The address of this page opens this answer again.")


def _show_answer(services: Services, stored: StoredResponse) -> None:
    source = f" · source {escape(fmt_name(stored.content.source))}" if stored.content.source else ""
    st.caption(f"{_pool(services, stored)} · {facts(stored)}{source}")
    if stored.content.has_prompt:
        st.caption("Prompt")
        show_text(stored.content.prompt or "", "linked-prompt")
    st.caption("Answer")
    if stored.content.error is not None:
        st.error(escape(stored.content.error), icon=":material/error:")
        if not stored.content.response.strip():
            return
    if not say_empty(stored.content.response):
        show_text(stored.content.response, "linked-answer")


def _pool(services: Services, stored: StoredResponse) -> str:
    if stored.baseline_id is None:
        return "Current"
    of = monitor.find_baseline(services, stored.baseline_id)
    return f"Baseline {of.version} “{escape(fmt_name(of.name))}”" if of else "Baseline"


def _show_nearest(
    services: Services, stored: StoredResponse, pool: Literal["baseline", "current"], baseline: Baseline | None
) -> None:
    which = f" “{escape(fmt_name(baseline.name))}”" if baseline else ""
    st.markdown(f"**Nearest in {pool}**{which}")
    if pool == "baseline" and baseline is None:
        st.caption("This project has no baseline.")
        return
    try:
        near = monitor.similar(
            services, stored.id, pool=pool, baseline_id=baseline.id if baseline else None, limit=N_NEAREST
        )
    except (InputError, StorageError) as error:  # there is no text to compare by, or there are no vectors yet
        st.caption(prose(str(error)))
        return
    if not near:
        st.caption("No other answer is stored there.")
    for number, item in enumerate(near, start=1):
        with st.container(key=f"ex-{pool}-near-{number}"):
            show_prompt(item.response.content.prompt)
            st.text(whole(fmt_excerpt(item.response.content.response, limit=300, lines=6)))
            st.caption(f"similarity {fmt_effect(item.similarity)} · {facts(item.response)}")
            offer_similar(item.response.id, f"{pool}-near-{number}", name=f"nearest {pool} {number}", on_page=False)
