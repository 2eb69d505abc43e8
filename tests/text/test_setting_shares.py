"""What both pools were made with: the most common value of each setting, and whether the mix changed."""

from __future__ import annotations

import json

import pytest

from driftium_core import compare_responses
from driftium_core.response import Response
from driftium_core.text.serialise import report_from_stored, report_to_dict, stored_report
from driftium_core.text.setting_shares import setting_shares
from tests.monitor.words import WordsEncoder


def pool(*models: str, **settings: object) -> list[Response]:
    return [Response(response=f"answer {row}", model=model, **settings) for row, model in enumerate(models)]  # type: ignore[arg-type]


def by_name(baseline, current):
    return {item.name: item for item in setting_shares(baseline, current)}


def test_nothing_recorded_gives_nothing():
    assert setting_shares([Response(response="a")], [Response(response="b")]) == ()


def test_another_model_is_told_however_few_the_answers():
    found = by_name(pool("a", "a"), pool("b", "b"))["model"]
    assert (found.baseline, found.baseline_share, found.current, found.current_share) == ("a", 1.0, "b", 1.0)
    assert (found.gained, found.gained_before, found.gained_now) == ("b", 0.0, 1.0)
    assert found.apart
    assert found.changed


def test_a_part_of_the_answers_by_another_model_is_told_beyond_chance():
    found = by_name(pool(*"a" * 50), pool(*"a" * 30, *"b" * 20))["model"]
    assert (found.baseline, found.current, found.gained, found.gained_now) == ("a", "a", "b", 0.4)
    assert found.changed
    # Fisher's exact test of 0 of 6 against 1 of 6 gives p = 1.
    by_chance = by_name(pool(*"a" * 6), pool(*"a" * 5, "b"))["model"]
    assert by_chance.pvalue == pytest.approx(1.0)
    assert not by_chance.changed


def test_the_same_mix_is_no_change():
    found = by_name(pool(*"ab" * 20), pool(*"ab" * 20))["model"]
    assert (found.gained, found.changed) == (None, False)


def test_known_of_one_pool_alone_is_no_change():
    found = by_name([Response(response="x")] * 3, pool("b", "b"))["model"]
    assert (found.baseline, found.current, found.n_baseline, found.pvalue, found.changed) == (None, "b", 0, None, False)


def test_no_system_prompt_is_known_where_the_model_was_asked_by_driftium():
    found = by_name(pool("m", "m", max_tokens=256, temperature=0.7), pool("m", "m", max_tokens=256, system="Be brief."))
    assert (found["system"].baseline, found["system"].current) == ("none", "Be brief.")
    assert found["system"].changed
    assert (found["temperature"].baseline, found["temperature"].current) == ("0.7", None)
    assert by_name(pool("m"), pool("m")).keys() == {"model"}  # an imported log says nothing of system prompts


def test_long_system_prompts_that_begin_alike_are_told_apart():
    begin = "You are a careful assistant of a bank.\n" * 4
    found = by_name(pool("m", system=f"{begin}Be brief."), pool("m", system=f"{begin}Be long."))["system"]
    assert found.baseline is not None
    assert found.current is not None
    assert found.baseline[:50] == found.current[:50]
    assert found.baseline != found.current
    assert len(found.baseline) < 80
    assert "\n" not in found.baseline


def test_a_report_keeps_settings_and_one_of_before_opens_without():
    report = compare_responses(pool(*"aaaaaa"), pool(*"bbbbbb"), encoder=WordsEncoder())
    assert [item.name for item in report.settings] == ["model"]
    stored = json.loads(json.dumps(stored_report(report)))
    assert report_from_stored(stored) == report
    assert report_to_dict(report)["settings"][0]["current"] == "b"
    del stored["settings"]
    assert report_from_stored(stored).settings == ()
