"""What a stored calculation shows among others."""

import pytest

from tests.calculations import calculation


def test_both_scores_are_shown_of_a_conclusive_calculation() -> None:
    item = calculation("a", health_index=90.0, mmd_score=0.03, mmd_low=0.001, mmd_high=0.01)
    assert (item.drawn_health, item.drawn_mmd, item.mmd_range) == (90.0, 0.03, (0.001, 0.01))


def test_an_inconclusive_calculation_is_a_gap() -> None:
    item = calculation("a", severity=None)
    assert item.health_index is not None
    assert item.mmd_score is not None
    assert (item.drawn_health, item.drawn_mmd) == (None, None)


@pytest.mark.parametrize("end", ["mmd_low", "mmd_high"])
def test_mmd_is_never_shown_without_its_range(end: str) -> None:
    item = calculation("a", **{end: None})
    assert item.mmd_range is None
    assert item.drawn_mmd is None
    assert item.drawn_health is not None
