"""One column or all of them explained, with the evidence, who wrote it, and two things to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_count, fmt_name
from pages.ui.generator_chip import chosen_model
from pages.ui.jobs import run_job
from pages.ui.project import RCA_PAGE, open_page
from pages.ui.tabular_rows import show_rows_download
from pages.ui.widgets import card, escape, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.rca.facts import Fact, Ledger
    from driftium_core.rca.report import Action, Claim, Explanation
    from driftium_core.services import Services
    from pages.ui.tabular_shown import Shown

__all__ = ["show_why"]

ALL = "All columns"
ASKED, SAID = "tabular_why_asked", "tabular_why_said"
MAX_SAID = 40


def show_why(services: Services, shown: Shown, column: str | None) -> None:
    """Draw the card; ``column`` is the one whose drill-down is open."""
    with card("why", "Why, and what next"):
        columns = _choose_columns(column)
        key = f"why-{shown.key}-{chosen_model()}-{'-'.join(columns)}"
        explanation = _said().get(key) or _by_rules(shown.key, columns, shown.title, services, shown)
        for claim in explanation.claims:
            st.markdown(_claim_line(claim))
        _show_evidence(_ledger(shown.key, columns, shown.title, shown).cited(_cited(explanation)))
        _show_actions(explanation.actions)
        _show_speaker(explanation)
        with st.container(horizontal=True, key="why-actions"):
            _ask_agent(shown)
            show_rows_download(shown)
            _offer_model(explanation, key)
        if key in _asked():
            _ask_model(services, shown, columns, key)


def _choose_columns(column: str | None) -> tuple[str, ...]:
    """Nothing for all columns; the names that a segmented control shows are texts of the user's data."""
    if column is None:
        return ()
    one = f"Only {escape(fmt_name(column, limit=24))}"
    chosen = st.segmented_control(
        "Explain", [ALL, "one"], format_func={ALL: ALL, "one": one}.__getitem__, default=ALL, key="tabular_why",
        required=True, label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    return (column,) if chosen == "one" else ()


@st.cache_data(max_entries=64, show_spinner=False)
def _by_rules(key: str, columns: tuple[str, ...], title: str, _services: Services, _shown: Shown) -> Explanation:  # noqa: ARG001
    """What the rules say; made once per report (``key``) and columns."""
    return monitor.explain_columns(_services, _shown.report, columns, title=title, by_rules=True)


@st.cache_data(max_entries=16, show_spinner=False)
def _ledger(key: str, columns: tuple[str, ...], title: str, _shown: Shown) -> Ledger:  # noqa: ARG001
    """Every fact of the report that may be cited."""
    ledger, _ = monitor.table_findings(_shown.report, title=title, columns=columns)
    return ledger


def _said() -> dict[str, Explanation]:
    """What models said in this session, by report, model and columns."""
    said: dict[str, Explanation] = st.session_state.setdefault(SAID, {})
    return said


def _asked() -> set[str]:
    """What a model was asked for and has not answered yet."""
    asked: set[str] = st.session_state.setdefault(ASKED, set())
    return asked


def _offer_model(explanation: Explanation, key: str) -> None:
    """A button that has a model word the text, unless its words are shown."""
    if _is_worded(explanation):
        return
    st.button(
        "Ask the model again" if key in _said() else "Ask the model",
        icon=":material/neurology:",
        key="ask-model",
        on_click=_start_asking,
        args=(key,),
        disabled=key in _asked(),
        help="Has the model chosen on the Playground word this text. Its words are shown only where every name, number "
        "and direction in them is in the evidence; otherwise the rules' words stay, and it is said why. The embedded "
        "model is asked only when it is chosen.",
    )


def _start_asking(key: str) -> None:
    st.session_state.get("job_ids", {}).pop(key, None)
    _said().pop(key, None)
    _asked().add(key)


def _ask_model(services: Services, shown: Shown, columns: tuple[str, ...], key: str) -> None:
    report, title, choice = shown.report, shown.title, chosen_model()
    explanation = run_job(
        services,
        key,
        "Asking the model",
        lambda progress: monitor.explain_columns(
            services, report, columns, title=title, choice=choice, stopped=progress.cancelled
        ),
    )
    if explanation is None:
        return
    said = _said()
    said[key] = explanation
    for oldest in list(said)[:-MAX_SAID]:
        del said[oldest]
    _asked().discard(key)
    st.rerun()


def _claim_line(claim: Claim) -> str:
    return f"**{escape(claim.title)}** {prose(claim.text)}" if claim.title else prose(claim.text)


def _cited(explanation: Explanation) -> list[str]:
    """Ids of the facts that the claims and actions stand on, each once, in the order in which they are read."""
    ids = [id_ for part in (*explanation.claims, *explanation.actions) for id_ in part.evidence_ids]
    return list(dict.fromkeys(ids))


def _show_evidence(facts: Sequence[Fact]) -> None:
    with st.expander(f"Evidence: {fmt_count(len(facts), 'fact')}", icon=":material/fact_check:"):
        for fact in facts:
            st.markdown(f":violet-badge[{escape(fact.id)}] {prose(fact.text)}")


def _show_actions(actions: Sequence[Action]) -> None:
    st.markdown("**Do next**")
    for number, action in enumerate(actions, start=1):
        minutes = f" :gray-badge[about {action.minutes} min]" if action.minutes else ""
        st.markdown(f"{number}. {prose(action.text)}{minutes}")


def _show_speaker(explanation: Explanation) -> None:
    who = f":blue-badge[{escape(explanation.model)}]" if _is_worded(explanation) else ":gray-badge[by rules]"
    st.caption(f"{who} {prose(explanation.worded_by)}")


def _is_worded(explanation: Explanation) -> bool:
    """Whether any sentence is a model's."""
    return any(claim.source == "llm" for claim in explanation.claims)


def _ask_agent(shown: Shown) -> None:
    """Go to the Agentic RCA page with this run; one that is not saved is saved first."""
    label = "Ask the RCA agent" if shown.run_id else "Save run and ask the RCA agent"
    if st.button(label, type="primary", icon=":material/troubleshoot:", key="ask-agent"):
        run_id = shown.run_id or (shown.save() if shown.save else None)
        if run_id:
            open_page(RCA_PAGE, run=run_id, start="1")
