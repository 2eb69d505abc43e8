"""Help for the Playground."""

from __future__ import annotations

import streamlit as st

__all__ = ["show_help"]

HELP = """
**Who answers.** With *Automatic*, Ollama's model answers where Ollama runs, else the small model inside Driftium. The
chip in the sidebar always names it. A model that you choose is never replaced by another one.

**What is kept.** A complete answer becomes *current telemetry*: prompt, answer, model, settings, times and counts. A
partial answer, one that was stopped, ran out of time or broke off, is shown and not kept.

**Baseline.** *Promote* makes current answers the next version of the baseline. They leave the current pool; what comes
later is compared with them. Former versions stay and can be restored; undoing a promotion makes its answers current
again.

**Drift.** After every change the current answers are tested against the baseline, and the line at the top says what
came out, here and in every open browser. Few answers show only large changes: the line says which.

**Prompt sets.** The same prompts, run again later or on another model, make the sharpest test: answers are then
compared prompt by prompt. Two models can answer one set side by side; either side can be sent to current.

**Seed.** With the same seed, settings and model the same answer comes again.
"""


def show_help() -> None:
    """A popover, so that it is where it is needed and takes no room."""
    with st.popover("How this works", icon=":material/help:", type="tertiary"):
        st.markdown(HELP)
