"""An investigation as the command line draws it: what happened, why, what to do, and the facts that it stands on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from driftium_core.formats import fmt_clock, fmt_moment, fmt_n, whole
from driftium_core.rca.causes import CAUSE_TITLES
from driftium_core.rca.report import Action, Claim, Finding, RcaReport, TraceStep
from driftium_core.severity import severity_label
from driftium_core.terminal.console import STYLES, plain, stdout

__all__ = ["print_investigation"]

QUIET = "bright_black"
SHOWN = 20
"""Facts shown unless all are asked for: a wide table has hundreds."""


def print_investigation(
    report: RcaReport, *, done: Collection[int] = (), evidence: bool = False, trace: bool = False
) -> None:
    """The investigation on stdout; ``evidence`` shows every fact, ``trace`` who said what and how long it took."""
    console = stdout()
    findings, diagnosis = report.findings, report.findings.diagnosis
    urgency = f"{severity_label(report.severity)}, {findings.triage.urgency.advice}."
    console.print(Text.assemble((urgency, STYLES[report.severity]), " ", _text(report.ledger.title)))
    console.print(Text(f"{diagnosis.headline} Confidence: {diagnosis.confidence}.", "bold"))
    _section(console, "What happened", map(_claim, findings.triage.claims))
    _section(console, "Why", (*_found(diagnosis.findings[0]), *_others(diagnosis.findings[1:])))
    advice = findings.recommendation
    _section(console, "What to do", (_claim(advice.lead), *_actions(advice.actions, done)))
    _section(console, "Ruled out or not settled", map(_point, diagnosis.ruled_out))
    _print_evidence(console, report, everything=evidence)
    if trace:
        _heading(console, "Trace (UTC)")
        console.print(Padding(_trace(report.steps), (0, 0, 0, 2), expand=False))
    console.print()
    console.print(Text(f"{_text(report.worded_by)} Investigated {fmt_moment(report.created_at)}.", QUIET))


def _section(console: Console, title: str, lines: Iterable[Text]) -> None:
    """A heading and what stands below it; nothing where nothing does."""
    found = [line for line in lines if line]
    if found:
        _heading(console, title)
    for line in found:
        console.print(Padding(line, (0, 0, 0, 2), expand=False))


def _heading(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, "bold"))


def _claim(claim: Claim) -> Text:
    title = (f"{_text(claim.title)} ", "bold") if claim.title else ""
    return Text.assemble(title, _text(claim.text), _cited(claim.evidence_ids))


def _found(finding: Finding) -> Iterable[Text]:
    """The reasons, below what they come to where none of them says just that."""
    if not finding.summary_is_claimed:
        yield _claim(finding.summary)
    yield from map(_point, finding.claims)


def _others(findings: Iterable[Finding]) -> Iterable[Text]:
    for finding in findings:
        yield Text(f"Also fits: {CAUSE_TITLES[finding.cause]}. Confidence: {finding.confidence}.", "bold")
        yield from _found(finding)


def _point(claim: Claim) -> Text:
    return Text.assemble("– ", _claim(claim))


def _actions(actions: Iterable[Action], done: Collection[int]) -> Iterable[Text]:
    for position, action in enumerate(actions):
        time = f" About {fmt_n(action.minutes)} min." if action.minutes else ""
        mark = "☑" if position in done else "☐"
        yield Text.assemble(f"{mark} {_text(action.text)}{time}", _cited(action.evidence_ids))


def _cited(ids: Collection[str]) -> tuple[str, str]:
    return f" [{', '.join(ids)}]" if ids else "", QUIET


def _print_evidence(console: Console, report: RcaReport, *, everything: bool) -> None:
    """The facts that something here cites, as many as can be taken in; or all."""
    shown = report.ledger.facts if everything else report.cited[:SHOWN]
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False)
    for fact in shown:
        table.add_row(Text(fact.id, QUIET), Text(_text(fact.text)))
    _heading(console, "Evidence")
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    left = len(report.ledger.facts) - len(shown)
    if left:
        console.print(Padding(Text(f"{fmt_n(left)} more with --evidence.", QUIET), (0, 0, 0, 2), expand=False))


def _trace(steps: Iterable[TraceStep]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for step in steps:
        refused = f" Refused: {_text(step.rejected_reason)}" if step.rejected_reason else ""
        table.add_row(
            fmt_clock(step.started_at),
            Text(step.agent),
            step.source or "",
            f"{fmt_n(round(step.duration_ms))} ms",
            Text.assemble(f"{_text(step.message)}{refused}", _cited(step.evidence_ids)),
        )
    return table


def _text(text: str) -> str:
    """A text as the terminal may take it, in one line."""
    return plain(" ".join(whole(text).split("\n")))
