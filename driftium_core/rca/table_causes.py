"""Which causes of the catalogue the facts of a table report support.

Every drifted column is given to one cause, by what is most particular about it: a column whose type changed belongs to
the data source, one that went missing to missing values, one with categories that the reference lacks to these, one
whose quantiles were all scaled alike to its measurement, and a root by which rows were chosen to a selection, with all
that it explains. A column that follows a root is never a cause of its own, whatever else shows in it: a filter makes
categories vanish and ranges shrink. The cause that accounts for the largest effects comes first.
"""

from __future__ import annotations

from collections.abc import Callable

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Diagnosis, Finding
from driftium_core.rca.table_evidence import TableEvidence, table_evidence
from driftium_core.rca.table_findings import (
    measurement,
    missingness,
    new_categories,
    not_enough_evidence,
    selection,
    stable,
    unknown,
)
from driftium_core.rca.table_ruled_out import ruled_out
from driftium_core.rca.table_upstream import upstream

__all__ = ["column_causes", "table_diagnosis"]

LOST_COLUMN = 0.5
"""Effect that a lost column counts as, beside the effects of columns that drifted."""

ADDED_COLUMN = 0.02

MANY = 3
"""Columns that moved by themselves, and not by a common scale, are a change of the source from this number on."""

_FINDINGS: dict[Cause, Callable[[Ledger, TableEvidence, tuple[str, ...]], Finding]] = {
    Cause.UPSTREAM_DATA: upstream,
    Cause.SELECTION: selection,
    Cause.NEW_CATEGORIES: new_categories,
    Cause.MISSINGNESS: missingness,
    Cause.MEASUREMENT: measurement,
}


def table_diagnosis(ledger: Ledger) -> Diagnosis:
    """The causes that fit, the likeliest first, and what the facts speak against."""
    evidence = table_evidence(ledger)
    owned = column_causes(evidence)
    weights = _weights(evidence, owned)
    ranked = sorted(weights, key=lambda cause: -weights[cause])
    findings = [
        _FINDINGS[cause](ledger, evidence, tuple(name for name, by in owned.items() if by is cause)) for cause in ranked
    ]
    if ledger.status == "inconclusive":
        findings = [not_enough_evidence(ledger, evidence), *findings]
    elif not findings:
        findings = [unknown(ledger, evidence) if ledger.status == "drift" else stable(ledger, evidence)]
    causes = [finding.cause for finding in findings]
    return Diagnosis(findings=tuple(findings), ruled_out=ruled_out(ledger, causes, owned))


def column_causes(evidence: TableEvidence) -> dict[str, Cause]:
    """The cause that each drifted column belongs to as its origin; columns that follow another are left out."""
    owned: dict[str, Cause] = dict.fromkeys(evidence.retyped, Cause.UPSTREAM_DATA)
    for name in evidence.columns:
        if name in owned or _follows(evidence, name):
            continue
        cause = _cause(evidence, name)
        if cause is not None:
            owned[name] = cause
    alone = [
        *(name for name, cause in owned.items() if _moved_alone(evidence, name, cause)),
        *_left_open(evidence, owned),
    ]
    scaled = [name for name in alone if name in evidence.rescaled]
    if len(alone) >= MANY and 2 * len(scaled) < len(alone):
        owned |= dict.fromkeys((name for name in alone if name not in scaled), Cause.UPSTREAM_DATA)
    return owned


def _moved_alone(evidence: TableEvidence, name: str, cause: Cause) -> bool:
    """Whether a column moved and took no other with it; one whose range was cut was chosen by, whoever follows."""
    if cause is Cause.SELECTION:
        return not evidence.follows(name) and not evidence.reweighted[name].gone and name not in evidence.vanished
    return cause is Cause.MEASUREMENT


def _left_open(evidence: TableEvidence, owned: dict[str, Cause]) -> list[str]:
    return [name for name in evidence.left_over if name in evidence.columns and name not in owned]


def _follows(evidence: TableEvidence, name: str) -> bool:
    return name in evidence.explained


def _cause(evidence: TableEvidence, name: str) -> Cause | None:
    if name in evidence.went_missing and not _rows_by_missing(evidence, name):
        return Cause.MISSINGNESS
    if name in evidence.new and _more_came_than_went(evidence, name):
        return Cause.NEW_CATEGORIES
    explains = bool(evidence.follows(name))
    if name in evidence.filled and not explains:
        return Cause.MISSINGNESS  # rows chosen by whether a value is known would bring others with them
    if name in evidence.rescaled and not explains:
        return Cause.MEASUREMENT
    if name in evidence.merged and not explains:
        return Cause.NEW_CATEGORIES
    if name in evidence.reweighted:
        return Cause.SELECTION if explains or not _has_a_hole(evidence, name) else Cause.MEASUREMENT
    if name in evidence.constant and (evidence.attributed or name not in evidence.vanished):
        return Cause.UPSTREAM_DATA  # one category that is left of several is as well a filter's doing
    if name in evidence.vanished and _is_origin(evidence, name):
        return Cause.NEW_CATEGORIES
    return Cause.MEASUREMENT if name in evidence.shifted else None


def _has_a_hole(evidence: TableEvidence, name: str) -> bool:
    """Whether what is gone lies within the range of a column of numbers, and no other column moved with it.

    A filter cuts a range at its ends, and hardly ever leaves all other columns alone; values that are written otherwise
    leave the places where they were.
    """
    return evidence.reweighted[name].gone == "middle"


def _is_origin(evidence: TableEvidence, name: str) -> bool:
    """Whether a column moved of itself; without roots only the one that moved most can be taken for that."""
    if evidence.attributed:
        return name in evidence.shifted or name in evidence.left_over
    return name == next(iter(evidence.columns))


def _rows_by_missing(evidence: TableEvidence, name: str) -> bool:
    """Whether a column's missing values came with other rows: most of what it explains is not missing itself."""
    followers = evidence.follows(name)
    of_values = [fact for fact in followers if fact.subject not in evidence.went_missing]
    return len(of_values) >= 2 and 2 * len(of_values) > len(followers)


def _more_came_than_went(evidence: TableEvidence, name: str) -> bool:
    """Whether new categories matter beside vanished ones: where a filter leaves few rows, rarities appear by chance."""
    new, vanished = evidence.new[name].value, evidence.vanished.get(name)
    gone = vanished.value if vanished else 0.0
    return not isinstance(new, float) or not isinstance(gone, float) or new >= gone / 4


def _weights(evidence: TableEvidence, owned: dict[str, Cause]) -> dict[Cause, float]:
    """What each cause accounts for: the effects of its columns, and of those that follow them."""
    weights: dict[Cause, float] = {}
    for name, cause in owned.items():
        followers = sum(evidence.effect(fact.subject) for fact in evidence.follows(name))
        weights[cause] = weights.get(cause, 0.0) + evidence.effect(name) + followers
    schema = LOST_COLUMN * len(evidence.lost) + ADDED_COLUMN * len(evidence.added)
    if schema:
        weights[Cause.UPSTREAM_DATA] = weights.get(Cause.UPSTREAM_DATA, 0.0) + schema
    return weights
