"""Values of a database: as text for records, as JSON for the cursor, and as columns of a table."""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from driftium_core.errors import SourceError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_of", "mark_of", "mark_value", "row_digest", "row_object"]

Mark = list[str]
"""A watermark for the cursor: what kind of value it is, and its text."""

_WORDS = {
    "number": "numbers",
    "moment": "times without a zone",
    "zoned": "times with a zone",
    "date": "dates",
    "text": "text",
    "uuid": "UUIDs",
    "bytes": "bytes",
}


def mark_of(value: object, column: str) -> Mark:
    """A watermark as it is kept in a cursor.

    Raises
    ------
    SourceError
        Values of this kind have no order that could be relied on.
    """
    match value:
        case bool():
            pass
        case int():
            return ["number", "int", str(value)]
        case float() if math.isfinite(value):
            return ["number", "float", repr(value)]
        case Decimal() if value.is_finite():
            return ["number", "decimal", str(value)]
        case datetime():
            return ["zoned" if value.tzinfo else "moment", "datetime", value.isoformat()]
        case date():
            return ["date", "date", value.isoformat()]
        case str():
            return ["text", "str", value]
        case uuid.UUID():
            return ["uuid", "uuid", str(value)]
        case bytes() | bytearray() | memoryview():
            return ["bytes", "bytes", bytes(value).hex()]
    raise SourceError(
        f"The watermark `{fmt_name(column)}` holds {type(value).__name__} values such as {fmt_name(value)}, by which "
        "rows cannot be followed. Choose a column of numbers, times or ids that only grow."
    )


def mark_value(mark: Mark) -> Any:
    """The value that `mark_of` wrote."""
    _, kind, text = mark
    match kind:
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "decimal":
            return Decimal(text)
        case "datetime":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "uuid":
            return uuid.UUID(text)
        case "bytes":
            return bytes.fromhex(text)
    return text


def check_mark(last: Mark, mark: Mark, column: str) -> None:
    """Raise `SourceError` when a watermark is of another kind than the one before."""
    if last[0] != mark[0]:
        raise SourceError(
            f"The watermark `{fmt_name(column)}` holds {_WORDS[mark[0]]} now and held {_WORDS[last[0]]} before, so new "
            "records cannot be told from old ones. Set up the source again."
        )


def row_object(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the object of a log: all values as text, lists and objects of JSON columns as they are."""
    return {name: _as_text(value) for name, value in row.items()}


def _as_text(value: Any) -> Any:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return json.loads(json.dumps(value, default=str), parse_float=str, parse_int=str)
        case datetime() if value.tzinfo:
            return value.astimezone(UTC).isoformat()  # the same moment, whatever the zone of the session
        case datetime() | date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            data = bytes(value)
            try:
                return data.decode("utf-8")
            except UnicodeDecodeError:
                return data.hex()
    return str(value)


def row_digest(row: Mapping[str, Any]) -> str:
    """Digest of a row's content, whatever the order of its columns."""
    text = json.dumps(row_object(row), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def frame_of(rows: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, list[str]]:
    """A frame with columns of numbers, moments and text, and notes on what was left out."""
    import pandas as pd

    from driftium_core.tabular.formats.headers import column_names
    from driftium_core.tabular.formats.jsonlines import typed_column
    from driftium_core.tabular.formats.wording import listed

    keys = list(dict.fromkeys(key for row in rows for key in row))
    values = {key: [_plain(row.get(key)) for row in rows] for key in keys}
    nested = [key for key in keys if any(isinstance(value, list | dict) for value in values[key])]
    flat = [key for key in keys if key not in set(nested)]
    names, notes = column_names(flat)
    frame = pd.DataFrame({name: typed_column(values[key]) for name, key in zip(names, flat, strict=True)})
    return frame, [*([f"Lists or objects in {listed(nested)} were left out."] if nested else []), *notes]


def _plain(value: Any) -> Any:
    """A value as JSON could hold it."""
    match value:
        case Decimal():
            whole = value.is_finite() and value == value.to_integral_value() and value.as_tuple().exponent == 0
            return int(value) if whole else float(value)
        case float() if math.isnan(value):
            return None
        case datetime():
            return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()
        case None | bool() | int() | float() | dict() | list():
            return value
    return _as_text(value)
