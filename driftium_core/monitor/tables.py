"""Where tables come from: uploads, the simulated sample, filters, saved references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftium_core.command import command
from driftium_core.errors import InputError, NotFoundError
from driftium_core.formats import fmt_name, fmt_names
from driftium_core.monitor.checks import ProgressCallback
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.table_records import SavedReference

if TYPE_CHECKING:
    from driftium_core.tabular.filter_options import FilterOption
    from driftium_core.tabular.simulate import Filter
    from driftium_core.tabular.table import Table

__all__ = [
    "delete_reference",
    "filter_options",
    "find_reference",
    "open_reference",
    "read_upload",
    "references",
    "sample_table",
    "save_reference",
    "simulate",
]


def read_upload(
    services: Services, data: bytes | memoryview, name: str, *, progress: ProgressCallback | None = None
) -> Table:
    """Read an uploaded file as a table, within the upload limit of the settings."""
    from driftium_core.tabular.read import read_table

    return read_table(data, name, max_bytes=services.settings.max_upload_bytes, progress=progress)


def sample_table(services: Services, n_rows: int = 20_000, *, seed: int = 0) -> Table:
    """The simulated demographic sample."""
    from driftium_core.tabular.demographics import simulated_sample

    key = f"sample:{n_rows}:{seed}"
    return services.tables.get(key) or services.tables.put(key, simulated_sample(n_rows, seed=seed))


def filter_options(services: Services, reference: Table) -> tuple[FilterOption, ...]:
    """What the reference can be filtered by, column by column; found once per table."""
    from driftium_core.tabular import filter_options as options

    known = services.filter_options.get(reference.content_hash)
    return known or services.filter_options.put(reference.content_hash, options.filter_options(reference.frame))


def simulate(services: Services, reference: Table, chosen: Filter) -> Table:
    """The reference's rows that a filter keeps, as a current table."""
    from driftium_core.tabular.simulate import filter_table

    key = f"filtered:{reference.content_hash}:{chosen.describe()}"
    return services.tables.get(key) or services.tables.put(key, filter_table(reference, chosen))


def save_reference(
    services: Services, table: Table, *, name: str | None = None, project: str = DEFAULT_PROJECT
) -> SavedReference:
    """Keep a table under a name; `InputError` when the name is taken or the table too large."""
    from driftium_core.tabular.saved import to_parquet

    data = to_parquet(table)
    if len(data) > services.settings.max_upload_bytes:
        limit = services.settings.max_upload_mb
        raise InputError(f"{table.name} is too large to be kept: over {limit} MB compressed (DRIFTIUM_MAX_UPLOAD_MB).")
    columns = tuple(str(column) for column in table.frame.columns)
    return services.store.references.add(
        table.name if name is None else name,
        data,
        rows=len(table.frame),
        columns=columns,
        content_hash=table.content_hash,
        project=project,
    )


def references(services: Services, *, project: str = DEFAULT_PROJECT) -> list[SavedReference]:
    """Saved references by name, without their data."""
    return services.store.references.all(project=project)


def find_reference(services: Services, name_or_id: str, *, project: str = DEFAULT_PROJECT) -> SavedReference:
    """One saved reference by its name in the project, or by its id.

    Raises
    ------
    NotFoundError
        The project has none; the sentence names those it has.
    """
    saved = references(services, project=project)
    for found in (*(item for item in saved if item.name == name_or_id), *saved):
        if name_or_id in (found.name, found.id):
            return found
    known = fmt_names([item.name for item in saved])
    how = f"save one on the Tabular page or with `{command('references', 'save')}`"
    has = f"It has {known}." if saved else f"It has none; {how}."
    raise NotFoundError(f"Project {project!r} has no saved reference {fmt_name(name_or_id)!r}. {has}")


def open_reference(services: Services, reference_id: str) -> Table:
    """A saved reference as a table; `NotFoundError` when it is not stored."""
    from driftium_core.tabular.saved import from_parquet

    key = f"reference:{reference_id}"
    known = services.tables.get(key)
    if known is not None:
        return known
    record, data = services.store.references.get(reference_id)
    return services.tables.put(key, from_parquet(data, name=record.name, content_hash=record.content_hash))


def delete_reference(services: Services, reference_id: str) -> None:
    """Remove a saved reference; runs made with it stay."""
    services.store.references.delete(reference_id)
    services.tables.drop(f"reference:{reference_id}")
