"""Tables compared on the spot: the simulated sample, and a posted file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from driftium_core import monitor
from driftium_core.api.answers import Document, Opened, Project, answers
from driftium_core.api.bodies import Uploaded, read_upload
from driftium_core.api.openapi_bodies import file_request
from driftium_core.api.waiting import finished
from driftium_core.jobs import Progress
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.tabular.formats.wording import shown_name
from driftium_core.tabular.report import CompareSettings
from driftium_core.tabular.report_rows import report_rows
from driftium_core.tabular.simulate import RangeFilter
from driftium_core.tabular.table import Table

__all__ = ["CheckAnswer", "PThreshold", "checked_document", "posted_table", "read_posted", "router", "worked_out"]

router = APIRouter(prefix="/monitoring", tags=["tables"])

JSON_ENDINGS = (".json", ".jsonl", ".ndjson")

PThreshold = Annotated[
    float,
    Query(gt=0, lt=1, allow_inf_nan=False, description="Flag a column when its adjusted p is below this."),
]


class Summary(BaseModel):
    """Headline numbers; severity and rate are null where nothing could be judged."""

    reference_rows: int
    current_rows: int
    monitored_feature_count: int
    numeric_feature_count: int
    categorical_feature_count: int
    drifted_feature_count: int
    drift_rate: float | None
    severity: Severity | None
    status: Literal["drift", "no_drift", "inconclusive"]


class Row(BaseModel):
    """One column; `POST rca` takes these rows as they are."""

    model_config = ConfigDict(extra="allow")

    rank: int
    feature: str
    status: Literal["drifted", "no drift", "not judged"]
    severity: Severity | None
    role: str | None = Field(description="Among the root causes; null where there is none.")
    kind: str
    test: str
    statistic: float | None
    p_value: float | None
    p_value_adjusted: float | None
    effect_size: float | None
    drifted: bool
    reference_summary: str
    current_summary: str
    shift: str
    report_id: str


class CheckAnswer(BaseModel):
    """A check of a table; ``display_rows`` are ranked, the most severe first."""

    generated_at: datetime
    summary: Summary
    display_rows: list[Row]
    headline: str
    verdict: str = Field(description="What was found, in how many rows, and what these sizes can detect.")
    findings: list[dict[str, Any]] = Field(description="Missing columns, new categories, changed types and the like.")
    attribution: dict[str, Any] | None = Field(description="Root causes, and what they explain.")
    reference: str
    current: str
    run_id: str | None = Field(description="Of the stored run; null when it is not stored.")
    url: str | None = Field(description="Address of the page that shows the run.")
    notices: list[str]


async def posted_table(
    request: Request,
    name: Annotated[
        str, Query(max_length=200, description="What the table is called; the file's name by default.")
    ] = "",
) -> Uploaded:
    """The table of a request."""
    return await read_upload(request, name)


@router.get(
    "/simulated",
    summary="The built-in sample with a simulated shift",
    response_model=None,
    responses=answers(CheckAnswer, 400),
)
def simulated(
    services: Opened,
    age_threshold: Annotated[int, Query(ge=0, le=1000, description="Current data are the rows below this age.")] = 35,
    p_threshold: PThreshold = 0.05,
) -> Document:
    """20,000 made-up bank customers against those of them who are younger than the threshold. Nothing is stored."""
    reference = monitor.sample_table(services)
    rule = RangeFilter("age", None, age_threshold)
    current = monitor.simulate(services, reference, rule)
    checked = monitor.check_table(
        services,
        reference,
        current,
        CompareSettings(p_threshold=p_threshold),
        save=False,
        simulated=rule.describe(),
    )
    return checked_document(services, checked, reference.name, current.name, project=DEFAULT_PROJECT)


@router.post(
    "/upload",
    summary="Compare a posted table",
    response_model=None,
    responses=answers(CheckAnswer, 400, 404, 413, 415),
    openapi_extra=file_request("The current table: CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too."),
)
async def upload(
    request: Request,
    services: Opened,
    project: Project,
    file: Annotated[Uploaded, Depends(posted_table)],
    p_threshold: PThreshold = 0.05,
    reference: Annotated[
        str | None, Query(max_length=200, description="Saved reference by name or id; the built-in sample by default.")
    ] = None,
) -> Document:
    """The check is stored in the project's history and shows on its pages."""

    def work(progress: Progress) -> Document:
        if reference is None:
            against = monitor.sample_table(services)
        else:
            saved = monitor.find_reference(services, reference, project=project)
            against = monitor.open_reference(services, saved.id)
        current = read_posted(services, file)
        settings = CompareSettings(p_threshold=p_threshold)
        checked = monitor.check_table(
            services, against, current, settings, project=project, renew=True, progress=progress
        )
        return checked_document(services, checked, against.name, current.name, project=project)

    return await worked_out(services, request, work)


async def worked_out(services: Services, request: Request, work: Callable[[Progress], Document]) -> Document:
    """The answer of work on a posted table: as few at a time as the pages do, as a large one takes gigabytes.

    A caller that goes away stops it; nothing is stored then.
    """
    job = await run_in_threadpool(services.jobs.start, work, title="Checking a posted table")
    document: Document = await finished(job, request)
    return document


def read_posted(services: Services, file: Uploaded) -> Table:
    """The table of a posted file, by the name that it was given."""
    if not file.is_json or file.name.lower().endswith(JSON_ENDINGS):
        return monitor.read_upload(services, file.data, file.name)
    return replace(monitor.read_upload(services, file.data, f"{file.name}.json"), name=shown_name(file.name))


def checked_document(
    services: Services, checked: monitor.CheckedRun, reference: str, current: str, *, project: str
) -> Document:
    """What an endpoint says of a check."""
    report = checked.report
    values = report.to_dict()
    run_id = checked.run_id
    return {
        "generated_at": datetime.now(UTC).isoformat(),
        **{name: values[name] for name in ("summary", "headline", "verdict", "findings", "attribution")},
        "display_rows": [{**row, "report_id": checked.fingerprint} for row in report_rows(report)],
        "missing_columns": values["missing_columns"],
        "reference": reference,
        "current": current,
        "settings": values["settings"],
        "seed": values["seed"],
        "versions": values["versions"],
        "run_id": run_id,
        "url": monitor.report_link(services, "table", run_id, project) if run_id else None,
        "notices": [checked.notice] if checked.notice else [],
    }
