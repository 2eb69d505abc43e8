"""Good files: every dialect, encoding and number notation gives the values that were meant."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from driftium_core.errors import TableReadError
from driftium_core.files import read_path
from driftium_core.tabular.read import read_table

_ROWS = [["name", "city", "n"], ["Zoë", 'say "hi",\nthen; go|\tnow', "1"], ["Ægir", "Köln", "-2"]]


def _written(separator: str, line_end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=line_end, quoting=quoting).writerows(_ROWS)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_every_dialect_in_every_encoding(separator: str, encoding: str, line_end: str, quoting: int) -> None:
    table = read_table(_written(separator, line_end, quoting).encode(encoding), "people.csv")
    assert table.frame.columns.tolist() == ["name", "city", "n"]
    assert table.frame["name"].tolist() == ["Zoë", "Ægir"]
    assert table.frame["city"].tolist() == ['say "hi",\nthen; go|\tnow', "Köln"]
    assert table.frame["n"].tolist() == [1, -2]
    words = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Pipe"}
    shown = {"l": "Windows-1252", "c": "Windows-1252"}.get(encoding[0], encoding[:6].rstrip("-").upper())
    assert table.notes[0] == f"{words[separator]}-separated, {shown}."


def _column(*values: str, separator: str = ";") -> tuple[list[object], str, tuple[str, ...]]:
    """Values, dtype and notes of a column beside a text column."""
    text = f"x{separator}t\n" + "\n".join(f"{value}{separator}a" for value in values)
    table = read_table(text.encode(), "t.csv")
    values_read = [None if pd.isna(value) else value for value in table.frame["x"]]
    return values_read, str(table.frame["x"].dtype), table.notes[1:]


@pytest.mark.parametrize(
    ("written", "meant", "dtype", "note"),
    [
        (["1", "-2", "0"], [1, -2, 0], "int64", None),
        (["1", "", "3"], [1.0, None, 3.0], "float64", None),
        (["1.5", "1e3", ".5", "-0"], [1.5, 1000.0, 0.5, 0.0], "float64", None),
        ([" 1", "2 ", "+3"], [1, 2, 3], "int64", None),
        (["−4", "5"], [-4, 5], "int64", None),
        (["1,5", "2", "-0,25"], [1.5, 2.0, -0.25], "float64", "Decimal comma in `x` (`1,5`)."),
        (["1,234", "56", "1,234,567"], [1234, 56, 1234567], "int64", "Thousands separators removed in `x` (`1,234`)."),
        (["1,234.5", "6.25"], [1234.5, 6.25], "float64", "Thousands separators removed in `x` (`1,234.5`)."),
        (["1.234,5", "12,75"], [1234.5, 12.75], "float64", "Thousands separators removed in `x` (`1.234,5`)."),
        (["1.234.567", "1.000"], [1234567, 1000], "int64", "Thousands separators removed in `x` (`1.234.567`)."),
        (["1 234", "-12 345,5"], [1234.0, -12345.5], "float64", "Thousands separators removed in `x` (`1 234`)."),
        (["1\u202f234", "7"], [1234, 7], "int64", "Thousands separators removed in `x` (`1\u202f234`)."),
        (["1\u00a0234", "7"], [1234, 7], "int64", "Thousands separators removed in `x` (`1\u00a0234`)."),
        (["1'234.5", "10'000"], [1234.5, 10000.0], "float64", "Thousands separators removed in `x` (`1'234.5`)."),
        (["0,567", "0,123"], [0.567, 0.123], "float64", "Decimal comma in `x` (`0,567`)."),
        (["5 %", "12.5 %"], [5.0, 12.5], "float64", "The unit was removed in `x` (`5 %`)."),
        (["€3", "€4"], [3, 4], "int64", "The unit was removed in `x` (`€3`)."),
        (["5 %", "7"], ["5 %", "7"], "str", None),
        (["007", "123"], ["007", "123"], "str", "`x` kept as text: codes such as `007` would lose their leading zero."),
        (["00.5", "1"], ["00.5", "1"], "str", "`x` kept as text: codes such as `00.5` would lose their leading zero."),
        (["0", "0.5", "0e1"], [0.0, 0.5, 0.0], "float64", None),
        (["555 123 456", "555 987 654"], ["555 123 456", "555 987 654"], "str", None),
        (["NA", "1.5"], [None, 1.5], "float64", None),
        (["None", "1,5"], [None, 1.5], "float64", "Decimal comma in `x` (`1,5`)."),
        (["NA", "yes"], [None, "yes"], "str", None),
        (["NA", "DE"], ["NA", "DE"], "str", "NA in `x` was kept as a value, as all others are two-letter codes."),
        (["NULL", "n/a", "x"], [None, None, "x"], "str", None),
        (["true", "false"], ["true", "false"], "str", None),
        (["2024-01-31", ""], [pd.Timestamp("2024-01-31"), None], "datetime64", "`x` read as dates."),
        (["31.01.2024", "01.02.2024"], ["31.01.2024", "01.02.2024"], "str", None),
        (["12:30", "14:00"], ["12:30", "14:00"], "str", None),
        (["1/2", "3/4"], ["1/2", "3/4"], "str", None),
        (["=1+1", "-"], ["=1+1", "-"], "str", None),
    ],
)  # fmt: skip
def test_what_a_column_means(written: list[str], meant: list[object], dtype: str, note: str | None) -> None:
    values, kind, notes = _column(*written)
    assert values == meant
    assert kind.startswith(dtype)
    assert notes[:1] == ((note,) if note else ())


def test_numbers_that_floats_cannot_hold_stay_text() -> None:
    values, _, notes = _column("9007199254740993", "")
    assert values == ["9007199254740993", None]
    assert notes == ("`x` kept as text: numbers such as `9007199254740993` have too many digits to be exact.",)
    assert _column("-9223372036854775808", "")[0] == ["-9223372036854775808", None]
    assert _column("-9223372036854775808", "1")[0] == [-(2**63), 1]


def test_moments_with_offsets_become_utc() -> None:
    values, _, notes = _column("2024-01-31T10:00:00Z", "2024-01-31 12:00+02:00")
    assert values == [pd.Timestamp("2024-01-31 10:00")] * 2
    assert notes == ("`x` read as dates.", "Times with an offset in `x` were brought to UTC.")
    assert _column("2024-01-31T10:00:00Z", "2024-01-31 12:00")[1] == "str"


def test_a_proven_decimal_comma_settles_the_other_columns() -> None:
    table = read_table(b"a;b;c\n1,5;1.234;1,234\n2,25;5.678;9,999\n", "t.csv")
    assert table.frame["a"].tolist() == [1.5, 2.25]
    assert table.frame["b"].tolist() == [1234, 5678]
    assert table.frame["c"].tolist() == [1.234, 9.999]


@pytest.mark.parametrize(("separator", "meant"), [(";", [1.234, 9.999]), ("\t", [1234, 9999]), ("|", [1234, 9999])])
def test_without_proof_semicolons_speak_for_decimal_commas(separator: str, meant: list[float]) -> None:
    table = read_table(f"b{separator}c\n1.234{separator}1,234\n5.678{separator}9,999\n".encode(), "t.csv")
    assert table.frame["b"].tolist() == [1.234, 5.678]
    assert table.frame["c"].tolist() == meant


def test_a_late_exception_keeps_the_column_text_and_is_shown() -> None:
    values, kind, notes = _column(*[str(i) for i in range(5000)], "n.k.")
    assert kind == "str"
    assert values[-1] == "n.k."
    assert notes == ("`x` kept as text: values such as `n.k.` are not numbers.",)
    assert _column(*[str(i) for i in range(1, 5000)], "0123")[1] == "str"


def test_one_column_of_decimal_commas_is_one_column() -> None:
    assert read_table(b"x\n1,5\n2,25\n3\n", "t.csv").frame["x"].tolist() == [1.5, 2.25, 3.0]


def test_commas_in_one_column_of_sentences_are_text() -> None:
    table = read_table(b"text\nHello there\nOne, two\nfine\n", "t.csv")
    assert table.frame["text"].tolist() == ["Hello there", "One, two", "fine"]


def test_first_line_of_data_is_noted() -> None:
    assert "The first line was taken as the header, but it looks like data: `34`." in (
        read_table(b"34,clerk\n51,nurse\n", "t.csv").notes
    )
    assert len(read_table(b"age,job\n51,nurse\n", "t.csv").notes) == 1


def test_header_notes() -> None:
    notes = read_table(b"a,,a,\n1,2,3,4\n", "t.csv").notes
    assert "2 empty headers were named `column_2`, `column_4`." in notes
    assert "Duplicate header `a` was renamed `a_2`." in notes
    assert "1 last column without header and values was left out." in read_table(b"a,b,\n1,2,\n", "t.csv").notes


def test_wrapped_tables_keep_their_name_and_the_hash_of_what_was_given() -> None:
    data = gzip.compress(b"a,b\n1,2\n", mtime=0)
    table = read_table(memoryview(data), "some/folder/people.csv.gz")
    assert table.name == "people.csv.gz"
    assert table.content_hash == hashlib.sha256(data).hexdigest()
    assert table.notes == ("Unpacked from gzip.", "Comma-separated, UTF-8.")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("data/x.jsonl", '{"a": 1}\n')
        archive.writestr("__MACOSX/data/._x.jsonl", "junk")
    assert read_table(out.getvalue(), "x.zip").notes == ("Unpacked `x.jsonl` from the zip file.", "JSON, UTF-8.")


def test_json_lines_have_the_types_of_other_tables() -> None:
    table = read_table(
        b'{"n": 1, "x": 1.5, "b": true, "t": "a", "m": 1}\n\n{"n": 2, "x": null, "b": false, "t": "007", "m": "z"}',
        "t.jsonl",
    )
    assert table.frame.dtypes.astype(str).tolist() == ["int64", "float64", "str", "str", "str"]
    assert table.frame["b"].tolist() == ["True", "False"]
    assert table.frame["m"].tolist() == ["1", "z"]
    array = read_table(b'[{"a": 1}, {"a": 2}]', "t.json")
    assert array.frame["a"].tolist() == [1, 2]


def test_parquet_has_the_types_of_other_tables() -> None:
    moments = pd.to_datetime(["2024-01-01 10:00", None])
    source = pa.table(
        {
            "whole": pa.array([1, 2], pa.uint8()),
            "gaps": pa.array([1, None], pa.int32()),
            "large": pa.array([2**60, None], pa.int64()),
            "real": pa.array([0.5, None], pa.float32()),
            "money": pa.array(["1.50", "2.25"]).cast(pa.decimal128(9, 2)),
            "flag": pa.array([True, None]),
            "kind": pa.array(["a", "b"]).dictionary_encode(),
            "day": pa.array([19723, None], pa.date32()),
            "moment": pa.array(moments.tz_localize("Europe/Berlin")),
            "wait": pa.array([1500, None], pa.duration("ms")),
            "raw": pa.array([b"x", b"y"]),
            "none": pa.nulls(2),
            "__index_level_0__": pa.array([5, 6]),
        }
    )
    out = io.BytesIO()
    pq.write_table(source, out)
    table = read_table(out.getvalue(), "t.parquet")
    frame = table.frame
    assert frame["whole"].dtype == "int64"
    assert frame["gaps"].dtype == "float64"
    assert frame["large"].tolist()[0] == str(2**60)
    assert frame["real"].tolist()[0] == 0.5
    assert frame["money"].tolist() == [1.5, 2.25]
    assert frame["flag"].tolist()[0] == "True"
    assert pd.isna(frame["flag"][1])
    assert frame["kind"].dtype == "str"
    assert frame["day"][0] == pd.Timestamp("2024-01-01")
    assert frame["moment"][0] == pd.Timestamp("2024-01-01 09:00")
    assert frame["wait"][0] == 1.5
    assert frame["none"].isna().all()
    assert frame.columns.tolist() == [*source.column_names[:10], "none"]
    assert table.notes == ("Parquet.", "Lists, objects or binary values in `raw` were left out.")


def test_frames_can_be_written_to() -> None:
    frame = read_table(b"a,b\n1,2.5\n3,4.5\n", "t.csv").frame
    frame.loc[0, "a"] = 9
    frame["b"].to_numpy(copy=True)[0] = 1
    assert frame["a"].tolist() == [9, 3]


def test_paths_and_their_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "people.tsv"
    file.write_bytes(b"a\tb\n1\t2\n")
    assert read_path(file).frame.to_dict("list") == {"a": [1], "b": [2]}
    with pytest.raises(TableReadError, match=r"^gone\.csv does not exist\. Check the path\.$"):
        read_path(tmp_path / "gone.csv")
    with pytest.raises(TableReadError, match=r" is a folder; a file is expected\.$"):
        read_path(tmp_path)
    with pytest.raises(TableReadError, match=r"^people\.tsv is 1 kB, over the limit of 1 kB"):
        read_path(file, max_bytes=4)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n")))
    assert read_path("-").name == "standard input"


_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\u0085\ufeff"), max_size=8
)
_CELL = st.one_of(
    st.none(),
    _TEXT.map(lambda text: f"x{text}"),
    st.sampled_from(['a"b', "line\nbreak", "a,b;c|d\te", "=1", " lead", "x ", '"', '""', "x\r\ny"]),
)


@settings(deadline=None, max_examples=150)
@given(
    texts=st.lists(_CELL, min_size=1, max_size=12),
    numbers=st.lists(st.none() | st.floats(allow_nan=False), min_size=12, max_size=12),
    whole=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=12, max_size=12),
    header=_TEXT,
    separator=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
)
def test_what_pandas_writes_is_read_back(
    texts: list[str | None],
    numbers: list[float | None],
    whole: list[int],
    header: str,
    separator: str,
    decimal: str,
    encoding: str,
    line_end: str,
    quoting: int,
) -> None:
    """Values survive exactly: floats to the last bit, integers over all 64 bits, texts to the last blank."""
    assume(any(text is not None for text in texts))
    # 1,125 means two things outside semicolon-separated files, and nothing in such a file could tell them apart.
    assume(decimal == "." or separator == ";")
    n = len(texts)
    frame = pd.DataFrame(
        {
            f"t{header}".strip(): pd.array(texts, dtype="str"),
            "number": np.array([np.nan if value is None else value for value in numbers[:n]]),
            "whole": np.array(whole[:n], dtype=np.int64),
        }
    )
    out = io.BytesIO()
    frame.to_csv(
        out, index=False, sep=separator, decimal=decimal, encoding=encoding, lineterminator=line_end, quoting=quoting
    )
    table = read_table(out.getvalue(), "t.csv")
    pd.testing.assert_frame_equal(table.frame, frame, check_exact=True)
