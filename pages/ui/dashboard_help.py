"""How to read the LLM Dashboard, in its own words."""

from __future__ import annotations

import streamlit as st

__all__ = ["show_help"]

TEXT = """
**The question.** Do the model's current answers still look like the baseline's, and if not: how sure is that, what
changed, and why?

**The verdict** is a permutation test of the answers' meaning (their embeddings): what would the difference be if
answers were dealt to the two pools at random? When current prompts repeat baseline prompts, answers are compared prompt
by prompt, which sees far more. An alarm takes p ≤ 0.005. The line also says what these numbers of answers can detect:
*no drift found* with few answers means little.

**Severity** is the effect of what is significant: ◆ MEDIUM, ▲ HIGH from 0.15, ✕ CRITICAL from 0.35. A full change of
topic is about 0.53 or more, at any number of answers. ○ INCONCLUSIVE means that no verdict was possible; it is not LOW.

**Health** says how close answers are to their prompts: 100 as in the baseline, 0 no closer than to other prompts. An
answer that repeats its prompt, refuses or is empty can look healthy; the flags beside the ring count those.

**Centroid distance and MMD²** depend on how many answers there are. So each stands on its *null range*: the dots are
what chance gives at these very sizes.

**Traffic or behaviour.** Answers change when people ask something else, and when the model answers the same things
differently. Only the second is the model's doing.

**Evidence over time.** Looking again and again finds something by chance sooner or later. The evidence score is made
for a page that stays open: at most one false alarm in ten runs of 90 blocks.

**Links.** The address names project, baseline version, calculation and answer: copy it to show somebody what you see.
"""


def show_help() -> None:
    """Draw the help popover."""
    with st.popover("How to read this", icon=":material/help:", type="tertiary"):
        st.markdown(TEXT)
