"""Responses given by Python users: what is accepted, and what is answered with a sentence."""

import math

import pandas as pd
import pytest

from driftium_core import compare_responses
from driftium_core.errors import InputError
from driftium_core.response import Response
from tests.monitor.answers import answers
from tests.monitor.words import WordsEncoder


def test_strings_mappings_and_responses_are_the_same_answers() -> None:
    baseline, current = answers("bread", 20, seed=1, prompts=False), answers("bicycle", 20, seed=2, prompts=False)
    texts = [[item.response for item in pool] for pool in (baseline, current)]
    mappings = [[{"response": text, "model": None, "unknown": 1} for text in pool] for pool in texts]
    frames = [pd.DataFrame(pool).to_dict("records") for pool in mappings]
    reports = [
        compare_responses(*pools, encoder=WordsEncoder())  # type: ignore[misc, arg-type]
        for pools in (texts, mappings, frames, [[Response(response=text) for text in pool] for pool in texts])
    ]
    assert {(report.drift.pvalue, report.drift.verdict) for report in reports} == {(0.001, "drift")}
    assert reports[0].traffic.verdict == "no_prompts"
    assert reports[0].health.value is None


def test_the_same_prompts_are_compared_in_pairs() -> None:
    baseline = answers("bread", 20, seed=1)
    current = [
        Response(response=new.response, prompt=old.prompt)
        for old, new in zip(baseline, answers("bicycle", 20), strict=True)
    ]
    report = compare_responses(baseline, current, encoder=WordsEncoder())
    assert (report.drift.design, report.drift.n_pairs, report.drift.verdict) == ("paired", 20, "drift")
    assert report.traffic.verdict == "behaviour"


@pytest.mark.parametrize(
    ("baseline", "sentence"),
    [
        ([], "The baseline is empty"),
        ("one text", "The baseline is one str; a list of responses is expected"),
        ([1], "Row 0 of the baseline is of type int"),
        (["x", {"prompt": "why?"}], "Row 1 of the baseline has no `response`. Its fields are: prompt"),
        ([{"response": 3}], "Row 0 of the baseline has a `response` of type int"),
        ([{"response": "x", "latency_ms": "12"}], "`latency_ms` of '12'; a number is expected"),
        ([{"response": "x", "latency_ms": math.inf}], "`latency_ms` of inf; a finite number is expected"),
        ([{"response": "x", "created_at": "today"}], "`created_at` of type str; a datetime is expected"),
    ],
)
def test_a_row_that_is_no_response_is_named(baseline: list[object], sentence: str) -> None:
    with pytest.raises(InputError, match="(?s)" + sentence.replace("(", r"\(")):
        compare_responses(baseline, ["x"], encoder=WordsEncoder())  # type: ignore[arg-type]
