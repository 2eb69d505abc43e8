"""The few numbers that stand under the verdict of a tabular report, on the page and in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_name, fmt_percent

if TYPE_CHECKING:
    from driftium_core.tabular.report import TableReport

__all__ = ["HeadlineNumber", "headline_numbers"]


@dataclass(frozen=True, slots=True)
class HeadlineNumber:
    """One number: what it is, as it is written, and the words below, which are the reason where it is a blank."""

    label: str
    value: str
    below: str


def headline_numbers(report: TableReport) -> tuple[HeadlineNumber, ...]:
    """Drifted columns, their share, the largest effect, missing values and rows."""
    summary, (missing_reference, missing_current) = report.summary, report.missing_shares
    return (
        *_drifted(report),
        HeadlineNumber(
            "Missing values", fmt_percent(missing_current), f"{fmt_percent(missing_reference)} in reference"
        ),
        HeadlineNumber("Rows", fmt_n(summary.current_rows), f"{fmt_n(summary.reference_rows)} in reference"),
    )


def _drifted(report: TableReport) -> tuple[HeadlineNumber, ...]:
    summary, worst = report.summary, report.largest_effect
    n_monitored = fmt_n(summary.monitored_feature_count)
    if summary.status == "inconclusive":
        why = "too few rows"
        return (
            HeadlineNumber("Drifted columns", UNKNOWN, f"of {n_monitored}: {why}"),
            HeadlineNumber("Drift rate", UNKNOWN, why),
            HeadlineNumber("Largest effect", UNKNOWN, why),
        )
    names = [column.column for column in report.columns if column.drifted]
    return (
        HeadlineNumber("Drifted columns", f"{fmt_n(len(names))} of {n_monitored}", _few(names)),
        HeadlineNumber("Drift rate", fmt_percent(summary.drift_rate), "of monitored columns"),
        HeadlineNumber(
            "Largest effect",
            fmt_effect(worst.effect_size) if worst else UNKNOWN,
            worst.column if worst else "no column drifted",
        ),
    )


def _few(names: Sequence[str]) -> str:
    if not names:
        return "none"
    return ", ".join(fmt_name(name, limit=16) for name in names[:2]) + (" …" if len(names) > 2 else "")
