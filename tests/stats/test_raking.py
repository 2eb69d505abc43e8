from __future__ import annotations

import numpy as np
import pytest

from driftium_core.stats.raking import effective_size, rake

# 40, 30, 35 and 50 rows in a 2 x 2 table.
ROWS = np.repeat([0, 0, 1, 1], [40, 30, 35, 50])
COLUMNS = np.repeat([0, 1, 0, 1], [40, 30, 35, 50])


def weighted(codes, weights):
    counts = np.bincount(codes, weights=weights)
    return counts / counts.sum()


def test_both_margins_are_reached_and_the_odds_ratio_stays():
    weights = rake([ROWS, COLUMNS], [np.array([0.3, 0.7]), np.array([0.6, 0.4])])
    assert weighted(ROWS, weights) == pytest.approx([0.3, 0.7], abs=1e-6)
    assert weighted(COLUMNS, weights) == pytest.approx([0.6, 0.4], abs=1e-6)
    cells = weighted(2 * ROWS + COLUMNS, weights)
    # Raking keeps the odds ratio of the rows: 40·50 / (30·35).
    assert cells[0] * cells[3] / (cells[1] * cells[2]) == pytest.approx(40 * 50 / (30 * 35))
    assert weights.mean() == pytest.approx(1)


def test_one_margin_is_the_ratio_of_shares():
    weights = rake([ROWS], [np.array([35.0, 120.0])])
    assert weights[0] == pytest.approx((35 / 155) / (70 / 155))
    assert weights[-1] == pytest.approx((120 / 155) / (85 / 155))


def test_a_level_that_no_row_has_is_left_out_and_one_that_is_not_wanted_loses_its_rows():
    weights = rake([ROWS], [np.array([0.0, 0.5, 0.5])])
    assert weights[ROWS == 0].tolist() == [0.0] * 70
    assert weighted(ROWS, weights) == pytest.approx([0, 1])
    assert rake([ROWS], [np.array([0.0, 0.0, 1.0])]).sum() == 0


def test_effective_size_is_kishs():
    assert effective_size(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert effective_size(np.zeros(3)) == 0
