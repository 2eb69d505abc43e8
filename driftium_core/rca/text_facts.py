"""The ledger of a text report: every fact that an analysis may cite."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from driftium_core.formats import fmt_count, fmt_n, fmt_p, fmt_percent, fmt_statistic
from driftium_core.rca.facts import Direction, Fact, FactKind, Ledger
from driftium_core.rca.text_descriptor_facts import descriptor_facts
from driftium_core.rca.text_difference_facts import difference_facts
from driftium_core.rca.text_setting_facts import setting_facts
from driftium_core.stats.null_range import NullRange
from driftium_core.text.labels import FLAG_LABELS
from driftium_core.text.report import Flag, TextReport
from driftium_core.text.verdict import more_needed

__all__ = ["FLAG_WORDS", "text_ledger"]

MOST_NOTES = 6

FLAG_WORDS = {
    "echo": "repeat their prompt",
    "empty": "are empty",
    "refusal": "refuse",
    "low_alignment": "are off their prompt",
}
"""What answers with a fault do, by the name of the flag."""


def text_ledger(report: TextReport, *, title: str) -> Ledger:
    """Everything that a report on answers found, as facts; about 60 at most.

    Subjects are the labels of the report (``"Length (characters)"``); ``detail`` of flags, descriptors and settings
    is their name (``"length"``), that of traffic the verdict.

    Parameters
    ----------
    title : str
        What was compared, in words; the report does not know names.
    """
    facts = (
        *_verdict(report),
        *_distances(report),
        *_health(report),
        *_flags(report),
        *descriptor_facts(report),
        *_traffic(report),
        *setting_facts(report),
        *difference_facts(report),
        *_notes(report),
    )
    numbered = tuple(replace(fact, id=f"E{number}") for number, fact in enumerate(facts, start=1))
    return Ledger(kind="text", title=title, status=report.drift.verdict, severity=report.drift.severity, facts=numbered)


def _verdict(report: TextReport) -> Iterator[Fact]:
    drift = report.drift
    drifted = drift.verdict == "drift"
    sizes = f"{fmt_n(drift.n_current)} current and {fmt_count(drift.n_baseline, 'baseline answer')}"
    yield Fact(
        id="",
        kind=FactKind.VERDICT,
        text=f"{sizes} were compared, {drift.pairing}. {_first_sentences(report)}",
        value=_known(drift.effect_size),
        direction="changed" if drifted else "same",
        effect_size=_known(drift.effect_size),
        pvalue=drift.pvalue,
        severity=drift.severity,
        significant=drifted,
        detail=drift.design,
    )
    yield Fact(
        id="",
        kind=FactKind.SIZE,
        text=f"{sizes} took part, {drift.pairing}.",
        value=drift.n_current,
        before=drift.n_baseline,
        detail=drift.design,
    )
    yield Fact(id="", kind=FactKind.POWER, text=drift.detectable.text, value=drift.detectable.share)
    if drift.verdict == "inconclusive":
        yield _needed(drift.n_baseline, drift.n_current)


def _needed(n_baseline: int, n_current: int) -> Fact:
    more = more_needed(n_baseline, n_current)
    named = zip(more, ("baseline answer", "current answer"), strict=True)
    wanted = " and ".join(fmt_count(count, noun) for count, noun in named if count)
    return Fact(
        id="",
        kind=FactKind.POWER,
        subject=NEEDED,
        text=f"A verdict takes at least {wanted} more.",
        value=sum(more),
    )


NEEDED = "what is missing"
"""Subject of the fact that says how many answers a verdict would need besides."""


def _first_sentences(report: TextReport) -> str:
    """The verdict's reason without what these sizes can detect, which is a fact of its own."""
    return report.drift.reason.removesuffix(report.drift.detectable.text).rstrip()


def _distances(report: TextReport) -> Iterator[Fact]:
    for subject, score in (("Centroid distance", report.drift.centroid), ("MMD²", report.drift.mmd)):
        if math.isfinite(score.value):
            yield _distance(subject, score)


def _distance(subject: str, score: NullRange) -> Fact:
    value, low, high = (fmt_statistic(x) for x in (score.value, score.low, score.high))
    above = score.value > score.high
    return Fact(
        id="",
        kind=FactKind.DISTANCE,
        subject=subject,
        text=f"{subject} is {value}; without drift it would be {low} to {high}.",
        value=score.value,
        before=score.high,
        direction="up" if above else "same",
        detail="above" if above else "within",
    )


def _health(report: TextReport) -> Iterator[Fact]:
    health = report.health
    if health.value is None or health.low is None or health.high is None:
        yield Fact(id="", kind=FactKind.HEALTH, subject="Health Index", text=health.text, detail="unknown")
        return
    fell = health.high < 100
    yield Fact(
        id="",
        kind=FactKind.HEALTH,
        subject="Health Index",
        text=health.text,
        value=health.value,
        before=health.baseline,
        direction="down" if fell else "same",
        significant=fell,
        detail="collapsed" if health.high < COLLAPSED else "fell" if fell else "kept",
    )


COLLAPSED = 60
"""A Health Index whose whole interval is below: answers have little to do with their prompts."""


def _flags(report: TextReport) -> Iterator[Fact]:
    """Those that can be told; shares stand side by side, and nothing is tested."""
    for flag in report.flags:
        if flag.baseline is not None and flag.current is not None:
            yield _flag(flag, flag.baseline, flag.current)


def _flag(flag: Flag, before: float, now: float) -> Fact:
    is_now, was = fmt_percent(now), fmt_percent(before)
    direction: Direction = "same" if is_now == was else "up" if now > before else "down"
    return Fact(
        id="",
        kind=FactKind.FLAG,
        subject=FLAG_LABELS[flag.name],
        text=f"{is_now} of the current answers {FLAG_WORDS[flag.name]}, {was} in the baseline.",
        value=now,
        before=before,
        direction=direction,
        detail=flag.name,
    )


def _traffic(report: TextReport) -> Iterator[Fact]:
    """The verdict, then each of its tests that was made."""
    moved = report.traffic
    changed = moved.verdict in ("behaviour", "both")
    yield Fact(
        id="",
        kind=FactKind.TRAFFIC,
        text=moved.text,
        value=moved.verdict,
        direction="changed" if moved.prompts_moved or changed else "same",
        significant=moved.prompts_moved or changed,
        detail=moved.verdict,
    )
    if moved.prompt_pvalue is not None:
        p = fmt_p(moved.prompt_pvalue)
        yield Fact(
            id="",
            kind=FactKind.TRAFFIC,
            subject="prompts",
            text=f"The prompts changed ({p})." if moved.prompts_moved else f"No traffic shift was detected ({p}).",
            direction="changed" if moved.prompts_moved else "same",
            pvalue=moved.prompt_pvalue,
            significant=moved.prompts_moved,
            detail=moved.verdict,
        )
    if moved.behaviour_pvalue is not None:
        p = fmt_p(moved.behaviour_pvalue)
        found = f"Like prompts are answered differently ({p})."
        none = f"No change in the answers to like prompts was detected ({p})."
        yield Fact(
            id="",
            kind=FactKind.TRAFFIC,
            subject="answers to like prompts",
            text=found if changed else none,
            direction="changed" if changed else "same",
            pvalue=moved.behaviour_pvalue,
            significant=changed,
            detail=moved.verdict,
        )


def _notes(report: TextReport) -> Iterator[Fact]:
    notes = dict.fromkeys((*report.notes, *report.drift.notes, *report.evidence.notes))
    for note in list(notes)[:MOST_NOTES]:
        yield Fact(id="", kind=FactKind.NOTE, text=note)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
