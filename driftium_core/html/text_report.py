"""The report of an LLM drift calculation as one HTML file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from driftium_core.formats import fmt_effect, fmt_statistic
from driftium_core.html.bars import shape_bars, shift_bars
from driftium_core.html.health_ring import health_ring
from driftium_core.html.null_strip import Strip, null_strip
from driftium_core.html.pool_map import pool_map
from driftium_core.html.render import render
from driftium_core.html.trend import stability_trend
from driftium_core.response import Response
from driftium_core.text.differences import Cluster, telling, why_no_terms
from driftium_core.text.drift_report import NullRange
from driftium_core.text.labels import FLAG_LABELS, MEMBER_LABELS
from driftium_core.text.report import TextReport

if TYPE_CHECKING:
    from driftium_core.store.records import Calculation

__all__ = ["Quotable", "ReportOrigin", "quoted_positions", "text_report_html"]

MOST_PAIRS, MOST_TERMS, MOST_CLUSTERS = 20, 10, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrigin:
    """What a report is about; it does not know itself.

    Attributes
    ----------
    created_at : datetime
        When it was calculated.
    baseline_name : str
        Name of the stored baseline, or of the file; empty when it was deleted since.
    baseline_version : int or None
        None for a file.
    current_name : str
        What was compared with it.
    project, calculation_id : str or None
        None when nothing was stored.
    """

    created_at: datetime
    baseline_name: str
    baseline_version: int | None = None
    current_name: str = "current telemetry"
    project: str | None = None
    calculation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Quotable:
    """Responses by their position in each pool, those of `quoted_positions` at least where they are known."""

    baseline: Mapping[int, Response] = field(default_factory=dict)
    current: Mapping[int, Response] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Pair:
    prompt: str
    baseline: str
    current: str
    similarity: float


@dataclass(frozen=True, slots=True)
class _Group:
    cluster: Cluster
    example: str | None


def quoted_positions(report: TextReport) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Positions in the baseline and in current whose texts the file quotes and the report does not hold."""
    pairs, clusters = report.pairs[:MOST_PAIRS], report.evidence.clusters[:MOST_CLUSTERS]
    baseline = [pair.baseline_index for pair in pairs] + [c.exemplar for c in clusters if c.direction == "lost"]
    current = [pair.current_index for pair in pairs] + [c.exemplar for c in clusters if c.direction == "gained"]
    return tuple(dict.fromkeys(baseline)), tuple(dict.fromkeys(current))


def text_report_html(
    report: TextReport,
    *,
    origin: ReportOrigin,
    history: Sequence[Calculation] = (),
    texts: Quotable | None = None,
) -> str:
    """A report as one HTML file that needs nothing but a browser or a printer.

    Parameters
    ----------
    origin : ReportOrigin
        What it is about, for the title and the last section.
    history : sequence of Calculation
        Those up to this one, oldest first; a trend is drawn of two or more.
    texts : Quotable, optional
        Responses of `quoted_positions`. Without them the least alike pairs and the examples of groups are left out.

    Returns
    -------
    str
        UTF-8 can hold all of it, whatever the responses hold.
    """
    texts = texts or Quotable()
    evidence = report.evidence
    words = (*evidence.keywords_gained, *evidence.keywords_lost)
    return render(
        "text_report.html",
        report=report,
        drift=report.drift,
        origin=origin,
        ring=health_ring(report.health),
        strips=_strips(report),
        trend=stability_trend(history, shown=origin.calculation_id),
        traffic_strips=_traffic_strips(report),
        flag_labels=FLAG_LABELS,
        member_labels=MEMBER_LABELS,
        shifts=shift_bars(telling(evidence.keywords_gained)[:MOST_TERMS], telling(evidence.keywords_lost)[:MOST_TERMS]),
        why_no_shifts=why_no_terms(words) if words else "",
        map=pool_map(report.projection),
        groups=[_Group(cluster, _example(report, cluster, texts)) for cluster in evidence.clusters[:MOST_CLUSTERS]],
        shapes={item.name: shape_bars(item.shape) for item in report.descriptors},
        pairs=list(_pairs(report, texts)),
        notes=tuple(dict.fromkeys((*report.drift.notes, *evidence.notes, *report.notes))),
    )


def _strips(report: TextReport) -> list[tuple[str, NullRange, Strip | None]]:
    scores = (("Centroid distance", report.drift.centroid), ("MMD²", report.drift.mmd))
    return [
        (name, score, null_strip(name, score, report.drift.mark_of(score), fmt_statistic)) for name, score in scores
    ]


def _traffic_strips(report: TextReport) -> list[tuple[str, float | None, Strip | None]]:
    """Each test's strip in standard deviations of chance."""
    traffic = report.traffic
    tests = (
        ("Prompts", traffic.prompt_pvalue, traffic.prompts),
        ("Answers given the prompt", traffic.behaviour_pvalue, traffic.behaviour),
    )
    return [
        (name, pvalue, null_strip(name, score, report.drift.mark_of(score), fmt_effect) if score else None)
        for name, pvalue, score in tests
    ]


def _pairs(report: TextReport, texts: Quotable) -> Iterable[_Pair]:
    for pair in report.pairs[:MOST_PAIRS]:
        before, now = texts.baseline.get(pair.baseline_index), texts.current.get(pair.current_index)
        if before is not None and now is not None:
            yield _Pair(now.prompt or before.prompt or "", before.response, now.response, pair.similarity)


def _example(report: TextReport, cluster: Cluster, texts: Quotable) -> str | None:
    """Text of a group's middle: from the texts given, or from an exemplar that is the same response."""
    gained = cluster.direction == "gained"
    known = (texts.current if gained else texts.baseline).get(cluster.exemplar)
    if known is not None:
        return known.response
    exemplars = report.evidence.novel if gained else report.evidence.gone
    return next((item.text for item in exemplars if item.index == cluster.exemplar and item.text), None)
