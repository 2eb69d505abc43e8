"""Picking what is investigated, and who words what is found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_name, fmt_time
from driftium_core.monitor import AUTOMATIC, ModelChoice
from driftium_core.severity import severity_label
from pages.ui.generator_chip import chosen_model
from pages.ui.playground_model import model_labels
from pages.ui.project import of_project
from pages.ui.rca_chosen import link_report

if TYPE_CHECKING:
    from driftium_core.monitor import Investigable
    from driftium_core.services import Services
    from pages.ui.rca_chosen import Chosen

__all__ = ["KINDS", "Words", "choose_words", "pick_report"]

KINDS = {"table": "Table", "text": "LLM"}

RULES = "rules"
"""Stands for no model at all, beside the models' own names."""

WORDS = "rca_words"


@dataclass(frozen=True, slots=True)
class Words:
    """Who words what the rules found."""

    choice: ModelChoice
    by_rules: bool


def pick_report(chosen: Chosen) -> None:
    """Draw the picker over everything in the project's history, the newest first."""
    labels = _labels(chosen)
    key = of_project("rca-report")
    place = next((at for at, item in enumerate(chosen.reports) if item is chosen.report), None)
    st.session_state[key] = place  # the link decides, also when it is changed by hand or by another page
    st.selectbox(
        "Report to investigate",
        range(len(labels)),
        format_func=labels.__getitem__,
        index=None,
        required=True,
        key=key,
        on_change=_link,
        args=(key, chosen),
        label_visibility="collapsed",
        placeholder="Pick a report" if labels else "No report yet",
        disabled=not labels,
        width=360,
        help="Every table run and every calculation of this project. Type to search.",
    )


def _labels(chosen: Chosen) -> list[str]:
    """The options' words; those that would be the same end in their ids, as the picker tells options apart by words."""
    labels = [_label(item) for item in chosen.reports]
    often = Counter(labels)
    return [
        label if often[label] == 1 else f"{label} · {item.id[:4]}"
        for label, item in zip(labels, chosen.reports, strict=True)
    ]


def _label(item: Investigable) -> str:
    """``"LLM · 23 Nov 14:02 · ▲ HIGH"``; of a table also what was compared, as one project has many."""
    parts = [KINDS[item.kind], fmt_time(item.created_at), severity_label(item.severity)]
    return " · ".join(parts if item.kind == "text" else [*parts, fmt_name(item.title, limit=90)])


def _link(key: str, chosen: Chosen) -> None:
    place = st.session_state[key]
    if place is not None:
        link_report(chosen.reports[place].kind, chosen.reports[place].id)


def choose_words(services: Services) -> Words:
    """Draw the choice of who words the report: automatic, one model, or rules alone."""
    picked = st.session_state.get(WORDS) or str(chosen_model())
    labels = {RULES: "Rules only, no model", **model_labels(services, *([] if picked == RULES else [picked]))}
    if monitor.words_standing(services).backend is None:
        labels[str(AUTOMATIC)] = "Automatic: the rules, until Ollama has a model"
    name = {RULES: "rules", str(AUTOMATIC): "automatic"}.get(picked) or picked.partition(":")[2] or picked
    with st.popover(f"Words: {fmt_name(name, limit=18)}", icon=":material/edit_note:", key="rca-words-open"):
        st.selectbox(
            "Who words the report",
            list(labels),
            index=list(labels).index(picked),
            format_func=labels.__getitem__,
            key=WORDS,
            persist_state="session",
            width=390,
        )
        st.caption(
            "Causes, severity and actions come from rules in any case. A model may only word them; a sentence with a "
            "name, number or direction that the evidence does not hold is refused, and the rules' words stand. The "
            "embedded model is too small for that to go well: it is asked only when it is chosen."
        )
    choice = AUTOMATIC if picked == RULES else ModelChoice.parse(picked)
    return Words(choice, picked == RULES)
