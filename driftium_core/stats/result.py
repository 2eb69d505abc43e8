"""What a two-sample test returns: a measure, never a verdict."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SMALLEST_P", "Measure"]

SMALLEST_P = 1e-300
"""Smaller p-values are given as this: near the end of the floats a number would look like a measurement."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Outcome of one two-sample test.

    A measure says what was computed. Whether it means drift is decided once, after correction for the number
    of tests, where all measures of a report are together.

    Attributes
    ----------
    statistic : float
        The test statistic; nan when it could not be computed (``notes`` say why).
    pvalue : float or None
        p-value, at least 1e-300 and at most 1; None for distances and where no test was possible.
    effect_size : float
        Size of the difference on [0, 1], whatever the sample sizes: KS D, bias-corrected Cramer's V, or the
        difference of two shares; nan where the statistic is nan.
    n_reference, n_current : int
        Values that took part, missing ones left out.
    method : str
        The test, as shown to a person.
    dof : int or None
        Degrees of freedom of a chi-square statistic.
    notes : tuple of str
        Sentences on what limits this measure.
    """

    statistic: float
    pvalue: float | None
    effect_size: float
    n_reference: int
    n_current: int
    method: str
    dof: int | None = None
    notes: tuple[str, ...] = ()
