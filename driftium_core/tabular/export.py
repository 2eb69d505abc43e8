"""A report as a table: one row per column, for pandas users and for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from driftium_core.documents import neutralise_formula

if TYPE_CHECKING:
    from driftium_core.tabular.report import TableReport

__all__ = ["report_to_csv", "report_to_frame"]

_FIELDS = (
    "column", "kind", "severity", "drifted", "role", "decided_by", "test", "statistic", "dof", "p_value",
    "p_value_adjusted", "effect_size", "n_reference", "n_current", "missing_reference", "missing_current",
    "missing_p_value", "missing_p_value_adjusted", "missing_effect_size", "reference_summary", "current_summary",
    "shift", "n_new_categories", "n_vanished_categories", "new_categories", "vanished_categories", "notes",
)  # fmt: skip


def report_to_frame(report: TableReport) -> pd.DataFrame:
    """One row per column of the tables, in the order of the report.

    ``role`` says of a drifted column whether it is a root of the drift, is explained by one, stays when all roots are
    held, or drifts too weakly to say; empty for columns without drift, and without attribution.
    """
    rows = []
    attributed = report.attribution.columns if report.attribution else ()
    roles = {column.column: column.role.replace("_", " ") for column in attributed}
    for column in report.to_dict()["columns"]:
        column["role"] = roles.get(column["column"], "")
        row: dict[str, Any] = {name: column[name] for name in _FIELDS}
        row["notes"] = " ".join([*column["test_notes"], *column["notes"]])
        for name in ("new_categories", "vanished_categories"):
            row[name] = ", ".join(column[name])
        rows.append(row | column["distances"])
    frame = pd.DataFrame(rows, columns=None if rows else list(_FIELDS))
    return frame.astype({"dof": "Int64"})


def report_to_csv(report: TableReport) -> str:
    """`report_to_frame` as CSV that a spreadsheet opens without running any of it.

    A text cell that begins like a formula gets a leading apostrophe; numbers stay numbers.
    """
    frame = report_to_frame(report)
    for name in frame.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]]:
        frame[name] = frame[name].map(neutralise_formula)
    # Python quotes a lone CR only where lines end with it, and spreadsheets begin a new record there.
    return frame.to_csv(index=False, lineterminator="\r\n")
