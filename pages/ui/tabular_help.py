"""How to read the Tabular page, in its own words."""

from __future__ import annotations

import streamlit as st

__all__ = ["show_help"]

TEXT = """
**The question.** Do the current rows look like the reference rows, or has something moved?

**Each column gets one test.** Numbers: the exact two-sample Kolmogorov-Smirnov test on all rows. Categories: the
chi-square test of both samples, with an exact or simulated p-value where counts are small. Missing against present
is tested on its own, since no test of values can see it.

**p-value and effect are two things.** The p-value says how surprising the difference would be if nothing had
changed. The *effect* says how big it is, from 0 to 1, whatever the number of rows: KS D (the widest gap between the two
cumulative curves) or bias-corrected Cramer's V. In a million rows a tiny difference has a tiny p-value and still does
not matter.

**Many columns.** With 20 tests at 0.05, one false alarm is expected on clean data. The *adjusted p*
(Benjamini-Hochberg) corrects for that, and decides. Under Options the plain rule can be chosen instead.

**Severity** is the effect of what is significant: ● LOW below 0.10, ◆ MEDIUM from 0.10, ▲ HIGH from 0.20,
✕ CRITICAL from 0.30. What is not significant is LOW too; the Status column says what drifted. ○ INCONCLUSIVE means
that there are too few values for a verdict; it is not LOW.

**Root cause.** Choosing rows by one column moves every column that depends on it. Reference rows are weighted until
one column's mix is that of current data, and the others are tested again. A *root* is the column that leaves least to
explain; what falls to chance is *explained*, what does not is *left over* and has another cause. Values that shifted
while nothing else did are a *measurement shift*: another unit, scale or formula. Effects are bias-corrected Cramer's V
of the column's bins, so a number's effect differs from its KS D. A root that is not among the columns cannot be named,
and an association is no proof of cause.

**Why, and what next** is written by rules from the facts under Evidence. A model can word it; its words are shown only
where each name, number and direction in them is in a fact, and it is said who wrote them. *Download* gives the current
rows in which a root column has more of something, or the reference rows that are gone where rows only went away.

**Simulation.** The current rows are then a part of the reference itself, so p-values are cautious (too large rather
than too small). It shows what a drift looks like; it is not evidence about your data.

**Not tested.** Texts, identifiers and time columns are recognised and reported. A time column is shown as a window:
that time passes is no drift.
"""


def show_help() -> None:
    """Draw the help popover."""
    with st.popover("How to read this", icon=":material/help:", type="tertiary"):
        st.markdown(TEXT)
