"""The rows that are handed out are those that came, or those that went; never all of them by accident."""

import numpy as np
import pandas as pd
import pytest

from driftium_core.tabular.drifted_rows import DriftedRows, drifted_rows, rows_to_csv

RNG = np.random.default_rng(0)
JOBS = np.array(["admin", "services", "student", "retired"])
REFERENCE = pd.DataFrame(
    {"age": RNG.integers(18, 80, 6000), "job": JOBS[RNG.choice(4, 6000, p=[0.5, 0.3, 0.1, 0.1])], "n": range(6000)}
)


def rows_of(found, current, reference=REFERENCE):
    """The rows themselves."""
    return (current if found.side == "current" else reference).iloc[found.places]


def test_rows_that_are_gone_are_those_of_the_reference_and_exactly_those():
    found = drifted_rows(REFERENCE, REFERENCE[REFERENCE.age < 35], ["age"])
    assert found.side == "reference"
    assert set(rows_of(found, None).index) == set(REFERENCE.index[REFERENCE.age >= 35])
    assert found.where == ("`age` 35 to 79",)
    assert found.description.endswith("with `age` 35 to 79: values that are hardly there in current data.")


def test_a_middle_that_is_cut_out_of_both_sides_gives_two_ranges():
    found = drifted_rows(REFERENCE, REFERENCE[REFERENCE.age.between(30, 50)], ["age"])
    assert found.where == ("`age` 18 to 29 or 51 to 79",)


def test_a_category_that_came_gives_its_current_rows():
    current = pd.concat([REFERENCE, *[REFERENCE[REFERENCE.job == "student"]] * 2], ignore_index=True)
    found = drifted_rows(REFERENCE, current, ["job"])
    assert (found.side, found.where) == ("current", ("`job` student",))
    assert set(rows_of(found, current).job) == {"student"}
    assert found.places.size == (current.job == "student").sum()


def test_a_new_category_and_values_beyond_the_reference_are_found():
    current = REFERENCE.assign(job=REFERENCE.job.replace("services", "gig"))
    assert drifted_rows(REFERENCE, current, ["job"]).where == ("`job` gig",)
    older = REFERENCE.assign(age=REFERENCE.age + 100)
    assert drifted_rows(REFERENCE, older, ["age"]).where == ("`age` 118 to 179",)


def test_missing_values_are_a_bin_of_their_own():
    current = REFERENCE.assign(age=REFERENCE.age.where(REFERENCE.n % 5 > 0))
    found = drifted_rows(REFERENCE, current, ["age"])
    assert found.where == ("`age` a missing value",)
    assert rows_of(found, current).age.isna().all()


def test_a_row_is_in_when_any_root_says_so():
    current = pd.concat([REFERENCE, REFERENCE.assign(job="gig")[:400], REFERENCE.assign(age=95)[:300]])
    found = drifted_rows(REFERENCE, current, ["age", "job"])
    rows = rows_of(found, current)
    assert len(rows) == 700
    assert ((rows.age == 95) | (rows.job == "gig")).all()
    assert len(found.where) == 2


def test_numbers_can_be_categories_and_equal_however_they_are_stored():
    codes = pd.DataFrame({"code": RNG.integers(0, 3, 3000)})
    current = pd.DataFrame({"code": [*codes.code.astype(float), *[7.0] * 300]})
    found = drifted_rows(codes, current, ["code"], categorical=["code"])
    assert found.places.size == 300


def test_clean_data_and_unknown_columns_hand_out_nothing():
    halves = REFERENCE[REFERENCE.n % 2 == 0], REFERENCE[REFERENCE.n % 2 == 1]
    assert drifted_rows(*halves, ["age", "job"]) is None
    assert drifted_rows(*halves, ["nowhere"]) is None
    assert drifted_rows(REFERENCE, REFERENCE, []) is None


@pytest.mark.parametrize(
    "values", [[np.inf, -np.inf, 1.0] * 400, [5] * 1200, [np.nan] * 1200, [True, False] * 600, [None] * 1200]
)
def test_no_column_breaks_it(values):
    reference = pd.DataFrame({"x": values})
    assert drifted_rows(reference, reference.copy(), ["x"]) is None
    assert drifted_rows(reference, reference.head(3), ["x"]) is None
    drifted_rows(reference, pd.DataFrame({"x": ["a"] * 1200}), ["x"])
    drifted_rows(pd.DataFrame({"x": [1.5] * 1200}), reference, ["x"])


def test_the_file_runs_nothing_and_keeps_numbers():
    table = pd.DataFrame({"=cmd()": ["=1+1", "plain", None], "n": [-1.5, 2.0, 3.0], "cr": ["a\rb", "@x", "a\0"]})
    text = rows_to_csv(DriftedRows("current", np.arange(3), ()), table, limit=10)
    lines = text.split("\r\n")
    assert lines[0] == "'=cmd(),n,cr"
    assert lines[1] == '\'=1+1,-1.5,"a\rb"'
    assert lines[2] == "plain,2.0,'@x"
    assert lines[3] == ",3.0,a\N{REPLACEMENT CHARACTER}"


def test_the_file_ends_at_its_limit():
    text = rows_to_csv(DriftedRows("current", np.arange(6000), ()), REFERENCE, limit=10)
    assert text.count("\r\n") == 11
