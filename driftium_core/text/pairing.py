"""Which responses are compared with which: all with all, or answer with answer where prompts repeat."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driftium_core.errors import InputError
from driftium_core.formats import fmt_n, fmt_percent
from driftium_core.stats.permutation import attainable_pvalue
from driftium_core.text.drift_report import Design

__all__ = ["Comparison", "PromptIds", "choose_comparison", "shared_prompts"]

PromptIds = tuple[Sequence[Hashable | None], Sequence[Hashable | None]]

MIN_PAIRED_SHARE = 0.8
"""Share of current responses that must repeat baseline prompts for a paired comparison."""

ALPHA = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The rows that take part, in an order that depends on their content only.

    Attributes
    ----------
    design : {"paired", "unpaired"}
    reference, current : ndarray of int
        Positions in the two pools.
    strata : ndarray of int, shape (n + m,), or None
        Prompt of each row, reference rows first; None when unpaired.
    sizes : tuple of (int, int)
        Reference and current rows of each prompt; one entry when unpaired.
    left_out : tuple of (int, int)
        Reference and current rows whose prompt the other pool does not have; they take no part when paired.
    notes : tuple of str
    """

    design: Design
    reference: NDArray[np.int64]
    current: NDArray[np.int64]
    strata: NDArray[np.int64] | None
    sizes: tuple[tuple[int, int], ...]
    left_out: tuple[int, int] = (0, 0)
    notes: tuple[str, ...] = ()


def choose_comparison(
    reference_ranks: NDArray[np.int64],
    current_ranks: NDArray[np.int64],
    prompt_ids: PromptIds | None,
    *,
    n_resamples: int,
) -> Comparison:
    """Pair by prompt where that can give a verdict on nearly all of current.

    A paired test sees only answers to prompts that both pools have. With a prompt mix that moves it would be blind
    to everything new, so that at least 80 % of the current responses must repeat a baseline prompt; the rest is
    left out, and counted in a note. Otherwise all responses are compared, without pairs.

    Parameters
    ----------
    reference_ranks, current_ranks : ndarray of int
        Ranks of the rows by content (`content_ranks`) over both pools.
    prompt_ids : pair of sequences, optional
        An id or None for each response; equal ids are one prompt.
    n_resamples : int

    Raises
    ------
    InputError
        Other than one id per response.
    """
    n, m = len(reference_ranks), len(current_ranks)
    everything = Comparison(
        "unpaired",
        np.argsort(reference_ranks, kind="stable"),
        np.argsort(current_ranks, kind="stable"),
        None,
        ((n, m),),
    )
    if prompt_ids is None:
        return everything
    baseline_ids, current_ids = prompt_ids
    for name, ids, count in (("baseline", baseline_ids, n), ("current", current_ids, m)):
        if len(ids) != count:
            raise InputError(
                f"There are {fmt_n(len(ids))} prompt ids for {fmt_n(count)} {name} responses; "
                "give one for each, None where the prompt is not known."
            )
    lines = {key: (rows, other) for key, rows, other in shared_prompts(baseline_ids, current_ids)}
    if not lines:
        return everything
    sizes = [(len(rows), len(other)) for rows, other in lines.values()]
    n_repeating = sum(size for _, size in sizes)
    why_not = ""
    if n_repeating < MIN_PAIRED_SHARE * m:
        why_not = f"at least {fmt_percent(MIN_PAIRED_SHARE)} must repeat one to be compared answer by answer"
    elif attainable_pvalue(sizes, n_resamples=n_resamples) > ALPHA:
        why_not = "too few prompts to compare answer by answer (6 are enough)"
    if why_not:
        note = f"{fmt_n(n_repeating)} of {fmt_n(m)} current responses repeat a baseline prompt: {why_not}."
        return Comparison("unpaired", everything.reference, everything.current, None, ((n, m),), notes=(note,))
    return _paired(list(lines.values()), reference_ranks, current_ranks)


def shared_prompts(
    baseline_ids: Sequence[Hashable | None], current_ids: Sequence[Hashable | None]
) -> list[tuple[Hashable, list[int], list[int]]]:
    """Prompts of both pools, in the order of the baseline, with the positions of their responses in each, ascending."""
    current_rows: dict[Hashable, list[int]] = {}
    for position, key in enumerate(current_ids):
        if key is not None:
            current_rows.setdefault(key, []).append(position)
    baseline_rows: dict[Hashable, list[int]] = {}
    for position, key in enumerate(baseline_ids):
        if key is not None and key in current_rows:
            baseline_rows.setdefault(key, []).append(position)
    return [(key, rows, current_rows[key]) for key, rows in baseline_rows.items()]


def _paired(
    lines: list[tuple[list[int], list[int]]], reference_ranks: NDArray[np.int64], current_ranks: NDArray[np.int64]
) -> Comparison:
    """Prompts in the order of their answers' content, answers to one prompt likewise."""
    by_content = [
        (
            sorted((int(reference_ranks[row]), row) for row in rows),
            sorted((int(current_ranks[row]), row) for row in other),
        )
        for rows, other in lines
    ]
    by_content.sort(key=lambda line: ([rank for rank, _ in line[0]], [rank for rank, _ in line[1]]))
    reference, current = (np.array([row for line in by_content for _, row in line[arm]]) for arm in (0, 1))
    sizes = tuple((len(rows), len(other)) for rows, other in by_content)
    strata = np.concatenate([np.repeat(np.arange(len(sizes)), [size[arm] for size in sizes]) for arm in (0, 1)])
    pools = (("baseline", reference, reference_ranks), ("current", current, current_ranks))
    left_out = tuple(len(pool) - len(used) for _, used, pool in pools)
    notes = tuple(
        f"{fmt_n(n_out)} of {fmt_n(len(pool))} {name} responses answer prompts that the other pool does not have; "
        "they took no part."
        for (name, _, pool), n_out in zip(pools, left_out, strict=True)
        if n_out
    )
    return Comparison("paired", reference, current, strata, sizes, (left_out[0], left_out[1]), notes)
