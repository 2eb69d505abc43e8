from __future__ import annotations

import numpy as np
import pytest

from driftium_core.stats.null_range import null_range, standardised_range
from driftium_core.stats.permutation import make_labels
from driftium_core.stats.two_sample import two_sample_test


def test_draws_are_the_permuted_values_alone():
    found = null_range(np.append(1e9, np.random.default_rng(0).permutation(40).astype(float)))
    assert found.value == 1e9
    assert len(found.draws) == 40
    # Quantiles (i + 1/2) / 40 of 0 … 39 lie at 39 (i + 1/2) / 40.
    assert found.draws == pytest.approx([39 * (i + 0.5) / 40 for i in range(40)], rel=1e-5)
    assert (found.low, found.high) == pytest.approx(np.percentile([*range(40), 1e9], [2.5, 97.5]))


def test_without_another_assignment_there_is_nothing_to_draw():
    found = null_range(np.array([0.25]))
    assert (found.value, found.low, found.high, found.draws) == (0.25, 0.25, 0.25, ())


def test_standardised_by_hand():
    """Permuted 1, 1, 3, 3: mean 2 and standard deviation 1, so 7 is five of them above."""
    found = standardised_range(np.array([7.0, 1, 3, 1, 3]))
    assert found.value == pytest.approx(5)
    assert (found.draws[0], found.draws[-1]) == (-1, 1)


def test_values_that_do_not_vary_have_no_range():
    found = standardised_range(np.full(5, 0.3))
    assert (found.value, found.low, found.high, set(found.draws)) == (0, 0, 0, {0})


def test_a_test_shows_the_splits_that_were_not_observed():
    """3 v 1 rows: four splits, of which three were not observed."""
    rows = np.eye(4, dtype=np.float32)
    rows[3] = -rows[0]
    found = two_sample_test(rows, make_labels(3, 1)).centroid
    mean = (rows[0] + rows[1] + rows[2]) / 3
    assert found.value == pytest.approx(1 + mean[0] / np.linalg.norm(mean), abs=1e-6)
    # Taking rows 1 or 2 out leaves a mean at right angles to it; taking row 0 out is the mirror of row 3.
    assert found.draws[0] == pytest.approx(1, abs=1e-6)
    assert found.draws[-1] == pytest.approx(found.value, rel=0.05)
