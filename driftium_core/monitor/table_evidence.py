"""Current tables as blocks of evidence against a saved reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftium_core.errors import InputError
from driftium_core.formats import fmt_n
from driftium_core.monitor.evidence import table_score
from driftium_core.monitor.tables import open_reference
from driftium_core.services import Services
from driftium_core.stats.evidence_score import accumulate, alarm_threshold, e_value
from driftium_core.store.alarms import NEXT_BLOCK, CountedBlock
from driftium_core.store.records import DEFAULT_PROJECT, AlarmState, NewLook
from driftium_core.store.table_records import SavedReference

if TYPE_CHECKING:
    from driftium_core.tabular.table import Table

__all__ = ["count_table", "table_block"]


def count_table(
    services: Services, reference: SavedReference, current: Table, *, project: str = DEFAULT_PROJECT
) -> AlarmState:
    """Count a current table as one block against a saved reference; the same content counts once.

    The rows must be new data, not a window that overlaps an earlier one.

    Raises
    ------
    InputError
        The table has too few or too many rows for a block of this reference.
    """
    block = table_block(services, reference, current)
    return services.store.alarms.look(
        block.look,
        monitor=block.monitor,
        baseline_id=block.baseline_id,
        threshold=block.threshold,
        accumulate=block.accumulate,
        project=project,
    ).state


def table_block(services: Services, reference: SavedReference, current: Table) -> CountedBlock:
    """A tested block that is not counted yet; `InputError` as in `count_table`."""
    from driftium_core.tabular.block import block_pvalue, block_rows

    rows, allowed = len(current.frame), block_rows(reference.rows)
    if allowed is None or not allowed[0] <= rows <= allowed[1]:
        size = f"{fmt_n(allowed[0])} to {fmt_n(allowed[1])} rows" if allowed else "more rows in the reference"
        raise InputError(
            f"{current.name} has {fmt_n(rows)} rows; a block against “{reference.name}” ({fmt_n(reference.rows)} rows) "
            f"needs {size}. It was not counted."
        )
    pvalue = block_pvalue(open_reference(services, reference.id).frame, current.frame)
    look = NewLook(
        block=NEXT_BLOCK,
        after_seq=0,
        last_seq=0,
        fingerprint=current.content_hash,
        pvalue=pvalue,
        effect_size=None,
        e_value=e_value(pvalue),
    )
    return CountedBlock(
        look=look,
        monitor=table_score(reference.id),
        baseline_id=reference.id,
        threshold=alarm_threshold(),
        accumulate=accumulate,
    )
