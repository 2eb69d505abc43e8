from __future__ import annotations

import numpy as np
import pytest

from driftium_core.text.removal import removal_check


def drift_by(planted, *, tolerated, low=0.001, high=0.4):
    """A test that finds drift while more than so many planted responses are left."""
    calls = []

    def pvalue_of(left):
        calls.append(left)
        return low if np.isin(left, planted).sum() > tolerated else high

    return pvalue_of, calls


def ranked(m, novel):
    """Witness that puts these responses first."""
    values = np.zeros(m)
    values[novel] = np.arange(len(novel), 0, -1)
    return values


@pytest.mark.parametrize(("m", "n_planted", "tolerated"), [(128, 13, 3), (128, 40, 5), (40, 8, 0), (12, 2, 1)])
def test_as_many_are_removed_as_must_go(m, n_planted, tolerated):
    planted = np.arange(m - n_planted, m)
    pvalue_of, calls = drift_by(planted, tolerated=tolerated)
    removal = removal_check(ranked(m, planted), pvalue=0.001, pvalue_of=pvalue_of, seed=0)
    fewest = n_planted - tolerated
    assert fewest <= len(removal.removed) <= fewest + max(1, 0.02 * m)
    assert set(removal.removed) <= set(planted.tolist())
    assert removal.removed[0] == planted[0]
    assert (removal.pvalue_before, removal.pvalue_after) == (0.001, 0.4)
    assert len(calls) <= 12
    assert all((np.diff(left) > 0).all() for left in calls)


def test_sentence_names_the_count_both_pvalues_and_the_random_control():
    planted = np.arange(100, 120)
    pvalue_of, _ = drift_by(planted, tolerated=0)
    text = removal_check(ranked(120, planted), pvalue=0.001, pvalue_of=pvalue_of, seed=0).text.replace("\u00a0", " ")
    text = text.replace("\u202f", " ")
    assert text.startswith("Without the 2")
    assert "p = 0.001 becomes p = 0.40; without as many drawn at random it is p = 0.001." in text


def test_random_control_that_ends_the_drift_too_is_said():
    removal = removal_check(np.arange(10.0), pvalue=0.02, pvalue_of=lambda _: 0.3, seed=0)
    assert len(removal.removed) == 1
    assert removal.removed == (9,)
    assert "Without the most novel current response (" in removal.text
    assert removal.text.endswith("too: with so few left, this tells little.")


def test_drift_that_stays_is_said():
    removal = removal_check(np.arange(50.0), pvalue=0.001, pvalue_of=lambda _: 0.001, seed=0)
    assert removal.removed == tuple(range(49, 24, -1))
    assert removal.pvalue_after == 0.001
    assert removal.text.startswith("Even without the 25 most novel current responses (50")


def test_untestable_remainders_end_the_search():
    removal = removal_check(
        np.arange(10.0), pvalue=0.01, pvalue_of=lambda left: 0.01 if left.size >= 8 else None, seed=0
    )
    assert len(removal.removed) == 2
    assert removal.text.startswith("Even without the 2 most novel")
    assert removal_check(np.arange(10.0), pvalue=0.01, pvalue_of=lambda _: None, seed=0) is None


@pytest.mark.parametrize(("m", "pvalue"), [(20, 0.06), (1, 0.01), (0, 0.01)])
def test_nothing_to_check(m, pvalue):
    assert removal_check(np.arange(float(m)), pvalue=pvalue, pvalue_of=lambda _: 0.5, seed=0) is None
