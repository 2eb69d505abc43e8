"""Weights that give one sample the make-up of another, in one or several variables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["effective_size", "rake"]

Codes = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]

_ENOUGH = 1e-6


def rake(codes: Sequence[Codes], targets: Sequence[Floats], *, n_iterations: int = 12) -> Floats:
    """Weight rows until the share of every level of every variable is the wanted one.

    One variable is reweighted at a time, in turn, until all margins agree (iterative proportional fitting [1]_);
    with one variable that is exact in one step. Of all weights with these margins, the result is the one nearest to
    equal weights, so the association between the variables stays as it is in the rows. A level that no row has
    cannot be made up and is left out of the target; a level whose target is 0 loses its rows.

    Parameters
    ----------
    codes : sequence of int arrays, each of shape (n,)
        Level of every row, counted from 0.
    targets : sequence of float arrays
        Wanted share of every level; they are scaled to sum to 1.
    n_iterations : int
        Rounds at most; margins may then still differ a little, which a small sample cannot tell.

    Returns
    -------
    ndarray, shape (n,)
        Weights with a mean of 1; all 0 when no row has a wanted level.

    References
    ----------
    .. [1] W. E. Deming, F. F. Stephan (1940), "On a least squares adjustment of a sampled frequency table when the
       expected marginal totals are known".

    Examples
    --------
    >>> rake([np.array([0, 0, 0, 1])], [np.array([0.5, 0.5])]).round(4).tolist()
    [0.6667, 0.6667, 0.6667, 2.0]
    """
    weights = np.ones(codes[0].size)
    for _ in range(n_iterations):
        furthest = 0.0
        for code, target in zip(codes, targets, strict=True):
            share = np.bincount(code, weights=weights, minlength=target.size)
            held = np.where(share > 0, target, 0.0)
            if not held.sum():
                return np.zeros_like(weights)
            share, held = share / share.sum(), held / held.sum()
            furthest = max(furthest, float(np.abs(share - held).max()))
            weights *= np.divide(held, share, out=np.zeros_like(held), where=share > 0)[code]
        if len(codes) == 1 or furthest < _ENOUGH:
            break
    return np.asarray(weights / weights.mean())


def effective_size(weights: Floats) -> float:
    """Kish's effective sample size, (Σw)² / Σw²: how many equally weighted rows tell as much [1]_.

    References
    ----------
    .. [1] L. Kish (1965), "Survey Sampling".

    Examples
    --------
    >>> effective_size(np.ones(8)), effective_size(np.array([1.0, 1.0, 0.0, 0.0]))
    (8.0, 2.0)
    """
    squares = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0
