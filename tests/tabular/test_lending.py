"""Bytes lent to Arrow: nobody holds them once a file is read, whatever became of the reading."""

import io
import threading
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from driftium_core.errors import TableReadError
from driftium_core.tabular.formats.lending import lent
from driftium_core.tabular.read import read_table
from driftium_core.tabular.records import read_records


def test_the_end_waits_for_a_thread_that_still_holds_the_bytes() -> None:
    held: list[pa.Buffer] = []
    with lent(memoryview(b"abc")) as loan:
        held.append(pa.py_buffer(loan))
        threading.Timer(0.1, held.clear).start()
    assert held == []
    with pytest.raises(ValueError, match="released"):
        loan.tobytes()


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"a": list(range(20_000)), "b": [f"x{n}" for n in range(20_000)]}), file)
    return file.getvalue()


def csv_is_read() -> None:
    for _ in range(300):  # a thread of Arrow is late once in about fifty
        read_records(b"a,b\n" + b"x,y\n" * 6, "f.csv")


def parquet_is_read() -> None:
    read_table(parquet(), "f.parquet")


def damaged_is_refused() -> None:
    whole = parquet()
    with pytest.raises(TableReadError, match="damaged or cut off"):
        read_table(whole[:5000] + b"\0" * 3000 + whole[8000:], "f.parquet")


@pytest.mark.parametrize("work", [csv_is_read, parquet_is_read, damaged_is_refused])
def test_no_reading_ends_while_its_bytes_are_held(work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftium_core.tabular.formats.lending.LONGEST_S", 20.0)
    started_s = time.monotonic()
    work()
    assert time.monotonic() - started_s < 15  # nothing was waited for in vain
