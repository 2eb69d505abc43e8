"""Each file of the corpus gives its sentence or its table, never another exception."""

from __future__ import annotations

import random
import re

import pytest

from driftium_core.errors import TableReadError
from driftium_core.tabular.read import read_table
from driftium_core.tabular.table import Table
from tests.bad_input.corpus import CORPUS, DISJOINT_PAIR, MAX_BYTES, BadInput

_SLOW_TO_BUILD = ("bomb.csv.gz", "bomb.zip", "bomb.parquet", "too_large.csv")
_ALL = [*CORPUS, *DISJOINT_PAIR]


def test_corpus_is_large_and_each_file_has_one_name() -> None:
    names = [bad.name for bad in CORPUS]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
    assert all((bad.error is None) != (bad.check is None) for bad in _ALL)


@pytest.mark.parametrize("bad", _ALL, ids=lambda bad: bad.name)
def test_file_has_its_outcome(bad: BadInput) -> None:
    if bad.check is not None:
        table = read_table(bad.build(), bad.name, max_bytes=MAX_BYTES)
        bad.check(table.frame)
        assert all(note.endswith(".") for note in table.notes)
        return
    with pytest.raises(TableReadError) as caught:
        read_table(bad.build(), bad.name, max_bytes=MAX_BYTES)
    sentence = str(caught.value)
    assert re.search(bad.error or "", sentence), sentence
    assert bad.name in sentence
    assert sentence.endswith(".")
    assert len(sentence) <= 300
    assert "\n" not in sentence
    assert not re.search(r"Traceback|Error|Arrow|Exception|b'|0x", sentence)


@pytest.mark.parametrize("name", ["x" * 400 + ".csv", "a\nb\u202e.csv", "../../etc/passwd", "", "C:\\data\\täble.csv"])
def test_hostile_names_stay_short_and_on_one_line(name: str) -> None:
    with pytest.raises(TableReadError) as caught:
        read_table(b"", name)
    sentence = str(caught.value)
    assert len(sentence) <= 300
    assert sentence.isprintable()
    assert "/" not in sentence
    assert "\\" not in sentence


_TOKENS = [
    b'"',
    b",",
    b";",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"{",
    b"[",
    b"NA",
    b"1,234",
    b"007",
    b"\t",
    b"2024-01-01",
    b"%",
    b" ",
]


def _mutated(data: bytes, rng: random.Random) -> bytes:
    mutated = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        place = rng.randint(0, len(mutated))
        match rng.randint(0, 2):
            case 0:
                mutated[place:place] = rng.choice(_TOKENS)
            case 1:
                del mutated[place : place + rng.randint(1, 6)]
            case 2:
                mutated[place : place + 1] = bytes([rng.randrange(256)])
    return bytes(mutated)


def test_damaged_copies_give_a_sentence_or_a_table() -> None:
    """Bytes inserted, deleted and changed at random: nothing but a table or a sentence may come out."""
    rng = random.Random(0)
    small = [(bad.name, data) for bad in CORPUS if bad.name not in _SLOW_TO_BUILD and len(data := bad.build()) < 4096]
    for _ in range(2_000):
        name, data = rng.choice(small)
        outcome = _outcome(_mutated(data, rng), name)
        if isinstance(outcome, Table):
            assert len(outcome.frame) > 0
            assert outcome.frame.columns.is_unique
            assert all(outcome.frame.columns)
        else:
            assert outcome.endswith(".")
            assert len(outcome) <= 300
            assert "\n" not in outcome


def _outcome(data: bytes, name: str) -> Table | str:
    try:
        return read_table(data, name, max_bytes=MAX_BYTES)
    except TableReadError as error:
        return str(error)
