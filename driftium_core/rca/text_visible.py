"""Causes that are plain to see in the answers themselves: failures, empty or broken answers, language, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind
from driftium_core.rca.report import Claim, Finding
from driftium_core.rca.text_claims import cite, finding, shares, sureness, told
from driftium_core.rca.text_signals import TextSignals, rise

__all__ = ["Visible", "accounts_for_answers", "visible_causes"]


@dataclass(frozen=True, slots=True)
class Visible:
    """A cause with the share of the answers that shows it more than in the baseline (0 to 1)."""

    finding: Finding
    share: float


def visible_causes(signals: TextSignals) -> list[Visible]:
    """Those that are there, the largest share first.

    Refusals and another language keep answers from their prompts, too: only where they are much fewer than the
    answers that miss their prompt are these called broken.
    """
    found = [
        Visible(_by_descriptor(signals, fact, cause), fact.effect_size or 0.0)
        for cause, fact in _descriptors(signals)
        if fact is not None
    ]
    elsewhere = sum(item.share for item in found if item.finding.cause in _AWAY_FROM_PROMPT)
    if broken := _broken(signals, elsewhere):
        found.append(broken)
    return sorted(found, key=lambda item: -item.share)


def accounts_for_answers(signals: TextSignals, visible: Sequence[Visible]) -> bool:
    """Whether refusals, another language or broken answers are all that is different in the answers to like prompts.

    They are not where they are few and the drift stays with half of the most novel answers taken out.
    """
    causes = (*_AWAY_FROM_PROMPT, Cause.DEGENERATE_OUTPUT)
    found = [item for item in visible if item.finding.cause in causes]
    stays = any(fact.significant for fact in signals.ledger.of(FactKind.REMOVAL))
    return bool(found) and not (stays and sum(item.share for item in found) < MOST)


MOST = 0.5
"""From this share on, answers of a kind are what the removal of half of them cannot take away."""

_AWAY_FROM_PROMPT = (Cause.REFUSALS, Cause.LANGUAGE)


def _descriptors(signals: TextSignals) -> tuple[tuple[Cause, Fact | None], ...]:
    return (
        (Cause.FAILURES, signals.rose("error")),
        (Cause.DEGENERATE_OUTPUT, signals.rose("empty")),
        (Cause.LANGUAGE, signals.language),
        (Cause.REFUSALS, signals.rose("refusal")),
    )


_WORDS = {
    Cause.FAILURES: "requests end in an error",
    Cause.DEGENERATE_OUTPUT: "answers are empty",
    Cause.REFUSALS: "answers decline to help",
}


def _by_descriptor(signals: TextSignals, fact: Fact, cause: Cause) -> Finding:
    text = f"{shares(fact, _WORDS[cause])}." if cause in _WORDS else fact.text
    languages = [item for item in signals.ledger.of(FactKind.DESCRIPTOR) if item.detail == "one language"]
    languages.sort(key=lambda item: item.direction != "gained")
    claims = [cite(fact), *(cite(item) for item in languages[:2] if cause is Cause.LANGUAGE)]
    claims += [cite(setting) for setting in signals.settings]
    if cause in _AWAY_FROM_PROMPT:
        claims += _followers(signals)
    return finding(cause, sureness(fact), told(text, fact), claims)


def _followers(signals: TextSignals) -> list[Claim]:
    """What refusals or another language move besides: nearness to the prompts, and a group of their own."""
    health = signals.ledger.first(FactKind.HEALTH)
    found = [health] if health and health.significant else []
    return [cite(fact) for fact in (*found, *signals.groups("gained")[:1], *signals.ledger.of(FactKind.REMOVAL))]


def _broken(signals: TextSignals, elsewhere: float) -> Visible | None:
    """Answers that repeat their prompt, or miss it."""
    if signals.ledger.status == "inconclusive":
        return None
    echo, off = signals.flagged("echo"), signals.flagged("low_alignment")
    shape = [cite(fact) for fact in (*signals.formats[:2], *signals.ledger.of(FactKind.REMOVAL))]
    behaviour = [cite(fact, title="Behaviour.") for fact in (signals.behaviour,) if fact and fact.significant]
    if echo is not None:
        found = finding(Cause.DEGENERATE_OUTPUT, "high", told(echo.text, echo), [cite(echo), *behaviour, *shape])
        return Visible(found, rise(echo))
    health = signals.ledger.first(FactKind.HEALTH)
    collapsed = health is not None and health.detail == "collapsed"
    if off is None or health is None or not collapsed or signals.prompts_moved or elsewhere >= MOST * rise(off):
        return None
    claims = [cite(off), cite(health), *behaviour, *shape]
    return Visible(finding(Cause.DEGENERATE_OUTPUT, "moderate", told(off.text, off), claims), rise(off))
