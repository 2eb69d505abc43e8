from __future__ import annotations

import math

import pytest
from scipy.stats.contingency import relative_risk

from driftium_core.stats.share_ratio import log2_share_ratio


def test_large_counts_give_the_plain_interval_of_katz():
    counts = (18_900, 1_103_400, 10_400, 1_103_700)  # where half an observation is nothing
    plain = relative_risk(*counts)
    interval = plain.confidence_interval(0.95)
    found = log2_share_ratio(*counts)
    expected = [math.log2(bound) for bound in (plain.relative_risk, interval.low, interval.high)]
    assert [found.value, found.low, found.high] == pytest.approx(expected, abs=1e-4)


def test_small_counts_by_hand():
    """3 of 9 against 0 of 4: (3.5/10) / (0.5/5) = 3.5, standard error √(1/3.5 − 1/10 + 1/0.5 − 1/5) = 1.40915."""
    found = log2_share_ratio(3, 9, 0, 4)
    assert found.value == pytest.approx(math.log2(3.5))
    margin = 1.959964 * math.sqrt(1 / 3.5 - 0.1 + 2 - 0.2) / math.log(2)
    assert (found.low, found.high) == pytest.approx((math.log2(3.5) - margin, math.log2(3.5) + margin))


def test_the_pools_swapped_is_the_sign_swapped():
    one, other = log2_share_ratio(5, 20, 1, 30), log2_share_ratio(1, 30, 5, 20)
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
    assert log2_share_ratio(4, 4, 8, 8).value == pytest.approx(math.log2((4.5 / 5) / (8.5 / 9)))
