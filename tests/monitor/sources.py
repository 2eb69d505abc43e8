"""Sources that the test writes, in place of files, databases and endpoints: for what happens around reading."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from driftium_core.collect import open as collect_open
from driftium_core.collect.port import Batch, Cursor, Probe, TableBatch
from driftium_core.response import Response
from driftium_core.tabular.table import Table
from driftium_core.text.log import SkippedRow


@dataclass
class ScriptedSource:
    """Gives ``lines`` from the cursor on, each a response under its place; a line of None is skipped.

    ``fail_at`` raises an error instead of that line. ``gate`` holds every batch after the first back until it is set,
    ``reached`` tells that it is being waited for. ``tables`` are given one after the other.
    """

    lines: list[str | None] = field(default_factory=list)
    fail_at: dict[int, Exception] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    only_new: bool = True
    max_rows: int = 10
    gate: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def batches(self, cursor: Cursor, *, max_rows: int = 2000) -> Iterator[Batch]:
        at = cursor.get("at", 0)
        while at < len(self.lines):
            end = min(at + min(self.max_rows, max_rows), len(self.lines))
            places = range(at, end)
            for place in places:
                if place in self.fail_at:
                    raise self.fail_at[place]
            skipped = [place for place in places if self.lines[place] is None]
            yield Batch(
                responses=tuple(
                    Response(response=line, key=f"line:{place}", source="scripted")
                    for place, line in zip(places, self.lines[at:end], strict=True)
                    if line is not None
                ),
                n_read=len(places),
                skipped_counts=(("no response", len(skipped)),) if skipped else (),
                skipped=tuple(SkippedRow(place + 1, "no response") for place in skipped),
                cursor={"at": end},
            )
            at = end
            self.reached.set()
            assert self.gate.wait(60)

    def table(self, cursor: Cursor) -> TableBatch:
        at = cursor.get("at", 0)
        if 0 in self.fail_at:
            raise self.fail_at[0]
        if at >= len(self.tables):
            return TableBatch(table=None, only_new=True, notes=("Nothing is new.",), cursor=cursor)
        return TableBatch(table=self.tables[at], only_new=self.only_new, cursor={"at": at + 1})

    def probe(self, *, max_rows: int = 200) -> Probe:
        return Probe(columns=("response",), read_as="", unclear="", sample=(), rows=min(len(self.lines), max_rows))


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> ScriptedSource:
    """What every origin is read by."""
    made = ScriptedSource()
    monkeypatch.setattr(collect_open, "open_source", lambda _origin, **_options: made)
    monkeypatch.setattr(collect_open, "check_origin", lambda _origin: None)
    return made
