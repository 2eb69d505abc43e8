"""Column types that SQL does not have."""

from __future__ import annotations

import json
import re
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

__all__ = ["AnyText", "CompressedJSON", "UtcDateTime"]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC and read as UTC. A naive one is refused: it could mean any zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give it a time zone, e.g. datetime.now(UTC)")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Attach UTC, which SQLite cannot store."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CompressedJSON(TypeDecorator[Any]):
    """JSON values as zlib-compressed UTF-8; reports are repetitive and shrink to about a tenth.

    Lone surrogates, which JSON can hold and UTF-8 cannot, are kept as Python's ``surrogatepass`` writes them.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Compress."""
        if value is None:
            return None
        return zlib.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), 3)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Expand."""
        return None if value is None else json.loads(zlib.decompress(value))


class AnyText(TypeDecorator[str]):
    """Text as Python has it. Databases refuse lone surrogates (JSON can hold them) and some refuse NUL.

    Such a character is stored as U+FDD0, which Unicode reserves for a program's own use, and four hex digits.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Escape what cannot be stored."""
        if value is None or not _UNSTORABLE.search(value):
            return value
        return _UNSTORABLE.sub(lambda found: f"{_ESCAPE}{ord(found[0]):04x}", value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Bring it back."""
        if value is None or _ESCAPE not in value:
            return value
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)


_ESCAPE = "\ufdd0"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufdd0]")
_ESCAPED = re.compile(f"{_ESCAPE}([0-9a-f]{{4}})")
