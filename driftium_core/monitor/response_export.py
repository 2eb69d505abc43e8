"""The responses behind a report as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from driftium_core.documents import neutralise_formula
from driftium_core.formats import whole
from driftium_core.monitor.vectors import batches

if TYPE_CHECKING:
    from driftium_core.monitor.calculations import PoolIds
    from driftium_core.services import Services
    from driftium_core.store.records import StoredResponse
    from driftium_core.text.differences import Witnesses

__all__ = ["export_responses"]

COLUMNS = (
    "pool", "id", "time", "prompt", "response", "model", "backend", "latency_ms", "tokens", "error", "source",
    "witness",
)  # fmt: skip

READ_AT_ONCE = 2_000


def export_responses(services: Services, ids: PoolIds, *, witnesses: Witnesses | None = None) -> str:
    """Both pools as CSV that a spreadsheet opens without running any of it, baseline first, in order of arrival.

    A text that begins like a formula gets a leading apostrophe; numbers stay numbers. ``time`` is when the model
    answered, or when the answer was stored where that is not known (UTC). ``witness`` is empty for responses that
    were not looked at. Responses that were deleted since are left out.

    Parameters
    ----------
    ids : PoolIds
        Of the comparison, from `check_responses`.
    witnesses : Witnesses, optional
        Of the comparison's report.

    Raises
    ------
    StorageError
        The database cannot be read.
    """
    text = io.StringIO()
    writer = csv.writer(
        text
    )  # ends lines with CR LF: otherwise a text with CR alone is not quoted, and ends the record
    writer.writerow(COLUMNS)
    old, new = _by_id(ids, witnesses)
    for pool, of_pool, values in (("baseline", ids.baseline, old), ("current", ids.current, new)):
        for stored in _stored(services, of_pool):
            writer.writerow([pool, *map(neutralise_formula, _row(stored)), values.get(stored.id, "")])
    return whole(text.getvalue()).replace("\0", "\N{REPLACEMENT CHARACTER}")  # many readers of CSV refuse NUL


def _by_id(ids: PoolIds, witnesses: Witnesses | None) -> tuple[dict[str, float], dict[str, float]]:
    """Witnesses of baseline and current responses by their ids."""
    if witnesses is None:
        return {}, {}
    sides = (
        (ids.baseline, witnesses.baseline_index, witnesses.baseline),
        (ids.current, witnesses.current_index, witnesses.current),
    )
    old, new = ({of_pool[at]: value for at, value in zip(index, values, strict=True) if at < len(of_pool)}
                for of_pool, index, values in sides)  # fmt: skip
    return old, new


def _stored(services: Services, ids: tuple[str, ...]) -> Iterator[StoredResponse]:
    for some in batches(ids, READ_AT_ONCE):
        yield from services.store.responses.by_ids(some).values()


def _row(stored: StoredResponse) -> tuple[object, ...]:
    content = stored.content
    return (
        stored.id,
        (content.created_at or stored.stored_at).isoformat(),
        content.prompt,
        content.response,
        content.model,
        content.backend,
        content.latency_ms,
        content.tokens,
        content.error,
        content.source,
    )
