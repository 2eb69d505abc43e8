"""A long reading says what it does and stops when it is told to."""

from __future__ import annotations

import pytest

from driftium_core.errors import CancelledError
from driftium_core.tabular.read import read_table

CSV = b"a,b\n1,x\n2,y\n"


def test_phases_are_reported_in_order() -> None:
    seen: list[tuple[int, int, str]] = []
    read_table(CSV, "x.csv", progress=lambda *step: seen.append(step))
    assert [message for _, _, message in seen] == ["Unpacking", "Checking the text", "Parsing", "Typing columns"]
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert all(done < total for done, total, _ in seen)


@pytest.mark.parametrize("phase", ["Unpacking", "Checking the text", "Parsing", "Typing columns"])
def test_a_cancel_ends_the_reading_at_the_next_phase(phase: str) -> None:
    seen: list[str] = []

    def cancel(_done: int, _total: int, message: str) -> None:
        seen.append(message)
        if message == phase:
            raise CancelledError("Stopped.")

    with pytest.raises(CancelledError, match="Stopped"):
        read_table(CSV, "x.csv", progress=cancel)
    assert seen[-1] == phase
