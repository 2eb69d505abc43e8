from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from driftium_core import compare_tables
from driftium_core.errors import CancelledError
from driftium_core.tabular.demographics import simulate_demographics
from driftium_core.tabular.drift import rejudge
from driftium_core.tabular.report import TableReport


@pytest.fixture(scope="module")
def sample():
    return simulate_demographics(20_000)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def attribution(reference, current, **options):
    found = compare_tables(reference, current, **options).attribution
    assert found is not None
    return found


def roots(found) -> dict[str, str]:
    return {root.column: plain(root.description) for root in found.roots}


FILTERS = {
    "age < 25": ({"age"}, "rows with age ≥ 25 are gone"),
    "age < 35": ({"age"}, "rows with age ≥ 35 are gone"),
    "age < 50": ({"age"}, "rows with age ≥ 50 are gone"),
    "age < 60": ({"age"}, "rows with age ≥ 60 are gone"),
    "age >= 60": ({"age"}, "rows with age < 60 are gone"),
    "25 <= age < 35": ({"age"}, "only rows with 25 ≤ age < 35 are left"),
    "balance >= 1000": ({"balance"}, "rows with balance < 1000 are gone"),
    "balance < 500": ({"balance"}, "rows with balance ≥ 500 are gone"),
    "day < 15": ({"day"}, "rows with day ≥ 15 are gone"),
    "housing == 'yes'": ({"housing"}, "only rows with housing = yes are left"),
    "marital == 'single'": ({"marital"}, "only rows with marital = single are left"),
    "job not in ('student', 'retired')": ({"job"}, "rows with job = retired or student are gone"),
}


@pytest.mark.parametrize("rows", [20_000, 2_000])
@pytest.mark.parametrize("rule", FILTERS)
def test_a_filter_of_the_sample_names_its_column_alone_and_the_cut(rows, rule):
    sample = simulate_demographics(rows)
    names, description = FILTERS[rule]
    found = attribution(sample, sample.query(rule))
    assert set(roots(found)) == names
    assert roots(found)[next(iter(names))] == description
    assert [root.action for root in found.roots] == ["reweight"]


def test_a_filter_explains_the_columns_that_depend_on_it_and_says_so(sample):
    report = compare_tables(sample, sample[sample["age"] < 35])
    found = report.attribution
    drifted = {column.column for column in report.columns if column.drifted}
    assert set(found.roots[0].explains) == drifted - {"age"}
    assert {"marital", "job", "contact"} <= drifted  # what the sample draws from age
    assert found.summary == f"`age` shifted; with its shift taken out, all {len(drifted) - 1} other alarms vanish."
    assert found.scope_note == "Among the 17 columns given; an association, not proof of cause."
    assert found.unexplained == ()


def test_effects_are_told_as_they_are_and_with_the_root_held(sample):
    found = attribution(sample, sample[sample["age"] < 35])
    assert [column.role for column in found.columns] == ["root"] + ["explained"] * (len(found.columns) - 1)
    effects = [column.effect_alone for column in found.columns[1:]]
    assert effects == sorted(effects, reverse=True)
    for column in found.columns[1:]:
        assert column.effect_held <= max(column.chance, column.effect_alone / 2)
        assert column.pvalue_held > 0.001
    assert found.columns[0].effect_held == found.columns[0].effect_alone  # there is no other root to hold


def planted(other, rng):
    """Current data and its roots, from a second sample of the same recipe."""
    odds = np.where(other["job"] == "student", 1.0, 0.25) * np.where(other["housing"] == "yes", 1.0, 0.4)
    return {
        "one tilt": (other[rng.random(len(other)) < np.where(other["marital"] == "single", 1, 0.3)], {"marital"}),
        "two tilts": (other[rng.random(len(other)) < odds], {"job", "housing"}),
        "and": (other[(other["age"] < 45) & (other["loan"] == "yes")], {"age", "loan"}),
        "or": (other[(other["age"] < 28) | (other["housing"] == "no")], {"age", "housing"}),
        "measurement": (other.assign(balance=other["balance"] * 0.88), {"balance"}),
        "two measurements": (
            other.assign(balance=other["balance"] * 1.4, age=other["age"] + 3),
            {"balance", "age"},
        ),
        "filter and measurement": (
            other[other["age"] < 35].assign(duration=lambda rows: rows["duration"] * 1.25),
            {"age", "duration"},
        ),
        "missing": (other.assign(education=other["education"].where(rng.random(len(other)) > 0.06)), {"education"}),
    }


@pytest.mark.parametrize(
    "kind",
    ["one tilt", "two tilts", "and", "or", "measurement", "two measurements", "filter and measurement", "missing"],
)
def test_planted_roots_are_named_exactly(sample, kind):
    current, wanted = planted(simulate_demographics(20_000, seed=1), np.random.default_rng(2))[kind]
    assert set(roots(attribution(sample, current))) == wanted


def test_values_that_shift_at_unchanged_other_columns_are_a_measurement_shift():
    reference, other = simulate_demographics(60_000), simulate_demographics(60_000, seed=1)
    found = attribution(reference, other.assign(age=other["age"] + 2))
    (root,) = found.roots
    assert (root.column, root.action, root.explains) == ("age", "measurement", ())
    assert plain(root.description) == "values shifted by +2 at unchanged marital and job"
    assert found.summary == "`age` moved; no other column did."


def test_a_measurement_shift_on_top_of_a_filter_is_told_apart():
    reference, other = simulate_demographics(60_000), simulate_demographics(60_000, seed=1)
    current = other[other["age"] < 35].assign(duration=lambda rows: rows["duration"] * 1.25)
    found = attribution(reference, current)
    actions = {root.column: root.action for root in found.roots}
    assert actions == {"age": "reweight", "duration": "measurement"}
    described = roots(found)
    assert described["age"] == "rows with age ≥ 35 are gone"
    factor = float(described["duration"].removeprefix("values scaled by ").split()[0])
    # Two samples of log-normal values with SD 0.92: the factor has an error of about 1 %.
    assert factor == pytest.approx(1.25, rel=0.04)


def test_missing_values_that_spread_are_a_root_of_their_own(sample):
    holes = np.random.default_rng(3).random(len(sample)) < 0.05
    found = attribution(sample, sample.assign(education=sample["education"].mask(holes)))
    (root,) = found.roots
    before, after = sample["education"].isna().mean(), (sample["education"].isna() | holes).mean()
    assert plain(root.description).startswith(f"missing values rose from {100 * before:.1f} % to {100 * after:.1f} %")
    assert root.action == "measurement"


def test_what_stays_shifted_without_being_sure_enough_for_a_root_is_left_over(sample):
    """A weak shift beside a filter: whatever it is called, it is not counted as explained."""
    rows = sample[sample["age"] < 35].assign(campaign=lambda rows: rows["campaign"] + (rows.index % 25 == 0))
    found = attribution(sample, rows)
    assert "age" in roots(found)
    assert "campaign" not in found.roots[0].explains


@pytest.mark.slow
@pytest.mark.parametrize("rows", [20_000, 200_000, 1_000_000])
def test_what_is_left_inside_bins_is_no_root_however_many_rows_there_are(rows):
    """Columns that nearly repeat a root see more of it than its bins hold."""
    tables = []
    for seed in (5, 6):
        rng = np.random.default_rng(seed)
        table = simulate_demographics(rows, seed=seed)
        table["age_noise"] = table["age"] + rng.normal(0, 1, rows)
        tables.append(table)
    reference, other = tables
    for current in (
        other[other["age"] < 50],
        other[(other["age"] < 35) | (other["age"] >= 50)],
        other[np.random.default_rng(7).random(rows) < np.where(other["housing"] == "yes", 1, 0.5)],
    ):
        found = attribution(reference, current)
        assert len(found.roots) == 1
    trivial = other[np.random.default_rng(8).random(rows) < np.where(other["housing"] == "yes", 1, 0.97)]
    assert attribution(reference, trivial).roots == ()


def test_large_tables_are_thinned_and_it_is_said():
    large = simulate_demographics(120_000, seed=1)
    found = attribution(large, large[large["age"] < 35])
    assert roots(found) == {"age": "rows with age ≥ 35 are gone"}
    note = plain(found.scope_note)
    assert note.startswith("Among the 17 columns given; an association, not proof of cause. Computed on 50 000 of ")
    assert "of 120 000 reference rows" in note
    assert attribution(large, large[large["age"] < 35]) == found  # the same rows are drawn again


@pytest.mark.slow
def test_nothing_is_named_when_nothing_changed():
    """300 pairs of clean tables of several sizes: at most the 99.9 % point of a binomial with 1 %."""
    sample = simulate_demographics(40_000, seed=9)
    rng = np.random.default_rng(10)
    named = 0
    for n, m in ((60, 200), (1000, 1000), (10_000, 400)) * 100:
        rows = rng.choice(len(sample), n + m, replace=False)
        found = attribution(sample.iloc[rows[:n]], sample.iloc[rows[n:]])
        named += bool(found.basis.roots)
    assert named <= stats.binom.ppf(0.999, 300, 0.01)


def test_no_drift_and_weak_drift_have_their_sentence(sample):
    half = sample.iloc[::2], sample.iloc[1::2]
    found = attribution(*half)
    assert (found.roots, found.columns) == ((), ())
    assert found.summary == "No drift was found, so there is nothing to explain."
    rng = np.random.default_rng(11)
    reference = pd.DataFrame({"x": rng.normal(size=300_000), "y": rng.normal(size=300_000)})
    weak = attribution(reference, reference.assign(x=rng.normal(0.02, 1, 300_000)))
    assert weak.summary == "The drift is too weak to say where it comes from."
    assert [(column.column, column.role) for column in weak.columns] == [("x", "too_weak")]


def frame(**columns):
    return pd.DataFrame(columns)


class NoHash:
    def __hash__(self):
        raise RuntimeError("no hash")

    def __str__(self):
        return "no hash"


RNG = np.random.default_rng(12)
X = RNG.normal(size=600)
AWKWARD = {
    "few rows": (frame(x=X), frame(x=X[X < -1.5][:12])),
    "no rows": (frame(x=X), frame(x=X[:0])),
    "constants": (frame(a=[1] * 100), frame(a=[1] * 100)),
    "all missing": (frame(a=[np.nan] * 100, b=range(100)), frame(a=[None] * 100, b=range(100))),
    "emptied": (frame(x=X, y=X), frame(x=X, y=[np.nan] * 600)),
    "filled": (frame(x=[np.nan] * 600), frame(x=X)),
    "infinities": (frame(x=np.where(X > 1, np.inf, X)), frame(x=np.where(X < 0, -np.inf, X))),
    "huge": (
        frame(x=[2**70 + int(k) for k in RNG.integers(0, 10**6, 600)]),
        frame(x=[2**71 + int(k) for k in RNG.integers(0, 10**6, 600)]),
    ),
    "many categories": (
        frame(c=RNG.integers(0, 10_000, 20_000).astype(str)),
        frame(c=(RNG.integers(0, 10_000, 20_000) // 2).astype(str)),
    ),
    "two types": (frame(x=RNG.integers(0, 5, 600)), frame(x=(RNG.integers(0, 5, 600) + 0.5).astype(str))),
    "lists": (
        frame(x=[[int(k)] for k in RNG.integers(0, 3, 600)]),
        frame(x=[[int(k)] for k in RNG.integers(0, 2, 600)]),
    ),
    "durations": (
        frame(x=pd.to_timedelta(RNG.integers(0, 6000, 600), unit="s")),
        frame(x=pd.to_timedelta(RNG.integers(0, 3000, 600), unit="s")),
    ),
    "signals": (
        frame(x=[Decimal("sNaN"), *map(Decimal, range(50))] * 10, y=X[:510]),
        frame(x=[Decimal("sNaN"), *map(Decimal, range(25))] * 10, y=X[:260]),
    ),
    "no hash": (frame(x=[NoHash()] * 300 + ["a"] * 300), frame(x=[NoHash()] * 500 + ["a"] * 100)),
    "complex": (frame(x=X + 1j, y=X), frame(x=X + 2j, y=X - 2)),
}


@pytest.mark.parametrize("kind", AWKWARD)
def test_awkward_tables_get_a_sentence_and_survive_json(kind):
    report = compare_tables(*AWKWARD[kind])
    assert report.attribution.summary.endswith(".")
    assert report.attribution.scope_note
    again = TableReport.from_dict(json.loads(json.dumps(report.to_dict(), allow_nan=False)))
    assert again.to_dict() == report.to_dict()


def test_too_few_rows_is_the_reason_where_that_is_so():
    found = compare_tables(*AWKWARD["few rows"]).attribution
    assert found.summary == "Too few rows to say which columns the drift comes from: 30 of each table are needed."
    assert [(column.column, column.role) for column in found.columns] == [("x", "too_weak")]


def test_repeated_names_are_told_apart():
    table = pd.DataFrame(RNG.normal(size=(600, 2)), columns=["x", "x"])
    found = attribution(table, table[table.iloc[:, 1] < 0])
    assert roots(found) == {"x (2)": "rows with x (2) ≥ 0 are gone"}


def test_time_and_identifiers_count_by_their_missing_values_only():
    n = 800
    rng = np.random.default_rng(13)
    when = pd.Series(pd.date_range("2024-01-01", periods=n, freq="h"))
    reference = pd.DataFrame({"when": when, "id": [f"id {k}" for k in range(n)], "x": rng.normal(size=n)})
    current = pd.DataFrame(
        {
            "when": (when + pd.Timedelta("900D")).where(rng.random(n) > 0.4),
            "id": [f"id {k}" for k in range(n, 2 * n)],
            "x": rng.normal(size=n),
        }
    )
    found = attribution(reference, current)
    assert list(roots(found)) == ["when"]
    assert roots(found)["when"].startswith("missing values rose from 0 % to ")


def test_rejudging_chooses_anew_from_what_was_found(sample):
    current = sample[sample["age"] < 35]
    report = compare_tables(sample, current)
    for threshold, correction in ((1e-9, "bh"), (0.3, "none"), (0.05, "bh")):
        anew = compare_tables(sample, current, p_threshold=threshold, correction=correction)
        assert rejudge(report, p_threshold=threshold, correction=correction).attribution == anew.attribution
    strict = rejudge(report, p_threshold=1e-60, correction="bh")
    drifted = {column.column for column in strict.columns if column.drifted}
    assert {column.column for column in strict.attribution.columns} == drifted
    assert len(drifted) < len(report.attribution.columns)


def test_a_report_without_drift_at_its_threshold_names_no_root_but_keeps_what_was_found(sample):
    rng = np.random.default_rng(14)
    current = sample[rng.random(len(sample)) < np.where(sample["housing"] == "yes", 1, 0.85)]
    report = compare_tables(sample, current)
    assert "housing" in roots(report.attribution)
    strict = rejudge(report, p_threshold=1e-200, correction="bh")
    assert strict.attribution.roots == ()
    assert rejudge(strict, p_threshold=0.05, correction="bh").attribution == report.attribution


def test_the_json_has_the_documented_shape_and_comes_back_equal(sample):
    report = compare_tables(sample, sample[sample["age"] < 35])
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    found = data["attribution"]
    assert {"roots", "columns", "unexplained", "summary", "scope_note"} <= set(found)
    assert set(found["roots"][0]) == {"column", "action", "explains", "description", "gone"}
    assert TableReport.from_dict(data).attribution == report.attribution


def test_a_report_of_an_older_version_opens_without_attribution(sample):
    data = compare_tables(sample.head(500), sample.tail(500)).to_dict()
    del data["attribution"], data["settings"]["attribution"]
    assert TableReport.from_dict(data).attribution is None


def test_attribution_can_be_left_out_and_the_settings_say_so(sample):
    report = compare_tables(sample, sample[sample["age"] < 35], attribution=False)
    assert report.attribution is None
    assert report.settings.describe() == "without root causes"
    assert TableReport.from_dict(report.to_dict()).settings == report.settings
    assert rejudge(report, p_threshold=0.01, correction="bh").attribution is None


def test_rows_of_the_frame_say_the_role(sample):
    frame = compare_tables(sample, sample[sample["age"] < 35]).to_frame().set_index("column")
    assert frame.loc["age", "role"] == "root"
    assert frame.loc["marital", "role"] == "explained"
    assert frame.loc["day", "role"] == ""


def test_neither_order_of_columns_nor_the_index_changes_what_is_found(sample):
    current = sample[(sample["age"] < 45) & (sample["loan"] == "yes")]
    one = attribution(sample, current)
    two = attribution(sample[sample.columns[::-1]], current.reset_index(drop=True)[current.columns[::-1]])
    assert one == two


@pytest.mark.parametrize("after", [1, 10])
def test_the_search_tells_that_it_works_and_can_be_stopped(sample, after):
    searching = []

    def stop(*step: object) -> None:
        if step == (17, 17, "Finding what the drift comes from"):
            searching.append(step)
            if len(searching) == after:
                raise CancelledError("Stopped.")

    with pytest.raises(CancelledError, match="Stopped"):
        compare_tables(sample, sample[sample["age"] < 35], progress=stop)
    assert len(searching) == after
