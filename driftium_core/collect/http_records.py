"""From an HTTP answer to records: a JSON array, an object with a list in it, or JSON Lines."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from driftium_core.collect.objects import SourceRecord, digest_of
from driftium_core.errors import SourceError
from driftium_core.formats import fmt_name, fmt_names
from driftium_core.tabular.records import object_records
from driftium_core.text.log_columns import SURE_RANK, guess_columns, response_rank

if TYPE_CHECKING:
    from driftium_core.collect.http_fetch import Answer

__all__ = ["Number", "Page", "as_plain", "field_of", "mark_of_record", "read_page"]

_USUAL = ("data", "items", "results", "records", "responses", "logs", "rows", "entries", "values", "value")
_PARTS_OF_A_RECORD = ("choices", "candidates", "messages", "output", "tool_calls")
_NEXT = ("next", "next_page_url", "next_url", "links.next", "paging.next", "meta.next")
_MAX_DEPTH = 4


class Number(str):
    """A number of JSON as it is written."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one answer (None for a line that is no object), and the address of the next one."""

    records: list[dict[str, Any] | None]
    next_url: str

    def marked(self) -> list[SourceRecord]:
        """The records with what tells each from all others: its content, counted where records are equal."""
        seen: Counter[str] = Counter()
        found = []
        for number, record in enumerate(self.records):
            text = json.dumps(record, sort_keys=True, ensure_ascii=False) if record is not None else f"line {number}"
            digest = digest_of(text)[:24]
            found.append(SourceRecord(record, f"{digest} {seen[digest]}"))
            seen[digest] += 1
        return found


def read_page(answer: Answer, path: str, *, shown: str) -> Page:
    """Read an answer.

    Parameters
    ----------
    path : str
        Dotted path to the list of records; found when it is empty.
    shown : str
        The endpoint, for sentences.

    Raises
    ------
    SourceError
        It is no JSON, or where the records are in it cannot be told.
    """
    if not answer.body.strip():
        return Page([], answer.next_url)
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"{shown} does not answer in UTF-8, so it is no JSON. Check the URL.") from None
    try:
        if any(kind in answer.content_type.lower() for kind in ("ndjson", "jsonl", "json-lines", "jsonlines")):
            return Page(_lines(text, answer, shown), answer.next_url)
        value = _DECODER.decode(text.strip())
    except RecursionError:
        raise SourceError(f"{shown} answers with JSON that is nested too deeply. Check the URL.") from None
    except ValueError:
        return Page(_lines(text, answer, shown), answer.next_url)
    following = answer.next_url or (_next_in(value) if isinstance(value, dict) else "")
    return Page([item if isinstance(item, dict) else None for item in _list_in(value, path, shown)], following)


def _lines(text: str, answer: Answer, shown: str) -> list[dict[str, Any] | None]:
    found: list[dict[str, Any] | None] = []
    for line in text.split("\n"):
        if line.strip():
            try:
                value = _DECODER.decode(line.strip())
            except (ValueError, RecursionError):
                value = None
            found.append(value if isinstance(value, dict) else None)
    if not any(record is not None for record in found):
        kind = answer.content_type.split(";")[0].strip() or "something"
        raise SourceError(
            f"{shown} answers with {fmt_name(kind)} that is no JSON. Check the URL; it may be a page to sign in."
        )
    return found


def _list_in(value: Any, path: str, shown: str) -> list[Any]:
    if path:
        found = field_of(value, path)
        if isinstance(found, list):
            return found
        if isinstance(found, dict):
            return [found]
        has = fmt_names(list(value)) if isinstance(value, dict) and value else "no fields"
        raise SourceError(f"{shown} has no list at `{fmt_name(path)}`; the answer has {has}. Correct the path.")
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        raise SourceError(f"{shown} answers with a single value, not with records. Check the URL.")
    if _is_record(value):
        return [value]
    lists = dict(_lists("", value, _MAX_DEPTH))
    usual = [name for name in _USUAL if name in lists]
    if usual or len(lists) == 1:
        return lists[usual[0] if usual else next(iter(lists))]
    if lists:
        raise SourceError(
            f"{shown} has several lists that may be the records: {fmt_names(list(lists))}. Name the one to read."
        )
    return [value]


def _is_record(value: dict[str, Any]) -> bool:
    """Whether an object is an answer of a model by itself, as a line of JSON Lines is."""
    records = object_records([(1, value)], "")
    response = guess_columns(list(records.columns), log_name="")[0].response
    return response is not None and response_rank(response) <= SURE_RANK and response not in records.json_columns


def _lists(prefix: str, value: dict[str, Any], depth: int) -> list[tuple[str, list[Any]]]:
    """Lists of objects, and empty ones, with their paths."""
    found: list[tuple[str, list[Any]]] = []
    for name, inner in value.items():
        if name in _PARTS_OF_A_RECORD:
            continue
        if isinstance(inner, list) and (not inner or isinstance(inner[0], dict)):
            found.append((f"{prefix}{name}", inner))
        elif isinstance(inner, dict) and depth:
            found += _lists(f"{prefix}{name}.", inner, depth - 1)
    return found


def _next_in(value: dict[str, Any]) -> str:
    for path in _NEXT:
        found = field_of(value, path)
        if isinstance(found, dict):
            found = found.get("href")
        if isinstance(found, str) and found and not isinstance(found, Number):
            return found
    return ""


def field_of(value: Any, path: str) -> Any:
    """What stands at a dotted path; None where there is nothing."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def mark_of_record(record: dict[str, Any], path: str) -> tuple[str, Decimal | datetime | str, str] | None:
    """Kind, comparable value and text of a record's watermark; None when it has none.

    Raises
    ------
    SourceError
        It is neither a number nor a text.
    """
    found = field_of(record, path)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, str):
        raise SourceError(
            f"The watermark `{fmt_name(path)}` holds no number, time or text, so records cannot be followed by it. "
            "Choose a field that only grows."
        )
    return comparable(found, is_number=isinstance(found, Number))


def comparable(text: str, *, is_number: bool) -> tuple[str, Decimal | datetime | str, str]:
    """Kind, comparable value and text of a watermark."""
    if is_number:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise SourceError(
                f"The watermark holds {fmt_name(text)}, which is no number. Choose another field."
            ) from None
        return "number", number, text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return "text", text, text
    return "time", moment if moment.tzinfo else moment.replace(tzinfo=UTC), text


def as_plain(value: Any) -> Any:
    """A value with its numbers as numbers, for a table."""
    if isinstance(value, Number):
        number = Decimal(value) if value not in ("NaN", "Infinity", "-Infinity") else None
        if number is None:
            return float(value)
        return int(value) if value.lstrip("-").isdigit() else float(number)
    return value
