"""One drifted column, or all of them, explained by rules in a few sentences and two next actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.names import column_name
from driftium_core.rca.report import Action, Bearing, Claim, Diagnosis, Explanation
from driftium_core.rca.rules import findings_by_rules
from driftium_core.rca.table_causes import column_causes
from driftium_core.rca.table_evidence import TableEvidence, table_evidence
from driftium_core.rca.table_steps import steps_for

__all__ = ["explain_by_rules"]

MAX_CLAIMS = 4

BY_RULES = "Written by rules from the computed facts."


def explain_by_rules(ledger: Ledger, columns: Sequence[str] = ()) -> Explanation:
    """Explain the columns named, or the whole when none is; one to four claims and two next actions.

    A column needs a fact of its own: make the ledger with ``columns`` so that also one that did not drift has it.
    """
    if ledger.kind == "table" and columns:
        claims, actions = _of_columns(ledger, tuple(columns))
    else:
        findings = findings_by_rules(ledger)
        claims, actions = _of_all(findings.diagnosis), findings.recommendation.actions
    return Explanation(
        columns=tuple(columns),
        claims=tuple(claims[:MAX_CLAIMS]),
        actions=tuple(actions[:2]),
        model=None,
        worded_by=BY_RULES,
    )


def _of_all(diagnosis: Diagnosis) -> list[Claim]:
    """The likeliest cause by its name, then what it does not say yet; the verdict stands wherever this is shown."""
    first = diagnosis.findings[0]
    summary = replace(first.summary, title=diagnosis.headline)
    told = set(summary.evidence_ids) if first.cause is Cause.SELECTION else set()  # made of root and followers' words
    more = [claim for claim in first.claims if not told.issuperset(claim.evidence_ids)]
    return _once([summary, *more, *diagnosis.ruled_out])


def _once(claims: Sequence[Claim]) -> list[Claim]:
    return list({claim.text: claim for claim in reversed(claims)}.values())[::-1]


def _of_columns(ledger: Ledger, columns: tuple[str, ...]) -> tuple[list[Claim], Sequence[Action]]:
    evidence = table_evidence(ledger)
    told = [_of_column(ledger, evidence, name) for name in columns]
    claims = told[0]
    if len(told) > 1:  # in turn, so that each column has its word
        longest = max(map(len, told))
        claims = _once([part[place] for place in range(longest) for part in told if place < len(part)])
    name = max(columns, key=evidence.effect)
    return claims, _next(ledger, evidence, name)


def _of_column(ledger: Ledger, evidence: TableEvidence, name: str) -> list[Claim]:
    """How it moved, what that comes from, and what it is not."""
    fact = ledger.first(FactKind.COLUMN, name)
    schema = ledger.of(FactKind.SCHEMA, subject=name)
    if fact is None:
        counts = [fact for fact in ledger.of(FactKind.SIZE) if fact.detail == "columns"]
        alone = [_claim("The column itself.", other, "states") for other in schema]
        return alone or [_claim("It is not among the columns told here.", counts[0], "states")]
    if not fact.significant:
        power = ledger.first(FactKind.POWER)
        seen = [_claim("What could be seen.", power, "states")] if power and fact.severity else []
        return [_claim("It did not drift." if fact.severity else "It could not be judged.", fact, "states"), *seen]
    role = evidence.reweighted.get(name) or evidence.shifted.get(name)
    role = role or evidence.explained.get(name) or evidence.left_over.get(name)
    own = [*schema, *ledger.of(FactKind.RANGE, FactKind.CATEGORIES, FactKind.MISSINGNESS, subject=name)]
    own.sort(key=lambda fact: fact.detail not in ("rescaled", "type_changed", "new"))
    return [
        _claim("How it moved.", fact, "states"),
        *([_claim(_ROLES.get(role.kind, ""), role, "supports")] if role else []),
        *(_claim("What shows in it.", other, "supports") for other in own[:2]),
        *_is_not(ledger),
    ]


_ROLES = {
    FactKind.ROOT: "It is where the drift comes from.",
    FactKind.EXPLAINED: "It follows another column.",
    FactKind.LEFT_OVER: "No root explains it.",
}


_ABSENT = {
    FactKind.MISSINGNESS: "Not missing values.",
    FactKind.SCHEMA: "Not a change of columns or types.",
}


def _is_not(ledger: Ledger) -> list[Claim]:
    absent = [*ledger.of(FactKind.MISSINGNESS), *ledger.of(FactKind.SCHEMA)]
    return [_claim(_ABSENT[fact.kind], fact, "rules_out") for fact in absent if fact.detail == "none"]


def _claim(title: str, fact: Fact, bearing: Bearing) -> Claim:
    return Claim(text=fact.text, evidence_ids=(fact.id,), bearing=bearing, title=title)


def _next(ledger: Ledger, evidence: TableEvidence, name: str) -> Sequence[Action]:
    """Two next actions on one column."""
    follows = evidence.explained.get(name)
    if follows is not None and follows.detail:
        root, own = column_name(follows.detail), column_name(name)
        look = f"Look at {root} first: {own} follows it."
        within = f"Compare {own} in both tables within one group of {root}: there it should hardly differ."
        return (
            Action(text=look, minutes=2, evidence_ids=(follows.id,), place="tabular"),
            Action(text=within, minutes=10, evidence_ids=(follows.id,)),
        )
    fact = ledger.first(FactKind.COLUMN, name)
    if ledger.status != "inconclusive" and fact is not None and not fact.significant:
        return (
            Action(text="Leave it as it is.", minutes=1, evidence_ids=(fact.id,)),
            Action(text="See in the next check whether it moves.", minutes=1, evidence_ids=(fact.id,), place="tabular"),
        )
    if fact is None and not ledger.of(FactKind.SCHEMA, subject=name):
        return findings_by_rules(ledger).recommendation.actions
    cause = column_causes(evidence).get(name, Cause.UPSTREAM_DATA if fact is None else Cause.UNKNOWN)
    if ledger.status == "inconclusive":
        cause = Cause.NOT_ENOUGH_EVIDENCE
    return steps_for(cause, ledger, evidence, (name,))
