"""Logs: texts verbatim, columns found or asked for, rows skipped and told, keys that survive a second import."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from driftium_core.errors import CancelledError, ColumnError, InputError, TableReadError
from driftium_core.files import read_log_path
from driftium_core.logs import Log, LogColumns, open_log, read_log, read_opened
from driftium_core.text.log_columns import NO_COLUMN
from tests.bad_input.corpus import CORPUS, MAX_BYTES, BadInput

HARD_TEXTS = [
    "007",
    "NA",
    "1.50",
    " true ",
    "null",
    "a\nb\r\nc",
    '"quoted", twice',
    "🧑‍🔬 é ü",
    "=cmd()",
    "1,5",
    "None",
]


def lines(*rows: object) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def csv_of(columns: Sequence[str], *rows: Sequence[object]) -> bytes:
    out = io.StringIO()
    pd.DataFrame(list(rows), columns=list(columns)).to_csv(out, index=False)
    return out.getvalue().encode()


def parquet_of(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


def texts(log: Log) -> list[str]:
    return [response.response for response in log.responses]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (csv_of(["prompt", "response"], *[(text, text) for text in HARD_TEXTS]), "log.csv"),
        (lines(*[{"prompt": text, "response": text} for text in HARD_TEXTS]), "log.jsonl"),
        (json.dumps([{"prompt": text, "response": text} for text in HARD_TEXTS], indent=1).encode(), "log.json"),
        (parquet_of(pd.DataFrame({"prompt": HARD_TEXTS, "response": HARD_TEXTS})), "log.parquet"),
        (gzip.compress(lines(*[{"prompt": text, "response": text} for text in HARD_TEXTS])), "log.jsonl.gz"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_texts_are_taken_as_they_are_written(data: bytes, name: str) -> None:
    log = read_log(data, name)
    assert texts(log) == HARD_TEXTS
    assert [response.prompt for response in log.responses] == HARD_TEXTS
    assert log.n_skipped == 0
    assert log.skipped_text == ""
    assert {response.source for response in log.responses} == {name}


def test_numbers_and_truth_values_in_json_keep_their_spelling() -> None:
    data = b'{"response": 1.50}\n{"response": 12345678901234567890}\n{"response": true}\n{"response": 1e5}'
    assert texts(read_log(data, "x.jsonl")) == ["1.50", "12345678901234567890", "true", "1e5"]


def test_everything_a_row_says_is_read() -> None:
    data = csv_of(
        [
            "Question",
            "Answer",
            "model",
            "latency_s",
            "Completion Tokens",
            "promptTokens",
            "error",
            "timestamp",
            "provider",
        ],
        ("2+2?", "4", "smollm:135m", 1.5, 1, "7", "", "2024-05-01T12:00:00+02:00", "ollama"),
    )
    log = read_log(data, "folder/x.csv")
    (response,) = log.responses
    assert (response.prompt, response.response, response.model) == ("2+2?", "4", "smollm:135m")
    assert (response.latency_ms, response.tokens, response.prompt_tokens) == (1500.0, 1, 7)
    assert (response.error, response.backend, response.source) == (None, "ollama", "x.csv")
    assert response.created_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert log.notes[0].startswith("Read as response: `Answer`; prompt: `Question`;")


CHAT: dict[str, Any] = {
    "model": "gpt",
    "messages": [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "first?"},
        {"role": "assistant", "content": "one"},
        {"role": "user", "content": [{"type": "text", "text": "second?"}]},
    ],
}


@pytest.mark.parametrize(
    ("row", "prompt", "response"),
    [
        ({**CHAT, "messages": [*CHAT["messages"], {"role": "assistant", "content": "two"}]}, "second?", "two"),
        ({**CHAT, "choices": [{"message": {"role": "assistant", "content": "two"}}]}, "second?", "two"),
        ({"request": CHAT, "response": {"choices": [{"message": {"content": "two"}}]}}, "second?", "two"),
        ({"custom_id": "a", "response": {"body": {"choices": [{"message": {"content": "two"}}]}}}, None, "two"),
        ({"message": {"role": "assistant", "content": "two"}, "done": True}, None, "two"),
        ({"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}, "q", "a"),
        ({"instruction": "q", "output": "a"}, "q", "a"),
        ({"prompt": "q", "content": [{"type": "text", "text": "a"}]}, "q", "a"),
    ],
)
def test_nested_records_of_known_shapes(row: dict[str, Any], prompt: str | None, response: str) -> None:
    (found,) = read_log(lines(row), "x.jsonl").responses
    assert (found.prompt, found.response) == (prompt, response)


def test_a_question_without_its_answer_is_skipped() -> None:
    answered = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    log = read_log(lines(answered, CHAT), "x.jsonl")
    assert texts(log) == ["a"]
    assert log.skipped_text == "1 line was skipped: 1 no response and no error."


def test_ollama_durations_are_nanoseconds() -> None:
    row = {"prompt": "p", "response": "r", "total_duration": 5_043_500_667, "eval_count": 290, "prompt_eval_count": 26}
    (response,) = read_log(lines({**row, "created_at": "2023-08-04T19:22:45.499127123Z"}), "x.jsonl").responses
    assert response.latency_ms == pytest.approx(5043.500667)
    assert (response.tokens, response.prompt_tokens) == (290, 26)
    assert response.created_at == datetime(2023, 8, 4, 19, 22, 45, 499127, tzinfo=UTC)


def test_usage_and_epoch_seconds_as_openai_writes_them() -> None:
    row = {
        "created": 1714557600,
        "choices": [{"message": {"content": "r"}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
    }
    (response,) = read_log(lines(row), "x.jsonl").responses
    assert (response.tokens, response.prompt_tokens) == (5, 3)
    assert response.created_at == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_nested_parquet() -> None:
    frame = pd.DataFrame(
        {
            "messages": [[{"role": "user", "content": "q"}, {"role": "assistant", "content": "007"}]],
            "usage": [{"completion_tokens": 4}],
            "created_at": pd.to_datetime(["2024-05-01T10:00:00Z"], utc=True),
            "vector": [b"\x00\x01"],
        }
    )
    log = read_log(parquet_of(frame), "x.parquet")
    (response,) = log.responses
    assert (response.prompt, response.response, response.tokens) == ("q", "007", 4)
    assert response.created_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert "Values in `vector` have no plain text and were left out." in log.notes


def test_skipped_rows_are_told_with_place_and_reason() -> None:
    data = (
        b'end of a cut line"}\n'
        b'{"prompt": "p", "response": "r"}\n'
        b"\n"
        b'{"prompt": "p", "response": null}\n'
        b'{"prompt": "p", "response": null, "error": "timeout"}\n'
        b'{"prompt": "p", "response": ""}\n'
        b'{"prompt": "", "response": ""}\n'
        b"[1]\n"
        b'{"prompt": "p", "resp'
    )
    log = read_log(data, "x.log")
    assert [(row.position, row.reason) for row in log.skipped] == [
        (1, "not a JSON object"),
        (4, "no response and no error"),
        (7, "an empty response without a prompt"),
        (8, "not a JSON object"),
        (9, "not a JSON object"),
    ]
    assert texts(log) == ["r", "", ""]
    assert [response.error for response in log.responses] == [None, "timeout", None]
    assert log.skipped_text == (
        "5 lines were skipped: 3 not a JSON object, 1 no response and no error, 1 an empty response without a prompt."
    )
    assert "1 empty response to a prompt was kept: no answer came." in log.notes


def test_all_skipped_rows_are_counted_and_the_first_listed() -> None:
    log = read_log(b'{"response": "r"}\n' + b"{broken\n" * 5_000, "x.jsonl")
    assert log.n_skipped == 5_000
    assert [row.position for row in log.skipped] == list(range(2, 22))


def test_a_log_without_any_response_is_refused() -> None:
    with pytest.raises(InputError, match=r"^x\.jsonl holds no responses in `response`: all 2 lines were skipped"):
        read_log(lines({"prompt": "p", "response": None}, {"prompt": "", "response": ""}), "x.jsonl")
    with pytest.raises(TableReadError, match="no line is a JSON object"):
        read_log(b"{broken\n{broken", "x.jsonl")
    with pytest.raises(TableReadError, match="no item of the array is a JSON object"):
        read_log(b"[1, 2]", "x.json")
    with pytest.raises(TableReadError, match="there are no rows in it"):
        read_log(b"[]", "x.json")


# Columns.


def test_columns_are_chosen_or_found() -> None:
    data = csv_of(["a", "b", "response"], ("q", "chosen", "other"))
    log = read_log(data, "x.csv", LogColumns(prompt="a", response="b"))
    assert (log.responses[0].prompt, log.responses[0].response) == ("q", "chosen")
    assert log.columns == LogColumns(prompt="a", response="b")


def test_a_column_can_be_left_out_on_purpose() -> None:
    data = csv_of(["id", "prompt", "response"], ("1", "q", "r"))
    log = read_log(data, "x.csv", LogColumns(prompt=NO_COLUMN, id=NO_COLUMN))
    assert log.responses[0].prompt is None
    assert log.columns == LogColumns(response="response")
    with pytest.raises(InputError, match="without a column of responses"):
        read_log(data, "x.csv", LogColumns(response=NO_COLUMN))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (["age", "job"], r"x\.csv has no column that is known to hold responses; it has `age` and `job`\. Choose"),
        (["answer", "response"], r"x\.csv has several columns that may hold the responses: `response` and `answer`\."),
    ],
)
def test_unclear_response_columns_are_asked_for(header: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_log(csv_of(header, ("x", "y")), "x.csv")


def test_a_chosen_column_that_is_not_there_is_named_with_its_neighbours() -> None:
    with pytest.raises(ColumnError, match=r"^x\.csv has no column `repsonse`\. Did you mean `response`\?"):
        read_log(csv_of(["response"], ("r",)), "x.csv", LogColumns(response="repsonse"))
    with pytest.raises(ColumnError, match=r"It has `response`\."):
        read_log(csv_of(["response"], ("r",)), "x.csv", LogColumns(model="xyz"))


def test_a_guess_that_could_be_meant_otherwise_is_told() -> None:
    log = read_log(lines({"instruction": "i", "input": "more", "output": "o"}), "x.jsonl")
    assert "Prompts were read from `instruction`; `input` could be meant as well." in log.notes


def test_units_and_zones_that_are_assumed_are_told() -> None:
    data = csv_of(["response", "latency", "time"], ("r", "250", "2024-05-01 10:00:00"), ("s", "fast", "yesterday"))
    log = read_log(data, "x.csv")
    assert [response.latency_ms for response in log.responses] == [250.0, None]
    assert [response.created_at for response in log.responses] == [datetime(2024, 5, 1, 10, tzinfo=UTC), None]
    assert {
        "`latency` names no unit; it was read as milliseconds.",
        "Times without a zone in `time` were taken as UTC (1).",
        "1 value of `latency` could not be read.",
        "1 value of `time` could not be read.",
    } <= set(log.notes)


# Keys.


def keys(log: Log) -> list[str | None]:
    return [response.key for response in log.responses]


def test_the_same_file_gives_the_same_keys_and_equal_answers_stay_two() -> None:
    data = csv_of(["prompt", "response"], ("q", "same"), ("q", "same"))
    first, again = read_log(data, "x.csv"), read_log(data, "renamed.csv")
    assert keys(first) == keys(again)
    assert len(set(keys(first))) == 2
    assert keys(first) == [f"file:{first.content_hash}:1", f"file:{first.content_hash}:2"]


def test_ids_make_rows_known_in_another_file() -> None:
    rows = [{"id": k, "prompt": f"q{k}", "response": "same"} for k in range(4)]
    first, longer = read_log(lines(*rows[:2]), "x.jsonl"), read_log(lines(*rows), "y.jsonl")
    assert keys(longer)[:2] == keys(first)
    assert len(set(keys(longer))) == 4


def test_ids_from_zero_in_two_files_do_not_collide() -> None:
    one = read_log(lines({"id": 0, "response": "a"}), "x.jsonl")
    other = read_log(lines({"id": 0, "response": "b"}), "y.jsonl")
    assert keys(one) != keys(other)


def test_an_id_that_names_the_prompt_does_not_swallow_answers() -> None:
    rows = [{"id": "p1", "prompt": "q", "response": "same", "time": f"2024-05-0{day}T10:00:00Z"} for day in (1, 2)]
    log = read_log(lines(*rows), "x.jsonl")
    assert len(set(keys(log))) == 2
    assert "`id` repeats, so rows are known by their place in the file, not by it." in log.notes


def test_one_record_exported_twice_is_one() -> None:
    row = {"id": "a", "prompt": "q", "response": "r", "time": "2024-05-01T10:00:00Z"}
    log = read_log(lines(row, row), "x.jsonl")
    assert len(set(keys(log))) == 1
    assert "1 line with the `id` and texts of an earlier one: the same record." in log.notes
    chosen = read_log(lines({"id": "a", "response": "r"}, {"id": "a", "response": "r"}), "x.jsonl", LogColumns(id="id"))
    assert len(set(keys(chosen))) == 1  # the user said that this column tells the rows apart


def test_an_id_with_other_texts_is_kept_and_told() -> None:
    log = read_log(lines({"id": "a", "response": "r"}, {"id": "a", "response": "s"}, {"response": "t"}), "x.jsonl")
    assert len(set(keys(log))) == 3
    assert (keys(log)[2] or "").startswith("file:")
    assert "1 line with the `id` of an earlier one but other texts: kept as records of their own." in log.notes


# Files and limits.


def test_reading_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(csv_of(["response"], ("r",)))
    assert texts(read_log_path(path)) == ["r"]
    with pytest.raises(TableReadError, match=r"^y\.csv does not exist"):
        read_log_path(tmp_path / "y.csv")
    with pytest.raises(TableReadError, match="over the limit"):
        read_log_path(path, max_bytes=5)


def test_reading_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines({"response": "r"}))))
    assert read_log_path("-").responses[0].source == "standard input"


def test_progress_is_shown_and_can_end_the_reading() -> None:
    seen: list[tuple[int, int, str]] = []
    data = lines(*[{"response": f"r{k}"} for k in range(25_000)])
    read_log(data, "x.jsonl", progress=lambda *state: seen.append(state))
    assert [done for done, *_ in seen] == sorted(done for done, *_ in seen)
    assert all(total == 4 for _, total, _ in seen)
    assert sum("Parsing" in message for *_, message in seen) >= 3

    def stop(done: int, _total: int, _message: str) -> None:
        if done >= 2:
            raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        read_log(data, "x.jsonl", progress=stop)


def test_rare_keys_cost_only_what_they_hold() -> None:
    """20,000 rows with a key of their own each: a table of them would have 400 million cells."""
    data = lines(*[{"response": "r", "tags": {f"key {k}": k}} for k in range(20_000)])
    assert len(read_log(data, "x.jsonl").responses) == 20_000


def test_half_a_surrogate_pair_does_not_fail() -> None:
    assert texts(read_log(b'{"response": "a\\ud800b"}', "x.jsonl")) == ["a?b"]


def test_deep_nesting_does_not_fail() -> None:
    deep = '{"a":' * 5_000 + "1" + "}" * 5_000
    log = read_log(f'{{"response": "r"}}\n{{"response": "s", "x": {deep}}}'.encode(), "x.jsonl")
    assert texts(log)[0] == "r"
    nested = '{"a":' * 30 + "1" + "}" * 30
    assert texts(read_log(f'{{"response": "s", "x": {nested}}}'.encode(), "x.jsonl")) == ["s"]


@pytest.mark.parametrize("bad", CORPUS, ids=lambda bad: bad.name)
def test_bad_files_give_a_sentence_or_a_log(bad: BadInput) -> None:
    data = bad.build()
    for columns in (None, LogColumns(response="a"), LogColumns(response="text")):
        try:
            log = read_log(data, bad.name, columns, max_bytes=MAX_BYTES)
        except InputError as error:
            sentence = str(error)
            assert sentence.endswith((".", "?"))
            assert len(sentence) <= 400
            assert "\n" not in sentence
        else:
            assert log.responses
            assert all(isinstance(response.response, str) for response in log.responses)


def test_an_opened_log_names_the_columns_that_it_found() -> None:
    data = csv_of(["question", "answer"], ("p", "r"))
    file = open_log(data, "x.csv")
    assert (file.columns, file.unclear) == (LogColumns(prompt="question", response="answer"), "")
    assert read_opened(file, file.columns).responses == read_log(data, "x.csv").responses


def test_an_opened_log_whose_responses_are_not_clear_can_be_read_by_choice() -> None:
    file = open_log(csv_of(["prompt", "a", "b"], ("p", "x", "y")), "x.csv")
    assert file.columns == LogColumns(prompt="prompt")
    assert file.unclear.startswith("x.csv has no column that is known to hold responses")
    for column, text in (("a", "x"), ("b", "y")):
        (response,) = read_opened(file, LogColumns(prompt="prompt", response=column)).responses
        assert (response.prompt, response.response) == ("p", text)
    assert file.could_be_prompts("a") == ("prompt", "b")
    assert file.could_be_prompts(None) == ("prompt", "a", "b")


def test_a_column_of_chats_may_hold_the_prompts_of_its_responses() -> None:
    file = open_log(lines(CHAT), "x.jsonl")
    assert file.columns.response in file.could_be_prompts(file.columns.response)
