from __future__ import annotations

import datetime as dt
import decimal
import json
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from driftium_core import compare_tables
from driftium_core.errors import CancelledError, ColumnError, InputError
from driftium_core.severity import Severity
from driftium_core.tabular.column_result import ColumnKind
from driftium_core.tabular.drift import rejudge
from driftium_core.tabular.report import FindingKind, TableReport


def people(n: int, seed: int) -> pd.DataFrame:
    """A table of people whose job depends on their age."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 90, n)
    retired = rng.random(n) < (age > 65) * 0.8
    return pd.DataFrame(
        {
            "age": age,
            "job": np.where(retired, "retired", rng.choice(["clerk", "nurse", "driver"], n)),
            "balance": rng.lognormal(7, 1, n).round(2),
            "income": np.where(rng.random(n) < 0.1, np.nan, rng.normal(3000, 500, n)),
            "loan": rng.random(n) < 0.2,
        }
    )


def by_name(report):
    return {column.column: column for column in report.columns}


def findings(report, kind):
    return [
        finding.text.replace("\u202f", " ").replace("\u00a0", " ")
        for finding in report.findings
        if finding.kind == kind
    ]


@pytest.fixture(scope="module")
def tables():
    return people(4000, 1), people(4000, 2)


def test_each_column_has_the_numbers_of_scipy(tables):
    reference, current = tables
    columns = by_name(compare_tables(reference, current))
    for name in ("age", "balance", "income"):
        expected = stats.ks_2samp(reference[name].dropna(), current[name].dropna(), method="asymp")
        assert columns[name].value.statistic == pytest.approx(expected.statistic, abs=1e-12)
        assert columns[name].value.pvalue == pytest.approx(expected.pvalue, rel=0.03)
    for name in ("job", "loan"):
        table = np.array([side[name].value_counts().sort_index() for side in tables])
        expected = stats.chi2_contingency(table, correction=False)
        assert columns[name].value.statistic == pytest.approx(expected.statistic, rel=1e-12)
        assert columns[name].value.dof == expected.dof
        assert columns[name].value.pvalue == pytest.approx(expected.pvalue, rel=1e-9)


def test_adjusted_pvalues_are_benjamini_hochberg_over_value_and_missingness_tests(tables):
    report = compare_tables(*tables)
    tested = [(p, a) for c in report.columns
              for p, a in ((c.value.pvalue, c.pvalue_adjusted), (c.missing.pvalue, c.missing_pvalue_adjusted))
              if p is not None]  # fmt: skip
    assert len(tested) == 6  # five columns, one of them with missing values
    raw, adjusted = zip(*tested, strict=True)
    assert list(adjusted) == pytest.approx(list(stats.false_discovery_control(raw)))


def test_a_filtered_table_drifts_in_the_filtered_column_most(tables):
    reference, _ = tables
    report = compare_tables(reference, reference[reference["age"] < 35])
    worst = report.columns[0]
    assert (worst.column, worst.severity, worst.drifted) == ("age", Severity.CRITICAL, True)
    assert report.summary.status == "drift"
    assert report.headline == "✕ Drift: CRITICAL."
    assert report.verdict.startswith("2 of 5 columns drifted; ")
    assert "4\u202f000 reference rows, adjusted p\u00a0<\u00a00.001." in report.verdict
    assert worst.shift.startswith("median −")


def test_a_tiny_shift_in_many_rows_is_at_most_low():
    rng = np.random.default_rng(6)
    reference = pd.DataFrame({"x": rng.normal(size=400_000)})
    report = compare_tables(reference, pd.DataFrame({"x": rng.normal(0.02, 1, 400_000)}))
    assert report.columns[0].drifted
    assert report.summary.severity is Severity.LOW


def test_missing_values_that_spread_are_drift_even_when_the_values_stay(tables):
    reference, current = tables
    current = current.copy()
    current.loc[current.index % 3 == 0, "balance"] = np.nan
    report = compare_tables(reference, current)
    balance = by_name(report)["balance"]
    assert balance.value.pvalue > 0.05
    assert (balance.severity, balance.drifted) == (Severity.CRITICAL, True)
    assert report.largest_effect.column == "balance"
    assert findings(report, FindingKind.MISSINGNESS) == [
        "`balance` is missing in 33 % of current rows, 0 % of the reference (+33 points)."
    ]


def test_no_drift_says_what_these_sizes_can_detect(tables):
    report = compare_tables(*tables)
    assert report.headline == "● No drift found."
    assert report.summary.severity is Severity.LOW
    assert "these sizes can detect a KS gap of 0.0" in report.verdict


@pytest.mark.parametrize(("rows", "more"), [(0, 30), (9, 21), (29, 1)])
def test_too_few_rows_are_inconclusive_and_say_how_many_are_needed(tables, rows, more):
    reference, current = tables
    report = compare_tables(reference, current.head(rows))
    assert report.headline == "○ Inconclusive."
    assert (report.summary.status, report.summary.severity) == ("inconclusive", None)
    assert {column.severity for column in report.columns} == {None}
    assert report.verdict.endswith(f"30 current rows are needed to tell drift from chance, {more} more.")


def test_few_rows_that_differ_entirely_still_drift(tables):
    reference, _ = tables
    report = compare_tables(reference, reference[reference["age"] < 20].head(12))
    assert report.summary.status == "drift"


def test_all_false_alarms_stay_within_five_percent():
    """150 pairs of clean tables: any flag in at most the 99.9 % point of a binomial with 5 %."""
    flags = [compare_tables(people(300, 2 * i), people(300, 2 * i + 1)).summary.status == "drift" for i in range(150)]
    assert sum(flags) <= stats.binom.ppf(0.999, 150, 0.05)


def test_rejudging_equals_judging_anew(tables):
    reference, _ = tables
    current = reference[reference["age"] < 80]
    report = compare_tables(reference, current)
    for threshold, correction in ((0.001, "bh"), (0.3, "none"), (0.05, "bh")):
        anew = compare_tables(reference, current, p_threshold=threshold, correction=correction)
        assert rejudge(report, p_threshold=threshold, correction=correction).to_dict() == anew.to_dict()


def test_the_plain_rule_judges_raw_pvalues(tables):
    for column in compare_tables(*tables, correction="none").columns:
        assert column.pvalue_adjusted == column.value.pvalue


def test_threads_and_column_order_do_not_change_a_report(tables):
    reference, current = tables
    one = compare_tables(reference, current, n_threads=1)
    two = compare_tables(reference[reference.columns[::-1]], current, n_threads=2)
    assert one.columns == two.columns
    assert (one.reference_hash, one.current_hash) == (two.reference_hash, two.current_hash)
    assert one.reference_hash != one.current_hash


def test_neither_table_is_changed(tables):
    before = [table.copy() for table in tables]
    compare_tables(*tables)
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_progress_is_told_per_column_and_can_stop_the_work(tables):
    seen = []
    compare_tables(*tables, progress=lambda done, total, column: seen.append((done, total, column)))
    assert [step[:2] for step in seen[:5]] == [(i, 5) for i in range(1, 6)]
    assert {step[2] for step in seen[:5]} == set(tables[0].columns)
    assert set(seen[5:]) == {(5, 5, "Finding what the drift comes from")}

    calls = []

    def stop(done: int, *_: object) -> None:
        calls.append(done)
        raise CancelledError("Stopped.")

    wide = pd.concat([tables[0].add_suffix(str(i)) for i in range(40)], axis=1)
    with pytest.raises(CancelledError, match="Stopped"):
        compare_tables(wide, wide, progress=stop, n_threads=1)
    assert calls == [1]


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 2, float("nan")])
def test_a_threshold_outside_zero_to_one_is_refused(tables, threshold):
    with pytest.raises(InputError, match="between 0 and 1"):
        compare_tables(*tables, p_threshold=threshold)


def test_an_unknown_column_is_refused_with_close_names(tables):
    with pytest.raises(ColumnError, match=re.escape("Neither table has `balanse`. Did you mean `balance`?")):
        compare_tables(*tables, columns=["balanse"])
    with pytest.raises(ColumnError, match=re.escape("Neither table has `xyz`. The tables have `age`, `job`")):
        compare_tables(*tables, categorical=["xyz"])


def test_tables_without_a_common_column_are_refused_with_both_lists():
    with pytest.raises(InputError, match="the reference has `a`, current data has `b`"):
        compare_tables(pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}))


def test_chosen_columns_only(tables):
    report = compare_tables(*tables, columns=["age", "job"])
    assert {column.column for column in report.columns} == {"age", "job"}
    assert report.summary.monitored_feature_count == 2


def test_missing_and_extra_columns_are_told(tables):
    reference, current = tables
    report = compare_tables(reference, current.rename(columns={"income": "salary"}))
    assert findings(report, FindingKind.MISSING_COLUMN) == [
        "Current data lacks `income`, which the reference has. 4 of 5 columns were compared."
    ]
    assert findings(report, FindingKind.EXTRA_COLUMN) == [
        "Current data has `salary`, which the reference lacks; it was not compared."
    ]


def test_new_and_vanished_categories_are_named_with_counts():
    reference = pd.DataFrame({"job": ["clerk"] * 60 + ["nurse"] * 40})
    report = compare_tables(reference, pd.DataFrame({"job": ["clerk"] * 60 + ["=cmd()\n"] * 40}))
    assert findings(report, FindingKind.NEW_CATEGORIES) == [
        "Current data has 1 category of `job` that the reference lacks: “=cmd()” (40 rows)."
    ]
    assert report.columns[0].vanished_categories == ("nurse",)


def test_numbers_that_became_text_are_compared_as_numbers(tables):
    reference, current = tables
    report = compare_tables(reference, current.assign(age=current["age"].astype(str)))
    age = by_name(report)["age"]
    assert age.kind is ColumnKind.NUMERIC
    assert age.value.statistic == by_name(compare_tables(*tables))["age"].value.statistic
    assert findings(report, FindingKind.TYPE_CHANGED) == [
        "`age` holds numbers in the reference and text in current data."
    ]


def test_values_beyond_the_reference_range_are_told(tables):
    reference, current = tables
    current = current.assign(age=np.where(current.index < 200, 150, current["age"]))
    assert findings(compare_tables(reference, current), FindingKind.OUT_OF_RANGE) == [
        "5.0 % of the current values of `age` lie outside the reference range, 18 to 89: 200 above."
    ]


def test_a_column_that_became_constant_is_told(tables):
    reference, current = tables
    report = compare_tables(reference, current.assign(balance=0.0))
    assert findings(report, FindingKind.CONSTANT) == [
        "`balance` has a single value, 0, in current data, not in the reference."
    ]


def test_a_time_column_is_reported_and_never_judged():
    reference = pd.DataFrame({"at": pd.date_range("2020-01-01", periods=100), "x": range(100)})
    current = pd.DataFrame({"at": pd.date_range("2021-01-01", periods=100).astype(str), "x": range(100)})
    report = compare_tables(reference, current, categorical=["x"])
    at = by_name(report)["at"]
    assert (at.kind, at.severity, at.drifted, at.value.pvalue) == (ColumnKind.DATETIME, None, False, None)
    assert findings(report, FindingKind.TIME_WINDOW) == [
        "`at`: the reference covers 2020-01-01 to 2020-04-09, current data 2021-01-01 to 2021-04-10; "
        "the periods do not overlap."
    ]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([f"user-{i * 7919}" for i in range(300)], ColumnKind.IDENTIFIER),
        (range(300), ColumnKind.IDENTIFIER),
        (
            [f"A long answer that nobody else would give in these words, number {i}." for i in range(300)],
            ColumnKind.TEXT,
        ),
        ([None] * 300, ColumnKind.EMPTY),
        (["yes", "no", "no"] * 100, ColumnKind.CATEGORICAL),
        ([1.5, 2.5, 2.5] * 100, ColumnKind.NUMERIC),
    ],
)
def test_kinds(values, kind):
    table = pd.DataFrame({"x": values, "other": [0, 1, 1] * 100})
    column = by_name(compare_tables(table, table))["x"]
    assert column.kind is kind
    assert (column.severity is None) == (kind in (ColumnKind.IDENTIFIER, ColumnKind.TEXT, ColumnKind.EMPTY))


def test_numbers_can_be_treated_as_categories(tables):
    column = by_name(compare_tables(*tables, categorical=["age"]))["age"]
    assert (column.kind, column.value.dof) == (ColumnKind.CATEGORICAL, 71)


def test_names_that_are_no_strings_repeat_or_have_levels():
    table = pd.DataFrame([[1, 2, 3]] * 40, columns=[7, "a", "a"])
    assert {c.column for c in compare_tables(table, table).columns} == {"7", "a", "a (2)"}
    levels = pd.DataFrame([[1, 2]] * 40, columns=pd.MultiIndex.from_tuples([("x", "y"), ("x", "z")]))
    assert {c.column for c in compare_tables(levels, levels).columns} == {"x / y", "x / z"}


def test_a_column_that_is_all_missing_on_one_side_is_drift_not_an_error(tables):
    reference, current = tables
    report = compare_tables(reference, current.assign(job=None, age=np.nan))
    columns = by_name(report)
    assert columns["job"].severity is columns["age"].severity is Severity.CRITICAL
    assert columns["age"].current_summary == "all missing"


def test_report_is_json_safe_with_nan_and_infinities():
    table = pd.DataFrame({"x": [np.inf, -np.inf, np.nan, 1.0] * 30, "empty": [None] * 120})
    text = json.dumps(compare_tables(table, table).to_dict(), allow_nan=False)
    assert json.loads(text)["columns"][0]["column"] == "x"


@pytest.mark.slow
def test_ten_thousand_columns_and_ten_thousand_categories_are_usable():
    rng = np.random.default_rng(0)
    wide = [pd.DataFrame(rng.normal(size=(100, 10_000))) for _ in range(2)]
    assert compare_tables(*wide).summary.monitored_feature_count == 10_000
    labels = [pd.DataFrame({"city": [f"city {i}" for i in rng.integers(0, 10_000, 60_000)]}) for _ in range(2)]
    report = compare_tables(*labels)
    assert report.columns[0].value.dof == 9_999
    assert report.summary.status == "no_drift"


def test_a_column_that_only_lost_values_is_told_by_its_missing_values():
    reference = pd.DataFrame({"income": [i * 37 % 900 for i in range(2000)]})
    gaps = pd.DataFrame({"income": [None if i % 5 == 0 else i * 37 % 900 for i in range(2000)]})
    (column,) = compare_tables(reference, gaps).columns
    # 20 points of missing values against none: HIGH from 0.20 on, though the values themselves did not move.
    assert column.severity == "HIGH"
    assert column.decided_by == "missing"
    assert column.decisive.effect_size == pytest.approx(0.2)
    assert column.decisive_pvalue_adjusted < 1e-6 < column.pvalue_adjusted
    assert column.decisive_shift == "missing +20\u00a0points"


def test_a_column_with_too_few_values_is_not_called_free_of_drift():
    n = 2000
    reference = pd.DataFrame({"x": [i * 37 % 900 for i in range(n)], "rare": [None] * (n - 3) + [1.5, 2.5, 3.5]})
    current = pd.DataFrame({"x": [i * 37 % 900 for i in range(n)], "rare": [None] * (n - 3) + [91.5, 92.5, 93.5]})
    report = compare_tables(reference, current)
    # Three against three values without any overlap: the smallest p-value is 2 / C(6, 3) = 0.1.
    assert by_name(report)["rare"].severity is None
    assert by_name(report)["x"].severity == "LOW"
    assert compare_tables(reference[["rare"]], current[["rare"]]).summary.status == "inconclusive"


def test_dates_that_go_missing_are_drift_though_time_that_passes_is_none():
    days = pd.Series(pd.date_range("2025-01-01", periods=1000))
    reference = pd.DataFrame({"when": days, "x": [i * 37 % 900 for i in range(1000)]})
    later = reference.assign(when=days + pd.Timedelta(days=1000))
    assert compare_tables(reference, later).summary.status == "no_drift"
    gaps = reference.assign(when=days.where(days.index % 10 == 0))
    report = compare_tables(reference, gaps)
    assert report.summary.severity == "CRITICAL"
    assert by_name(report)["when"].decided_by == "missing"


def test_an_export_sorted_by_amount_is_tested_and_running_numbers_are_not():
    amounts = [i * i for i in range(1, 400)]
    report = compare_tables(pd.DataFrame({"v": amounts}), pd.DataFrame({"v": [a * 2 for a in amounts]}))
    assert by_name(report)["v"].kind == "numeric"
    orders = pd.DataFrame({"v": [7 * i for i in range(500)]})
    report = compare_tables(orders, orders + 7 * 500)
    assert by_name(report)["v"].kind == "identifier"


class Unprintable:
    def __str__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("values", "kind", "note"),
    [
        ([decimal.Decimal("sNaN"), decimal.Decimal(2)], ColumnKind.NUMERIC, None),
        ([decimal.Decimal("sNaN"), "a", 1], ColumnKind.CATEGORICAL, "Holds values of several kinds"),
        ([dt.timedelta(days=999_999_999), dt.timedelta(1)], ColumnKind.CATEGORICAL, "Holds values beyond"),
        ([10**400, 1], ColumnKind.CATEGORICAL, "Holds values beyond"),
        ([10**400, 2.5, None], ColumnKind.CATEGORICAL, "Holds values beyond"),
        ([10**5000, 1], ColumnKind.CATEGORICAL, "Holds values beyond"),  # too long for str as well
        ([Unprintable(), 1], ColumnKind.CATEGORICAL, "Holds values of several kinds"),
    ],
)
@pytest.mark.parametrize("other", [[1, 2, 3], ["a", "b"]])
def test_values_that_cannot_be_numbers_are_compared_as_text_with_a_note(values, kind, note, other):
    tables = [pd.DataFrame({"x": pd.Series(side * 30, dtype=object)}) for side in (values, other)]
    column = compare_tables(tables[0], tables[0]).columns[0]
    assert (column.kind, column.drifted) == (kind, False)
    assert [text.startswith(note) for text in column.notes] == [True] if note else column.notes == ()
    for pair in (tables, tables[::-1]):
        json.dumps(compare_tables(*pair).to_dict(), allow_nan=False)


@pytest.mark.parametrize("threshold", ["x", None, float("nan")])
def test_a_threshold_that_is_no_number_is_refused(tables, threshold):
    with pytest.raises(InputError, match="must lie between 0 and 1"):
        compare_tables(*tables, p_threshold=threshold)
    with pytest.raises(InputError, match="must lie between 0 and 1"):
        rejudge(compare_tables(*tables), p_threshold=threshold, correction="bh")


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None])
def test_a_seed_that_cannot_be_one_is_refused(tables, seed):
    with pytest.raises(InputError, match="must be a whole number from 0 up"):
        compare_tables(*tables, seed=seed)


def test_settings_from_numpy_are_kept_as_plain_numbers(tables):
    report = compare_tables(*tables, p_threshold=np.float32(0.5), seed=np.int64(3))
    settings = json.loads(json.dumps(report.to_dict()))
    assert (settings["settings"]["p_threshold"], settings["seed"]) == (0.5, 3)


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [
        (["income"], " Current data lacks `income`."),
        (["job", "loan"], " Current data lacks `job` and `loan`."),
        (["job", "balance", "income", "loan"], " Current data lacks `job`, `balance` and 2 more."),
    ],
)
@pytest.mark.parametrize(
    ("kept", "status"), [("age >= 18", "no_drift"), ("age < 35", "drift"), ("index < 5", "inconclusive")]
)
def test_the_verdict_ends_with_the_columns_that_current_data_lacks(tables, gone, sentence, kept, status):
    reference = tables[0]
    report = compare_tables(reference, reference.query(kept).drop(columns=gone))
    assert report.summary.status == status
    assert report.verdict.endswith(sentence)
    assert not compare_tables(reference, reference.query(kept)).verdict.endswith(sentence)
    stored = json.loads(json.dumps(report.to_dict()))
    assert TableReport.from_dict(stored).verdict == report.verdict
    del stored["missing_columns"]
    assert TableReport.from_dict(stored).summary == report.summary


def test_only_chosen_columns_are_told_as_lacking(tables):
    reference = tables[0]
    report = compare_tables(reference, reference.drop(columns=["income"]), columns=["age", "job"])
    assert "lacks" not in report.verdict
