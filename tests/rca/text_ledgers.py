"""Ledgers made by hand: what a report on real embeddings holds that the encoder of the tests cannot show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.severity import Severity

Status = Literal["drift", "no_drift", "inconclusive"]


def ledger(
    *facts: Fact,
    status: Status = "drift",
    severity: Severity | None = Severity.HIGH,
    design: str = "unpaired",
) -> Ledger:
    """A ledger with a verdict before the given facts, numbered."""
    verdict = Fact(
        id="",
        kind=FactKind.VERDICT,
        text="The responses differ (p = 0.001), with an effect of 0.30.",
        pvalue=0.001,
        effect_size=0.3,
        severity=severity,
        significant=status == "drift",
        detail=design,
    )
    numbered = tuple(replace(fact, id=f"E{number}") for number, fact in enumerate((verdict, *facts), start=1))
    return Ledger(kind="text", title="made by hand", status=status, severity=severity, facts=numbered)


def traffic(verdict: str, *, prompts: float | None = None, behaviour: float | None = None) -> tuple[Fact, ...]:
    """The facts on traffic; p-values up to .05 of the prompts and .02 of behaviour are significant."""
    whole = Fact(id="", kind=FactKind.TRAFFIC, text=f"On the whole: {verdict}.", value=verdict, detail=verdict)
    tests = (("prompts", prompts, 0.05), ("answers to like prompts", behaviour, 0.02))
    return (
        whole,
        *(
            Fact(
                id="",
                kind=FactKind.TRAFFIC,
                subject=subject,
                text=f"The test of {subject} gives p = {p:.3f}.",
                pvalue=p,
                significant=p <= level,
                direction="changed" if p <= level else "same",
                detail=verdict,
            )
            for subject, p, level in tests
            if p is not None
        ),
    )


def descriptor(name: str, before: float, now: float, *, effect: float = 0.4, **changes: Any) -> Fact:
    """A property that changed significantly."""
    values: dict[str, Any] = {
        "subject": name,
        "text": f"The {name} is {now}, was {before}.",
        "value": now,
        "before": before,
        "direction": "up" if now > before else "down",
        "effect_size": effect,
        "pvalue": 0.0004,
        "significant": True,
        "detail": name,
    }
    return Fact(id="", kind=FactKind.DESCRIPTOR, **values | changes)


def flag(name: str, before: float, now: float) -> Fact:
    """Shares side by side."""
    text = f"{now} {name}, {before} in the baseline."
    return Fact(id="", kind=FactKind.FLAG, subject=name, text=text, value=now, before=before, detail=name)


def term(word: str, direction: Literal["gained", "lost"], before: float, now: float) -> Fact:
    """A telling term."""
    text = f"`{word}` is in {now} of the current answers, and in {before} of the baseline's."
    return Fact(
        id="",
        kind=FactKind.KEYWORD,
        subject=word,
        text=text,
        value=now,
        before=before,
        direction=direction,
        names=(word,),
    )


def setting(name: str, before: str, now: str) -> Fact:
    """A setting that changed in all answers."""
    return Fact(
        id="",
        kind=FactKind.SETTING,
        subject=name,
        text=f"The {name} differs: `{now}`, where the baseline had `{before}`.",
        value=now,
        before=before,
        direction="changed",
        significant=True,
        detail=name,
        names=(now, before),
    )


def health(value: float, detail: str) -> Fact:
    """The Health Index."""
    return Fact(
        id="",
        kind=FactKind.HEALTH,
        subject="Health Index",
        text=f"Health Index {value:.0f} of 100.",
        value=value,
        before=100.0,
        direction="same" if detail == "kept" else "down",
        significant=detail != "kept",
        detail=detail,
    )
