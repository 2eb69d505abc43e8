"""A first look at an origin as a table, for whoever schedules its check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftium_core.errors import SourceError
from driftium_core.formats import fmt_names
from driftium_core.monitor.tables import open_reference
from driftium_core.services import Services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.collect.port import Probe
    from driftium_core.origin import Origin

__all__ = ["probe_table"]


def probe_table(services: Services, origin: Origin, *, reference_id: str | None = None) -> Probe:
    """Read the current table once, as its check would; nothing is stored.

    Parameters
    ----------
    reference_id : str, optional
        Saved reference that it is meant for: notes say which columns only one of the two has.

    Raises
    ------
    InputError
        The origin cannot be used.
    SourceError
        It cannot be read now, or holds no row.
    NotFoundError
        The reference is not stored.
    """
    from driftium_core.collect.open import check_origin, open_source
    from driftium_core.collect.port import Probe

    check_origin(origin)
    settings = services.settings
    batch = open_source(origin, name="", expand=settings.expand, max_bytes=settings.max_upload_bytes).table({})
    if batch.table is None:
        raise SourceError(" ".join(batch.notes) or "It holds no row yet.")
    columns = tuple(batch.table.frame.columns)
    notes = [*batch.notes, *batch.table.notes]
    if reference_id is not None:
        notes += _differences(list(open_reference(services, reference_id).frame.columns), columns)
    return Probe(columns=columns, read_as="", unclear="", sample=(), rows=len(batch.table.frame), notes=tuple(notes))


def _differences(expected: Sequence[str], found: Sequence[str]) -> list[str]:
    missing = [name for name in expected if name not in found]
    added = [name for name in found if name not in expected]
    notes = []
    if missing:
        notes.append(f"It lacks {fmt_names(missing)}, which the reference has.")
    if added:
        notes.append(f"The reference lacks {fmt_names(added)}, which a check leaves out.")
    return notes
