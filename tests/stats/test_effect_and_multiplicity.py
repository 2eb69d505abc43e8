from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftium_core.stats.effect import corrected_cramers_v, detectable_gap, smallest_ks_pvalue
from driftium_core.stats.ks import ks_test
from driftium_core.stats.multiplicity import benjamini_hochberg


def test_benjamini_hochberg_leaves_unknown_pvalues_out_of_the_family():
    known = [0.001, 0.02, 0.03, 0.8]
    adjusted = benjamini_hochberg([0.001, None, 0.02, float("nan"), 0.03, 0.8])
    assert [adjusted[i] for i in (0, 2, 4, 5)] == pytest.approx(stats.false_discovery_control(known))
    assert adjusted[1] is None
    assert adjusted[3] is None


@pytest.mark.parametrize("pvalues", [[], [None], [float("nan"), None]])
def test_benjamini_hochberg_of_nothing_is_nothing(pvalues):
    assert benjamini_hochberg(pvalues) == [None] * len(pvalues)


@pytest.mark.parametrize(("n", "k"), [(0, 2), (1, 2), (2, 2), (10, 1), (10, 10)])
def test_cramers_v_without_room_is_zero(n, k):
    assert corrected_cramers_v(float(n), n, k) == 0.0


def test_cramers_v_does_not_grow_with_the_number_of_categories():
    """Under no difference its mean stays near 0 with 200 categories, where the plain V is near 0.3."""
    rng = np.random.default_rng(2)
    values = []
    for _ in range(50):
        table = rng.multinomial(1000, np.full(200, 1 / 200), size=2)
        table = table[:, table.sum(axis=0) > 0]
        values.append(corrected_cramers_v(stats.chi2_contingency(table).statistic, 2000, table.shape[1]))
    assert np.mean(values) < 0.06


def test_smallest_pvalue_is_that_of_samples_without_overlap():
    assert smallest_ks_pvalue(5, 4) == pytest.approx(ks_test(range(5), range(5, 9)).pvalue)
    assert smallest_ks_pvalue(0, 4) == 1.0


def test_detectable_gap_is_found_with_80_percent_power():
    """A share moved across one point: the gap is exactly the share; power may not be below 80 % by much."""
    rng, n, m, level = np.random.default_rng(4), 2000, 500, 0.01
    gap = detectable_gap(n, m, level)
    found = []
    for _ in range(200):
        current = rng.random(m)
        moved = rng.random(m) < 2 * gap
        current[moved] = 0.5 + current[moved] / 2
        found.append(ks_test(rng.random(n), current).pvalue < level)
    assert np.mean(found) > 0.75
