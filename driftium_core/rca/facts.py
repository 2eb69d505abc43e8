"""The evidence ledger: every fact that an analysis may cite, of tables and of answers alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from driftium_core.severity import Severity
from driftium_core.tabular.attribution_report import GoneRange

__all__ = ["Direction", "Fact", "FactKind", "Ledger", "SubjectKind"]

SubjectKind = Literal["table", "text"]

Direction = Literal["up", "down", "gained", "lost", "changed", "same"]
"""``up`` and ``down`` of numbers and shares, ``gained`` and ``lost`` of terms, groups, categories and answers."""


class FactKind(StrEnum):
    """What a fact is about."""

    VERDICT = "verdict"
    POWER = "power"
    SIZE = "size"
    # of tables
    COLUMN = "column"
    MISSINGNESS = "missingness"
    CATEGORIES = "categories"
    RANGE = "range"
    SCHEMA = "schema"
    ROOT = "root"
    EXPLAINED = "explained"
    LEFT_OVER = "left_over"
    # of answers
    DISTANCE = "distance"
    HEALTH = "health"
    FLAG = "flag"
    DESCRIPTOR = "descriptor"
    TRAFFIC = "traffic"
    KEYWORD = "keyword"
    EXEMPLAR = "exemplar"
    GROUP = "group"
    REMOVAL = "removal"
    SETTING = "setting"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that was computed, in a form that rules can read and a person can check.

    Attributes
    ----------
    id : str
        ``"E1"``, ``"E2"``, … in the order of the ledger.
    kind : FactKind
    subject : str
        What it is about as the report names it: a column, a descriptor, a term; empty for the whole.
    text : str
        One sentence with every number that may be said of it, written as it may be said.
    value, before : float, str or None
        Now, and in the reference or baseline; None where there is no such value.
    direction : Direction
    effect_size, pvalue : float or None
        ``pvalue`` is adjusted where the report adjusts; None where no test was made.
    severity : Severity or None
        None where nothing was tested, or a test could not decide.
    significant : bool
        A test found a difference at the report's own level; False also where there was none.
    detail : str
        A word for rules where `kind` and `subject` do not say enough: a traffic verdict, a root's action, ``"new"`` or
        ``"vanished"`` categories, a finding's kind.
    names : tuple of str
        Other names that the text holds: categories, columns that a root explains, terms of a group.
    gone : {"", "ends", "middle"}
        Of a root: where the numbers lie that current data lacks.
    """

    id: str
    kind: FactKind
    text: str
    subject: str = ""
    value: float | str | None = None
    before: float | str | None = None
    direction: Direction = "same"
    effect_size: float | None = None
    pvalue: float | None = None
    severity: Severity | None = None
    significant: bool = False
    detail: str = ""
    names: tuple[str, ...] = ()
    gone: GoneRange = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All facts of one report; the only thing that agents see.

    Attributes
    ----------
    kind : {"table", "text"}
    title : str
        What was compared, in words: ``"“april.csv” against “march.csv”"``.
    status : {"drift", "no_drift", "inconclusive"}
    severity : Severity or None
        Of the report; None when inconclusive.
    """

    kind: SubjectKind
    title: str
    status: Literal["drift", "no_drift", "inconclusive"]
    severity: Severity | None
    facts: tuple[Fact, ...]

    def __getitem__(self, fact_id: str) -> Fact:
        """The fact of an id; `KeyError` when there is none."""
        for fact in self.facts:
            if fact.id == fact_id:
                return fact
        raise KeyError(fact_id)

    def cited(self, ids: Iterable[str]) -> tuple[Fact, ...]:
        """The facts of these ids, in this order; `KeyError` when there is one without a fact."""
        return tuple(self[fact_id] for fact_id in ids)

    def of(self, *kinds: FactKind, subject: str | None = None) -> tuple[Fact, ...]:
        """The facts of these kinds, and of one subject where it is given, in the order of the ledger."""
        return tuple(fact for fact in self.facts if fact.kind in kinds and subject in (None, fact.subject))

    def first(self, kind: FactKind, subject: str | None = None) -> Fact | None:
        """The first fact of a kind, and of one subject where it is given; None when there is none."""
        return next(iter(self.of(kind, subject=subject)), None)
