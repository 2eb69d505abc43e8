"""Is a pool part old and part new? What to know before current responses become the baseline."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from driftium_core.formats import fmt_n, fmt_p, fmt_percent
from driftium_core.stats.group_scan import group_scan, smallest_group
from driftium_core.text.drift import MIN_RESAMPLES, compare_embeddings
from driftium_core.text.order import Rows, Vectors, content_order

__all__ = ["Mixture", "mixture"]

ALPHA = 0.01
"""Level of the scan: a warning before a promotion must be rare when nothing is mixed."""

SMALLEST_SHARE = 0.10
"""Neither part may be a smaller share of current, nor fewer than three responses: below, it is a few strays."""

SCARCE = 0.25
"""A new group's share of the baseline is at most this part of its share of current."""

GONE = 0.05
"""Baseline groups whose share of current is at most this part of theirs have no counterpart there."""

STRAYS = 0.10
"""Baseline rows nearer to the new part than to their own, at most, as a part of the new part's share of current."""

OLD_EFFECT = 0.25
"""Largest effect between the baseline and the part that looks like it; half a change of topic."""

MOST_ROWS = 1_000
"""Rows per pool that are tested; larger pools are sampled, and all current rows then told apart by the sample."""

_NEIGHBOURS = 5
_ROUNDS = 20
_TILE = 2_048

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """Outcome of `mixture`.

    Attributes
    ----------
    mixed : bool
        Part of current looks like the baseline and part is of a kind that the baseline does not have.
    pvalue : float or None
        That no group of like responses is more frequent in current; None where no p-value could be small enough.
    share_new : float or None
        Share of current in the new part; None where no parts were told apart.
    old_like, new_like : tuple of int
        Positions in current of both parts; empty where none were told apart.
    effect_old_like, effect_new_like : float or None
        Shrunk effect of each part against the baseline.
    attainable : float or None
        Share of current below which a new group cannot be told from chance at these sizes; None when none can.
    text : str
        One or two sentences for the user.
    notes : tuple of str
    """

    mixed: bool
    pvalue: float | None
    share_new: float | None = None
    old_like: tuple[int, ...] = ()
    new_like: tuple[int, ...] = ()
    effect_old_like: float | None = None
    effect_new_like: float | None = None
    attainable: float | None
    text: str
    notes: tuple[str, ...] = ()


def mixture(baseline: Vectors, current: Vectors, *, seed: int = 0) -> Mixture:
    """Tell whether current responses are a mixture of what the baseline has and of something new.

    A scan for groups of like responses that current has and the baseline lacks [1]_, then four conditions: both
    parts are at least a tenth of current and three responses; hardly any baseline response is nearer to the new part
    than to its own; and the rest does not differ from the baseline. Baseline groups without any counterpart in
    current are left out of these comparisons: a topic that is gone does not make the rest look new. A pool that is
    new as a whole is plain drift and no mixture. The result does not depend on the order of the rows.

    It cannot see parts that differ in wording but not in meaning, such as the answers of two similar models to the
    same prompts, nor new groups smaller than `Mixture.attainable`. Measured on real answers
    (`benchmarks/text_mixture.py`): 3 false warnings in 4,800 pools that are no mixtures; a half on a new topic is
    found in 81 % of cases at 16 against 16, 30 % in 93 % at 32, 20 % in 98 % at 64, 10 % in 91 % at 128. Of two
    topics, one of them replaced by a new one: 5 % at 16, 85 % at 32.

    Parameters
    ----------
    baseline, current : ndarray of float32, shapes (n, d) and (m, d)
        Unit vectors of the responses, of one encoder.
    seed : int
        Of the permutations and, for more than 1,000 rows, of the sample.

    References
    ----------
    .. [1] `driftium_core.stats.group_scan.group_scan`.

    Examples
    --------
    >>> old, new = np.eye(2, dtype=np.float32)
    >>> found = mixture(np.stack([old] * 20), np.stack([old] * 12 + [new] * 8))
    >>> found.mixed, found.share_new, found.new_like
    (True, 0.4, (12, 13, 14, 15, 16, 17, 18, 19))
    """
    needed = (
        smallest_group(min(len(baseline), MOST_ROWS), min(len(current), MOST_ROWS), ALPHA) if len(current) else None
    )
    if needed is None or needed > len(current) - _least(len(current)):
        return Mixture(mixed=False, pvalue=None, attainable=None, text=_too_few(len(baseline), len(current)))
    order = content_order(current)
    rows = current[order]
    sampled = _sample(len(rows), seed)
    old = baseline[content_order(baseline)]
    old = old[_sample(len(old), seed)]
    found = _told_apart(old, rows, sampled, seed)
    attainable = max(needed / min(len(rows), MOST_ROWS), _least(len(rows)) / len(rows))
    return _judged(found, order, attainable, _notes(len(baseline), len(current)))


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Current rows in content order told apart; ``strays`` is the share of baseline rows nearer to the new part."""

    pvalue: float
    new: Mask
    strays: float = 0.0
    effect_old: float = math.nan
    effect_new: float = math.nan


def _told_apart(old: Vectors, rows: Vectors, sampled: Rows, seed: int) -> _Parts:
    old = _with_counterpart(old, rows[sampled], seed)
    scan = group_scan(old, rows[sampled], scarce=SCARCE, rng=seed)
    new = np.zeros(len(rows), bool)
    if scan.pvalue > ALPHA or not scan.members.any():
        return _Parts(scan.pvalue, new)
    in_sample = _settled(old, rows[sampled], scan.members)
    new_rows = rows[sampled][in_sample]
    if len(new_rows) < 2:
        return _Parts(scan.pvalue, new)
    new = _nearer_to_new(rows, old, new_rows)
    new[sampled] = in_sample
    parts = _Parts(scan.pvalue, new, strays=float(_nearer_to_new(old, old, new_rows, own_old=True).mean()))
    if min(in_sample.sum(), (~in_sample).sum()) < _least(len(in_sample)):
        return parts
    return replace(
        parts,
        effect_old=_effect(old, rows[sampled][~in_sample], seed),
        effect_new=_effect(old, new_rows, seed),
    )


def _with_counterpart(old: Vectors, rows: Vectors, seed: int) -> Vectors:
    """Baseline rows without the groups that current lacks, unless hardly any would be left."""
    scan = group_scan(rows, old, scarce=GONE, rng=seed)
    left = ~scan.members
    return old[left] if scan.pvalue <= ALPHA and left.sum() >= _least(len(old)) else old


def _settled(old: Vectors, rows: Vectors, new: Mask) -> Mask:
    """Rows of the new part, after each has gone to the part that its nearest rows are in until none moves."""
    for _ in range(_ROUNDS):
        if new.sum() < 2:
            break
        before, new = new, _nearer_to_new(rows, old, rows[new], own_new=new)
        if np.array_equal(before, new):
            break
    return new


def _nearer_to_new(
    rows: Vectors, old: Vectors, new_rows: Vectors, *, own_new: Mask | None = None, own_old: bool = False
) -> Mask:
    """Whether the nearest few of the new rows are nearer than the nearest few baseline rows, a row itself left out.

    ``own_new`` marks rows that are the new rows, ``own_old`` says that the rows are the baseline's.
    """
    count = max(1, min(_NEIGHBOURS, len(new_rows) - (own_new is not None), len(old) - own_old))
    nearer = np.zeros(len(rows), bool)
    places = np.cumsum(own_new) - 1 if own_new is not None else None
    for start in range(0, len(rows), _TILE):
        tile = np.arange(start, min(start + _TILE, len(rows)))
        to_old, to_new = rows[tile] @ old.T, rows[tile] @ new_rows.T
        if own_old:
            to_old[tile - start, tile] = -np.inf
        if own_new is not None and places is not None:
            own = tile[own_new[tile]]
            to_new[own - start, places[own]] = -np.inf
        nearer[tile] = _mean_of_largest(to_new, count) > _mean_of_largest(to_old, count)
    return nearer


def _mean_of_largest(values: Vectors, count: int) -> Vectors:
    return np.asarray(np.sort(np.partition(values, -count, axis=1)[:, -count:], axis=1).mean(axis=1))


def _effect(old: Vectors, part: Vectors, seed: int) -> float:
    return compare_embeddings(old, part, n_resamples=MIN_RESAMPLES, rng=seed).effect_size


def _judged(parts: _Parts, order: Rows, attainable: float, notes: tuple[str, ...]) -> Mixture:
    m, n_new = len(order), int(parts.new.sum())
    reason = _not_mixed(parts, attainable)
    return Mixture(
        mixed=reason is None,
        pvalue=parts.pvalue,
        share_new=n_new / m if n_new else None,
        old_like=_positions(order, ~parts.new) if n_new else (),
        new_like=_positions(order, parts.new),
        effect_old_like=None if math.isnan(parts.effect_old) else parts.effect_old,
        effect_new_like=None if math.isnan(parts.effect_new) else parts.effect_new,
        attainable=attainable,
        text=reason or _mixed(n_new, m - n_new),
        notes=notes,
    )


def _mixed(n_new: int, n_old: int) -> str:
    return (
        f"{fmt_n(n_new)} of {fmt_n(n_new + n_old)} responses are of a kind that the baseline does not have; the other "
        f"{fmt_n(n_old)} look like it. Promoted together they make a mixed baseline, in which a later drift is harder "
        "to see."
    )


def _not_mixed(parts: _Parts, attainable: float) -> str | None:
    """Why the pool is no mixture, the first reason that holds; None when it is one."""
    m, n_new = parts.new.size, int(parts.new.sum())
    n_old, p = m - n_new, fmt_p(parts.pvalue)
    of_all = f"{fmt_n(n_new)} of {fmt_n(m)} responses"
    if not n_new and parts.pvalue > ALPHA:
        smallest = round(attainable * m)
        return (
            f"No sign that these {fmt_n(m)} responses are part old and part new ({p}). A new group of fewer than "
            f"{fmt_n(smallest)} of them ({fmt_percent(smallest / m)}) could not be told from chance."
        )
    if not n_new:
        return f"Kinds of responses changed their shares ({p}), but none is new: no mixture of old and new."
    if n_old < _least(m):
        most = f"All {fmt_n(m)} responses" if not n_old else of_all
        return f"{most} differ from the baseline: a change as a whole, not a mixture of old and new."
    if n_new < _least(m):
        return f"{of_all} are of a kind that the baseline does not have: too few to call the pool mixed."
    if parts.strays > STRAYS * n_new / m:
        return (
            f"{of_all} are of a kind that the baseline has too, but less often ({p}): shares changed, no mixture of "
            "old and new."
        )
    if not (parts.effect_old <= OLD_EFFECT and parts.effect_old < parts.effect_new):
        return (
            f"{of_all} are of a kind that the baseline does not have, and the other {fmt_n(n_old)} differ from it too: "
            "a change as a whole, not a mixture of old and new."
        )
    return None


def _positions(order: Rows, chosen: Mask) -> tuple[int, ...]:
    return tuple(np.sort(order[chosen]).tolist())


def _least(size: int) -> int:
    """Rows that a part needs."""
    return max(3, math.ceil(SMALLEST_SHARE * size))


def _sample(size: int, seed: int) -> Rows:
    if size <= MOST_ROWS:
        return np.arange(size, dtype=np.int64)
    return np.sort(np.random.default_rng(seed).choice(size, MOST_ROWS, replace=False)).astype(np.int64)


def _notes(n: int, m: int) -> tuple[str, ...]:
    if max(n, m) <= MOST_ROWS:
        return ()
    return (f"Tested on {fmt_n(min(n, MOST_ROWS))} and {fmt_n(min(m, MOST_ROWS))} responses drawn at random.",)


def _too_few(n: int, m: int) -> str:
    return (
        f"{fmt_n(m)} responses against a baseline of {fmt_n(n)} are too few to tell whether part of them is new and "
        "part is not."
    )
