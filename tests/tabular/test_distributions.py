from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from driftium_core.stats.ks import largest_gap
from driftium_core.tabular.columns import LabelColumn, labels_from_strings
from driftium_core.tabular.distributions import (
    align_labels,
    category_distribution,
    category_shift,
    number_distances,
    number_distribution,
    number_shift,
)


def draw(reference, current):
    reference, current = np.sort(np.asarray(reference)), np.sort(np.asarray(current))
    return number_distribution(reference, current, largest_gap(reference, current))


def labels(counts: dict[str, int]) -> LabelColumn:
    return labels_from_strings(pa.array([name for name, n in counts.items() for _ in range(n)]), sum(counts.values()))


def test_shares_sum_to_one_and_the_gap_is_on_the_grid():
    rng = np.random.default_rng(1)
    drawn = draw(rng.normal(size=5000), rng.normal(0.5, 1, 3000))
    assert len(drawn.edges) == len(drawn.reference) + 1
    assert sum(drawn.reference) == pytest.approx(1, abs=1e-4)
    assert sum(drawn.current) == pytest.approx(1, abs=1e-4)
    at = drawn.grid.index(drawn.gap_at)
    gaps = np.abs(np.array(drawn.reference_ecdf) - np.array(drawn.current_ecdf))
    assert gaps.argmax() == at


def test_one_huge_outlier_does_not_hide_all_others():
    rng = np.random.default_rng(1)
    drawn = draw(np.append(rng.normal(size=2000), 1e12), rng.normal(size=2000))
    assert max(drawn.reference) < 0.2
    assert drawn.edges[-1] < 10
    assert sum(drawn.reference) == pytest.approx(1, abs=1e-4)


def test_few_whole_numbers_get_a_bin_each():
    drawn = draw([1, 2, 2, 5], [1, 1, 3, 5])
    assert drawn.edges == (0.5, 1.5, 2.5, 3.5, 4.5, 5.5)
    assert drawn.reference == (0.25, 0.5, 0.0, 0.0, 0.25)


def test_many_whole_numbers_get_bins_of_equal_whole_width():
    drawn = draw(np.arange(18, 95), np.arange(18, 95))
    assert set(np.diff(drawn.edges)) == {2.0}
    assert len(drawn.reference) <= 40


@pytest.mark.parametrize("values", [[5.0] * 9, [np.inf, -np.inf, 1.0], [1.7e308, -1.7e308], [0.0, 5e-324]])
def test_strange_ranges_are_drawn_with_finite_edges(values):
    drawn = draw(values, values)
    assert np.isfinite(drawn.edges).all()
    assert np.isfinite(drawn.grid).all()


def test_only_infinities_have_nothing_to_draw():
    assert draw([np.inf, -np.inf], [np.inf]) is None


def test_at_most_24_categories_with_the_most_shifted_among_them():
    reference = labels({f"c{i:03}": 400 - i for i in range(200)} | {"rare": 1})
    current = labels({f"c{i:03}": 400 - i for i in range(200)} | {"rare": 300})
    drawn = category_distribution(align_labels(reference, current))
    assert len(drawn.categories) == 24
    assert "rare" in drawn.categories
    assert drawn.n_categories == 201
    assert sum(drawn.reference) + drawn.other_reference == pytest.approx(1, abs=1e-4)


def test_aligned_counts_keep_categories_of_both_sides():
    table = align_labels(labels({"a": 3, "b": 1}), labels({"c": 2, "a": 5}))
    assert dict(zip(table.labels.to_pylist(), zip(table.reference.tolist(), table.current.tolist(), strict=True),
                    strict=True)) == {"a": (3, 5), "b": (1, 0), "c": (0, 2)}  # fmt: skip


def test_shift_names_what_moved_most():
    assert number_shift(np.array([1, 2, 3]), np.array([1, 9, 9])) == "median +7"
    assert number_shift(np.array([0, 1, 2]), np.array([0, 1, 5])) == "mean +1"
    assert number_shift(np.array([0, 1]), np.array([0, 1])) == ""
    moved = category_shift(align_labels(labels({"married": 60, "single": 40}), labels({"married": 48, "single": 52})))
    assert moved == "married −12\u00a0points"


def test_wasserstein_is_in_standard_deviations_of_the_reference():
    values = np.arange(100.0)
    distances = number_distances(values, values + 10)
    assert distances["Wasserstein, in reference SD"] == pytest.approx(10 / np.std(values))
