"""Blocks are whole, disjoint, in order of arrival, and the same however often one restarts."""

from __future__ import annotations

import pytest

from driftium_core.errors import InputError
from driftium_core.text.blocks import whole_blocks


def test_blocks_are_disjoint_and_in_order() -> None:
    seqs = list(range(1, 101))
    blocks = whole_blocks(seqs, size=16)
    assert [block.number for block in blocks] == list(range(6))
    assert [(block.start, block.stop) for block in blocks] == [(16 * k, 16 * k + 16) for k in range(6)]
    assert blocks[-1].last_seq == 96


def test_too_few_responses_make_no_block() -> None:
    assert whole_blocks([], size=16) == ()
    assert whole_blocks(range(1, 16), size=16) == ()
    assert whole_blocks(range(1, 33), size=16, last_seq=20) == ()


def test_going_on_from_the_cursor_gives_the_same_blocks() -> None:
    seqs = [3, 4, 7, 9, 10, 14, 15, 16, 20, 21, 22]
    at_once = whole_blocks(seqs, size=3)
    cursor, number, one_by_one = 0, -1, []
    for seen in range(1, len(seqs) + 1):  # a look after every response
        for block in whole_blocks(seqs[:seen], size=3, last_seq=cursor, last_block=number):
            one_by_one.append(block)
            cursor, number = block.last_seq, block.number
    assert tuple(one_by_one) == at_once


def test_responses_before_the_cursor_may_be_gone() -> None:
    # After a clean-up the pool no longer holds what was counted; nothing is counted again.
    assert [b.start for b in whole_blocks([50, 51, 52, 53], size=2, last_seq=40, last_block=9)] == [0, 2]


def test_wrong_order_and_size_are_refused() -> None:
    with pytest.raises(InputError, match="in order of arrival"):
        whole_blocks([1, 3, 2], size=2)
    with pytest.raises(InputError, match="at least 1 response"):
        whole_blocks([1, 2], size=0)
