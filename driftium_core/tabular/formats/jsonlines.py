"""JSON Lines, and a JSON array of flat objects, to a frame."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from driftium_core.errors import TableReadError
from driftium_core.tabular.formats.columns import moments
from driftium_core.tabular.formats.encoding import Utf8Text
from driftium_core.tabular.formats.headers import column_names
from driftium_core.tabular.formats.wording import listed, shown_name

__all__ = ["encodable", "is_array", "json_rows", "looks_like_json", "read_json", "typed_column"]

_EXACT_INTEGERS = 2**53
_VERBATIM = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def looks_like_json(text: Utf8Text, name: str) -> bool:
    """Whether the text is JSON: by its first character, and by its name or a first line that parses."""
    head = bytes(text.view[: 1 << 16]).lstrip()
    if head[:1] not in (b"{", b"["):
        return False
    if name.lower().endswith((".json", ".jsonl", ".ndjson")):
        return True
    try:
        return isinstance(json.loads(head.splitlines()[0]), dict)
    except ValueError:
        return False


def read_json(text: Utf8Text, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Frame and notes of JSON Lines or of a JSON array of objects.

    Columns are the union of all keys in order of appearance; a key that a row lacks is missing there. A column of
    numbers only is numeric, one of ISO 8601 dates holds moments; ``true`` and ``false`` become the categories
    ``True`` and ``False``; columns that hold lists or objects are left out with a note.

    Raises
    ------
    TableReadError
        Naming the line that is not an object, or when no column is left.
    """
    rows = list(_rows(text, name))
    if not rows:
        raise TableReadError(f"{shown_name(name)} holds no rows. Nothing was loaded.")
    keys = list(dict.fromkeys(key for row in rows for key in row))
    values = {key: [row.get(key) for row in rows] for key in keys}
    nested = [key for key in keys if any(isinstance(value, list | dict) for value in values[key])]
    flat = [key for key in keys if key not in set(nested)]
    if not flat:
        raise TableReadError(f"{shown_name(name)} has no column of plain values. Nothing was loaded.")
    names, notes = column_names([encodable(key) for key in flat])
    frame = pd.DataFrame({label: typed_column(values[key]) for label, key in zip(names, flat, strict=True)})
    left_out = [f"Lists or objects in {listed(nested)} were left out."] if nested else []
    return frame, [f"JSON, {text.encoding}.", *left_out, *notes]


def json_rows(text: Utf8Text, name: str, *, verbatim: bool = False) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Number (from 1) and object of every line, or of every item of an array; None for what is no object.

    With *verbatim*, numbers come as the text they are written in. Blank lines are passed over, but numbered.

    Raises
    ------
    TableReadError
        For an array that is not valid JSON.
    """
    decode = _VERBATIM.decode if verbatim else json.loads
    if is_array(text):
        yield from ((n, row if isinstance(row, dict) else None) for n, row in enumerate(_array(text, name, decode), 1))
        return
    for number, line in enumerate(io.BytesIO(text.view), start=1):
        if not line.strip():
            continue
        try:
            row = decode(line.decode())
        except (ValueError, RecursionError):
            row = None
        yield number, row if isinstance(row, dict) else None


def is_array(text: Utf8Text) -> bool:
    """Whether the text is one JSON array rather than JSON Lines."""
    return bytes(text.view[: 1 << 16]).lstrip()[:1] == b"["


def _rows(text: Utf8Text, name: str) -> Iterator[dict[str, Any]]:
    in_array = is_array(text)
    for number, row in json_rows(text, name):
        if row is None:
            raise _bad_item(number, name) if in_array else _bad_line(number, name)
        yield row


def _array(text: Utf8Text, name: str, decode: Callable[[str], Any]) -> list[Any]:
    try:
        return list(decode(str(text.view, "utf-8")))
    except json.JSONDecodeError as error:
        raise TableReadError(
            f"Line {error.lineno} of {shown_name(name)} is not valid JSON. Nothing was loaded."
        ) from None
    except (ValueError, RecursionError):
        raise TableReadError(f"{shown_name(name)} is not valid JSON. Nothing was loaded.") from None


def _bad_item(number: int, name: str) -> TableReadError:
    return TableReadError(
        f"Item {number} of {shown_name(name)} is not an object with named values. Nothing was loaded."
    )


def _bad_line(number: int, name: str) -> TableReadError:
    return TableReadError(
        f"Line {number} of {shown_name(name)} is not a JSON object; one object per line is expected. "
        "Nothing was loaded."
    )


def typed_column(values: list[Any]) -> Any:
    """Plain values of JSON as a column of whole numbers, numbers, moments or text."""
    present = [value for value in values if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in present):
        if len(present) == len(values) and all(isinstance(value, int) and abs(value) < 2**63 for value in present):
            return np.array(values, dtype=np.int64)
        if all(abs(value) <= _EXACT_INTEGERS for value in present if isinstance(value, int)):
            return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    texts = [None if value is None else encodable(str(value)) for value in values]
    as_moments = moments(pa.chunked_array([texts], type=pa.string()))
    return pd.array(texts, dtype="str") if as_moments is None else as_moments.values


def encodable(text: str) -> str:
    """JSON may escape half a surrogate pair, which no encoding can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
