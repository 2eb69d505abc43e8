"""Files that grow: every record once, whatever is done to the file, and a sentence for what is none."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import shutil
import tracemalloc
from pathlib import Path

import pytest

from driftium_core.collect import file_lines
from driftium_core.collect.open import open_source
from driftium_core.errors import SourceError
from driftium_core.origin import FileOrigin
from driftium_core.text.log_columns import LogColumns
from tests.collect.reading import Reader


def line(text: str, **more: object) -> str:
    return json.dumps({"prompt": f"about {text}", "response": text, **more}) + "\n"


def append(path: Path, text: str, encoding: str = "utf-8") -> None:
    with path.open("a", encoding=encoding, newline="") as file:
        file.write(text)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


@pytest.fixture
def reader(log: Path) -> Reader:
    return Reader(FileOrigin(path=str(log)))


def folder_reader(folder: Path, pattern: str = "") -> Reader:
    return Reader(FileOrigin(path=str(folder), pattern=pattern))


@pytest.mark.parametrize("max_rows", [1, 2, 3, 100])
def test_what_is_appended_is_read_once(log: Path, reader: Reader, max_rows: int) -> None:
    append(log, line("a") + line("b") + line("a"))
    assert reader.run(max_rows=max_rows) == ["a", "b", "a"]
    assert reader.run() == []
    assert reader.batches == []
    append(log, line("c") + line("d"))
    assert reader.run(max_rows=max_rows) == ["c", "d"]
    assert reader.batches[0].responses[0].prompt == "about c"


def test_keys_do_not_depend_on_how_it_is_read(log: Path, reader: Reader) -> None:
    append(log, line("a") + line("b", id="x") + line("a"))
    reader.run(max_rows=1)
    again = Reader(reader.origin)
    again.run(max_rows=100)
    assert list(again.stored) == list(reader.stored)
    assert [key.split(":")[0] for key in again.stored] == ["file", "id", "file"]


def test_a_batch_that_was_not_stored_is_read_again_as_the_same_records(log: Path, reader: Reader) -> None:
    append(log, "".join(line(text) for text in "abcdef"))
    reader.run(max_rows=2, stop_after=1)
    assert reader.run(max_rows=3) == ["c", "d", "e", "f"]


def test_a_half_written_line_waits_for_its_end(log: Path, reader: Reader) -> None:
    whole = line("a") + line("b")
    append(log, whole[:-10])
    assert reader.run() == ["a"]
    append(log, whole[-10:-1])  # the line is complete JSON now, but may go on
    assert reader.run() == []
    append(log, "\n" + line("c"))
    assert reader.run() == ["b", "c"]


def test_a_last_line_without_end_is_taken_when_the_file_rests(log: Path, reader: Reader) -> None:
    append(log, line("a") + line("b").rstrip())
    assert reader.run() == ["a"]
    assert reader.run() == ["b"]
    append(log, "\n" + line("c"))
    assert reader.run() == ["c"]
    assert reader.skipped == []


def test_a_half_line_that_rests_is_no_record(log: Path, reader: Reader) -> None:
    append(log, line("a") + line("b")[:-6])
    assert reader.run() == ["a"]
    assert reader.run() == []
    append(log, line("b")[-6:])
    assert reader.run() == ["b"]


def test_a_csv_record_that_went_on_after_it_was_taken_is_told(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    reader = Reader(FileOrigin(path=str(path)))
    append(path, "prompt,response\nq1,a1\nq2,a")
    assert reader.run() == ["a1"]
    assert reader.run() == []  # it may have been cut off by the buffer of a program
    os.utime(path, (1_000, 1_000))
    assert reader.run() == []
    assert reader.run() == ["a"]
    append(path, "2 in full\nq3,a3\n")
    assert reader.run() == ["a3"]
    assert reader.skipped == [(3, "goes on after it was read; it had no line end then")]


def test_rotation_by_rename_reads_the_rest_first(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    append(log, line("b"))
    log.rename(log.with_name("app.log.1"))
    append(log, line("c"))
    assert reader.run() == ["b", "c"]
    assert "app.log was rotated; what it held is read on in app.log.1." in reader.notes
    append(log.with_name("app.log.1"), line("late"))  # the program had not opened the new file yet
    append(log, line("d"))
    assert reader.run() == ["late", "d"]


def test_a_rotated_file_that_was_zipped_meanwhile(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    append(log, line("b"))
    log.with_name("app.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    append(log, line("c"))
    assert reader.run() == ["b", "c"]
    assert reader.run() == []


def test_several_rotations_between_two_runs(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    append(log, line("b"))
    shutil.move(log, log.with_name("app.log.2"))
    os.utime(log.with_name("app.log.2"), (1_000, 1_000))
    append(log.with_name("app.log.1"), line("c") + line("d"))
    append(log, line("e"))
    assert reader.run() == ["b", "c", "d", "e"]
    assert reader.run() == []


def test_rotation_while_the_new_file_is_not_there_yet(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    append(log, line("b"))
    log.rename(log.with_name("app.log.1"))
    assert reader.run() == ["b"]
    assert reader.error == ""
    reader.run()
    assert "app.log does not exist now" in reader.error
    append(log, line("c"))
    assert reader.run() == ["c"]
    assert reader.error == ""


def test_files_named_by_date(tmp_path: Path) -> None:
    current = tmp_path / "answers.jsonl"
    reader = Reader(FileOrigin(path=str(current)))
    append(current, line("a"))
    reader.run()
    append(current, line("b"))
    current.rename(tmp_path / "answers-2024-05-01.jsonl")
    append(current, line("c"))
    assert reader.run() == ["b", "c"]


def test_truncation_with_a_copy(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    append(log, line("b"))
    shutil.copy(log, log.with_name("app.log.1"))
    log.write_text(line("c"))
    assert reader.run() == ["b", "c"]


def test_truncation_without_a_copy_is_told(log: Path, reader: Reader) -> None:
    append(log, line("a") + line("b"))
    reader.run()
    log.write_text(line("a"))
    assert reader.run() == ["a"]  # the same words, said again: another record
    assert "app.log was truncated; it is read from its start again." in reader.notes
    log.write_text("")
    assert reader.run() == []
    append(log, line("a"))
    assert reader.run() == ["a"]


def test_a_hole_of_zeros_after_truncation(log: Path, reader: Reader) -> None:
    append(log, line("a") * 3)
    reader.run()
    log.write_bytes(b"\0" * 3_000_000 + line("b").encode())
    assert reader.run() == ["b"]
    assert reader.skipped == []


def test_a_file_that_was_replaced(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    other = log.with_name("other")
    append(other, line("x") + line("y"))
    other.replace(log)
    assert reader.run() == ["x", "y"]
    assert any("was replaced by another file" in note for note in reader.notes)


def test_a_file_that_is_written_anew_with_its_old_beginning_goes_on(log: Path, reader: Reader) -> None:
    append(log, line("a") + line("b"))
    reader.run()
    other = log.with_name("other")
    append(other, line("a") + line("b") + line("c"))
    other.replace(log)  # as rsync and editors do
    assert reader.run() == ["c"]


def test_a_file_that_was_deleted_and_is_back(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    content = log.read_bytes()
    log.unlink()
    assert reader.run() == []
    assert "does not exist now" in reader.error
    log.write_bytes(content + line("b").encode())
    assert reader.run() == ["b"]
    assert reader.error == ""


def test_nothing_to_read(log: Path, reader: Reader) -> None:
    reader.run()
    assert reader.error == "app.log does not exist now. What was read before is kept; check the path."
    log.touch()
    assert reader.run() == []
    assert reader.error == ""
    append(log, "\n\n  \n")
    assert reader.run() == []
    append(log, line("a"))
    assert reader.run() == ["a"]


def test_broken_lines_are_told_with_their_places(log: Path, reader: Reader) -> None:
    append(log, line("a") + '{"response": "cut\n' + "\n" + "[1, 2]\n" + line("b") + '{"prompt": "no answer"}\n' + "7\n")
    assert reader.run(max_rows=2) == ["a", "b"]
    assert reader.skipped == [
        (2, "not a JSON object"),
        (4, "not a JSON object"),
        (6, "no response and no error"),
        (7, "not a JSON object"),
    ]
    assert reader.run() == []


def test_a_file_that_begins_in_the_middle_of_a_line(log: Path, reader: Reader) -> None:
    append(log, 'he rest of a line"}\n' + line("a"))
    assert reader.run(max_rows=1) == ["a"]
    assert reader.skipped == [(1, "not a JSON object")]


def test_a_line_that_is_too_long_is_skipped_without_being_held(
    log: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_lines, "MAX_RECORD_BYTES", 1 << 20)
    append(log, line("a"))
    with log.open("ab") as file:
        file.write(b'{"response": "')
        for _ in range(100):
            file.write(b"x" * (1 << 20))
    tracemalloc.start()
    assert reader.run() == ["a"]
    append(log, '"}\n' + line("b"))
    assert reader.run() == ["b"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 << 20
    assert reader.run() == []
    assert list(reader.stored.values()) == ["a", "b"]


def test_a_long_line_is_counted_once(log: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_lines, "MAX_RECORD_BYTES", 1000)
    append(log, line("a") + "x" * 5000)
    reader.run()
    assert reader.skipped == [(2, "longer than 16 MB")]
    append(log, "x" * 5000)
    reader.run()
    assert reader.skipped == []
    append(log, "\n" + line("b") + line("c" * 2000) + line("d"))
    assert reader.run(max_rows=2) == ["b", "d"]
    assert reader.skipped == [(4, "longer than 16 MB")]


QUOTED = 'prompt,response\nq1,"first\nsecond ""line"""\nq2,"a,b"\nq3,plain 5" pipe\n'
QUOTED_ANSWERS = ['first\nsecond "line"', "a,b", 'plain 5" pipe']


@pytest.mark.parametrize("max_rows", [1, 2, 50])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimited_text(tmp_path: Path, max_rows: int, newline: str, encoding: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(QUOTED.replace("\n", newline).encode(encoding))
    reader = Reader(FileOrigin(path=str(path)))
    expected = [text.replace("\n", newline) for text in QUOTED_ANSWERS]
    assert reader.run(max_rows=max_rows) == expected
    more = f'q4,"ü\n€"{newline}'
    with path.open("ab") as file:
        file.write(more.encode("utf-16-le" if encoding == "utf-16" else "utf-8"))
    assert reader.run(max_rows=max_rows) == ["ü\n€"]
    assert reader.skipped == []


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "log.tsv"
    path.write_text(f"prompt{separator}response\nq1{separator}a1\n")
    reader = Reader(FileOrigin(path=str(path)))
    assert reader.run() == ["a1"]
    append(path, f"q2{separator}a, with commas, twice\n")
    assert reader.run() == ["a, with commas, twice"]


def test_excels_first_line_and_a_single_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sep=;\nprompt;response\nq;a\n")
    (tmp_path / "b.csv").write_text("response\nb\nc\n")
    assert folder_reader(tmp_path).run() == ["a", "b", "c"]


def test_a_record_in_quotes_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    reader = Reader(FileOrigin(path=str(path)))
    append(path, 'prompt,response\nq1,a1\nq2,"first\nsec')
    assert reader.run() == ["a1"]
    assert reader.run() == []
    append(path, 'ond"\nq3,a3\n')
    assert reader.run() == ["first\nsecond", "a3"]


def test_a_quote_that_is_never_closed_costs_one_record(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    reader = Reader(FileOrigin(path=str(path)))
    append(path, 'prompt,response\nq1,a1\nq2,"never closed\nq3,a3\nq4,a4\n')
    assert reader.run() == ["a1"]
    os.utime(path, (1_000, 1_000))
    assert reader.run() == ["a3", "a4"]
    assert reader.skipped == [(3, "a quote that is never closed")]


def test_rows_with_other_numbers_of_fields(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    append(path, "prompt,response\nq1,a1\nq2\nq3,a3,x\nq4,a4\n")
    reader = Reader(FileOrigin(path=str(path)))
    assert reader.run() == ["a1", "a4"]
    assert reader.skipped == [
        (3, "another number of fields than the header"),
        (4, "another number of fields than the header"),
    ]


def test_a_header_that_is_repeated_is_no_record(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    append(path, "prompt,response\nq1,a1\nprompt,response\nq2,a2\n")
    reader = Reader(FileOrigin(path=str(path)))
    assert reader.run(max_rows=1) == ["a1", "a2"]
    assert reader.skipped == []


@pytest.mark.parametrize("header", ["response,prompt,latency_ms", "latency_ms,prompt,response,extra"])
def test_reordered_and_added_columns_go_on(tmp_path: Path, header: str) -> None:
    path = tmp_path / "log.csv"
    append(path, "prompt,response,latency_ms\nq1,a1,5\n")
    reader = Reader(FileOrigin(path=str(path)))
    reader.run()
    values = {"prompt": "q2", "response": "a2", "latency_ms": "7", "extra": "x"}
    append(path, f"{header}\n{','.join(values[name] for name in header.split(','))}\n")
    assert reader.run() == ["a2"]
    (response,) = reader.batches[0].responses
    assert (response.prompt, response.latency_ms) == ("q2", 7)


@pytest.mark.parametrize("how", ["in the middle", "rotated", "truncated"])
def test_a_column_that_is_gone_stops_the_reading(tmp_path: Path, how: str) -> None:
    path = tmp_path / "log.csv"
    append(path, "prompt,response,latency_ms\nq1,a1,5\n")
    reader = Reader(FileOrigin(path=str(path)))
    reader.run()
    if how == "rotated":
        path.rename(tmp_path / "log.csv.1")
    elif how == "truncated":
        path.write_text("")
    append(path, "prompt,response\nq2,a2\n")
    for _ in range(2):
        assert reader.run() == []
        assert "has a new header without `latency_ms`" in reader.error
    if how != "in the middle":
        path.write_text("prompt,response,latency_ms\nq2,a2,6\n")
        assert reader.run() == ["a2"]
        assert reader.error == ""


def test_responses_that_cannot_be_recognised(log: Path, reader: Reader) -> None:
    append(log, '{"question": "q", "verdict": "fine"}\n')
    for _ in range(2):
        assert reader.run() == []
        assert "app.log has no column that is known to hold responses; it has `question` and `verdict`." in reader.error
    told = Reader(reader.origin, LogColumns(response="verdict"), cursor=reader.cursor)
    assert told.run() == ["fine"]
    assert Reader(reader.origin, LogColumns(response="nothing")).run() == []


def test_records_of_another_kind_between_responses_are_counted(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    append(log, '{"event": "started", "text": "server up"}\n')
    assert reader.run() == []
    assert reader.skipped == [(2, "no response and no error")]
    append(log, '{"prompt": "q", "error": "timeout"}\n' + line("b", latency_ms=3))
    assert reader.run(max_rows=1) == ["", "b"]
    assert reader.batches[0].responses[0].error == "timeout"
    assert reader.batches[1].responses[0].latency_ms == 3


def test_many_records_without_responses_stop_the_reading(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    append(log, '{"event": "tick"}\n' * 60)
    assert reader.run() == []
    assert "has no column `response` any more" in reader.error


def test_a_renamed_response_is_followed_when_its_name_is_sure(log: Path, reader: Reader) -> None:
    append(log, line("a"))
    reader.run()
    append(log, '{"prompt": "q", "answer": "b"}\n')
    assert reader.run() == ["b"]


def test_ids_that_repeat_do_not_lose_records(log: Path, reader: Reader) -> None:
    append(log, line("yes", id="session-1", time="2024-05-01T10:00:00Z"))
    append(log, line("yes", id="session-1", time="2024-05-01T11:00:00Z"))
    assert reader.run() == ["yes", "yes"]
    append(log, line("yes", id="session-1", time="2024-05-01T12:00:00Z"))
    assert reader.run() == ["yes"]


def test_lines_in_windows_1252_between_utf_8(log: Path, reader: Reader) -> None:
    log.write_bytes(line("a").encode() + b'{"response": "caf\xe9"}\n' + '{"response": "ü"}\n'.encode())
    assert reader.run() == ["a", "café", "ü"]


def test_a_zipped_file_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl.gz"
    path.write_bytes(gzip.compress((line("a") + line("b") + line("c").rstrip()).encode()))
    reader = folder_reader(tmp_path)
    assert reader.run(max_rows=1) == ["a", "b", "c"]
    os.utime(path)
    assert reader.run() == []


def test_a_damaged_zipped_file_does_not_stop_the_others(tmp_path: Path) -> None:
    whole = gzip.compress("".join(line(f"{n} {os.urandom(9).hex()}") for n in range(50)).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:40])
    append(tmp_path / "b.jsonl", line("b"))
    reader = folder_reader(tmp_path)
    assert reader.run() == ["b"]
    assert reader.error == ""
    assert "a.jsonl.gz is a damaged gzip file, or is still being written." in reader.notes
    (tmp_path / "a.jsonl.gz").write_bytes(whole)
    assert len(reader.run()) == 50


def test_files_of_a_folder_come_and_go(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", line("a"))
    append(tmp_path / "notes.txt", line("x"))
    reader = folder_reader(tmp_path, "*.jsonl")
    assert reader.run() == ["a"]
    append(tmp_path / "b.jsonl", line("a"))  # the same words in another file: another record
    (tmp_path / "a.jsonl").unlink()
    assert reader.run() == ["a"]
    append(tmp_path / "a.jsonl", line("a") + line("c"))
    append(tmp_path / "b.jsonl", line("d"))
    assert reader.run() == ["c", "d"]


def test_skipped_lines_of_a_folder_name_their_file(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", line("a") + "broken\n")
    append(tmp_path / "b.jsonl", line("b") + "broken\n")
    reader = folder_reader(tmp_path)
    assert reader.run() == ["a", "b"]
    assert reader.skipped == [(2, "not a JSON object, in a.jsonl"), (2, "not a JSON object, in b.jsonl")]
    assert reader.batches[0].skipped_counts == (("not a JSON object", 2),)


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    reader = folder_reader(tmp_path)
    assert reader.run() == []
    assert reader.error == ""
    missing = folder_reader(tmp_path / "none")
    missing.run()
    assert missing.error.startswith("none does not exist now.")


def test_rotation_in_a_folder(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line("a"))
    reader = folder_reader(tmp_path, "*.log")
    reader.run()
    append(log, line("b"))
    log.rename(tmp_path / "app.log.1")
    append(log, line("c"))
    assert reader.run() == ["b", "c"]
    everything = folder_reader(tmp_path)
    assert sorted(everything.run()) == ["a", "b", "c"]
    append(log, line("d"))
    (tmp_path / "app.log.1").rename(tmp_path / "app.log.2")
    log.rename(tmp_path / "app.log.1")
    append(log, line("e"))
    assert everything.run() == ["d", "e"]


def test_a_copy_beside_its_original_is_not_read_twice(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line("a") + line("b"))
    reader = folder_reader(tmp_path)
    reader.run()
    shutil.copy(log, tmp_path / "app.log.1")  # a rotation that has not truncated the original yet
    assert reader.run() == []
    assert "app.log.1 holds what app.log held; it is taken as a copy and not read." in reader.notes
    log.write_text(line("c"))
    assert reader.run() == ["c"]


def test_links(tmp_path: Path) -> None:
    first, second, link = tmp_path / "1.jsonl", tmp_path / "2.jsonl", tmp_path / "logs" / "current"
    link.parent.mkdir()
    append(first, line("a"))
    link.symlink_to(first)
    reader = Reader(FileOrigin(path=str(link)))
    assert reader.run() == ["a"]
    append(first, line("b"))
    append(second, line("c"))
    link.unlink()
    link.symlink_to(second)
    assert reader.run() == ["b", "c"]
    (link.parent / "other").symlink_to(second)
    (link.parent / "nowhere").symlink_to(tmp_path / "none")
    assert folder_reader(link.parent).run() == ["c"]


def test_a_folder_with_many_files_is_packed_into_few_batches(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number:05}.jsonl").write_text(line(f"r{number}"))
    reader = folder_reader(tmp_path)
    assert len(reader.run(max_rows=1000)) == 3000
    assert len(reader.batches) == 3
    append(tmp_path / "01234.jsonl", line("new"))
    assert reader.run() == ["new"]


def test_an_unreadable_file_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(tmp_path / "a.jsonl", line("a"))
    append(tmp_path / "b.jsonl", line("b"))

    def refusing(path: str) -> io.FileIO:
        if path.endswith("a.jsonl"):  # root, as which tests may run, is refused nothing
            raise PermissionError(errno.EACCES, "Permission denied")
        return io.FileIO(path)

    monkeypatch.setattr(file_lines, "open_raw", refusing)
    reader = folder_reader(tmp_path, "*.jsonl")
    assert reader.run() == ["b"]
    assert (reader.error, reader.notes[-1]) == ("", "a.jsonl cannot be read (permission denied).")
    alone = Reader(FileOrigin(path=str(tmp_path / "a.jsonl")))
    alone.run()
    assert alone.error == "a.jsonl cannot be read (permission denied)."


def test_a_strange_file_is_a_note_or_an_error(tmp_path: Path) -> None:
    append(tmp_path / "README.md", "# Logs\n\nWhat this is.\n")
    append(tmp_path / "b.jsonl", line("b"))
    reader = folder_reader(tmp_path)
    assert reader.run() == ["b"]
    assert reader.error == ""
    assert any(note.startswith("README.md has no column") for note in reader.notes)
    named = folder_reader(tmp_path, "*")  # whoever names files wants them read
    assert named.run() == ["b"]
    assert named.error.startswith("README.md has no column")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'[\n{"response": "a"},\n{"response": "b"}\n]\n', "holds a JSON array"),
        (b'[{"response": "a"}, {"response": "b"}]', "holds a JSON array"),
        (b"PAR1" + b"\n" * 9, "is a Parquet file"),
        (b"PK\x03\x04" + b"\n" * 9, "is a zip file"),
    ],
)
def test_files_that_cannot_be_followed(log: Path, reader: Reader, content: bytes, sentence: str) -> None:
    log.write_bytes(content)
    reader.run()
    reader.run()
    assert sentence in reader.error


def test_a_pipe_is_no_file(log: Path, reader: Reader) -> None:
    os.mkfifo(log)
    reader.run()
    assert reader.error == "app.log is neither a file nor a folder."


def test_a_first_look(log: Path, reader: Reader) -> None:
    source = open_source(reader.origin, name="logs")
    with pytest.raises(SourceError, match="does not exist"):
        source.probe()
    log.touch()
    assert source.probe().unclear == "app.log holds no record yet."
    append(log, line("a", score=1) + "broken\n" + line("b"))
    probe = source.probe()
    assert probe.columns == ("prompt", "response", "score")
    assert probe.read_as == "Read as response: `response`; prompt: `prompt`."
    assert [response.response for response in probe.sample] == ["a", "b"]
    assert (probe.rows, probe.unclear, probe.notes) == (3, "", ("Skipped: 1 line, not a JSON object.",))
    log.write_text('{"q": "x", "a": "y"}\n')
    probe = source.probe()
    assert probe.columns == ("q", "a")
    assert "no column that is known to hold responses" in probe.unclear


def test_the_current_table_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "batch.csv"
    path.write_text("age,job\n30,a\n41,b\n")
    source = open_source(FileOrigin(path=str(path)), name="batch")
    first = source.table({})
    assert first.table is not None
    assert (first.table.name, list(first.table.frame["age"]), first.only_new) == ("batch.csv", [30, 41], False)
    os.utime(path)
    again = source.table(json.loads(json.dumps(first.cursor)))
    assert (again.table, again.notes) == (None, ("batch.csv holds what it held before.",))
    append(path, "52,c\n")
    grown = source.table(again.cursor)
    assert grown.table is not None
    assert list(grown.table.frame["age"]) == [30, 41, 52]
    path.write_text("age,job\n30\n")
    with pytest.raises(SourceError, match=r"Line 2 of batch\.csv has 1 field, 2 expected"):
        source.table(grown.cursor)


def test_the_current_table_of_a_folder_is_the_newest_file(tmp_path: Path) -> None:
    source = open_source(FileOrigin(path=str(tmp_path), pattern="*.csv"), name="batches", max_bytes=1000)
    with pytest.raises(SourceError, match="no file to read"):
        source.table({})
    for day in (2, 1, 3):
        (tmp_path / f"{day}.csv").write_text(f"age\n{day}\n")
        os.utime(tmp_path / f"{day}.csv", (day * 1000, day * 1000))
    found = source.table({})
    assert found.table is not None
    assert (found.table.name, list(found.table.frame["age"])) == ("3.csv", [3])
    (tmp_path / "4.csv").write_text("age\n" + "44\n" * 1000)
    with pytest.raises(SourceError, match=r"4\.csv is 3 kB, over the limit"):
        source.table(found.cursor)


def test_a_file_that_is_rotated_while_another_is_read_is_read_all_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(f'{{"response": "{name}"}}\n')
    source = open_source(FileOrigin(path=str(tmp_path), pattern="*.jsonl"), name="logs")
    batches = source.batches({}, max_rows=1)
    found = [next(batches)]
    os.rename(tmp_path / "b.jsonl", tmp_path / "b.jsonl.1")
    (tmp_path / "b.jsonl").write_text('{"response": "c"}\n')
    found += batches
    found += source.batches(found[-1].cursor)
    assert sorted(response.response for batch in found for response in batch.responses) == ["a", "b", "c"]
