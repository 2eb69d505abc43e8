"""Origin → source. A new kind of source is one module and one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from driftium_core.collect.checks import check_file, check_http, check_sql, masked_address, masked_database
from driftium_core.origin import FileOrigin, HttpOrigin, SqlOrigin

if TYPE_CHECKING:
    from driftium_core.collect.port import Source
    from driftium_core.origin import Origin
    from driftium_core.text.log_columns import LogColumns

__all__ = ["check_origin", "masked_origin", "open_source"]


def open_source(
    origin: Origin,
    *,
    name: str,
    columns: LogColumns | None = None,
    expand: Callable[[str], str] = str,
    max_bytes: int | None = None,
) -> Source:
    """A source that reads from an origin; nothing is opened yet.

    Parameters
    ----------
    name : str
        Becomes the ``source`` of each response.
    columns : LogColumns, optional
        Which column holds what; found by names where it is not told.
    expand : callable
        Puts in the values of ``${NAME}``; `driftium_core.settings.Settings.expand`.
    max_bytes : int, optional
        Largest file that is read as a table, and largest answer.
    """
    match origin:
        case FileOrigin():
            from driftium_core.collect.file_source import FileSource

            return FileSource(origin, name, columns, max_bytes)
        case SqlOrigin():
            from driftium_core.collect.sql_source import SqlSource

            return SqlSource(origin, name, columns, expand)
        case HttpOrigin():
            from driftium_core.collect.http_source import HttpSource

            return HttpSource(origin, name, columns, expand, max_bytes)


def check_origin(origin: Origin) -> None:
    """Look whether an origin can be meant at all, without opening it.

    Raises
    ------
    InputError
        A path, URL, query or header that cannot be used; the sentence says why, and shows no secret.
    """
    match origin:
        case FileOrigin():
            check_file(origin)
        case SqlOrigin():
            check_sql(origin)
        case HttpOrigin():
            check_http(origin)


def masked_origin(origin: Origin) -> str:
    """Where it reads from, in words and without passwords, tokens or values of headers."""
    match origin:
        case FileOrigin():
            return f"{origin.path}, files {origin.pattern}" if origin.pattern else origin.path
        case SqlOrigin():
            by = f", by `{origin.watermark}`" if origin.watermark else ""
            return f"a query on {masked_database(origin.url)}{by}"
        case HttpOrigin():
            return masked_address(origin.url)
