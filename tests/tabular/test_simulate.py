"""Filters: what passes, what is refused with which words, and that their text says all of them."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftium_core.errors import ColumnError
from driftium_core.tabular.demographics import simulated_sample
from driftium_core.tabular.simulate import CategoryFilter, RangeFilter, apply_filter, filter_table, parse_filter


@pytest.fixture
def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age": [18, 34, 35, 36, 60],
            "rate": [1.0, None, -2.5, float("inf"), 3.0],
            "job": pd.array(["student", None, "clerk", "clerk", "retired"], dtype="str"),
            "since": pd.to_datetime(["2024-01-01", "2024-01-02", None, "2024-02-01", "2025-01-01"]),
        }
    )


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("age < 35", [18, 34]),
        ("age <= 35", [18, 34, 35]),
        ("age >= 36", [36, 60]),
        ("age > 36", [60]),
        ("34 <= age < 36", [34, 35]),
        ("34 < age <= 36", [35, 36]),
        ("rate < 2", [18, 35]),
        ("rate > 2.5", [36, 60]),
        ("rate >= -1e300", [18, 35, 36, 60]),
        ("job in clerk, student", [18, 35, 36]),
        ("age in 18, 60", [18, 60]),
        ("rate in 1, 3.0", [18, 60]),
        ("since >= 2024-01-02", [34, 36, 60]),
        ("2024-01-01 <= since < 2024-02-01", [18, 34]),
        ("since < 2024-01-01T00:00:01", [18]),
    ],
)
def test_rows_that_pass(people: pd.DataFrame, text: str, ages: list[int]) -> None:
    kept = apply_filter(people, parse_filter(text))
    assert kept["age"].tolist() == ages
    assert kept.index.tolist() == list(range(len(ages)))
    assert kept.dtypes.tolist() == people.dtypes.tolist()


def test_the_default_range_is_half_open(people: pd.DataFrame) -> None:
    assert RangeFilter("age", high=35).describe() == "age < 35"
    assert apply_filter(people, RangeFilter("age", 18, 35))["age"].tolist() == [18, 34]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("income < 3", r"^There is no column `income`\. The columns are `age`, `rate`, `job`, `since`\.$"),
        ("job < 3", r"`job` holds text, so this range does not apply; choose categories instead\."),
        ("since < 3", r"`since` holds dates, .* give dates as bounds"),
        ("age < 2024-01-01", r"`age` holds numbers, .* give numbers as bounds"),
        ("age < 18", r"^No row passes this filter on `age`: its values run from 18 to 60\.$"),
        ("since > 2026-01-01", r"its values run from 2024-01-01 to 2025-01-01\."),
        ("job in pilot", r"its values are `clerk`, `student`, `retired`\."),
    ],
)
def test_what_cannot_pass_is_told(people: pd.DataFrame, rule: str, message: str) -> None:
    with pytest.raises(ColumnError, match=message):
        apply_filter(people, parse_filter(rule))


def test_a_filtered_table_says_what_it_is() -> None:
    sample = simulated_sample(1_000, seed=1)
    young = filter_table(sample, parse_filter("age < 35"))
    assert young.name == "simulated sample, age < 35"
    assert (young.frame["age"] < 35).all()
    assert young.notes == (f"Simulated: {len(young.frame)} rows of 1\u202f000 rows with age < 35.",)
    assert young.content_hash == filter_table(simulated_sample(1_000, seed=1), RangeFilter("age", high=35)).content_hash
    hashes = {sample.content_hash, young.content_hash, simulated_sample(1_000, seed=2).content_hash}
    assert len(hashes) == 3
    assert all(len(digest) == 64 for digest in hashes)


def test_all_missing_column_is_told() -> None:
    with pytest.raises(ColumnError, match="all of its values are missing"):
        apply_filter(pd.DataFrame({"a": [None, float("nan")]}, dtype="float64"), RangeFilter("a", high=1))


@pytest.mark.parametrize(
    "text",
    ["", "age", "age <", "< 35", "age < old", "age = 35", "age < 35 < 40", "35 < 40", "40 > age", "job in", "job in ,",
     "job in a b", "job in a,", 'age < "35"', '"open < 3', "age < nan", "1 < age > 3", '"\\x" < 3', "age < 2024-13-01"],
)  # fmt: skip
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(ColumnError, match=r"(is not a filter\. Write it like `age < 35`|needs a lower or an upper)"):
        parse_filter(text)


def test_ranges_need_a_bound_and_one_kind() -> None:
    with pytest.raises(ColumnError, match="needs a lower or an upper bound"):
        RangeFilter("age")
    with pytest.raises(ColumnError, match="two numbers or two dates"):
        RangeFilter("age", 3.0, pd.Timestamp("2024-01-01"))
    with pytest.raises(ColumnError, match="at least one category"):
        CategoryFilter("job", ())


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (RangeFilter("my age", 18, 35.5, include_high=True), '18 <= "my age" <= 35.5'),
        (RangeFilter("in", 0.1), '"in" >= 0.1'),
        (RangeFilter("inf", high=-2.0), '"inf" < -2'),
        (RangeFilter("2024", high=1e300), '"2024" < 1e+300'),
        (CategoryFilter("job", ("on leave", "a,b", 'say "x"', "né")), 'job in "on leave", "a,b", "say \\"x\\"", né'),
        (RangeFilter("since", pd.Timestamp("2024-01-01")), "since >= 2024-01-01"),
    ],
)
def test_text_of_a_filter(rule: RangeFilter | CategoryFilter, text: str) -> None:
    assert rule.describe() == text
    assert parse_filter(text) == rule


_NAMES = st.one_of(
    st.text(), st.sampled_from(["in", "inf", "NaN", "a b", "<", '"', "\\", "x\ny", "🎂", "a,b", "-1", ""])
)
_NUMBERS = st.floats(allow_nan=False)


@settings(deadline=None)
@given(_NAMES, st.lists(_NAMES, min_size=1, max_size=5))
def test_category_filters_survive_their_text(column: str, keep: list[str]) -> None:
    rule = CategoryFilter(column, tuple(keep))
    assert parse_filter(rule.describe()) == rule


@settings(deadline=None)
@given(_NAMES, st.none() | _NUMBERS, _NUMBERS, st.booleans(), st.booleans())
def test_range_filters_survive_their_text(
    column: str, low: float | None, high: float, include_low: bool, include_high: bool
) -> None:
    rule = RangeFilter(column, low, high, include_low=include_low or low is None, include_high=include_high)
    assert parse_filter(rule.describe()) == rule


@settings(deadline=None)
@given(_NAMES, st.datetimes())
def test_date_filters_survive_their_text(column: str, moment: object) -> None:
    rule = RangeFilter(column, pd.Timestamp(moment), None, include_low=False)  # type: ignore[arg-type]
    assert parse_filter(rule.describe()) == rule
