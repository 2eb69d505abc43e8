"""The sentence of a drift says what found it, and what an effect of nothing means."""

import numpy as np
import pytest

from driftium_core.stats.null_range import NullRange
from driftium_core.stats.two_sample import TwoSampleTest
from driftium_core.text.pairing import choose_comparison
from driftium_core.text.verdict import Finding, decide, detectable

INSIDE = NullRange(0.01, 0.0, 0.02, ())


def reason(effect, **pvalues):
    """Of 60 against 60 answers that differ at p = .002."""
    comparison = choose_comparison(np.arange(60), np.arange(60, 120), None, n_resamples=999)
    test = TwoSampleTest(0.002, 0.001, 0.4, tuple(pvalues.items()), INSIDE, INSIDE, low_rank=False)
    decision = decide(Finding(comparison, test, exact=False, n_tried=1000, effect_size=effect))
    assert (decision.verdict, decision.severity) == ("drift", "MEDIUM")
    return decision.reason.replace("\u00a0", " ")


def test_a_drift_that_mmd_does_not_show_names_what_did():
    assert reason(0.12, mmd=0.21, ridge=0.03, clusters=0.001) == (
        "The responses differ (p = 0.002), with an effect of 0.12; a full change of topic is about 0.53 or more. "
        "It was found by the cluster scan, which sees a small new group; MMD² does not show it."
    )


@pytest.mark.parametrize("mmd", [0.05, 0.001])
def test_where_mmd_shows_it_too_nothing_is_added(mmd):
    assert reason(0.12, mmd=mmd, clusters=0.0005).endswith("a full change of topic is about 0.53 or more.")


def test_an_effect_of_nothing_is_explained_and_not_written():
    text = reason(0.003, mmd=0.01, clusters=0.5)
    assert text == (
        "The responses differ (p = 0.002); the difference is too small to be measured as an effect, yet not chance."
    )


@pytest.mark.parametrize(
    ("size", "short"), [(60, "a new topic from about 29 % of the answers"), (2, "a full change of topic at best")]
)
def test_what_sizes_can_detect_is_the_same_in_short(size, short):
    comparison = choose_comparison(np.arange(size), np.arange(size, 2 * size), None, n_resamples=999)
    found = detectable(comparison)
    assert found.short.replace("\u202f", " ") == short
    assert short.removeprefix("a new topic from ") in found.text.replace("\u202f", " ")
