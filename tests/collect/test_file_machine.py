"""Whatever is done to a growing file, in any order and read in any pieces: every record comes exactly once."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from driftium_core.origin import FileOrigin
from tests.collect.reading import Reader

TEXTS = st.sampled_from(["yes", "no", "ü €", "a, b", 'say "x"', "two\nlines", "tab\there", ";", "x" * 3000])


class GrowingFile(RuleBasedStateMachine):
    """A program that logs, a rotation that interferes, and a source that reads now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="driftium-machine-"))
        self.clock = int(time.time())
        self.count = 0
        self.written: list[str] = []
        self.rest = b""
        self.n_rotated = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(
        kind=st.sampled_from(["jsonl", "csv"]), whole_folder=st.booleans(), newline=st.sampled_from(["\n", "\r\n"])
    )
    def begin(self, kind: str, whole_folder: bool, newline: str) -> None:
        self.kind, self.newline = kind, newline
        self.path = self.folder / f"app.{kind}"
        pattern = f"*.{kind}"
        self.reader = Reader(
            FileOrigin(path=str(self.folder), pattern=pattern) if whole_folder else FileOrigin(path=str(self.path))
        )
        self.start_file()
        self.reader.run()  # what was rotated away before a source was set up is not its file

    def start_file(self) -> None:
        """A new file; its first record is like no other, as times and ids make them."""
        self.path.touch()
        if self.kind == "csv":
            self.write(f"prompt,response{self.newline}".encode())
        self.record(f"start {self.count}")

    def encoded(self, text: str) -> bytes:
        if self.kind == "jsonl":
            return (json.dumps({"prompt": "p", "response": text}) + self.newline).encode()
        out = io.StringIO()
        csv.writer(out, lineterminator=self.newline).writerow(["p", text])
        return out.getvalue().encode()

    def record(self, text: str) -> None:
        self.count += 1
        self.written.append(text)
        self.write(self.encoded(text))

    def write(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)
        self.touch(self.path)

    def touch(self, path: Path) -> None:
        self.clock += 1
        os.utime(path, (self.clock, self.clock))

    def finish_line(self) -> None:
        if self.rest:
            self.write(self.rest)
            self.rest = b""

    @rule(texts=st.lists(TEXTS, min_size=1, max_size=6))
    def append(self, texts: list[str]) -> None:
        self.finish_line()
        for text in texts:
            self.record(text)

    @rule(text=TEXTS, share=st.floats(0.05, 0.95))
    def append_half(self, text: str, share: float) -> None:
        self.finish_line()
        data = self.encoded(f"half {self.count} {text}")
        cut = max(1, int(len(data) * share))
        self.count += 1
        self.written.append(f"half {self.count - 1} {text}")
        self.write(data[:cut])
        self.rest = data[cut:]

    @rule()
    def append_broken(self) -> None:
        self.finish_line()
        self.write((b'{"prompt": "p", "resp' if self.kind == "jsonl" else b"a,b,c,d") + self.newline.encode())

    @rule(zipped=st.booleans())
    def rotate(self, zipped: bool) -> None:
        self.finish_line()
        self.shift()
        old = self.path.rename(self.folder / f"app.{self.kind}.1")
        if zipped:
            with gzip.open(f"{old}.gz", "wb") as file:
                file.write(old.read_bytes())
            stat = old.stat()
            old.unlink()
            os.utime(f"{old}.gz", ns=(stat.st_atime_ns, stat.st_mtime_ns))
        self.start_file()

    @rule()
    def copy_and_truncate(self) -> None:
        self.finish_line()
        self.shift()
        shutil.copy2(self.path, self.folder / f"app.{self.kind}.1")
        self.path.write_bytes(b"")
        self.start_file()

    def shift(self) -> None:
        for number in range(self.n_rotated, 0, -1):
            for ending in ("", ".gz"):
                old = self.folder / f"app.{self.kind}.{number}{ending}"
                if old.exists():
                    old.rename(self.folder / f"app.{self.kind}.{number + 1}{ending}")
        self.n_rotated += 1

    @rule(max_rows=st.integers(1, 9), stop_after=st.sampled_from([None, 1, 2]))
    def read(self, max_rows: int, stop_after: int | None) -> None:
        self.reader.run(max_rows=max_rows, stop_after=stop_after)
        assert self.reader.error == ""

    @rule()
    def read_again_after_a_crash(self) -> None:
        """A batch was made, and the process ended before it was stored."""
        before = dict(self.reader.cursor), dict(self.reader.stored)
        self.reader.run(max_rows=2, stop_after=1)
        self.reader.cursor, self.reader.stored = before

    @rule()
    def read_all(self) -> None:
        self.finish_line()
        for _ in range(2):
            self.reader.run()
            assert self.reader.error == ""
        assert sorted(self.reader.stored.values()) == sorted(self.written)

    @invariant()
    def nothing_comes_twice(self) -> None:
        assert len(self.reader.stored) <= len(self.written)


GrowingFile.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestGrowingFile = GrowingFile.TestCase
