"""Do outcomes differ between two samples beyond what their covariates explain?

Null hypothesis: given the covariates, outcomes have one distribution in both samples. A plain two-sample test of the
outcomes rejects as soon as the covariates differ; here their part is taken out of the outcomes and of the labels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from driftium_core.stats.null_range import PermutationResult, standardised_range
from driftium_core.stats.quadratic import FeatureForm, QuadraticForm, permutation_pvalue, permuted_labels, rbf_form
from driftium_core.stats.ridge import covariates_from, fit_ridge, standardised, whitened

__all__ = ["conditional_test"]

Matrix = npt.NDArray[np.float32]

N_PENALTY_ROWS = 1_500
"""Rows on which the penalty of each regression is chosen."""

_FEATURE_WEIGHT = np.float32(0.2)
"""Standard deviation of a feature beside vectors of unit length."""


def conditional_test(
    vectors: Matrix,
    outcomes: Matrix,
    n_reference: int,
    *,
    covariate_features: Matrix | None = None,
    outcome_features: Matrix | None = None,
    n_resamples: int,
    rng: np.random.Generator,
) -> PermutationResult:
    """Permutation test of two samples of outcomes, given vectors of the same space that they partly echo.

    The echo, the multiple of its vector that a vector of outcomes contains on average, is taken out first. What is
    left is regressed on the covariates by ridge regression with leave-one-out residuals, and compared in three ways
    whose statistics are added: whitened residuals; an RBF kernel with the covariates' part taken out of both sides;
    and features of the outcomes, with how close each is to its vector, residualised too. Labels are permuted and
    regressed on the covariates as the observed ones are [1]_, [2]_. The level holds as far as a smooth function of the
    covariates describes both; outside the samples' common support nothing does, so cut to that first.

    Parameters
    ----------
    vectors, outcomes : ndarray, shape (N, d)
        Rows of the reference first, then of current; unit length.
    n_reference : int
    covariate_features, outcome_features : ndarray, shapes (N, p) and (N, q), optional
        Further covariates and outcomes, in any unit; they are standardised.
    n_resamples : int
        Permutations.
    rng : numpy.random.Generator

    Returns
    -------
    PermutationResult
        A p-value of at least 1 / (n_resamples + 1), and the sum of the three statistics in standard deviations of its
        permuted values.

    References
    ----------
    .. [1] D. Freedman, D. Lane (1983), "A nonstochastic interpretation of reported significance levels".
    .. [2] I. Kim et al. (2024), "General frameworks for conditional two-sample testing", arXiv:2410.16636.
    """
    n_rows = len(vectors)
    rows = None if n_rows <= N_PENALTY_ROWS else rng.choice(n_rows, N_PENALTY_ROWS, replace=False)
    covariates = covariates_from(_with_features(vectors, covariate_features))
    remainder = _without_echo(vectors, outcomes)
    own_features = [np.einsum("ij,ij->i", vectors, outcomes)[:, None], np.linalg.norm(remainder, axis=1)[:, None]]
    features = standardised(np.hstack([*own_features, *([] if outcome_features is None else [outcome_features])]))
    ridge = fit_ridge(covariates, remainder, rows=rows)
    forms: tuple[QuadraticForm, ...] = (
        FeatureForm.scaled(whitened(ridge.residuals(remainder))),
        rbf_form(remainder, rng=rng, ridge=ridge),
        FeatureForm.scaled(whitened(fit_ridge(covariates, features, rows=rows).residuals(features))),
    )
    labels = permuted_labels(n_reference, n_rows - n_reference, n_resamples, rng)
    labels -= fit_ridge(covariates, labels[:, :1], rows=rows).fitted(labels)
    statistics = np.zeros(n_resamples + 1)
    for form in forms:
        statistics += form.statistics(labels)
    return PermutationResult(permutation_pvalue(statistics), standardised_range(statistics))


def _with_features(vectors: Matrix, features: Matrix | None) -> Matrix:
    """Vectors with standardised features beside them, light enough to leave the vectors their say."""
    if features is None:
        return vectors
    return np.hstack([vectors, _FEATURE_WEIGHT * standardised(features)])


def _without_echo(vectors: Matrix, outcomes: Matrix) -> Matrix:
    """Centred outcomes less the multiple of their own centred vector that fits best over all rows."""
    centred = vectors - vectors.mean(axis=0)
    outcomes = outcomes - outcomes.mean(axis=0)
    size = float(np.square(centred).sum())
    echo = np.float32(float((centred * outcomes).sum()) / size if size > 0 else 0.0)
    return np.asarray(outcomes - echo * centred)
