"""From bytes of any common text encoding to UTF-8, without a second copy where there is nothing to do."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from driftium_core.errors import TableReadError
from driftium_core.tabular.formats.wording import shown_name

__all__ = ["Utf8Text", "to_utf8"]

_CHUNK_BYTES = 1 << 18
_HEAD_BYTES = 1 << 16
_BOMS: tuple[tuple[bytes, str, str], ...] = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)


@dataclass(frozen=True, slots=True)
class Utf8Text:
    """Valid UTF-8 without a byte order mark, and what it was before.

    Attributes
    ----------
    view : memoryview
        The text. It shares memory with the input when that was UTF-8 already.
    encoding : str
        As shown to people, e.g. ``"UTF-8"`` or ``"Windows-1252"``.
    n_quotes : int
        Number of double quotes in the text.
    """

    view: memoryview
    encoding: str
    n_quotes: int


def to_utf8(view: memoryview, name: str) -> Utf8Text:
    """Find the encoding and return the text as UTF-8.

    A byte order mark decides. Without one, zero bytes at every other place mean UTF-16; what decodes as UTF-8
    is UTF-8; the rest is Windows-1252, or Latin-1 where that leaves bytes undefined. Statistical detection of
    other one-byte encodings is not tried: on short tables it is wrong more often than this rule.

    Raises
    ------
    TableReadError
        For bytes that are not text.
    """
    text, encoding = _decoded(view, name)
    n_quotes, nul_at = _count_quotes(text)
    if nul_at is not None:
        line = sum(chunk.count(b"\n") for chunk in _chunks(text[:nul_at])) + 1
        raise TableReadError(
            f"Line {line} of {shown_name(name)} holds a zero byte, so this is not a text table. "
            "Save it as CSV or Parquet again. Nothing was loaded."
        )
    return Utf8Text(text, encoding, n_quotes)


def _decoded(view: memoryview, name: str) -> tuple[memoryview, str]:
    head = bytes(view[:_HEAD_BYTES])
    for bom, codec, shown in _BOMS:
        if head.startswith(bom):
            body = view[len(bom) :]
            if codec == "utf-8" and _is_utf8(body):
                return body, shown
            if codec != "utf-8":
                return _transcoded(body, codec, shown, name), shown
    utf16 = _utf16_without_bom(head)
    if utf16:
        return _transcoded(view, utf16, "UTF-16", name), "UTF-16"
    if _is_utf8(view):
        return view, "UTF-8"
    _refuse_binary(head, name)
    try:
        return _transcoded(view, "cp1252", "Windows-1252", name), "Windows-1252"
    except TableReadError:
        return _transcoded(view, "latin-1", "Latin-1", name), "Latin-1"


def _utf16_without_bom(head: bytes) -> str | None:
    """Text in a Latin script has a zero byte in most pairs, always on the same side."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.02 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.02 * pairs:
        return "utf-16-be"
    return None


def _refuse_binary(head: bytes, name: str) -> None:
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\x0c\x1a\x1b")
    if controls > 0.02 * len(head):
        raise TableReadError(
            f"{shown_name(name)} is not a text table: its first bytes are binary. "
            "Choose a CSV or Parquet file. Nothing was loaded."
        )


def _chunks(view: memoryview) -> Iterator[bytes]:
    for start in range(0, len(view), _CHUNK_BYTES):
        yield bytes(view[start : start + _CHUNK_BYTES])


def _is_utf8(view: memoryview) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    pending = False
    try:
        for chunk in _chunks(view):
            # Plain ASCII is by far the common case and ten times faster to recognise than to decode.
            if not pending and chunk.isascii():
                continue
            decoder.decode(chunk)
            pending = bool(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _transcoded(view: memoryview, codec: str, shown: str, name: str) -> memoryview:
    decoder = codecs.getincrementaldecoder(codec)()
    out = bytearray()
    try:
        for chunk in _chunks(view):
            out += decoder.decode(chunk).encode()
        out += decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise TableReadError(
            f"{shown_name(name)} starts as {shown} text but holds bytes that are not. "
            "Save it as UTF-8 again. Nothing was loaded."
        ) from None
    return memoryview(out)


def _count_quotes(view: memoryview) -> tuple[int, int | None]:
    """Number of double quotes, and where the first zero byte is."""
    n_quotes, start = 0, 0
    for chunk in _chunks(view):
        n_quotes += chunk.count(b'"')
        nul = chunk.find(b"\0")
        if nul >= 0:
            return n_quotes, start + nul
        start += len(chunk)
    return n_quotes, None
