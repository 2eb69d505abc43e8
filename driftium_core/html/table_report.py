"""The report of a table check as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from driftium_core.formats import fmt_names
from driftium_core.html.render import render
from driftium_core.html.root_cause import root_cause
from driftium_core.html.run_trend import run_trend
from driftium_core.html.table_columns import column_views
from driftium_core.severity import EFFECT_THRESHOLDS
from driftium_core.tabular.attribution_words import attribution_line
from driftium_core.tabular.headline import headline_numbers
from driftium_core.tabular.report import FINDING_LABELS, TableReport

if TYPE_CHECKING:
    from driftium_core.store.table_records import TableRun

__all__ = ["TableOrigin", "table_report_html"]

MOST_CATEGORIES, MOST_NAMES = 10, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOrigin:
    """What a report is about; it does not know itself.

    Attributes
    ----------
    created_at : datetime
        When it was computed.
    reference_name, current_name : str
        As people know the tables.
    simulated : str or None
        The filter that made the current table out of the reference, in words; None for a table of its own.
    project, run_id : str or None
        None when nothing was stored.
    """

    created_at: datetime
    reference_name: str
    current_name: str
    simulated: str | None = None
    project: str | None = None
    run_id: str | None = None


def table_report_html(report: TableReport, *, origin: TableOrigin, history: Sequence[TableRun] = ()) -> str:
    """A report as one HTML file that needs nothing but a browser or a printer.

    Parameters
    ----------
    origin : TableOrigin
        What it is about, for the title and the last section.
    history : sequence of TableRun
        Those against the same reference up to this one, oldest first; a trend is drawn of two or more.

    Returns
    -------
    str
        UTF-8 can hold all of it, whatever the tables hold.
    """
    views, settings = column_views(report), report.settings
    return render(
        "table_report.html",
        report=report,
        summary=report.summary,
        settings=settings,
        origin=origin,
        numbers=headline_numbers(report),
        cause=root_cause(report.attribution),
        why=attribution_line(report.attribution) if report.attribution else "",
        views=views,
        cards=[view for view in views if view.anchor],
        trend=run_trend(history, shown=origin.run_id),
        finding_labels=FINDING_LABELS,
        thresholds=EFFECT_THRESHOLDS,
        most_categories=MOST_CATEGORIES,
        columns_named=None if settings.columns is None else fmt_names(settings.columns, limit=MOST_NAMES),
        categorical_named=fmt_names(settings.categorical, limit=MOST_NAMES),
    )
