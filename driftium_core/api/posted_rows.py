"""A question about posted rows of a table check, and the work of answering it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from driftium_core import monitor
from driftium_core.errors import InputError
from driftium_core.formats import fmt_name, fmt_names
from driftium_core.jobs import Job
from driftium_core.rca.report import Explanation
from driftium_core.services import Services
from driftium_core.tabular.report_rows import column_from_row

__all__ = ["DriftRow", "Question", "start_explanation", "why_not"]

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Words = Annotated[str, Field(max_length=500)]

EXAMPLE: dict[str, Any] = {
    "feature": "balance",
    "drift_rows": [
        {
            "feature": "balance",
            "kind": "numeric",
            "p_value": 1e-9,
            "p_value_adjusted": 4e-9,
            "effect_size": 0.24,
            "drifted": True,
            "reference_summary": "median 448, −2 000 to 9 800",
            "current_summary": "median 190, −2 000 to 7 400",
            "shift": "median −258",
        }
    ],
    "incoming_source_description": "nightly export of the branch system",
}


class DriftRow(BaseModel):
    """What is used of a row; everything else in it is passed over."""

    model_config = ConfigDict(extra="ignore")

    feature: Annotated[str, Field(min_length=1, max_length=1000, validation_alias=AliasChoices("feature", "column"))]
    kind: Literal["numeric", "categorical", "datetime", "text", "identifier", "empty"] | None = None
    test: Words | None = None
    p_value: Share | None = None
    p_value_adjusted: Share | None = None
    effect_size: Share | None = None
    missing_p_value: Share | None = None
    missing_p_value_adjusted: Share | None = None
    missing_effect_size: Share | None = None
    missing_reference: Share | None = None
    missing_current: Share | None = None
    decided_by: Literal["value", "missing"] | None = None
    drifted: bool | None = None
    reference_summary: Words | None = None
    current_summary: Words | None = None
    shift: Words | None = None
    report_id: Words | None = None


class Question(BaseModel):
    """Which column is asked about, and what is known."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [EXAMPLE]})

    feature: str = Field(min_length=1, max_length=1000, description="The column asked about.")
    drift_rows: list[DriftRow] = Field(max_length=5000, description="`display_rows` of a check.")
    incoming_source_description: str = Field(
        default="", max_length=500, description="Where the current data come from, in your words."
    )


def why_not(feature: str, rows: Sequence[DriftRow]) -> str:
    """Why nothing can be said of the column; empty when something can."""
    own = [row for row in rows if row.feature == feature]
    if not own:
        known = f"they are on {fmt_names([row.feature for row in rows])}" if rows else "there are none"
        return f"The rows hold nothing on `{fmt_name(feature)}`: {known}."
    try:
        column_from_row(own[0].model_dump())
    except InputError as error:
        return str(error)
    return ""


def start_explanation(
    services: Services, question: Question, rows: Sequence[DriftRow], project: str
) -> Job[Explanation]:
    """Explain the column by the report that the rows are of while it is known, else by the rows alone."""
    title = question.incoming_source_description.strip() or "Posted rows"
    report_id = next((row.report_id for row in rows if row.feature == question.feature), None)
    report = monitor.known_table_report(services, report_id, project=project) if report_id else None
    results = []
    for row in rows:
        try:
            results.append(column_from_row(row.model_dump()))
        except InputError:
            continue  # of another column, on which nothing can be said

    def work(progress: Any) -> Explanation:
        if report is not None and question.feature in {column.column for column in report.columns}:
            return monitor.explain_columns(
                services, report, (question.feature,), title=title, stopped=progress.cancelled
            )
        return monitor.explain_rows(services, results, question.feature, title=title, stopped=progress.cancelled)

    return services.investigating.start(work, title="Explaining a column")
