"""Where scheduled work reads from: a file or folder, a query, an HTTP endpoint. Values only; `collect` reads them."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["FileOrigin", "HttpOrigin", "Origin", "SqlOrigin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrigin:
    """A file that grows, or a folder of such files.

    Attributes
    ----------
    path : str
    pattern : str
        Which files of a folder, as for ``fnmatch``, e.g. ``*.jsonl``; empty takes every file that can be read.
    """

    path: str
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlOrigin:
    """A query on a database.

    Attributes
    ----------
    url : str
        As for SQLAlchemy. ``${NAME}`` in it stands for an environment variable, so that no password need be stored.
    query : str
        A SELECT; nothing else is run.
    watermark : str
        Column of the result that only grows, such as an id or a time: each run reads what lies above the last one.
        A row that is committed late, below it, is never read. Empty reads the whole result each time.
    """

    url: str = field(repr=False)
    query: str
    watermark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOrigin:
    """An HTTP endpoint that answers with JSON or JSON Lines.

    Attributes
    ----------
    url : str
        With ``${NAME}`` as in `SqlOrigin`.
    headers : tuple of (str, str)
        Names and values, e.g. an Authorization; with ``${NAME}`` as above. Values are secrets.
    records : str
        Dotted path to the list in the answer; empty finds it.
    watermark : str
        Field of a record that only grows; empty when there is none.
    since : str
        Query parameter that is given the greatest watermark seen; empty sends none.
    """

    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    records: str = ""
    watermark: str = ""
    since: str = ""


Origin = FileOrigin | SqlOrigin | HttpOrigin
