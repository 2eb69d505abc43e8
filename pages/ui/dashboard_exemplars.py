"""The answers that stand for the difference: novel ones beside those that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_distance, fmt_effect
from pages.ui.dashboard_answer import show_foot, show_plain, show_prompt
from pages.ui.widgets import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.text.differences import Exemplar
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_exemplars"]

WITNESS = (
    "The witness says by how much an answer is more typical of its own pool than of the other. It ranks answers and "
    "tests nothing."
)


def show_exemplars(shown: Shown) -> None:
    """Draw both columns; the texts are the report's own, so that they are there for every calculation."""
    evidence = shown.report.evidence
    drifted = shown.report.drift.verdict == "drift"
    if not evidence.novel and not evidence.gone:
        st.caption("No answer stands out: none is more typical of its own pool than of the other.")
        return
    st.caption(f"{_what_they_are(shown)} {WITNESS}")
    gone, novel = st.columns(2)
    with gone:
        st.markdown(_heading("Gone" if drifted else "Least typical", "baseline", drifted))
        _show_side(evidence.gone, shown.ids.baseline, key="gone", name="gone" if drifted else "baseline")
    with novel:
        st.markdown(_heading("Novel" if drifted else "Least typical", "current", drifted))
        _show_side(evidence.novel, shown.ids.current, key="novel", name="novel" if drifted else "current")


def _what_they_are(shown: Shown) -> str:
    verdict = shown.report.drift.verdict
    if verdict == "drift":
        return "Answers that the other pool has least of, near-duplicates left out."
    found = "No drift was found" if verdict == "no_drift" else "Too little is known to tell drift from chance"
    return f"{found}: these are merely the least typical answers, which any two pools have."


def _heading(word: str, pool: str, drifted: bool) -> str:
    return f"**{word}** · typical of the {pool} answers only" if drifted else f"**{word}** · of the {pool} answers"


def _show_side(exemplars: Sequence[Exemplar], ids: Sequence[str], *, key: str, name: str) -> None:
    if not exemplars:
        st.caption("None stands out.")
    for number, exemplar in enumerate(exemplars, start=1):
        place, called = f"{key}-{number - 1}", f"{name} {number}"
        with st.container(key=f"ex-{place}"):
            show_prompt(exemplar.prompt)
            show_plain(exemplar.text, place, name=called)
            stored = ids[exemplar.index] if exemplar.index < len(ids) else None
            show_foot(escape(_measures(number, exemplar)), stored, place, name=called)


def _measures(number: int, exemplar: Exemplar) -> str:
    parts = [str(number), f"witness {fmt_distance(exemplar.witness, signed=True)}"]
    if exemplar.nearest is not None:
        parts.insert(1, f"similarity to the nearest on the other side {fmt_effect(exemplar.nearest)}")
    return " · ".join(parts)
