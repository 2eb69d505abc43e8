"""Drifts planted in halves of a table, with the columns that are their roots.

Each trial splits the table in two at random: one half is the reference, rows of the other are current data. The same
family, seed and table give the same trial.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

COLUMNS = (
    *("age", "job", "marital", "education", "balance", "housing", "loan", "contact", "day", "month", "duration"),
    "campaign",
)
"""Columns of the UCI Bank table, and of the built-in sample, to plant in. Left out are `pdays`, `previous` and
`poutcome`, which tell each other, and columns that are nearly constant."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Trial:
    """One planted drift: ``roots`` are all planted columns, ``measured`` those whose values were changed."""

    reference: pd.DataFrame
    current: pd.DataFrame
    roots: frozenset[str] = frozenset()
    measured: frozenset[str] = frozenset()


def plant(table: pd.DataFrame, family: str, seed: int) -> Trial:
    """The trial of a family and a seed."""
    rng = np.random.default_rng([seed, zlib.crc32(family.encode())])
    rows = rng.permutation(len(table))
    half = len(table) // 2
    reference, pool = (table.iloc[part].reset_index(drop=True) for part in (rows[:half], rows[half:]))
    return FAMILIES[family](rng, reference, pool)


def _choose(rng: np.random.Generator, pool: pd.DataFrame, n: int) -> list[str]:
    names = [name for name in COLUMNS if name in pool]
    return [str(name) for name in rng.choice(names, n, replace=False)]


def _is_number(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values))


def _filter(rng: np.random.Generator, values: pd.Series, low: float = 0.25, high: float = 0.7) -> Mask:
    """Rows of a range that ends in one end, or of some categories, about *low* to *high* of all."""
    if _is_number(values):
        share = rng.uniform(low, high)
        below = rng.random() < 0.5
        kept = values <= values.quantile(share) if below else values >= values.quantile(1 - share)
        return kept.to_numpy()
    shares = values.value_counts(normalize=True)
    names, total = [], 0.0
    for name in rng.permutation(shares.index.to_numpy()):
        if total + shares[name] <= high:
            names.append(name)
            total += shares[name]
        if total >= low:
            break
    return values.isin(names).to_numpy()


def _filters(rng: np.random.Generator, pool: pd.DataFrame, n: int, low: float = 0.25) -> tuple[list[str], list[Mask]]:
    """Columns and masks, each of which keeps some rows and drops some."""
    while True:
        names = _choose(rng, pool, n)
        masks = [_filter(rng, pool[name], low) for name in names]
        if all(0.05 < mask.mean() < 0.95 for mask in masks):
            return names, masks


def _tilt(rng: np.random.Generator, values: pd.Series) -> npt.NDArray[np.float64]:
    """Chance of each row to be kept: rising or falling with the value, or larger for a third of the categories."""
    strength = rng.uniform(0.5, 1.5)
    if _is_number(values):
        rank = values.rank(pct=True).to_numpy()
        weight = np.exp((1 if rng.random() < 0.5 else -1) * strength * (2 * rank - 1))
    else:
        levels = values.dropna().unique()
        up = rng.choice(levels, max(1, len(levels) // 3), replace=False)
        weight = np.where(values.isin(up), np.exp(strength), 1.0)
    return np.asarray(weight / weight.max())


def _measure(rng: np.random.Generator, values: pd.Series) -> pd.Series:
    """Values scaled by 0.8 to 1.3, shifted by 0.25 SD or more, or 30 % of the largest category as another."""
    if _is_number(values):
        if rng.random() < 0.5:
            return values * rng.choice([0.8, 0.88, 1.15, 1.3])
        return values + values.std() * rng.choice([-0.4, -0.25, 0.25, 0.4])
    first, second = values.value_counts().index[:2]
    return values.where(~((values == first) & (rng.random(len(values)) < 0.3)), second)


def _nothing(rng: np.random.Generator, reference: pd.DataFrame, pool: pd.DataFrame) -> Trial:
    del rng
    return Trial(reference, pool)


def _one_filter(rng: np.random.Generator, reference: pd.DataFrame, pool: pd.DataFrame) -> Trial:
    names, (mask,) = _filters(rng, pool, 1)
    return Trial(reference, pool[mask], frozenset(names))


def _tilts(n: int) -> Callable[[np.random.Generator, pd.DataFrame, pd.DataFrame], Trial]:
    def make(rng: np.random.Generator, reference: pd.DataFrame, pool: pd.DataFrame) -> Trial:
        names = _choose(rng, pool, n)
        chance = np.prod([_tilt(rng, pool[name]) for name in names], axis=0)
        return Trial(reference, pool[rng.random(len(pool)) < chance], frozenset(names))

    return make


def _both(joined: Callable[[Mask, Mask], Mask]) -> Callable[[np.random.Generator, pd.DataFrame, pd.DataFrame], Trial]:
    def make(rng: np.random.Generator, reference: pd.DataFrame, pool: pd.DataFrame) -> Trial:
        while True:
            names, masks = _filters(rng, pool, 2, 0.3)
            mask = joined(*masks)
            if 0.04 < mask.mean() < 0.9:
                return Trial(reference, pool[mask], frozenset(names))

    return make


def _measurements(n: int) -> Callable[[np.random.Generator, pd.DataFrame, pd.DataFrame], Trial]:
    def make(rng: np.random.Generator, reference: pd.DataFrame, pool: pd.DataFrame) -> Trial:
        names = _choose(rng, pool, n)
        changed = pool.assign(**{name: _measure(rng, pool[name]) for name in names})
        return Trial(reference, changed, frozenset(names), frozenset(names))

    return make


def _filter_and_measurement(rng: np.random.Generator, reference: pd.DataFrame, pool: pd.DataFrame) -> Trial:
    (name,), (mask,) = _filters(rng, pool, 1)
    other = next(column for column in _choose(rng, pool, 2) if column != name)
    kept = pool[mask]
    kept = kept.assign(**{other: _measure(rng, kept[other])})
    return Trial(reference, kept, frozenset({name, other}), frozenset({other}))


def _small(rng: np.random.Generator, reference: pd.DataFrame, pool: pd.DataFrame) -> Trial:
    trial = _one_filter(rng, reference, pool)
    rows = rng.choice(len(trial.current), min(1000, len(trial.current)), replace=False)
    return Trial(reference.iloc[:1500], trial.current.iloc[rows], trial.roots)


FAMILIES: dict[str, Callable[[np.random.Generator, pd.DataFrame, pd.DataFrame], Trial]] = {
    "one filter": _one_filter,
    "one tilt": _tilts(1),
    "two tilts": _tilts(2),
    "AND filter": _both(np.logical_and),
    "OR filter": _both(np.logical_or),
    "one measurement": _measurements(1),
    "two measurements": _measurements(2),
    "filter and measurement": _filter_and_measurement,
    "filter, 1500 v 1000": _small,
    "A/A": _nothing,
}
"""Ways to plant; the reference and the other half of the table in, a trial out."""
