"""All monitors in one line and in a few counts: how many drift, how badly, and which one to open first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from driftium_core.formats import fmt_count, fmt_n, fmt_name, fmt_time
from driftium_core.monitor.monitor_row import MonitorRow
from driftium_core.severity import GLYPHS, Severity

__all__ = ["Headline", "Totals", "overview_headline", "overview_totals"]


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict line over all monitors; ``severity`` is None when nothing could be told."""

    severity: Severity | None
    headline: str
    sentence: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many monitors there are, of each kind, and how many someone should look at; simulations do not count."""

    monitors: int
    llm: int
    tabular: int
    need_attention: int
    open_alarms: int
    open_incidents: int = 0


def overview_totals(rows: Sequence[MonitorRow]) -> Totals:
    """Count rows of `overview`."""
    real = [row for row in rows if not row.simulated]
    n_llm = sum(row.kind == "llm" for row in real)
    return Totals(
        monitors=len(real),
        llm=n_llm,
        tabular=len(real) - n_llm,
        need_attention=sum(row.needs_attention for row in real),
        open_alarms=sum(row.alarm is not None for row in real),
        open_incidents=sum(len(row.incidents) for row in real),
    )


def overview_headline(rows: Sequence[MonitorRow]) -> Headline:
    """Speak of rows in the order of `overview`; simulations do not count."""
    real = [row for row in rows if not row.simulated]
    severity = max((row.severity for row in real if row.severity), key=lambda s: s.rank, default=None)
    alarms = [row for row in real if row.alarm]
    if not real:
        headline, sentence = (
            "Only simulations so far.",
            "Check a file of yours, or let a model answer, to watch it here.",
        )
    elif severity is None:
        headline, sentence = "No verdict yet.", _others(real, None)
    elif severity is Severity.LOW:
        n_well = sum(row.severity is Severity.LOW for row in real)
        headline, sentence = f"No drift in {_of(n_well, len(real))}.", _others(real, severity)
        if alarms:
            sentence = f"{sentence} {_first(alarms[0])} has an open alarm: small changes added up.".strip()
    else:
        n_worst = sum(row.severity is severity for row in real)
        headline = f"{_of(n_worst, len(real))} {'is' if n_worst == 1 else 'are'} {severity}."
        first = f"{_first(real[0])} needs you first" if len(real) > 1 else _first(real[0])
        sentence = f"{_others(real, severity)} {first}: {real[0].finding}.".strip()
    return Headline(severity, f"{GLYPHS[severity]} {headline[0].upper()}{headline[1:]}", sentence, _detail(rows, real))


def _of(count: int, total: int) -> str:
    if count < total:
        return f"{fmt_n(count)} of {fmt_count(total, 'monitor')}"
    return {1: "the only monitor", 2: "both monitors"}.get(total, f"all {fmt_n(total)} monitors")


def _others(rows: Sequence[MonitorRow], named: Severity | None) -> str:
    """The monitors that the headline has not counted: ``"1 HIGH, 1 inconclusive, 2 waiting."``."""
    counted = Counter(_word(row) for row in rows if named is None or row.severity is not named)
    order = ["CRITICAL", "HIGH", "MEDIUM", "inconclusive", "LOW", "waiting for data"]
    found = [f"{fmt_n(counted[word])} {word}" for word in order if counted[word]]
    return f"{', '.join(found)}." if found else ""


def _word(row: MonitorRow) -> str:
    if row.severity:
        return row.severity.value
    return "waiting for data" if row.outcome == "waiting" else "inconclusive"


def _first(row: MonitorRow) -> str:
    """The monitor by its name, with its project where the name is a table's."""
    name = f"`{fmt_name(row.name)}`"
    return name if row.kind == "llm" else f"{name} in `{fmt_name(row.project)}`"


def _detail(rows: Sequence[MonitorRow], real: Sequence[MonitorRow]) -> str:
    """When the newest check was, how many alarms are open, and how old the oldest drift is."""
    checked = [row.checked_at for row in (real or rows) if row.checked_at]
    sentences = [f"Newest check {fmt_time(max(checked))}." if checked else ""]
    totals = overview_totals(rows)
    counts = ((totals.open_alarms, "alarm"), (totals.open_incidents, "incident"))
    if counted := " and ".join(fmt_count(count, noun) for count, noun in counts if count):
        sentences.append(f"{counted} open.")
    if began := [row.since for row in real if row.drifts and row.since]:
        sentences.append(f"The {'oldest ' if len(began) > 1 else ''}drift began {fmt_time(min(began))}.")
    return " ".join(filter(None, sentences))
