from __future__ import annotations

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest

from driftium_core import compare_tables
from driftium_core.documents import neutralise_formula
from driftium_core.errors import InputError
from driftium_core.tabular.report import TableReport


@pytest.fixture(scope="module")
def report():
    rng = np.random.default_rng(1)

    def table(shift):
        return pd.DataFrame(
            {
                "=cmd()|calc": rng.normal(shift, 1, 200),
                "job": rng.choice(["@sum", "clerk", "-x"], 200),
                "when": pd.date_range("2020", periods=200),
                "note": [None] * 200,
            }
        )

    return compare_tables(table(0), table(-2))


def test_a_stored_report_comes_back_equal(report):
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    again = TableReport.from_dict(data)
    assert again.to_dict() == report.to_dict()
    assert again.verdict == report.verdict
    assert again.columns[0] == report.columns[0]


@pytest.mark.parametrize("broken", [{}, {"summary": 1}, {"settings": {}}])
def test_something_else_is_not_taken_for_a_report(broken):
    with pytest.raises(InputError, match="not a stored tabular report"):
        TableReport.from_dict(broken)


def test_json_has_the_documented_keys(report):
    data = report.to_dict()
    assert {"summary", "columns", "findings", "settings", "seed", "versions"} <= set(data)
    assert {
        "column", "kind", "test", "statistic", "p_value", "p_value_adjusted", "effect_size", "severity", "drifted",
        "missing_reference", "missing_current", "missing_p_value", "new_categories", "vanished_categories",
        "reference_summary", "current_summary", "notes",
    } <= set(data["columns"][0])  # fmt: skip
    assert {
        "reference_rows", "current_rows", "monitored_feature_count", "numeric_feature_count",
        "categorical_feature_count", "drifted_feature_count", "drift_rate", "severity", "status",
    } == set(data["summary"])  # fmt: skip


def test_frame_has_one_row_per_column_in_report_order(report):
    frame = report.to_frame()
    assert frame["column"].tolist() == [column.column for column in report.columns]
    assert frame["statistic"].iloc[0] == report.columns[0].value.statistic


def test_csv_runs_nothing_in_a_spreadsheet_and_keeps_numbers(report):
    rows = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert rows[0]["column"] == "'=cmd()|calc"
    assert float(rows[0]["statistic"]) == report.columns[0].value.statistic
    for cell in (cell for row in rows for cell in row.values()):
        assert not cell.startswith(("=", "+", "@", "\t", "\r"))


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_formula_cells_get_an_apostrophe(cell):
    assert neutralise_formula(cell) == "'" + cell


def test_a_carriage_return_in_a_name_does_not_end_the_record():
    table = pd.DataFrame({"a\r=1+1": ["x\r=2", "y"] * 100, "n": range(200)})
    rows = list(csv.reader(io.StringIO(compare_tables(table, table.iloc[::-1]).to_csv(), newline="")))
    assert len(rows) == 3
    assert {row[0] for row in rows[1:]} == {"a\r=1+1", "n"}
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("cell", [-1.5, None, "plain", "a=b"])
def test_other_cells_stay(cell):
    assert neutralise_formula(cell) == cell


def test_a_column_that_missing_values_decide_shows_the_effect_that_decided():
    income = pd.DataFrame({"income": np.arange(1000.0) % 97})
    report = compare_tables(income, income[["income"]].where(income.index.to_numpy()[:, None] % 10 >= 4))
    row = next(csv.DictReader(io.StringIO(report.to_csv())))
    assert (row["severity"], row["decided_by"]) == ("CRITICAL", "missing")
    assert float(row["missing_effect_size"]) == report.to_dict()["columns"][0]["missing_effect_size"] == 0.4
