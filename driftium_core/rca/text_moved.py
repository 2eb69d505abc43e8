"""Why answers moved by meaning: other prompts, another model or template, or another length and format."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind
from driftium_core.rca.report import Confidence, Finding
from driftium_core.rca.text_claims import cite, finding, sign, sureness, told, with_terms
from driftium_core.rca.text_signals import TextSignals

__all__ = ["causes_of_drift", "format_change"]

FEW_TERMS = 2
"""Terms that may come with shorter answers, or go with longer ones, while length is all that changed."""

HARDLY = 0.02
"""Share of the baseline up to which a group of answers counts as new."""


def causes_of_drift(signals: TextSignals, *, explained: bool) -> list[Finding]:
    """Traffic, behaviour or both, the likelier first; empty where neither can be told.

    Parameters
    ----------
    explained : bool
        What is different in the answers to like prompts has a cause already; a setting that changed is still told.
    """
    moved, behaves = signals.prompts_moved, signals.behaves_otherwise
    found = [_topic(signals)] if moved else []
    if (behaves and not explained) or (signals.settings and (behaves or not moved)):
        found.insert(0 if _answers_first(signals) else 1, _answers(signals))
    return found or ([] if explained else _by_hints(signals))


def format_change(signals: TextSignals, formats: Sequence[Fact]) -> Finding:
    """Length or format, by the descriptors that changed, the largest effect first."""
    claims = [cite(fact) for fact in formats]
    behaviour = signals.behaviour
    if not signals.drifted:
        claims.append(cite(signals.ledger.facts[0], title="What the answers say."))
    elif behaviour is not None and behaviour.significant:
        claims.append(cite(behaviour, title="Behaviour."))
    return finding(Cause.FORMAT_CHANGE, sureness(formats[0]), told(formats[0].text, formats[0]), claims)


def _answers_first(signals: TextSignals) -> bool:
    """Of prompts and answers that both changed: first what no topic explains, then the clearly smaller p-value."""
    if signals.settings or signals.boilerplate or any(fact.detail == "valid_json" for fact in signals.layout):
        return True
    by_prompts, by_answers = (fact.pvalue if fact else None for fact in (signals.prompts, signals.behaviour))
    return by_prompts is not None and by_answers is not None and by_answers < by_prompts and by_prompts > 0.01


def _topic(signals: TextSignals) -> Finding:
    prompts = signals.prompts
    assert prompts is not None
    terms, facts = with_terms(signals)
    text = f"The prompts changed ({sign(prompts)}), and the answers with them{f': {terms}' if terms else ''}."
    groups = (*signals.groups("gained")[:1], *signals.groups("lost")[:1])
    claims = [cite(prompts, title="Traffic.")]
    claims += [cite(fact) for fact in (*groups, *signals.ledger.of(FactKind.REMOVAL))]
    certain = signals.traffic == "traffic" and (prompts.pvalue or 0.0) <= 0.01
    return finding(Cause.TOPIC_SHIFT, "high" if certain else "moderate", told(text, prompts, *facts), claims)


def _answers(signals: TextSignals) -> Finding:
    """Like prompts are answered differently: by another model or template, or in another length or format."""
    return format_change(signals, signals.layout) if _only_format(signals) else _model(signals)


def _only_format(signals: TextSignals) -> bool:
    """Whether length and format explain the difference: no setting did, and what is said is not new.

    Shorter answers bring hardly a term, longer ones lose hardly one. A term that stands in nearly all of them is a
    template's, unless they became JSON, whose keys are such terms.
    """
    if signals.settings or not signals.layout:
        return False
    strongest = signals.layout[0]
    if strongest.detail == "valid_json" or signals.boilerplate:
        return strongest.detail == "valid_json"
    if strongest.detail not in ("length", "tokens"):
        return True
    return len(signals.terms("gained" if strongest.direction == "down" else "lost")) <= FEW_TERMS


def _model(signals: TextSignals) -> Finding:
    verdict, behaviour, settings = signals.ledger.facts[0], signals.behaviour, signals.settings
    tested = behaviour if behaviour is not None and behaviour.significant else None
    test = tested or verdict
    if tested or signals.paired:
        lead = f"{'The same' if signals.paired else 'Like'} prompts are answered differently ({sign(test)})"
    else:
        lead = f"The answers differ ({sign(test)})"
    terms, facts = with_terms(signals)
    if settings:
        summary = told(f"{lead}, and {_changed(settings)}.", test, *settings)
    else:
        summary = told(f"{lead}{f': {terms}' if terms else ''}.", test, *facts)
    claims = [cite(fact) for fact in settings[:2]]
    claims += [cite(tested, title="Behaviour.")] if tested else []
    claims += [cite(fact, title="Words around each answer.") for fact in signals.boilerplate[:1]]
    claims += [cite(fact) for fact in (*signals.formats[:2], *signals.ledger.of(FactKind.REMOVAL))]
    return finding(Cause.MODEL_CHANGE, _sureness_of_model(signals), summary, claims)


def _sureness_of_model(signals: TextSignals) -> Confidence:
    if signals.settings and signals.behaves_otherwise:
        return "high"
    return "moderate" if signals.settings or signals.behaves_otherwise else "low"


def _by_hints(signals: TextSignals) -> list[Finding]:
    """Neither the prompts nor the answers to like prompts were found to change, and yet the answers differ."""
    if _only_format(signals):
        return [format_change(signals, signals.layout)]
    new = [fact for fact in signals.groups("gained") if isinstance(fact.before, float) and fact.before <= HARDLY]
    if signals.traffic != "no_prompts" or not new:
        return []
    verdict = signals.ledger.facts[0]
    text = (
        f"The answers differ ({sign(verdict)}), and a group of answers came up that the baseline hardly has; without "
        "prompts it is not known whether they were asked for."
    )
    return [finding(Cause.TOPIC_SHIFT, "low", told(text, verdict, new[0]), [cite(fact) for fact in new[:2]])]


def _changed(settings: Sequence[Fact]) -> str:
    """``"the model is now `b`, was `a`"``; of several settings ``"the model and system prompt changed"``."""
    names = [fact.subject for fact in settings]
    if len(names) > 1:
        return f"the {', '.join(names[:-1])} and {names[-1]} changed"
    values = settings[0].names
    return f"the {names[0]} is now `{values[0]}`, was `{values[1]}`" if len(values) == 2 else f"the {names[0]} changed"
