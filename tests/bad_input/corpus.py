"""Files that users send and that no reader likes, each with what must come of it.

`CORPUS` is shared: the reader's tests check each outcome here, and the page, CLI and API tests send the same files.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["CORPUS", "DISJOINT_PAIR", "MAX_BYTES", "BadInput"]

MAX_BYTES = 20 * 1024**2
"""The limit under which the corpus is read; only the oversized files come near it."""


@dataclass(frozen=True, slots=True)
class BadInput:
    """A file and its outcome: a sentence that matches *error*, or a frame that passes *check*."""

    name: str
    build: Callable[[], bytes]
    error: str | None = None
    check: Callable[[pd.DataFrame], None] | None = None


def _is(**columns: list[object]) -> Callable[[pd.DataFrame], None]:
    """The frame has exactly these columns and values, missing ones given as None."""
    return _has(list(columns.items()))


def _has(columns: list[tuple[str, list[object]]]) -> Callable[[pd.DataFrame], None]:
    def check(frame: pd.DataFrame) -> None:
        assert list(frame.columns) == [name for name, _ in columns]
        for name, expected in columns:
            found = [None if pd.isna(value) else value for value in frame[name]]
            assert found == expected, (name, found)
            if all(isinstance(value, str) for value in expected if value is not None) and any(expected):
                assert frame[name].dtype == "str", (name, frame[name].dtype)

    return check


def _shape(rows: int, columns: int) -> Callable[[pd.DataFrame], None]:
    def check(frame: pd.DataFrame) -> None:
        assert frame.shape == (rows, columns)

    return check


def _text(text: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: text.encode(encoding)


def _bytes(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


def _zip(**members: str) -> Callable[[], bytes]:
    def build() -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
        return out.getvalue()

    return build


def _bomb() -> bytes:
    return gzip.compress(b"a,b\n" + b"1,2\n" * 8_000_000, compresslevel=1)


def _zip_bomb() -> bytes:
    return _zip(big_dot_csv="a,b\n" + "1,2\n" * 8_000_000)()


def _parquet_bomb() -> bytes:
    return _parquet(pd.DataFrame({"a": np.zeros(12_000_000), "b": np.zeros(12_000_000)}))


def _infinities(frame: pd.DataFrame) -> None:
    assert frame["x"].tolist() == [np.inf, -np.inf, 1.5]


def _wide() -> bytes:
    header = ",".join(f"column {i}" for i in range(10_000))
    row = ",".join(str(i) for i in range(10_000))
    return "\n".join([header, row, row, row]).encode()


def _wide_check(frame: pd.DataFrame) -> None:
    assert frame.shape == (3, 10_000)
    assert frame.iloc[0].tolist() == list(range(10_000))


def _many_categories() -> bytes:
    return ("code\n" + "\n".join(f"city {i}" for i in range(10_000))).encode()


def _many_check(frame: pd.DataFrame) -> None:
    assert frame["code"].nunique() == 10_000


def _long_field() -> bytes:
    return b"id,text\n1," + b"x" * 6_000_000 + b'\n2,"' + b"line\n" * 200_000 + b'"\n'


def _long_check(frame: pd.DataFrame) -> None:
    assert frame["text"].str.len().tolist() == [6_000_000, 1_000_000]


def _late_ragged() -> bytes:
    rows = [f'{i},"two\nlines",x' for i in range(1000)]
    rows[700] = '700,"two\nlines"'
    return ("id,text,label\n" + "\n".join(rows)).encode()


def _nested_parquet() -> bytes:
    return _parquet(pd.DataFrame({"id": [1, 2], "tags": [["a"], ["b", "c"]], "place": [{"x": 1}, {"x": 2}]}))


def _only_nested_parquet() -> bytes:
    return _parquet(pd.DataFrame({"tags": [["a"], ["b", "c"]]}))


def _damaged_parquet() -> bytes:
    whole = _parquet(pd.DataFrame({"a": range(1000)}))
    return whole[: len(whole) // 2]


def _json_lines(*rows: object) -> Callable[[], bytes]:
    return lambda: "\n".join(json.dumps(row) for row in rows).encode()


DISJOINT_PAIR: tuple[BadInput, BadInput] = (
    BadInput("reference_people.csv", _text("age,job\n34,clerk\n51,nurse\n"), check=_shape(2, 2)),
    BadInput("current_weather.csv", _text("wind,rain\n3.5,0\n7.1,2\n"), check=_shape(2, 2)),
)
"""Two good tables without a common column."""

_ABC = _is(a=[1, 3], b=[2, 4])
_PLAIN = "a,b\n1,2\n3,4\n"

CORPUS: list[BadInput] = [
    # Nothing, or nearly nothing, in the file.
    BadInput("empty.csv", _bytes(b""), r"^empty\.csv is empty"),
    BadInput("bom_only.csv", _bytes(b"\xef\xbb\xbf"), r"bom_only\.csv is empty"),
    BadInput("blank.csv", _bytes(b" \n\r\n \n"), r"holds only blank lines"),
    BadInput("header_only.csv", _text("age,job,balance\n"), r"has a header with 3 columns but no rows"),
    BadInput("header_only_one.csv", _text("age"), r"has a header with 1 column but no rows"),
    BadInput("one_row.csv", _text("age,job\n34,clerk"), check=_is(age=[34], job=["clerk"])),
    BadInput("one_column.csv", _text("age\n34\n\n51\n"), check=_is(age=[34, 51])),
    BadInput("empty.csv.gz", _bytes(gzip.compress(b"")), r"^empty\.csv\.gz is empty"),
    # Rows that do not fit the header.
    BadInput(
        "short_row.csv", _text("a,b,c,d\n1,2,3,4\n1,2,3\n"), r"^Line 3 of short_row\.csv has 3 fields, 4 expected\."
    ),
    BadInput("long_row.csv", _text("a,b\n1,2\n1,2,3\n4,5\n"), r"^Line 3 of long_row\.csv has 3 fields, 2 expected\."),
    BadInput("late_short_row.csv", _late_ragged, r"^Line 1402 of late_short_row\.csv has 2 fields, 3 expected\."),
    BadInput(
        "short_after_crlf.csv", _text("a;b\r\n1;2\r\n\r\n1\r\n"), r"^Line 4 of short_after_crlf\.csv has 1 field,"
    ),
    BadInput(
        "title_above.csv", _text("Sales report\na,b,c\n1,2,3\n4,5,6\n"), r"^Line 1 of .* has 1 field, but .* have 3"
    ),
    BadInput("comment_above.csv", _text("# by tool, v2\na,b,c\n1,2,3\n4,5,6\n"), r"^Line 1 of comment_above\.csv"),
    BadInput(
        "unquoted_commas.csv", _text("name\nDoe, John\nRoe, Jane\n"), r"^Line 1 of unquoted_commas\.csv has 1 field"
    ),
    BadInput("open_quote.csv", _text('a,b\n1,"x\n2,y\n3,z\n'), r"quoted field that starts on line 2 .* never closed"),
    BadInput("open_quote_last.csv", _text('a;b\n1;x\n2;"y'), r"quoted field that starts on line 3 .* never closed"),
    # Bytes that are no table.
    BadInput("report.csv", _bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), r"^report\.csv is a PDF document"),
    BadInput("chart.csv", _bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), r"a PNG image"),
    BadInput("photo.csv", _bytes(b"\xff\xd8\xff\xe0\0\x10JFIF"), r"a JPEG image"),
    BadInput("book.csv", _zip(xl__workbook_dot_xml="<workbook/>"), r"an Excel workbook.*save the sheet as CSV"),
    BadInput("book.xls", _bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64), r"an Excel or other Office file"),
    BadInput("letter.docx", _zip(word__document_dot_xml="<w/>"), r"a Word document"),
    BadInput("history.db", _bytes(b"SQLite format 3\0" + b"\0" * 84), r"an SQLite database"),
    BadInput("page.csv", _text("\n<!DOCTYPE html><html><body>Sign in</body></html>"), r"a web page \(HTML\)"),
    BadInput("feed.csv", _text("<?xml version='1.0'?><rows/>"), r"an XML document"),
    BadInput("model.csv", _bytes(b"\x80\x04\x95\x10\0\0\0"), r"a Python pickle"),
    BadInput("noise.csv", lambda: np.random.default_rng(1).bytes(5000), r"^noise\.csv is not a text table"),
    BadInput("zero_byte.csv", _bytes(b"a,b\n1,2\n3,x\0y\n4,5\n"), r"^Line 3 of zero_byte\.csv holds a zero byte"),
    BadInput("half_utf16.csv", _bytes("a,b\n1,2".encode("utf-16")[:-1]), r"starts as UTF-16 text"),
    # Archives.
    BadInput("bomb.csv.gz", _bomb, r"^bomb\.csv\.gz unpacks to more than the limit of 20 MB.*DRIFTIUM_MAX_UPLOAD_MB"),
    BadInput("bomb.zip", _zip_bomb, r"^bomb\.zip unpacks to more than the limit of 20 MB"),
    BadInput("bomb.parquet", _parquet_bomb, r"^bomb\.parquet unpacks to 183 MB, over four times the limit of 20 MB"),
    BadInput("cut.csv.gz", lambda: gzip.compress(_PLAIN.encode() * 50)[:-12], r"gzip file that ends too early"),
    BadInput("damaged.csv.gz", _bytes(b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"garbage" * 9), r"damaged gzip file"),
    BadInput("damaged.zip", lambda: _zip(a_dot_csv=_PLAIN)()[:40], r"damaged zip file"),
    BadInput("two.zip", _zip(a_dot_csv=_PLAIN, b_dot_csv=_PLAIN), r"zip file with 2 files in it, 1 expected"),
    BadInput("none.zip", _bytes(b"PK\x05\x06" + b"\0" * 18), r"zip file with no file in it"),
    BadInput("one.zip", _zip(a_dot_csv=_PLAIN), check=_ABC),
    BadInput("gzipped_but_called.csv", lambda: gzip.compress(_PLAIN.encode()), check=_ABC),
    BadInput("not_gzipped.csv.gz", _text(_PLAIN), check=_ABC),
    BadInput(
        "russian_doll.gz", lambda: gzip.compress(gzip.compress(gzip.compress(b"a"))), r"an archive inside an archive"
    ),
    BadInput(
        "too_large.csv", lambda: b"a,b\n" + b"1,2\n" * 6_000_000, r"^too_large\.csv is 23 MB, over the limit of 20 MB"
    ),
    # Parquet.
    BadInput("cut.parquet", _damaged_parquet, r"^cut\.parquet starts as a Parquet file but is damaged"),
    BadInput("nested.parquet", _nested_parquet, check=_is(id=[1, 2])),
    BadInput("only_nested.parquet", _only_nested_parquet, r"has no column of plain values"),
    BadInput("no_rows.parquet", lambda: _parquet(pd.DataFrame({"a": [], "b": []})), r"has 2 columns but no rows"),
    BadInput("parquet_called.csv", lambda: _parquet(pd.DataFrame({"a": [1, 3], "b": [2, 4]})), check=_ABC),
    BadInput("csv_called.parquet", _text(_PLAIN), check=_ABC),
    BadInput(
        "noise.parquet",
        lambda: np.random.default_rng(2).bytes(5000),
        r"^noise\.parquet is not a Parquet file\. It is not a text table",
    ),
    BadInput(
        "words.parquet", _text("not\nparquet\n"), r"^words\.parquet is not a Parquet file\. It holds lines of text"
    ),
    BadInput("blank.parquet", _bytes(b" \n\n"), r"^blank\.parquet is not a Parquet file\. It is empty"),
    BadInput("report.parquet", _bytes(b"%PDF-1.7\n"), r"^report\.parquet is not a Parquet file\. It is a PDF document"),
    BadInput(
        "short_row.parquet",
        _text("a,b\n1,2\n1\n"),
        r"^short_row\.parquet is not a Parquet file\. Line 3 of short_row\.parquet has 1 field, 2 expected",
    ),
    BadInput(
        "gzipped.parquet.gz",
        lambda: gzip.compress(b"not\nparquet\n"),
        r"^gzipped\.parquet\.gz is not a Parquet file\. It holds lines of text",
    ),
    # JSON.
    BadInput("broken.jsonl", _bytes(b'{"a": 1}\n{"a": \n'), r"^Line 2 of broken\.jsonl is not a JSON object"),
    BadInput("list.jsonl", _bytes(b'{"a": 1}\n[2]\n'), r"^Line 2 of list\.jsonl is not a JSON object"),
    BadInput("broken.json", _bytes(b'[{"a": 1},\n{"a" 2}]'), r"^Line 2 of broken\.json is not valid JSON"),
    BadInput("numbers.json", _bytes(b"[1, 2]"), r"^Item 1 of numbers\.json is not an object"),
    BadInput("nested.jsonl", _json_lines({"a": 1, "b": [1]}, {"a": 2, "b": {}}), check=_is(a=[1, 2])),
    BadInput("uneven.jsonl", _json_lines({"a": 1}, {"b": "x"}), check=_is(a=[1, None], b=[None, "x"])),
    # Odd headers.
    BadInput("empty_headers.csv", _text("a,,c,\n1,2,3,4\n"), check=_is(a=[1], column_2=[2], c=[3], column_4=[4])),
    BadInput(
        "duplicate_headers.csv",
        _text("age,age,age_2,age\n1,2,3,4\n"),
        check=_is(age=[1], age_3=[2], age_2=[3], age_4=[4]),
    ),
    BadInput("trailing_separator.csv", _text("a,b,\n1,2,\n3,4,\n"), check=_ABC),
    BadInput("emoji.csv", _text("🎂 age,💼\n34,🧑‍🔬\n"), check=_has([("🎂 age", [34]), ("💼", ["🧑‍🔬"])])),
    BadInput(
        "script.csv",
        _text("<script>alert(1)</script>,b\n<img src=x onerror=alert(1)>,2\n"),
        check=_has([("<script>alert(1)</script>", ["<img src=x onerror=alert(1)>"]), ("b", [2])]),
    ),
    BadInput("no_header.csv", _text("1,2\n3,4\n5,6\n"), check=_has([("1", [3, 5]), ("2", [4, 6])])),
    BadInput("excel_hint.csv", _text("sep=;\r\na;b\r\n1;2\r\n3;4\r\n"), check=_ABC),
    BadInput("newline_header.csv", _text('"a\nb",c\n1,2\n'), check=_has([("a\nb", [1]), ("c", [2])])),
    # Odd values.
    BadInput("all_missing.csv", _text("a,b\n1,\n2,\n"), check=_is(a=[1, 2], b=[None, None])),
    BadInput("infinities.csv", _text("x\ninf\n-inf\n1.5\n"), check=_infinities),
    BadInput("mixed.csv", _text("x,y\n1,a\ntwo,b\n3.5,c\n"), check=_is(x=["1", "two", "3.5"], y=["a", "b", "c"])),
    BadInput(
        "formulas.csv",
        _text("x,y\n=cmd()|'/C calc'!A0,1\n@SUM(A1),2\n"),
        check=_is(x=["=cmd()|'/C calc'!A0", "@SUM(A1)"], y=[1, 2]),
    ),
    BadInput("codes.csv", _text("zip,n\n007,1\n12345,2\n"), check=_is(zip=["007", "12345"], n=[1, 2])),
    BadInput("hex.csv", _text("id\n0x1F\n0x2A\n"), check=_is(id=["0x1F", "0x2A"])),
    BadInput(
        "huge_ids.csv",
        _text("id\n12345678901234567890\n12345678901234567891\n"),
        check=_is(id=["12345678901234567890", "12345678901234567891"]),
    ),
    BadInput("countries.csv", _text("country\nDE\nNA\nUS\n"), check=_is(country=["DE", "NA", "US"])),
    BadInput(
        "none_category.csv", _text("veneer,n\nNone,1\nStone,None\n"), check=_is(veneer=["None", "Stone"], n=[1, None])
    ),
    BadInput("booleans.csv", _text("b\nTrue\nFalse\n"), check=_is(b=["True", "False"])),
    BadInput("bad_date.csv", _text("d\n2024-02-28\n2024-02-30\n"), check=_is(d=["2024-02-28", "2024-02-30"])),
    BadInput("long_fields.csv", _long_field, check=_long_check),
    BadInput("wide.csv", _wide, check=_wide_check),
    BadInput("many_categories.csv", _many_categories, check=_many_check),
    # Odd encodings and line ends.
    BadInput("utf16_le.csv", lambda: "\ufeffa,b\n1,2\n3,4\n".encode("utf-16-le"), check=_ABC),
    BadInput("utf16_be.csv", lambda: "\ufeffa,b\n1,2\n3,4\n".encode("utf-16-be"), check=_ABC),
    BadInput("utf16_no_bom.csv", _text(_PLAIN, "utf-16-le"), check=_ABC),
    BadInput(
        "latin1.csv", _text("stadt;n\nKöln;1\nZürich;2\n", "latin-1"), check=_is(stadt=["Köln", "Zürich"], n=[1, 2])
    ),
    BadInput("one_bad_byte.csv", _bytes(b"a,b\n1,x\xff\n3,y\n"), check=_is(a=[1, 3], b=["xÿ", "y"])),
    BadInput("undefined_in_1252.csv", _bytes(b"a,b\n1,x\x81\xe9\n"), check=_is(a=[1], b=["x\x81é"])),
    BadInput("strange_hint.csv", _bytes(b'sep="\na,b\n1,2\n3,4\n'), r"^Line 1 of strange_hint.csv has 1 field, but"),
    BadInput("cr_only.csv", _text("a,b\r1,2\r3,4\r"), check=_ABC),
    BadInput("mixed_line_ends.csv", _text("a,b\n1,2\r\n3,4\r"), check=_ABC),
    BadInput("blank_tail.csv", _text("a,b\n1,2\n3,4\n\n  \n\n\x1a"), check=_ABC),
]
