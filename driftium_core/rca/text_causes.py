"""Which causes of the catalogue the facts of a text report support."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.report import Claim, Confidence, Diagnosis, Finding
from driftium_core.rca.text_claims import cite, ruled_out, shares, sign, told, with_terms
from driftium_core.rca.text_signals import TextSignals

__all__ = ["text_diagnosis"]

MOST_CLAIMS = 4
"""Of one finding."""


def text_diagnosis(ledger: Ledger) -> Diagnosis:
    """The causes that fit, the likeliest first, and what the facts speak against.

    What is plain to see in the answers goes first, as it moves everything else: failed requests, empty answers,
    another language and refusals, the largest share first. Then, where the answers drifted, traffic or behaviour;
    length and format, and times, where they are all that changed.
    """
    signals = TextSignals(ledger)
    plain = _plain(signals)
    broken = _broken(signals, plain)
    content = [broken] if broken else _content(signals, plain) if signals.drifted else _without_drift(signals)
    findings = _in_order(signals, plain, content)
    if not findings:
        findings = [_none_of_them(signals)]
    elif ledger.status == "inconclusive":
        findings.append(_none_of_them(signals))
    return Diagnosis(findings=tuple(findings), ruled_out=ruled_out(signals, _explained(findings)))


def _in_order(signals: TextSignals, plain: list[Finding], content: list[Finding]) -> list[Finding]:
    """New prompts that are refused are a matter of the prompts, unless like prompts are answered differently."""
    if signals.traffic == "traffic" and not signals.paired and content:
        symptoms = [found for found in plain if found.cause is Cause.REFUSALS]
        plain = [found for found in plain if found.cause is not Cause.REFUSALS]
        return [*plain, *content, *symptoms]
    return [*plain, *content]


def _plain(signals: TextSignals) -> list[Finding]:
    """Errors, empty answers, another language, refusals: by a test of their own, the largest effect first."""
    found = [
        (fact, cause)
        for name, cause in _PLAIN.items()
        if (fact := signals.language if name == "language" else signals.rose(name))
    ]
    found.sort(key=lambda pair: -(pair[0].effect_size or 0.0))
    return [_plain_finding(signals, fact, cause) for fact, cause in found]


_PLAIN = {
    "error": Cause.FAILURES,
    "empty": Cause.DEGENERATE_OUTPUT,
    "language": Cause.LANGUAGE,
    "refusal": Cause.REFUSALS,
}


def _plain_finding(signals: TextSignals, fact: Fact, cause: Cause) -> Finding:
    match cause:
        case Cause.FAILURES:
            text = f"{shares(fact, 'requests end in an error')}."
        case Cause.DEGENERATE_OUTPUT:
            text = f"{shares(fact, 'answers are empty')}."
        case Cause.REFUSALS:
            text = f"{shares(fact, 'answers decline to help')}."
        case _:
            text = fact.text
    claims = [cite(fact), *_settings(signals)]
    if cause in (Cause.REFUSALS, Cause.LANGUAGE):
        claims += _followers(signals)
    return _finding(cause, _sure(fact), told(text, fact), claims)


def _followers(signals: TextSignals) -> list[Claim]:
    """What refusals or another language move besides: alignment and groups."""
    health = signals.ledger.first(FactKind.HEALTH)
    found = [health] if health and health.significant else []
    return [cite(fact) for fact in (*found, *signals.groups("gained")[:1], *_removal(signals))]


def _content(signals: TextSignals, plain: list[Finding]) -> list[Finding]:
    """Why the answers differ by meaning."""
    moved, behaves = signals.prompts_moved, signals.behaves_otherwise
    topic = _topic(signals) if moved else None
    answers = _answers(signals) if behaves or (signals.settings and not moved) else None
    if answers and topic:
        return [answers, topic] if _answers_first(signals) else [topic, answers]
    found = [finding for finding in (topic, answers) if finding]
    if found or plain:
        return found
    return _by_hints(signals)


def _answers_first(signals: TextSignals) -> bool:
    """Of prompts and answers that both changed: what no topic explains, then the smaller p-value."""
    if signals.settings or signals.boilerplate or any(fact.detail == "valid_json" for fact in signals.layout):
        return True
    prompts, behaviour = signals.prompts, signals.behaviour
    by_prompts, by_behaviour = (fact.pvalue if fact else None for fact in (prompts, behaviour))
    return by_prompts is not None and by_behaviour is not None and by_behaviour < by_prompts and by_prompts > 0.01


def _broken(signals: TextSignals, plain: list[Finding]) -> Finding | None:
    """Answers that repeat their prompt or miss it, where no refusal and no other language explains that."""
    echo, off = signals.flagged("echo"), signals.flagged("low_alignment")
    health = signals.ledger.first(FactKind.HEALTH)
    if signals.ledger.status == "inconclusive":
        return None
    if echo is not None:
        claims = [cite(echo), *_shape(signals), *_removal_claims(signals)]
        return _finding(Cause.DEGENERATE_OUTPUT, "high", told(echo.text, echo), claims)
    collapsed = health is not None and health.detail == "collapsed"
    if off is None or health is None or not collapsed or signals.prompts_moved or plain:
        return None
    claims = [cite(off), cite(health), *_shape(signals), *_removal_claims(signals)]
    return _finding(Cause.DEGENERATE_OUTPUT, "moderate", told(off.text, off), claims)


def _topic(signals: TextSignals) -> Finding:
    prompts = signals.prompts
    assert prompts is not None
    terms, facts = with_terms(signals)
    text = f"The prompts changed ({sign(prompts)}), and the answers with them{f': {terms}' if terms else ''}."
    groups = (*signals.groups("gained")[:1], *signals.groups("lost")[:1])
    claims = [cite(prompts, title="Traffic."), *(cite(fact) for fact in (*groups, *_removal(signals)))]
    sure: Confidence = "high" if signals.traffic == "traffic" and (prompts.pvalue or 0) <= 0.01 else "moderate"
    return _finding(Cause.TOPIC_SHIFT, sure, told(text, prompts, *facts), claims)


def _answers(signals: TextSignals) -> Finding:
    """Like prompts are answered differently: by another model or template, or in another length or format."""
    if _only_format(signals):
        return _format(signals, signals.layout)
    return _model(signals)


def _only_format(signals: TextSignals) -> bool:
    """Whether length and format explain the difference: no setting did, and hardly a term came with shorter answers.

    Longer ones may bring terms, and lose none.
    """
    if signals.settings or not signals.layout:
        return False
    strongest = signals.layout[0]
    if strongest.detail not in ("length", "tokens"):
        return strongest.detail == "valid_json" or not signals.boilerplate
    if signals.boilerplate:
        return False
    return len(signals.terms("gained" if strongest.direction == "down" else "lost")) <= FEW_TERMS


FEW_TERMS = 2


def _model(signals: TextSignals) -> Finding:
    behaviour, settings = signals.behaviour, signals.settings
    verdict = signals.ledger.facts[0]
    told_by = behaviour if behaviour and behaviour.significant else None
    who = "The same" if signals.paired else "Like"
    if told_by is None and not signals.paired:
        lead = f"The answers differ ({sign(verdict)})"
    else:
        lead = f"{who} prompts are answered differently ({sign(told_by or verdict)})"
    if settings:
        names = fmt_settings(settings)
        text = f"{lead}, and the {names} changed."
    else:
        terms, facts = with_terms(signals)
        text = f"{lead}{f': {terms}' if terms else ''}."
        settings = (*facts,)
    summary = told(text, told_by or verdict, *settings)
    claims = [*_settings(signals)]
    if told_by:
        claims.append(cite(told_by, title="Behaviour."))
    claims += [*(cite(fact, title="Words around each answer.") for fact in signals.boilerplate[:1])]
    claims += [*_shape(signals), *_removal_claims(signals)]
    recorded = bool(signals.settings)
    behaves = signals.behaves_otherwise
    return _finding(Cause.MODEL_CHANGE, "high" if recorded and behaves else "moderate", summary, claims)


def fmt_settings(settings: Sequence[Fact]) -> str:
    """``"model and system prompt"``."""
    names = [fact.subject for fact in settings]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _format(signals: TextSignals, formats: tuple[Fact, ...]) -> Finding:
    claims = [cite(fact) for fact in formats]
    if signals.behaviour and signals.behaviour.significant:
        claims.append(cite(signals.behaviour, title="Behaviour."))
    return _finding(Cause.FORMAT_CHANGE, _sure(formats[0]), told(formats[0].text, formats[0]), claims)


def _by_hints(signals: TextSignals) -> list[Finding]:
    """Neither the prompts nor the answers to like prompts were found to change, and yet the answers differ."""
    if _only_format(signals):
        return [_format(signals, signals.layout)]
    new = [fact for fact in signals.groups("gained") if isinstance(fact.before, float) and fact.before <= 0.02]
    if signals.traffic == "no_prompts" and new:
        verdict = signals.ledger.facts[0]
        text = (
            f"The answers differ ({sign(verdict)}), and a group of answers came up that the baseline hardly has; "
            "without prompts it is not known whether they were asked for."
        )
        return [_finding(Cause.TOPIC_SHIFT, "low", told(text, verdict, new[0]), [cite(fact) for fact in new[:2]])]
    return []


def _without_drift(signals: TextSignals) -> list[Finding]:
    """Length, format and times that changed while what is said did not, or could not be told."""
    found = []
    formats = signals.formats
    if formats:
        found.append(_format(signals, formats))
    latency = signals.moved("latency_ms")
    if latency:
        claims = [cite(latency), *_settings(signals)]
        found.append(_finding(Cause.LATENCY, _sure(latency), told(latency.text, latency), claims))
    return found


def _none_of_them(signals: TextSignals) -> Finding:
    verdict = signals.ledger.facts[0]
    status = signals.ledger.status
    power = signals.ledger.first(FactKind.POWER)
    if status == "inconclusive":
        claims = [cite(power)] if power else []
        return _finding(Cause.NOT_ENOUGH_EVIDENCE, "high", cite(verdict, bearing="states", title=""), claims)
    if status == "no_drift":
        claims = [cite(power)] if power else []
        return _finding(Cause.STABLE, "high", cite(verdict, bearing="states", title=""), claims)
    terms, facts = with_terms(signals)
    claims = [
        cite(fact) for fact in (*signals.groups("gained")[:2], *_removal(signals), *signals.exemplars("gained")[:1])
    ]
    text = f"The answers differ ({sign(verdict)}), and nothing that was tested says why{f': {terms}' if terms else ''}."
    return _finding(Cause.UNKNOWN, "low", told(text, verdict, *facts), claims)


def _settings(signals: TextSignals) -> list[Claim]:
    return [cite(fact) for fact in signals.settings]


def _shape(signals: TextSignals) -> list[Claim]:
    return [cite(fact) for fact in signals.formats[:2]]


def _removal(signals: TextSignals) -> tuple[Fact, ...]:
    return signals.ledger.of(FactKind.REMOVAL)


def _removal_claims(signals: TextSignals) -> list[Claim]:
    return [cite(fact) for fact in _removal(signals)]


def _sure(fact: Fact) -> Confidence:
    p = fact.pvalue
    if p is None or p > 0.01:
        return "low"
    return "high" if p <= 0.001 else "moderate"


def _finding(cause: Cause, confidence: Confidence, summary: Claim, claims: Sequence[Claim]) -> Finding:
    kept: dict[str, Claim] = {}
    for claim in claims:
        kept.setdefault(claim.text, claim)
    return Finding(cause=cause, confidence=confidence, summary=summary, claims=tuple(kept.values())[:MOST_CLAIMS])


def _explained(findings: Sequence[Finding]) -> set[str]:
    names = {
        Cause.FAILURES: {"error"},
        Cause.DEGENERATE_OUTPUT: {"empty"},
        Cause.LANGUAGE: {"language"},
        Cause.REFUSALS: {"refusal"},
        Cause.TOPIC_SHIFT: {"traffic"},
    }
    return set().union(*(names.get(found.cause, set()) for found in findings))
