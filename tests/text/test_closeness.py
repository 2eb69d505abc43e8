"""Nearest neighbours within a pool, and the range they usually lie in."""

import numpy as np
import pytest

from driftium_core.text.closeness import nearest_similarities, usual_range


def unit(angles_degrees: list[float]) -> np.ndarray:
    radians = np.deg2rad(angles_degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_each_row_is_measured_by_its_nearest_other_row() -> None:
    found = nearest_similarities(unit([0, 10, 90, 150]))
    assert found == pytest.approx(np.cos(np.deg2rad([10, 10, 60, 60])), abs=1e-6)


def test_a_row_is_not_its_own_neighbour_but_an_equal_one_is() -> None:
    assert nearest_similarities(unit([0, 0, 90])) == pytest.approx([1, 1, 0], abs=1e-6)


def test_blocks_of_rows_do_not_change_the_result() -> None:
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((1100, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    whole = rows @ rows.T
    np.fill_diagonal(whole, -1)
    assert nearest_similarities(rows) == pytest.approx(whole.max(axis=1), abs=1e-6)


def test_the_range_holds_nine_of_ten() -> None:
    # 100 pairs, the two of a pair k tenths of a degree apart: similarities cos(0.1°) … cos(10°), each twice.
    angles = [base + offset for k in range(100) for base in [k * 3.6] for offset in (0, (k + 1) / 50)]
    low, high = usual_range(unit(angles)) or (0, 0)
    inside = (nearest_similarities(unit(angles)) >= low) & (nearest_similarities(unit(angles)) <= high)
    assert 0.88 <= inside.mean() <= 0.92


def test_a_handful_has_no_range() -> None:
    assert usual_range(unit([0, 10, 20, 30, 40, 50, 60])) is None
