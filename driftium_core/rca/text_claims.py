"""The sentences of a text diagnosis, each made of the facts that it cites and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from driftium_core.formats import fmt_names, fmt_p, fmt_percent
from driftium_core.rca.facts import Fact, FactKind
from driftium_core.rca.report import Bearing, Claim
from driftium_core.rca.text_signals import TextSignals

__all__ = ["cite", "ruled_out", "shares", "told", "with_terms"]

TITLES = {
    FactKind.HEALTH: "Health.",
    FactKind.KEYWORD: "Words.",
    FactKind.GROUP: "A group of answers.",
    FactKind.REMOVAL: "How much of it.",
    FactKind.EXEMPLAR: "An example.",
    FactKind.DISTANCE: "Distance.",
    FactKind.POWER: "What would be seen.",
}
"""What leads a claim that repeats one fact."""


def cite(fact: Fact, *, bearing: Bearing = "supports", title: str | None = None) -> Claim:
    """A fact as it is."""
    return Claim(text=fact.text, evidence_ids=(fact.id,), bearing=bearing, title=_title(fact, title))


def told(text: str, *facts: Fact | None, bearing: Bearing = "states", title: str = "") -> Claim:
    """A sentence on several facts; those that are None are left out."""
    ids = dict.fromkeys(fact.id for fact in facts if fact is not None)
    return Claim(text=text, evidence_ids=tuple(ids), bearing=bearing, title=title)


def shares(fact: Fact, what: str) -> str:
    """``"30 % of the current answers refuse, 0.5 % in the baseline"``."""
    now, before = (fmt_percent(share) if isinstance(share, float) else "–" for share in (fact.value, fact.before))
    return f"{now} of the current {what}, {before} in the baseline"


def with_terms(signals: TextSignals, limit: int = 3) -> tuple[str, tuple[Fact, ...]]:
    """``"`a` and `b` came, `c` went"``, and the facts behind it; empty without telling terms."""
    gained, lost = (signals.terms(direction)[:limit] for direction in ("gained", "lost"))
    parts = [
        f"{fmt_names([fact.subject for fact in facts])} {verb}"
        for facts, verb in ((gained, "came up"), (lost, "went down"))
        if facts
    ]
    return ", ".join(parts), (*gained, *lost)


def ruled_out(signals: TextSignals, explained: Iterable[str]) -> tuple[Claim, ...]:
    """What the facts speak against or could not settle, but for what is a cause already.

    Parameters
    ----------
    explained : iterable of str
        Names of the descriptors that findings stand on, and ``"traffic"`` or ``"behaviour"``.
    """
    known = set(explained)
    return (*_on_traffic(signals, known), *_on_settings(signals), *_on_descriptors(signals, known))


def _on_traffic(signals: TextSignals, known: set[str]) -> list[Claim]:
    prompts, behaviour = signals.prompts, signals.behaviour
    verdict = signals.ledger.facts[0]
    claims: list[Claim] = []
    if signals.paired:
        text = "Only answers to the same prompts were compared: other topics cannot be what was found."
        claims.append(told(text, verdict, bearing="rules_out", title="Traffic."))
    elif prompts is not None and not prompts.significant:
        claims.append(cite(prompts, bearing="rules_out", title="Traffic."))
    elif prompts is not None and "traffic" not in known:
        text = f"{prompts.text[:-1]}, which can move answers, too."
        claims.append(told(text, prompts, bearing="inconclusive", title="Traffic."))
    if behaviour is not None and not behaviour.significant and not (signals.paired and signals.drifted):
        claims.append(cite(behaviour, bearing="rules_out", title="Behaviour."))
    elif signals.traffic in ("cannot_tell", "no_prompts") and not signals.paired:
        whole = signals.ledger.first(FactKind.TRAFFIC)
        if whole is not None:
            claims.append(cite(whole, bearing="inconclusive", title="Behaviour."))
    return claims


def _on_settings(signals: TextSignals) -> list[Claim]:
    """Settings that were recorded and did not change; what is known of one pool alone settles nothing."""
    claims = []
    for fact in signals.ledger.of(FactKind.SETTING):
        if fact.significant or fact.detail not in ("model", "system"):
            continue
        known = fact.value is not None and fact.before is not None
        title = f"{fact.subject[0].upper()}{fact.subject[1:]}."
        claims.append(cite(fact, bearing="rules_out" if known else "inconclusive", title=title))
    return claims


_LOOKED_AT = ("error", "empty", "refusal", "language")
"""Descriptors that are causes by themselves, so that it helps to know that they did not change."""


def _on_descriptors(signals: TextSignals, known: set[str]) -> list[Claim]:
    claims = []
    for name in _LOOKED_AT:
        fact = signals.named(FactKind.DESCRIPTOR, name)
        if fact is None or fact.significant or name in known:
            continue
        settled = fact.severity is not None or (fact.value is not None and fact.value == fact.before)
        claims.append(cite(fact, bearing="rules_out" if settled else "inconclusive", title=f"{fact.subject}."))
    return claims


def _title(fact: Fact, title: str | None) -> str:
    if title is not None:
        return title
    if fact.kind in TITLES:
        return TITLES[fact.kind]
    return f"{fact.subject[0].upper()}{fact.subject[1:]}." if fact.subject else ""


def sign(fact: Fact) -> str:
    """The p-value of a fact as it is written."""
    return fmt_p(fact.pvalue)
