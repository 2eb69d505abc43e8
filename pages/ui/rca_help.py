"""How to read an investigation, in the page's own words."""

from __future__ import annotations

import streamlit as st

from driftium_core.rca.causes import CAUSE_MEANINGS, CAUSE_TITLES

__all__ = ["show_help"]

TEXT = """
**The question.** A check says *that* something drifted. An investigation says *why* that is likely, how sure it is, and
what to do.

**Three agents** work on the facts that the check has computed, one after the other. *Triage* says what happened, how
severe it is and how soon somebody should look. *Diagnosis* looks for the causes that the facts support, and says which
ones they rule out. *Recommendation* lists what to do, by cause and severity; the first takes five minutes or less.

**Rules decide, a model may word.** Cause, confidence, severity and actions come from rules alone and are the same with
any model. A model may say them in better words.

**Grounded** means that every name, number and direction in a sentence stands in the evidence that it cites (E1, E2, …).
A model's sentence that is not grounded is never shown: the trace says that it was refused and why, and the rules' words
stand. The evidence is under each card, and all of it in the table below.

**Confidence** says how well the facts fit the cause: *high*, *moderate* or *low*. What goes together is not proof of
what caused what.

**Links.** The address names the report or the investigation: copy it to show somebody what you see.

**The catalogue.** Every cause that can be named:
"""


def show_help() -> None:
    """Draw the help popover."""
    with st.popover("How to read this", icon=":material/help:", type="tertiary"):
        st.markdown(TEXT + "\n".join(f"- *{title}*: {CAUSE_MEANINGS[cause]}" for cause, title in CAUSE_TITLES.items()))
