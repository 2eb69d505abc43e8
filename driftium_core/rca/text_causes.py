"""Which causes of the catalogue the facts of a text report support."""

from __future__ import annotations

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import FactKind, Ledger
from driftium_core.rca.report import Confidence, Diagnosis, Finding
from driftium_core.rca.text_claims import cite, finding, sign, sureness, told, with_terms
from driftium_core.rca.text_moved import causes_of_drift, format_change
from driftium_core.rca.text_ruled_out import ruled_out
from driftium_core.rca.text_signals import TextSignals
from driftium_core.rca.text_visible import Visible, accounts_for_answers, visible_causes

__all__ = ["text_diagnosis"]


def text_diagnosis(ledger: Ledger) -> Diagnosis:
    """The causes that fit, the likeliest first, and what the facts speak against.

    What is plain to see in the answers goes first, as it moves everything else: failed requests, empty or broken
    answers, another language, refusals. Then, where the answers drifted, traffic or behaviour; where they did not,
    length, format and times. Without any of these the verdict alone is told.
    """
    signals = TextSignals(ledger)
    visible = visible_causes(signals)
    if signals.drifted:
        others = causes_of_drift(signals, explained=accounts_for_answers(signals, visible))
    else:
        others = _without_drift(signals, visible)
    findings = _in_order(signals, visible, others)
    if not findings or ledger.status == "inconclusive":
        findings.append(_verdict_alone(signals))
    causes = {found.cause for found in findings}
    return Diagnosis(findings=tuple(findings), ruled_out=ruled_out(signals, causes))


def _in_order(signals: TextSignals, visible: list[Visible], others: list[Finding]) -> list[Finding]:
    """New prompts that are refused are a matter of the prompts, unless like prompts are answered differently."""
    first = [item.finding for item in visible]
    if signals.traffic != "traffic" or signals.paired or not others:
        return [*first, *others]
    refusals = [found for found in first if found.cause is Cause.REFUSALS]
    return [*(found for found in first if found.cause is not Cause.REFUSALS), *others, *refusals]


def _without_drift(signals: TextSignals, visible: list[Visible]) -> list[Finding]:
    """Length, format and times that changed while what is said did not, or could not be told; the surest first."""
    found = []
    formats, latency = signals.formats, signals.moved("latency_ms")
    if formats and not accounts_for_answers(signals, visible):
        found.append(format_change(signals, formats))
    if latency:
        claims = [cite(fact) for fact in signals.settings]
        claims += [cite(signals.ledger.facts[0], title="What the answers say.")]
        tokens = signals.named(FactKind.DESCRIPTOR, "tokens")
        claims += [cite(tokens)] if tokens and not tokens.significant else []
        of_times = finding(Cause.LATENCY, sureness(latency), told(latency.text, latency), claims)
        surer = bool(found) and (latency.pvalue or 0.0) < (formats[0].pvalue or 0.0)
        found.insert(0 if surer else len(found), of_times)
    return found


def _surely_stable(signals: TextSignals) -> Confidence:
    """No drift says only as much as the sizes could show: the share of answers on a new topic that would be seen."""
    power = signals.ledger.first(FactKind.POWER)
    share = power.value if power and isinstance(power.value, float) else 1.0
    return "high" if share <= 0.25 else "moderate" if share <= 0.6 else "low"


def _verdict_alone(signals: TextSignals) -> Finding:
    """What to say where no cause is found: that there is none, that it cannot be told, or that it is not known."""
    verdict = signals.ledger.facts[0]
    summary = cite(verdict, bearing="states", title="")
    power = [cite(fact) for fact in signals.ledger.of(FactKind.POWER)]
    match signals.ledger.status:
        case "inconclusive":
            return finding(Cause.NOT_ENOUGH_EVIDENCE, "high", summary, power[::-1])
        case "no_drift":
            return finding(Cause.STABLE, _surely_stable(signals), summary, power)
    terms, facts = with_terms(signals)
    shown = (*signals.groups("gained")[:2], *signals.ledger.of(FactKind.REMOVAL), *signals.exemplars("gained")[:1])
    text = f"The answers differ ({sign(verdict)}), and nothing that was tested says why{f': {terms}' if terms else ''}."
    return finding(Cause.UNKNOWN, "low", told(text, verdict, *facts), [cite(fact) for fact in shown])
