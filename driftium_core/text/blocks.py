"""Cutting the current pool into the disjoint blocks that the evidence score counts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from driftium_core.errors import InputError

__all__ = ["Block", "whole_blocks"]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of responses that arrived one after another.

    Attributes
    ----------
    number : int
        From 0, without a gap.
    start, stop : int
        Positions in the sequence that was cut, ``stop`` excluded.
    last_seq : int
        Arrival number of its last response: where the next block begins to count.
    """

    number: int
    start: int
    stop: int
    last_seq: int


def whole_blocks(seqs: Sequence[int], *, size: int, last_seq: int = 0, last_block: int = -1) -> tuple[Block, ...]:
    """The full blocks among responses that were not counted yet; the rest waits for more responses.

    Parameters
    ----------
    seqs : sequence of int
        Arrival numbers of the responses that take part, ascending.
    size : int
        Responses in a block.
    last_seq : int
        Arrival number of the last response that was counted.
    last_block : int
        Number of the last block that was counted.

    Raises
    ------
    InputError
        The arrival numbers do not rise, or the size is below 1.

    Examples
    --------
    >>> whole_blocks([3, 4, 5, 8, 9], size=2, last_seq=3)
    (Block(number=0, start=1, stop=3, last_seq=5), Block(number=1, start=3, stop=5, last_seq=9))
    """
    if size < 1:
        raise InputError(f"A block holds at least 1 response, not {size}.")
    if any(later <= earlier for earlier, later in itertools.pairwise(seqs)):
        raise InputError("Responses must be in order of arrival, each with an arrival number of its own.")
    first = next((place for place, seq in enumerate(seqs) if seq > last_seq), len(seqs))
    starts = range(first, len(seqs) - size + 1, size)
    return tuple(
        Block(number, start, start + size, seqs[start + size - 1])
        for number, start in enumerate(starts, start=last_block + 1)
    )
