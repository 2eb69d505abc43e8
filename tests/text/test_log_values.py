"""Times, durations, counts and errors as logs write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from driftium_core.text.log_columns import duration_unit
from driftium_core.text.log_values import count_of, error_of, milliseconds_of, moment_of, read_chat, text_of_parts

TEN = datetime(2024, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "has_zone"),
    [
        ("2024-05-01T10:00:00Z", TEN, True),
        ("2024-05-01T12:00:00+02:00", TEN, True),
        ("2024-05-01 10:00:00 UTC", TEN, True),
        ("2024-05-01 10:00:00", TEN, False),
        ("20240501", TEN.replace(hour=0), False),
        ("1714557600", TEN, True),
        ("1714557600.0", TEN, True),
        ("1714557600000", TEN, True),
        ("1714557600000000", TEN, True),
        ("1714557600000000000", TEN, True),
        ("0001-01-01T00:00:00+14:00", None, True),
        ("1970-01-01T00:00:00Z", None, True),
        ("12", None, True),
        ("-1714557600", None, True),
        ("1e400", None, True),
        ("nan", None, True),
        ("99999999999999999999999999", None, True),
        ("yesterday", None, True),
    ],
)
def test_moments(text: str, moment: datetime | None, has_zone: bool) -> None:
    assert moment_of(text) == (moment, has_zone)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("latency_ms", "ms"),
        ("latencyMs", "ms"),
        ("Latency (s)", None),
        ("latency_s", "s"),
        ("duration seconds", "s"),
        ("response.total_duration", "ns"),
        ("duration-ns", "ns"),
        ("latency", None),
        ("tokens", None),
    ],
)
def test_units_by_name(name: str, unit: str | None) -> None:
    assert duration_unit(name) == unit


def test_durations_and_counts() -> None:
    assert milliseconds_of("1.5", "s") == 1500
    assert milliseconds_of("2e6", "ns") == 2
    assert [milliseconds_of(text, "ms") for text in ("-1", "inf", "nan", "fast", "1,5")] == [None] * 5
    assert [count_of(text) for text in ("12", "12.0", "0", "1.5", "-3", "1e99", "x")] == [
        12,
        12,
        0,
        None,
        None,
        None,
        None,
    ]


def test_ways_to_say_that_nothing_went_wrong() -> None:
    assert [error_of(text) for text in (None, "", " ", "None", "null", "False", "NaN", "0")] == [None] * 8
    assert error_of("timeout") == "timeout"


@pytest.mark.parametrize(
    "text", ["", "x", "{}", "[]", "[1]", '["a"]', '[{"role": "tool", "content": "x"}]', "[" * 9000]
)
def test_what_is_no_chat(text: str) -> None:
    assert read_chat(text) is None


def test_an_answer_without_text_is_none() -> None:
    chat = read_chat('[{"role": "user", "content": "q"}, {"role": "assistant", "content": null, "tool_calls": []}]')
    assert chat is not None
    assert (chat.prompt, chat.response, chat.n_turns) == ("q", None, 1)


def test_parts() -> None:
    assert text_of_parts('[{"type": "text", "text": "a"}, {"type": "image"}, "b"]') == "a\nb"
    assert text_of_parts("[1]") is None
    assert text_of_parts("[x") is None
