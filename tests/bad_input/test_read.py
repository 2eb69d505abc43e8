"""Each file of the corpus gives its sentence or its table, never another exception."""

from __future__ import annotations

import re

import pytest

from driftium_core.errors import TableReadError
from driftium_core.tabular.read import read_table
from tests.bad_input.corpus import CORPUS, DISJOINT_PAIR, MAX_BYTES, BadInput

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
