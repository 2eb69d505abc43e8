"""The types that say which columns are the root of a table's drift, and what is left without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Attribution", "AttributionBasis", "ColumnAttribution", "ColumnRole", "GoneRange", "Root", "RootAction"]

RootAction = Literal["reweight", "measurement"]
"""``"reweight"``: other rows came, and with their mix held others' drift goes. ``"measurement"``: the values of this
column alone shifted, which explains nothing else."""

GoneRange = Literal["", "ends", "middle"]
"""Where numbers lie that current data lacks: beyond an end of those left, or between them too; empty for neither."""

ColumnRole = Literal["root", "explained", "left_over", "too_weak"]


@dataclass(frozen=True, slots=True)
class Root:
    """A column whose own shift is a cause of the drift, as far as the columns given can tell.

    Attributes
    ----------
    column : str
    action : {"reweight", "measurement"}
    explains : tuple of str
        Other columns whose drift goes when this one is held as well, largest first; empty for a measurement shift.
    description : str
        The shift in words a person would use, without a full stop: ``"rows with age ≥ 35 are gone"``,
        ``"share of job = student ×3"``, ``"values shifted by −12 % at unchanged age, job and marital"``.
    gone : {"", "ends", "middle"}
        What the description says of a range of numbers that is gone, for rules; empty of categories.
    """

    column: str
    action: RootAction
    explains: tuple[str, ...]
    description: str
    gone: GoneRange = ""


@dataclass(frozen=True, slots=True)
class ColumnAttribution:
    """What becomes of one drifted column when the roots are held.

    Attributes
    ----------
    column : str
    role : {"root", "explained", "left_over", "too_weak"}
        ``left_over``: it stays shifted with all roots held. ``too_weak``: its drift is too weak to attribute.
    effect_alone, effect_held : float
        Bias-corrected Cramer's V of its bins against the sample, 0 to 1: as it is, and with the roots held (of a root:
        with the other roots held); nan where its bins cannot be compared.
    chance : float
        What `effect_held` stays below in 95 % of cases when nothing is left.
    pvalue_held : float
        Of the test with the roots held; it is not adjusted.
    """

    column: str
    role: ColumnRole
    effect_alone: float
    effect_held: float
    chance: float
    pvalue_held: float


@dataclass(frozen=True, slots=True)
class AttributionBasis:
    """What was found whatever the report's threshold, so that a report can be judged anew without its tables.

    Attributes
    ----------
    roots : tuple of Root
        All of them; ``explains`` names columns that this threshold may not call drifted.
    columns : tuple of ColumnAttribution
        All columns that took part, by name.
    n_columns : int
        Columns given.
    reason : str
        Why nothing could be attributed, as a sentence; empty where it could.
    sample : str
        Which rows it was computed on, as a sentence; empty for all of them.
    """

    roots: tuple[Root, ...] = ()
    columns: tuple[ColumnAttribution, ...] = ()
    n_columns: int = 0
    reason: str = ""
    sample: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Why a table drifted, in terms of its columns. An association, no proof of cause.

    Attributes
    ----------
    roots : tuple of Root
        In the order in which they were found, the one that explains most first.
    columns : tuple of ColumnAttribution
        All drifted columns: roots first, then by `effect_alone`.
    unexplained : tuple of str
        Columns that stay shifted with all roots held.
    summary : str
        One or two sentences: ``"age shifted; with its shift taken out, 9 of 10 other alarms vanish; balance stays."``
        Where there is no root it says why: nothing drifted, too few rows, drift too weak.
    scope_note : str
        What the answer is limited to: ``"Among the 16 columns given; an association, not proof of cause."``
    basis : AttributionBasis or None
        What the rest was chosen from, for another threshold.
    """

    roots: tuple[Root, ...]
    columns: tuple[ColumnAttribution, ...]
    unexplained: tuple[str, ...]
    summary: str
    scope_note: str
    basis: AttributionBasis | None = None
