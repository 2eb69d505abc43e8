"""Why two pools differ: exemplars, keywords, changed clusters, and what is left without the most novel responses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from driftium_core.formats import fmt_n
from driftium_core.text.clusters import in_pools, like_groups
from driftium_core.text.differences import Evidence, Exemplar, Removal, Witnesses
from driftium_core.text.exemplars import Witness, nearest_cosines, pick_exemplars, witness
from driftium_core.text.keywords import keywords
from driftium_core.text.order import Rows, Vectors, content_sample
from driftium_core.text.removal import removal_check
from driftium_core.text.terms import tabulate_terms

__all__ = ["PvalueOfRows", "explain"]

ALPHA = 0.05
"""The removal check is over when p is larger."""

WITNESS_LIMIT = 3_000
"""Responses per pool that exemplars, keywords and clusters look at: their cost grows with the square."""

REMOVAL_LIMIT = 1_000
"""Responses per pool in the removal check, which repeats the drift test about ten times."""

PvalueOfRows = Callable[[Rows, Rows], float | None]
"""p-value of the drift test on these positions of the reference and of current; None where no test is possible.

Positions and not vectors, because the paired test must know which prompts are left."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The rows of one pool that are looked at, in the order of their content."""

    rows: Rows
    vectors: Vectors
    texts: list[str] | None
    prompts: list[str] | None


def explain(
    reference: Vectors,
    current: Vectors,
    reference_texts: Sequence[str] | None = None,
    current_texts: Sequence[str] | None = None,
    *,
    reference_prompts: Sequence[str] | None = None,
    current_prompts: Sequence[str] | None = None,
    pvalue: float | None,
    drifted: bool,
    pvalue_of: PvalueOfRows,
    seed: int,
) -> Evidence:
    """Say what is new in current, what is gone from the reference, and whether taking it out ends the drift.

    Results depend on the content of the pools and on the seed, not on the order of the rows. Of more than 3,000
    responses per pool (1,000 for the removal check) a random part is looked at; a note says so.

    Parameters
    ----------
    reference, current : ndarray of float32, shapes (n, d) and (m, d)
        Unit rows.
    reference_texts, current_texts : sequence of str, optional
        The responses; without either there are no keywords, and clusters have no terms.
    reference_prompts, current_prompts : sequence of str, optional
        Handed on with the exemplars.
    pvalue : float or None
        Of the drift test on all rows.
    drifted : bool
        The verdict. The removal check runs only then.
    pvalue_of : callable
        The drift test's p-value on a part of the rows.
    seed : int
        Of all random draws.

    Returns
    -------
    Evidence
        Positions are those of the arguments.
    """
    if not len(reference) or not len(current):
        return Evidence(groups=(), notes=("One of the pools is empty: there is nothing to compare.",))
    old = _part(reference, reference_texts, reference_prompts, np.random.default_rng([seed, 0]))
    new = _part(current, current_texts, current_prompts, np.random.default_rng([seed, 1]))
    at_current, at_reference = witness(old.vectors, new.vectors)
    table = None if old.texts is None or new.texts is None else tabulate_terms(old.texts + new.texts)
    gained, lost = keywords(table, at_reference, at_current) if table is not None else ((), ())
    groups = like_groups(old.vectors, new.vectors, seed=seed, table=table)
    notes = _notes(len(reference), len(current), drifted=drifted)
    removal = None
    if drifted and pvalue is not None:
        removal, note = _removal(old.rows, new.rows, at_current, pvalue=pvalue, pvalue_of=pvalue_of, seed=seed)
        notes += note
    return Evidence(
        novel=_exemplars(at_current, new, reference),
        gone=_exemplars(at_reference, old, current),
        keywords_gained=gained,
        keywords_lost=lost,
        groups=tuple(in_pools(group, old.rows, new.rows) for group in groups),
        removal=removal,
        witnesses=_witnesses(old.rows, new.rows, at_reference, at_current),
        notes=notes,
    )


def _part(
    vectors: Vectors, texts: Sequence[str] | None, prompts: Sequence[str] | None, rng: np.random.Generator
) -> _Part:
    rows = content_sample(vectors, texts, prompts, limit=WITNESS_LIMIT, rng=rng)
    columns = [None if column is None else [column[row] for row in rows.tolist()] for column in (texts, prompts)]
    return _Part(rows, vectors[rows], *columns)


def _exemplars(values: Witness, part: _Part, other_pool: Vectors) -> tuple[Exemplar, ...]:
    """Exemplars of a part with positions in its pool, and how near the whole other pool comes to each."""
    picked = pick_exemplars(values, part.vectors, texts=part.texts, prompts=part.prompts)
    nearest = nearest_cosines(part.vectors[[exemplar.index for exemplar in picked]], other_pool)
    return tuple(
        replace(exemplar, index=int(part.rows[exemplar.index]), nearest=cosine)
        for exemplar, cosine in zip(picked, nearest, strict=True)
    )


def _witnesses(old: Rows, new: Rows, at_reference: Witness, at_current: Witness) -> Witnesses:
    """Of all rows that were looked at, in the order of their pools; more than five digits nobody sees in a picture."""
    orders = np.argsort(old), np.argsort(new)
    values = [
        tuple(float(f"{value:.5g}") for value in at[order].tolist())
        for at, order in zip((at_reference, at_current), orders, strict=True)
    ]
    return Witnesses(tuple(old[orders[0]].tolist()), tuple(new[orders[1]].tolist()), *values)


def _removal(
    old: Rows, new: Rows, at_current: Witness, *, pvalue: float, pvalue_of: PvalueOfRows, seed: int
) -> tuple[Removal | None, tuple[str, ...]]:
    """The removal check, on a part of large pools; a note where it was not possible."""
    large = max(old.size, new.size) > REMOVAL_LIMIT
    rng = np.random.default_rng([seed, 2])
    old, drawn = old[_draw(old.size, rng)], _draw(new.size, rng)
    new = new[drawn]
    before = pvalue_of(old, new) if large else pvalue
    if before is None or before > ALPHA:
        return None, (f"No removal check: {fmt_n(REMOVAL_LIMIT)} responses per pool do not show the drift.",)
    removal = removal_check(
        at_current[drawn], pvalue=before, pvalue_of=lambda left: pvalue_of(old, new[left]), seed=seed, alpha=ALPHA
    )
    if removal is None:
        return None, ("No removal check: with any response taken out, too few are left for a test.",)
    text = removal.text
    if large:
        text = f"Among {fmt_n(new.size)} current responses drawn at random: {text[0].lower()}{text[1:]}"
    return replace(removal, removed=tuple(new[list(removal.removed)].tolist()), text=text), ()


def _draw(size: int, rng: np.random.Generator) -> Rows:
    """Positions of at most `REMOVAL_LIMIT` of so many rows, ascending."""
    if size <= REMOVAL_LIMIT:
        return np.arange(size, dtype=np.int64)
    return np.sort(rng.choice(size, REMOVAL_LIMIT, replace=False)).astype(np.int64)


def _notes(n: int, m: int, *, drifted: bool) -> tuple[str, ...]:
    notes = []
    if not drifted:
        notes.append(
            "No drift was found: exemplars and keywords are the least typical ones, such as any two samples have."
        )
    if max(n, m) > WITNESS_LIMIT:
        notes.append(
            f"Exemplars, keywords and clusters come from {fmt_n(min(n, WITNESS_LIMIT))} baseline and "
            f"{fmt_n(min(m, WITNESS_LIMIT))} current responses, drawn at random."
        )
    return tuple(notes)
