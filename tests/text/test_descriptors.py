from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftium_core.response import Response
from driftium_core.severity import Severity
from driftium_core.stats.multiplicity import benjamini_hochberg
from driftium_core.text.descriptors import descriptors
from driftium_core.text.properties import is_json
from driftium_core.text.report import Shape


def by_name(baseline, current):
    return {item.name: item for item in descriptors(baseline, current)}


def answers(lengths, **known):
    return [Response(response="x" * int(n), **known) for n in lengths]


def test_numbers_are_tested_as_by_scipy():
    rng = np.random.default_rng(0)
    # Without ties, which scipy's p-value does not know of.
    before, now = rng.choice(range(200, 600, 2), 40, replace=False), rng.choice(range(101, 301, 2), 30, replace=False)
    found = by_name(answers(before), answers(now))["length"]
    expected = stats.ks_2samp(before, now, method="exact")
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.pvalue == pytest.approx(expected.pvalue)
    assert found.effect_size == pytest.approx(expected.statistic)
    assert (found.baseline, found.current) == (np.median(before), np.median(now))
    assert (found.n_baseline, found.n_current) == (40, 30)
    assert found.shape.labels[:2] == ("100 to 149", "150 to 199")
    assert found.shape.current[1] == pytest.approx(((now >= 150) & (now < 200)).mean())
    assert found.severity is Severity.CRITICAL
    assert found.text.startswith("Responses are shorter: median ")


def test_shares_are_tested_as_by_scipy():
    baseline = [Response(response="ok")] * 88 + [Response(response="", error="timeout")] * 12
    current = [Response(response="ok")] * 60 + [Response(response="", error="timeout")] * 40
    found = by_name(baseline, current)["error"]
    expected = stats.chi2_contingency([[12, 88], [40, 60]], correction=False)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.pvalue == pytest.approx(expected.pvalue)
    assert found.effect_size == pytest.approx(0.28)
    assert found.shape == Shape(("failed", "answered"), (0.12, 0.88), (0.4, 0.6))
    assert found.severity is Severity.HIGH
    assert found.text.startswith("More requests failed: 40\u202f%, was 12\u202f% (adjusted p")


def test_languages_are_tested_as_one_table():
    english, german, french = (
        "The cat sat on the mat and it was warm.",
        "Die Katze saß auf der Matte und es war warm.",
        "Le chat est sur le tapis et il fait chaud dans la maison.",
    )
    counts = [[30, 5, 10], [10, 25, 10]]
    pools = [
        [Response(response=text) for text, n in zip((english, german, french), row, strict=True) for _ in range(n)]
        for row in counts
    ]
    found = by_name(*pools)["language"]
    expected = stats.chi2_contingency(counts)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.pvalue == pytest.approx(expected.pvalue)
    assert (found.baseline, found.current) == ("English", "German")
    assert found.shape.labels == ("English", "German", "French")  # the most common in either pool first
    assert found.shape.baseline == pytest.approx((30 / 45, 5 / 45, 10 / 45))
    assert "mostly German (56\u202f%), was English (67\u202f%)" in found.text


def test_a_mix_of_languages_names_the_one_that_gained():
    english, german = "The cat sat on the mat and it was warm.", "Die Katze saß auf der Matte und es war warm."
    baseline = [Response(response=english)] * 60
    current = [Response(response=english)] * 40 + [Response(response=german)] * 20
    assert "German (33\u202f%), was 0\u202f%" in by_name(baseline, current)["language"].text


def test_pvalues_are_adjusted_over_all_that_are_tested():
    rng = np.random.default_rng(1)
    pools = [
        [Response(response="x" * int(n), latency_ms=float(t)) for n, t in rng.integers(1, 500, (50, 2))]
        for _ in range(2)
    ]
    found = descriptors(*pools)
    assert [item.pvalue_adjusted for item in found] == benjamini_hochberg([item.pvalue for item in found])
    # Nothing failed, was empty or refused: what cannot differ is in no family.
    tested = {item.name for item in found if item.pvalue is not None}
    assert tested == {"length", "latency_ms"}
    assert {item.severity for item in found} == {Severity.LOW}


def test_false_alarms_stay_within_a_binomial_band():
    rng = np.random.default_rng(2)
    n_trials, alarms = 200, 0
    for _ in range(n_trials):
        pools = [
            [
                Response(response="x" * int(n), latency_ms=float(t), tokens=int(k), error="e" if k % 7 == 0 else None)
                for n, t, k in rng.integers(1, 500, (40, 3))
            ]
            for _ in range(2)
        ]
        alarms += any(p is not None and p <= 0.05 for p in (item.pvalue_adjusted for item in descriptors(*pools)))
    assert alarms <= stats.binom.ppf(0.999, n_trials, 0.05)


def test_unknown_properties_are_listed_only_when_known_of_any():
    plain = by_name(answers([10] * 9), answers([12] * 9))
    assert set(plain) == {"length", "error", "empty", "refusal"}
    half_known = by_name(answers([10] * 9), answers([12] * 9, latency_ms=5.0))["latency_ms"]
    assert (half_known.baseline, half_known.current) == (None, 5.0)
    assert half_known.pvalue is None
    assert (half_known.severity, half_known.shape) == (None, None)
    assert half_known.text == "Latency (ms) cannot be compared: the baseline has no values."


def test_too_few_values_get_no_severity_and_a_reason():
    found = by_name(answers([10, 20, 30]), answers([500, 600, 700]))["length"]
    assert found.pvalue == pytest.approx(0.1)  # 2 of the C(6, 3) = 20 arrangements
    assert found.severity is None
    assert "3 baseline and 3 current values are too few" in found.text


def test_errors_and_empty_answers_count_where_they_belong():
    pool = [*answers([10] * 6), Response(response=" "), Response(response="", error="timeout", latency_ms=9e4)]
    found = by_name(pool, pool)
    assert found["length"].n_baseline == 6
    assert found["empty"].n_baseline == 7
    assert found["empty"].baseline == pytest.approx(1 / 7)
    assert found["error"].n_baseline == 8
    assert "latency_ms" not in found


def test_json_is_watched_where_a_pool_is_json():
    valid, broken = [Response(response='{"a": 1}')] * 20, [Response(response='{"a": 1')] * 20
    found = by_name(valid, broken)["valid_json"]
    assert (found.baseline, found.current) == (1.0, 0.0)
    assert found.severity is Severity.CRITICAL
    assert found.text.startswith("Fewer responses are valid JSON: 0\u202f%, was 100\u202f%")
    found = by_name(broken, valid)["valid_json"]
    assert found.text.startswith("More responses are valid JSON: 100\u202f%, was 0\u202f%")
    few = [*broken[:15], *valid[:5]]
    assert "valid_json" not in by_name(few, few)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1, 2]}', True),
        ("```json\n[1]\n```", True),
        ("  []  ", True),
        ("18", False),
        ('"text"', False),
        ("{a: 1}", False),
        ("", False),
        ("[" * 100_000, False),
        ("[" + "9" * 5_000 + "]", False),
    ],
)
def test_json_means_an_object_or_array(text, expected):
    assert is_json(text) is expected


def test_format_changes_are_found():
    baseline = [Response(response="First wash, then cut.")] * 30
    current = [Response(response="- wash\n- cut\n```sh\nls\n```")] * 30
    found = by_name(baseline, current)
    assert found["list"].severity is Severity.CRITICAL
    assert found["code"].text.startswith("More responses hold a code block: 100\u202f%, was 0\u202f%")


def test_empty_pools_do_not_fail():
    assert descriptors([], []) == ()
    assert all(item.severity is None for item in descriptors([], answers([5] * 9)))
