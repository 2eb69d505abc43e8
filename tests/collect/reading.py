"""What every test of a source does: read all batches as the caller would, storing each cursor as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from driftium_core.collect.open import open_source
from driftium_core.collect.port import Batch
from driftium_core.errors import SourceError
from driftium_core.origin import Origin
from driftium_core.text.log_columns import LogColumns


@dataclass
class Reader:
    """A source with its cursor, and a store that keeps the first record of each key."""

    origin: Origin
    columns: LogColumns | None = None
    more: dict[str, Any] = field(default_factory=dict)
    cursor: dict[str, Any] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    error: str = ""

    def run(self, *, max_rows: int = 2000, stop_after: int | None = None) -> list[str]:
        """Responses that were new to the store; the error, if there was one, is kept."""
        self.batches, self.notes, self.skipped, self.taken, self.error = [], [], [], [], ""
        source = open_source(self.origin, name="logs", columns=self.columns, **self.more)
        new: list[str] = []
        try:
            for batch in source.batches(self.cursor, max_rows=max_rows):
                assert batch.n_read <= max_rows
                assert batch.n_read == len(batch.responses) + sum(count for _, count in batch.skipped_counts)
                self.batches.append(batch)
                self.notes += batch.notes
                self.skipped += [(row.position, row.reason) for row in batch.skipped]
                for response in batch.responses:
                    assert response.key is not None
                    assert response.source == "logs"
                    self.taken.append(response.response)
                    if response.key not in self.stored:
                        self.stored[response.key] = response.response
                        new.append(response.response)
                self.cursor = json.loads(json.dumps(batch.cursor, allow_nan=False))
                if len(self.batches) == stop_after:
                    break
        except SourceError as error:
            self.error = str(error)
        return new
