"""What a file is, from its first bytes, and the table inside a gzip or zip file.

The name's extension is never trusted: a Parquet file called ``.csv`` is read, a PDF called ``.csv`` is named.
"""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
import zlib
from typing import IO

from driftium_core.errors import TableReadError
from driftium_core.formats import fmt_count
from driftium_core.tabular.formats.wording import quoted, shown_name, shown_size

__all__ = ["called_parquet", "check_size", "foreign_format", "is_parquet", "not_parquet", "unwrap"]

_CHUNK_BYTES = 1 << 20
_MAX_NESTING = 2

_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "Export the table as CSV"),
    (b"\x89PNG", "a PNG image", "Export the table as CSV"),
    (b"\xff\xd8\xff", "a JPEG image", "Export the table as CSV"),
    (b"GIF8", "a GIF image", "Export the table as CSV"),
    (b"SQLite format 3\x00", "an SQLite database", "Export one of its tables as CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel or other Office file", "Open it and save the sheet as CSV"),
    (b"ARROW1", "an Arrow (Feather) file", "Save the table as Parquet or CSV"),
    (b"FEA1", "a Feather file", "Save the table as Parquet or CSV"),
    (b"ORC", "an ORC file", "Save the table as Parquet or CSV"),
    (b"Obj\x01", "an Avro file", "Save the table as Parquet or CSV"),
    (b"\x89HDF", "an HDF5 file", "Save the table as Parquet or CSV"),
    (b"\x93NUMPY", "a NumPy array", "Save the table as Parquet or CSV"),
    (b"\x80\x03", "a Python pickle", "Save the table as Parquet or CSV"),
    (b"\x80\x04", "a Python pickle", "Save the table as Parquet or CSV"),
    (b"\x80\x05", "a Python pickle", "Save the table as Parquet or CSV"),
    (b"BZh", "a bzip2 archive", "Unpack it, or compress it with gzip"),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it, or compress it with gzip"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it, or compress it with gzip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it, or compress it with gzip"),
    (b"Rar!\x1a", "a RAR archive", "Unpack it, or compress it with gzip"),
    (b"\x7fELF", "a program", "Choose a CSV or Parquet file"),
    (b"{\\rtf", "an RTF document", "Export the table as CSV"),
)
_MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<?xml", "an XML document"),
)
_OFFICE: tuple[tuple[str, str, str], ...] = (
    ("xl/", "an Excel workbook", "Open it and save the sheet as CSV"),
    ("word/", "a Word document", "Export the table as CSV"),
    ("ppt/", "a PowerPoint file", "Export the table as CSV"),
    ("content.xml", "an OpenDocument file", "Open it and save the sheet as CSV"),
)


def check_size(n_bytes: int, name: str, max_bytes: int | None) -> None:
    """Refuse a file above the upload limit; None means no limit."""
    if max_bytes is not None and n_bytes > max_bytes:
        raise TableReadError(
            f"{shown_name(name)} is {shown_size(n_bytes)}, over the limit of {shown_size(max_bytes)}. "
            "Send fewer rows, or raise DRIFTIUM_MAX_UPLOAD_MB. Nothing was loaded."
        )


def is_parquet(view: memoryview) -> bool:
    """Whether the bytes start as Parquet files do."""
    return bytes(view[:4]) in (b"PAR1", b"PARE")


def called_parquet(name: str) -> bool:
    """Whether a file's name says that it is Parquet."""
    return name.lower().endswith((".parquet", ".pq"))


def not_parquet(name: str, error: TableReadError) -> TableReadError:
    """What is wrong with a file that cannot be read and is not the Parquet file that its name says."""
    shown = shown_name(name)
    return TableReadError(f"{shown} is not a Parquet file. {re.sub(f'^{re.escape(shown)}(?= )', 'It', str(error))}")


def foreign_format(view: memoryview, name: str) -> None:
    """Raise a sentence that names the format when the bytes are a known file that is not a table."""
    head = bytes(view[:64])
    for magic, what, advice in _FOREIGN:
        if head.startswith(magic):
            raise _not_a_table(name, what, advice)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for start, what in _MARKUP:
        if text.startswith(start):
            raise _not_a_table(name, what, "Export the table as CSV")


def unwrap(view: memoryview, name: str, max_bytes: int | None) -> tuple[memoryview, str, tuple[str, ...]]:
    """The bytes of the one file inside gzip or zip, its name, and notes; anything else comes back as it is.

    Decompression stops as soon as *max_bytes* have come out, so that a small file cannot fill the memory.
    """
    notes: tuple[str, ...] = ()
    given = name
    for _ in range(_MAX_NESTING):
        head = bytes(view[:4])
        if head.startswith(b"\x1f\x8b"):
            view = _gunzip(view, given, max_bytes)
            name = name[:-3] if name.lower().endswith(".gz") else name
            notes = (*notes, "Unpacked from gzip.")
        elif head in (b"PK\x03\x04", b"PK\x05\x06"):
            view, inner = _unzip(view, given, max_bytes)
            notes = (*notes, f"Unpacked {quoted(shown_name(inner))} from the zip file.")
            name = inner
        else:
            return view, name, notes
    if bytes(view[:2]) in (b"\x1f\x8b", b"PK"):
        raise _not_a_table(given, "an archive inside an archive", "Unpack it first")
    return view, name, notes


def _not_a_table(name: str, what: str, advice: str) -> TableReadError:
    return TableReadError(f"{shown_name(name)} is {what}, not a table. {advice}. Nothing was loaded.")


def _gunzip(view: memoryview, name: str, max_bytes: int | None) -> memoryview:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(view)) as stream:
            return _read_capped(stream, name, max_bytes)
    except EOFError:
        raise TableReadError(
            f"{shown_name(name)} is a gzip file that ends too early; it was probably cut off while copying. "
            "Nothing was loaded."
        ) from None
    except (gzip.BadGzipFile, zlib.error):
        raise TableReadError(f"{shown_name(name)} is a damaged gzip file. Nothing was loaded.") from None


def _unzip(view: memoryview, name: str, max_bytes: int | None) -> tuple[memoryview, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(view)) as archive:
            member = _only_member(archive, name)
            with archive.open(member) as stream:
                return _read_capped(stream, name, max_bytes), member.filename
    except TableReadError:
        raise
    except (NotImplementedError, RuntimeError):
        raise TableReadError(
            f"{shown_name(name)} is a zip file that is encrypted or packed in an unusual way. "
            "Unpack it first. Nothing was loaded."
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, IndexError, struct.error):
        # zipfile trusts offsets and lengths inside a damaged file, and trips over them in all of these ways.
        raise TableReadError(f"{shown_name(name)} is a damaged zip file. Nothing was loaded.") from None


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    names = archive.namelist()
    for start, what, advice in _OFFICE:
        if any(inner.startswith(start) for inner in names):
            raise _not_a_table(name, what, advice)
    members = [
        info
        for info in archive.infolist()
        if not info.is_dir() and not info.filename.startswith("__MACOSX/") and not info.filename.endswith(".DS_Store")
    ]
    if len(members) != 1:
        held = fmt_count(len(members), "file") if members else "no file"
        raise TableReadError(
            f"{shown_name(name)} is a zip file with {held} in it, 1 expected. "
            "Send a zip with one table, or the table itself. Nothing was loaded."
        )
    return members[0]


def _read_capped(stream: IO[bytes] | gzip.GzipFile, name: str, max_bytes: int | None) -> memoryview:
    out = bytearray()
    while chunk := stream.read(_CHUNK_BYTES):
        out += chunk
        if max_bytes is not None and len(out) > max_bytes:
            raise TableReadError(
                f"{shown_name(name)} unpacks to more than the limit of {shown_size(max_bytes)}. "
                "Send fewer rows, or raise DRIFTIUM_MAX_UPLOAD_MB. Nothing was loaded."
            )
    return memoryview(out)
