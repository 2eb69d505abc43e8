"""A calculation as a file to send or to keep: a page of HTML, or a document of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from driftium_core.documents import json_text
from driftium_core.monitor.baselines import find_baseline
from driftium_core.monitor.calculations import PoolIds, calculation_ids, open_calculation
from driftium_core.monitor.documents import baseline_document, calculation_document
from driftium_core.response import Response
from driftium_core.services import Services

if TYPE_CHECKING:
    from driftium_core.html.text_report import Quotable
    from driftium_core.store.records import Baseline, Calculation
    from driftium_core.text.report import TextReport

__all__ = ["ExportKind", "comparison_html", "export_calculation", "export_report"]

ExportKind = Literal["html", "json"]

TREND_LENGTH = 20


def export_calculation(services: Services, calculation_id: str) -> str:
    """A calculation of the history as a page of HTML.

    Raises
    ------
    NotFoundError
        It is not recorded, or no longer.
    StorageError
        Another version of Driftium wrote it, or the database cannot be read.
    """
    calculation, report = open_calculation(services, calculation_id)
    return export_report(
        services,
        report,
        project=calculation.project,
        calculation=calculation,
        baseline=find_baseline(services, calculation.baseline_id),
        kind="html",
        ids=calculation_ids(services, calculation),
    )


def export_report(
    services: Services,
    report: TextReport,
    *,
    project: str,
    calculation: Calculation | None,
    baseline: Baseline | None,
    kind: ExportKind,
    ids: PoolIds,
) -> str:
    """A report at hand as a file; ``calculation`` is None where it could not be recorded.

    The HTML page holds the trend up to the calculation, and quotes answers that ``ids`` still name. UTF-8 can hold
    either file, whatever the responses hold.

    Raises
    ------
    StorageError
        The database cannot be read.
    """
    if kind == "json":
        return _json(report, project, calculation, baseline)
    from driftium_core.html.text_report import ReportOrigin, text_report_html

    origin = ReportOrigin(
        created_at=calculation.created_at if calculation else datetime.now(UTC),
        baseline_name=baseline.name if baseline else "",
        baseline_version=baseline.version if baseline else None,
        project=project,
        calculation_id=calculation.id if calculation else None,
    )
    return text_report_html(
        report,
        origin=origin,
        history=_history(services, calculation) if calculation else (),
        texts=_quotable(services, report, ids),
    )


def comparison_html(
    report: TextReport,
    baseline: Sequence[Response],
    current: Sequence[Response],
    *,
    baseline_name: str,
    current_name: str,
) -> str:
    """The page for responses that are not stored, as of now; the names are those of the files."""
    from driftium_core.html.text_report import Quotable, ReportOrigin, text_report_html

    return text_report_html(
        report,
        origin=ReportOrigin(created_at=datetime.now(UTC), baseline_name=baseline_name, current_name=current_name),
        texts=Quotable(dict(enumerate(baseline)), dict(enumerate(current))),
    )


def _json(report: TextReport, project: str, calculation: Calculation | None, baseline: Baseline | None) -> str:
    from driftium_core.text.serialise import report_to_dict

    about = {
        "project": project,
        "baseline": baseline_document(baseline) if baseline else None,
        "calculation": calculation_document(calculation) if calculation else None,
    }
    return json_text({"about": about, **report_to_dict(report)})


def _history(services: Services, calculation: Calculation) -> list[Calculation]:
    """The calculations against the same baseline that led to this one, oldest first."""
    same = services.store.calculations.newest(project=calculation.project, baseline_id=calculation.baseline_id)
    known = [item for item in same if item.created_at <= calculation.created_at]
    return known[:TREND_LENGTH][::-1]


def _quotable(services: Services, report: TextReport, ids: PoolIds) -> Quotable:
    """The responses that the page quotes, as far as they are still stored."""
    from driftium_core.html.text_report import Quotable, quoted_positions

    sides = []
    for positions, known in zip(quoted_positions(report), (ids.baseline, ids.current), strict=True):
        wanted = {at: known[at] for at in positions if at < len(known)}
        stored = services.store.responses.by_ids(wanted.values())
        sides.append({at: stored[id_].content for at, id_ in wanted.items() if id_ in stored})
    return Quotable(*sides)
