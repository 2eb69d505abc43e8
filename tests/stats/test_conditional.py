from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftium_core.stats import quadratic
from driftium_core.stats.conditional import conditional_test
from driftium_core.stats.quadratic import (
    FeatureForm,
    KernelForm,
    permutation_pvalue,
    permuted_labels,
    ranks,
    rbf_form,
)
from driftium_core.stats.ridge import Ridge, covariates_from, fit_ridge, standardised, whitened


def gauss(n, d, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def ridge_with_intercept(x, y, penalty):
    """Textbook normal equations; the intercept is not penalised."""
    mean_x, mean_y = x.mean(axis=0), y.mean(axis=0)
    beta = np.linalg.solve((x - mean_x).T @ (x - mean_x) + penalty * np.eye(x.shape[1]), (x - mean_x).T @ (y - mean_y))
    return lambda row: mean_y + (row - mean_x) @ beta


@pytest.mark.parametrize(("n", "d"), [(30, 5), (12, 20)])
def test_residuals_are_those_of_refitting_without_each_row(n, d):
    x, y = gauss(n, d, 1).astype(float), gauss(n, 3, 2).astype(float)
    covariates = covariates_from(x.astype(np.float32))
    penalty = 3.0
    shrink = (covariates.strength / (covariates.strength + penalty)).astype(np.float32)
    slack = 1 - np.square(covariates.scores) @ shrink - 1 / n
    ridge = Ridge(covariates.scores, shrink, slack, penalty)
    centred = (y - y.mean(axis=0)).astype(np.float32)
    found = ridge.residuals(centred)
    for i in range(n):
        others = np.arange(n) != i
        # The penalty is on the slopes; centring on all rows or on the others is the same fit.
        expected = y[i] - ridge_with_intercept(x[others], y[others], penalty)(x[i])
        assert found[i] == pytest.approx(expected, rel=2e-3, abs=2e-3)


def test_the_penalty_follows_the_signal():
    x = gauss(200, 10)
    told = fit_ridge(covariates_from(x), x[:, :1] - x[:, :1].mean())
    noise = gauss(200, 1, 5)
    untold = fit_ridge(covariates_from(x), noise - noise.mean())
    assert told.penalty < 1
    assert untold.penalty >= 100


def test_covariates_that_are_all_equal_explain_nothing():
    y = gauss(20, 2)
    y = y - y.mean(axis=0)
    ridge = fit_ridge(covariates_from(np.ones((20, 4), dtype=np.float32)), y)
    assert ridge.fitted(y) == pytest.approx(0)


def test_whitening_leaves_each_direction_its_share():
    # Documented: variance w becomes w / (w + mean of all w).
    rows = gauss(500, 4) * np.array([5, 1, 0.2, 0.1], dtype=np.float32)
    before = np.sort(np.linalg.eigvalsh(np.cov(rows.T, bias=True) * 500))
    after = np.sort(np.linalg.eigvalsh(whitened(rows).T @ whitened(rows)))
    assert after == pytest.approx(before / (before + before.mean()), rel=1e-3)


def test_standardising_drops_constant_columns():
    features = np.column_stack([np.arange(10), np.full(10, 7), np.arange(10) ** 2]).astype(np.float32)
    found = standardised(features)
    assert found.shape == (10, 2)
    assert found.std(axis=0) == pytest.approx([1, 1], rel=1e-5)


def test_forms_are_sums_over_pairs():
    features = gauss(9, 3)
    labels = permuted_labels(4, 5, 6, np.random.default_rng(0))
    kernel = (features - features.mean(axis=0)) @ (features - features.mean(axis=0)).T
    off = kernel - np.diag(np.diag(kernel))
    expected = [
        sum(off[i, j] * u[i] * u[j] for i in range(9) for j in range(9)) / np.linalg.norm(off) for u in labels.T
    ]
    assert FeatureForm.scaled(features).statistics(labels) == pytest.approx(expected, rel=1e-3, abs=1e-5)
    assert KernelForm.scaled(kernel).statistics(labels) == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_the_rbf_form_centres_its_kernel_on_both_sides():
    rows = gauss(12, 3)
    squared = np.square(rows[:, None] - rows[None]).sum(axis=2)
    kernel = np.exp(-squared / np.median(squared[np.triu_indices(12, 1)]))
    centring = np.eye(12) - 1 / 12
    expected = KernelForm.scaled(centring @ kernel @ centring).kernel
    assert rbf_form(rows, rng=np.random.default_rng(0)).kernel == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("conditional", [False, True])
def test_fourier_features_stand_for_the_kernel(monkeypatch, conditional):
    rows = unit(gauss(300, 8))
    ridge = fit_ridge(covariates_from(gauss(300, 5, 3)), rows - rows.mean(axis=0)) if conditional else None
    labels = permuted_labels(150, 150, 200, np.random.default_rng(1))
    exact = rbf_form(rows, rng=np.random.default_rng(2), ridge=ridge).statistics(labels)
    monkeypatch.setattr(quadratic, "MAX_EXACT_ROWS", 100)
    approximate = rbf_form(rows, rng=np.random.default_rng(2), ridge=ridge).statistics(labels)
    assert np.corrcoef(exact, approximate)[0, 1] > 0.95


def test_labels_are_centred_and_the_first_are_as_observed():
    labels = permuted_labels(3, 1, 5, np.random.default_rng(0))
    assert labels[:, 0] == pytest.approx([-0.25, -0.25, -0.25, 0.75])
    assert np.sort(labels, axis=0) == pytest.approx(np.tile(labels[:, :1], 6))


def test_pvalues_count_ties_and_the_observed_statistic():
    assert permutation_pvalue(np.array([2.0, 1.0, 2.0, 3.0])) == 0.75
    assert permutation_pvalue(np.array([5.0, 1.0, 2.0, 3.0])) == 0.25
    assert ranks(np.array([2.0, 1.0, 2.0, 3.0])).tolist() == [0.75, 1.0, 0.75, 0.25]


def answers(prompts, rng, *, shift=0.0):
    """Answers that echo their prompt, with noise of their own; ``shift`` adds a direction of its own to each."""
    noise = rng.standard_normal(prompts.shape) / np.sqrt(prompts.shape[1])
    return unit(0.7 * prompts + 0.7 * noise + shift * np.eye(prompts.shape[1])[0])


def pvalue(rng, *, moved, shift, n=40, d=12):
    centre = np.zeros(d)
    prompts = [unit(rng.standard_normal((n, d)) + by) for by in (centre, centre + moved * np.eye(d)[1])]
    outcomes = [answers(prompts[0], rng), answers(prompts[1], rng, shift=shift)]
    return conditional_test(np.vstack(prompts), np.vstack(outcomes), n, n_resamples=99, rng=rng).pvalue


@pytest.mark.parametrize("moved", [0.0, 2.0])
def test_level_holds_whether_the_covariates_moved_or_not(moved):
    rng = np.random.default_rng(20)
    n_trials = 250
    rejections = sum(pvalue(rng, moved=moved, shift=0.0) <= 0.05 for _ in range(n_trials))
    low, high = stats.binom.ppf([0.001, 0.999], n_trials, 0.05)
    assert rejections <= high
    # With moved covariates the test is allowed to be careful.
    assert rejections >= (low if not moved else 0)


def test_a_plain_test_would_blame_the_moved_covariates():
    rng = np.random.default_rng(3)
    blamed = 0
    for _ in range(20):
        prompts = [unit(rng.standard_normal((40, 12)) + by * np.eye(12)[1]) for by in (0, 2)]
        outcomes = np.vstack([answers(rows, rng) for rows in prompts])
        labels = permuted_labels(40, 40, 99, rng)
        blamed += permutation_pvalue(rbf_form(outcomes, rng=rng).statistics(labels)) <= 0.05
    assert blamed >= 18


@pytest.mark.parametrize("moved", [0.0, 2.0])
def test_a_shift_of_the_outcomes_is_found(moved):
    rng = np.random.default_rng(5)
    found = [pvalue(rng, moved=moved, shift=0.6) <= 0.05 for _ in range(20)]
    assert np.mean(found) >= 0.9


def test_features_of_the_outcomes_take_part():
    rng = np.random.default_rng(8)
    prompts = unit(rng.standard_normal((80, 12)))
    outcomes = answers(prompts, rng)
    lengths = rng.standard_normal((80, 1)).astype(np.float32)
    lengths[40:] += 3
    arguments = {"n_resamples": 99, "rng": np.random.default_rng(1)}
    assert conditional_test(prompts, outcomes, 40, **arguments).pvalue > 0.05
    assert conditional_test(prompts, outcomes, 40, outcome_features=lengths, **arguments).pvalue <= 0.02


def test_degenerate_rows_do_not_fail_or_alarm():
    same = np.tile(unit(gauss(1, 6)), (40, 1))
    assert conditional_test(same, same, 20, n_resamples=49, rng=np.random.default_rng(0)).pvalue > 0.05
