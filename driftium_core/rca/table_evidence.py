"""The facts of a table ledger, sorted by what they say about causes."""

from __future__ import annotations

from dataclasses import dataclass

from driftium_core.rca.facts import Fact, FactKind, Ledger

__all__ = ["TableEvidence", "table_evidence"]

MIN_NEW_SHARE = 0.01
"""Categories that only one table has need this share of the values to be a cause rather than a rarity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEvidence:
    """What a table ledger holds, by column; each drifted column that is listed has one fact in ``columns``.

    Attributes
    ----------
    verdict : Fact
    columns : dict of str to Fact
        What moved, of the columns listed.
    reweighted, shifted : dict of str to Fact
        Roots: those by which rows were chosen, and those whose values shifted by themselves.
    explained, left_over : dict of str to Fact
        Columns that follow a root, and columns that stay shifted with all roots held.
    summary : Fact or None
        How much the roots explain; None without roots.
    went_missing : dict of str to Fact
        More missing values than before, and these are much of the column's drift, or the column shifted by itself.
    filled : dict of str to Fact
        Fewer missing values than before, and these are what moved most in the column.
    new, vanished : dict of str to Fact
        Categories that only one table has, where they are no rarity.
    merged, retyped, constant, rescaled : dict of str to Fact
    lost, added : tuple of Fact
        Columns that only one table has.
    """

    verdict: Fact
    columns: dict[str, Fact]
    reweighted: dict[str, Fact]
    shifted: dict[str, Fact]
    explained: dict[str, Fact]
    left_over: dict[str, Fact]
    summary: Fact | None
    went_missing: dict[str, Fact]
    filled: dict[str, Fact]
    new: dict[str, Fact]
    vanished: dict[str, Fact]
    merged: dict[str, Fact]
    retyped: dict[str, Fact]
    constant: dict[str, Fact]
    rescaled: dict[str, Fact]
    lost: tuple[Fact, ...]
    added: tuple[Fact, ...]

    @property
    def attributed(self) -> bool:
        """Whether the report names roots."""
        return bool(self.reweighted or self.shifted)

    def follows(self, root: str) -> tuple[Fact, ...]:
        """Facts of the listed columns that a root explains."""
        return tuple(fact for fact in self.explained.values() if fact.detail == root)

    def effect(self, column: str) -> float:
        """Effect of what moved in a column; 0 where it is not listed."""
        fact = self.columns.get(column)
        return (fact.effect_size or 0.0) if fact else 0.0


def table_evidence(ledger: Ledger) -> TableEvidence:
    """Sort the facts of a table ledger."""
    columns = {fact.subject: fact for fact in ledger.of(FactKind.COLUMN) if fact.significant}
    return TableEvidence(
        verdict=ledger.of(FactKind.VERDICT)[0],
        columns=columns,
        reweighted=_by_column(ledger, FactKind.ROOT, "reweight"),
        shifted=_by_column(ledger, FactKind.ROOT, "measurement"),
        explained={fact.subject: fact for fact in ledger.of(FactKind.EXPLAINED) if fact.subject},
        left_over={fact.subject: fact for fact in ledger.of(FactKind.LEFT_OVER) if fact.subject},
        summary=next((fact for fact in ledger.of(FactKind.EXPLAINED) if fact.detail == "summary"), None),
        went_missing=_went_missing(ledger, columns),
        filled=_filled(ledger, columns),
        new=_many(ledger, "new"),
        vanished=_many(ledger, "vanished"),
        merged=_by_column(ledger, FactKind.CATEGORIES, "merged"),
        retyped=_by_column(ledger, FactKind.SCHEMA, "type_changed"),
        constant=_by_column(ledger, FactKind.SCHEMA, "constant"),
        rescaled=_by_column(ledger, FactKind.RANGE, "rescaled"),
        lost=tuple(fact for fact in ledger.of(FactKind.SCHEMA) if fact.detail == "missing_column"),
        added=tuple(fact for fact in ledger.of(FactKind.SCHEMA) if fact.detail == "extra_column"),
    )


def _by_column(ledger: Ledger, kind: FactKind, detail: str) -> dict[str, Fact]:
    return {fact.subject: fact for fact in ledger.of(kind) if fact.detail == detail and fact.subject}


def _went_missing(ledger: Ledger, columns: dict[str, Fact]) -> dict[str, Fact]:
    """Columns whose missing values rose by at least half of what moved in them.

    Values that are not missing at random move the rest of their column as well; a filter on the column itself can
    only lower its share of missing values. A column that shifted by itself needs no such share: its values may follow
    a root while what went missing does not, unless all of them were scaled.
    """
    risen = {}
    alone = set(_by_column(ledger, FactKind.ROOT, "measurement")) - set(_by_column(ledger, FactKind.RANGE, "rescaled"))
    for fact in ledger.of(FactKind.MISSINGNESS):
        column = columns.get(fact.subject)
        moved = (column.effect_size or 0.0) if column else 0.0
        if fact.direction == "up" and ((fact.effect_size or 0.0) >= moved / 2 or fact.subject in alone):
            risen[fact.subject] = fact
    return risen


def _filled(ledger: Ledger, columns: dict[str, Fact]) -> dict[str, Fact]:
    return {
        fact.subject: fact
        for fact in ledger.of(FactKind.MISSINGNESS)
        if fact.direction == "down" and fact.subject in columns and columns[fact.subject].detail == "missing"
    }


def _many(ledger: Ledger, detail: str) -> dict[str, Fact]:
    """Categories that only one table has; ``value`` is None where their share is not known, which counts as many."""
    return {
        fact.subject: fact
        for fact in ledger.of(FactKind.CATEGORIES)
        if fact.subject and fact.detail == detail and (not isinstance(fact.value, float) or fact.value >= MIN_NEW_SHARE)
    }
