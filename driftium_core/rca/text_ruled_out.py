"""What the facts of a text report speak against, and what they could not settle."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind
from driftium_core.rca.report import Claim
from driftium_core.rca.text_claims import cite, told
from driftium_core.rca.text_signals import TextSignals

__all__ = ["ruled_out"]


def ruled_out(signals: TextSignals, causes: Collection[Cause]) -> tuple[Claim, ...]:
    """What the facts speak against or could not settle.

    Parameters
    ----------
    causes : collection of Cause
        Those that were found: what they stand on is not told a second time.
    """
    return (*_on_traffic(signals, causes), *_on_settings(signals, causes), *_on_descriptors(signals, causes))


def _on_traffic(signals: TextSignals, causes: Collection[Cause]) -> list[Claim]:
    prompts, behaviour = signals.prompts, signals.behaviour
    claims: list[Claim] = []
    if signals.paired:
        text = "Only answers to the same prompts were compared: other topics cannot be what was found."
        claims.append(told(text, signals.ledger.facts[0], bearing="rules_out", title="Traffic."))
    elif prompts is not None and not prompts.significant:
        claims.append(cite(prompts, bearing="rules_out", title="Traffic."))
    elif prompts is not None and Cause.TOPIC_SHIFT not in causes:
        text = f"{prompts.text[:-1]}, which the answers do not show."
        claims.append(told(text, prompts, bearing="inconclusive", title="Traffic."))
    if behaviour is not None and not behaviour.significant and not signals.behaves_otherwise:
        claims.append(cite(behaviour, bearing="rules_out", title="Behaviour."))
    elif signals.traffic in ("cannot_tell", "no_prompts") and not signals.paired:
        whole = signals.ledger.first(FactKind.TRAFFIC)
        claims += [cite(whole, bearing="inconclusive", title="Behaviour.")] if whole else []
    return claims


_NAME_NO_SETTING = (Cause.TOPIC_SHIFT, Cause.FORMAT_CHANGE, Cause.UNKNOWN, Cause.STABLE, Cause.NOT_ENOUGH_EVIDENCE)
"""Causes whose findings do not tell which settings changed."""


def _on_settings(signals: TextSignals, causes: Collection[Cause]) -> list[Claim]:
    """Settings that did not change, and those that did where no finding tells them.

    What is known of one pool alone settles nothing.
    """
    untold = all(cause in _NAME_NO_SETTING for cause in causes)
    claims = []
    for fact in signals.ledger.of(FactKind.SETTING):
        if not (untold if fact.significant else fact.detail in ("model", "system")):
            continue
        settled = not fact.significant and fact.value is not None and fact.before is not None
        claims.append(cite(fact, bearing="rules_out" if settled else "inconclusive"))
    return claims


_LOOKED_AT = {"error": "errors", "empty": "empty answers", "refusal": "refusals", "language": "language"}
"""Descriptors that are causes by themselves, so that it helps to know that they did not change."""


def _on_descriptors(signals: TextSignals, causes: Collection[Cause]) -> list[Claim]:
    """One sentence on what did not change, one on what too few values were known of."""
    if Cause.STABLE in causes or Cause.NOT_ENOUGH_EVIDENCE in causes:
        return []
    same: list[Fact] = []
    untold: list[Fact] = []
    for name in _LOOKED_AT:
        fact = signals.named(FactKind.DESCRIPTOR, name)
        if fact is not None and not fact.significant:
            (untold if fact.severity is None and fact.value != fact.before else same).append(fact)
    claims = []
    if same:
        text = f"No change was detected in {_listed(same)}."
        claims.append(told(text, *same, bearing="rules_out", title="Other faults."))
    if untold:
        text = f"Too little is known to tell a change in {_listed(untold)}."
        claims.append(told(text, *untold, bearing="inconclusive", title="Other faults."))
    return claims


def _listed(facts: Sequence[Fact]) -> str:
    names = [_LOOKED_AT[fact.detail] for fact in facts]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
