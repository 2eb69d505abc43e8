"""A text report as the command line draws it: verdict first, then how healthy, what moved, and why."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_name, fmt_p, fmt_percent, fmt_value
from driftium_core.severity import NOT_TESTED, severity_label
from driftium_core.terminal.console import STYLES, stdout
from driftium_core.text.differences import Exemplar, Keyword, telling
from driftium_core.text.labels import score_words
from driftium_core.text.report import Descriptor, Flag, TextReport, Traffic

__all__ = ["print_text_report"]

SHOWN = 5
EXCERPT = 110


def print_text_report(report: TextReport, *, headline: str = "") -> None:
    """Verdict, scores beside their null ranges, descriptors and evidence on stdout; ``headline`` replaces its own."""
    console = stdout()
    drift = report.drift
    console.print(Text.assemble((headline or drift.headline, STYLES[drift.severity]), " ", drift.reason))
    console.print(_scores(report))
    for sentence in (report.health.text, _flags(report.flags), _traffic(report.traffic)):
        if sentence:
            console.print(Text(f"– {sentence}"))
    if report.descriptors:
        console.print(_descriptors(report.descriptors))
    if drift.verdict == "drift":
        _print_evidence(console, report)
    for note in (*drift.notes, *report.notes):
        console.print(Text(f"– {note}", "bright_black"))


def _scores(report: TextReport) -> Table:
    drift = report.drift
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_row("test", f"{fmt_p(drift.pvalue)}, {drift.pairing}, {drift.method}")
    table.add_row("effect", fmt_effect(drift.effect_size))
    table.add_row("centroid distance", score_words(drift.centroid))
    table.add_row("MMD²", score_words(drift.mmd))
    table.add_row("encoder", f"{report.encoder.id}, {report.encoder.precision}")
    return table


def _traffic(traffic: Traffic) -> str:
    return f"Traffic or behaviour? {traffic.answer} {traffic.text}"


def _flags(flags: Sequence[Flag]) -> str:
    known = [flag for flag in flags if flag.current]
    if not known:
        return ""
    shares = (
        f"{flag.name.replace('_', ' ')} {fmt_percent(flag.current)} (baseline {fmt_percent(flag.baseline)})"
        for flag in known
    )
    return f"Current responses with a flag: {', '.join(shares)}."


def _descriptors(descriptors: Sequence[Descriptor]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("severity", "property", "baseline", "current", "adjusted p"):
        table.add_column(heading, no_wrap=True)
    for item in descriptors:
        label = NOT_TESTED if item.pvalue is None else severity_label(item.severity)
        p = UNKNOWN if item.pvalue_adjusted is None else fmt_p(item.pvalue_adjusted)
        sides = _value(item, item.baseline), _value(item, item.current)
        table.add_row(Text(label, STYLES[item.severity]), item.label, *sides, p)
    return table


def _value(item: Descriptor, value: float | str | None) -> str:
    if isinstance(value, str):
        return fmt_name(value)
    return fmt_percent(value) if item.kind == "share" else fmt_value(value)


def _print_evidence(console: Console, report: TextReport) -> None:
    evidence = report.evidence
    for title, words in (
        ("Words gained", telling(evidence.keywords_gained)),
        ("Words lost", telling(evidence.keywords_lost)),
    ):
        if words:
            console.print(Text.assemble((f"{title}: ", "bold"), _words(words)))
    if evidence.removal:
        console.print(Text(evidence.removal.text))
    for title, exemplars in (("Most novel", evidence.novel), ("Most missed", evidence.gone)):
        for exemplar in exemplars[:SHOWN]:
            console.print(Text.assemble((f"{title}: ", "bold"), _excerpt(exemplar)))


def _words(words: Sequence[Keyword]) -> str:
    return ", ".join(f"{fmt_name(word.term)} (z = {fmt_value(round(word.z, 1))})" for word in words[: 2 * SHOWN])


def _excerpt(exemplar: Exemplar) -> str:
    return f"({fmt_n(exemplar.index + 1)}) {fmt_name(exemplar.text, limit=EXCERPT)}"
