"""An investigation as Markdown that can be pasted into an issue tracker."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from driftium_core.formats import fmt_count, fmt_moment, fmt_n
from driftium_core.markdown import shown
from driftium_core.rca.causes import CAUSE_TITLES
from driftium_core.rca.facts import Fact
from driftium_core.rca.report import Action, Claim, Finding, RcaReport
from driftium_core.severity import severity_label

__all__ = ["report_markdown"]


def report_markdown(report: RcaReport, *, done: Collection[int] = (), number: str = "") -> str:
    """The whole investigation on one page.

    Texts hold names and answers of the data, so everything in them stands for itself: no mark-up, link, mention or
    HTML of theirs comes alive.

    Parameters
    ----------
    done : collection of int
        Positions of the actions that were ticked.
    number : str
        Id of the stored investigation, for whoever looks for it; empty when it is not stored.
    """
    triage, diagnosis, advice = report.findings.triage, report.findings.diagnosis, report.findings.recommendation
    parts = [
        f"# {shown(diagnosis.headline)}",
        f"**{severity_label(report.severity)}, {triage.urgency.advice}.** {shown(report.ledger.title)}",
        *_section("What happened", [_claim(claim) for claim in triage.claims]),
        *_section("Why", [*_finding(diagnosis.findings[0]), *_others(diagnosis.findings[1:])]),
        *_section("What to do", [_claim(advice.lead), _list(_actions(advice.actions, done))]),
        *_section("Ruled out or not settled", [_list(f"- {_claim(claim)}" for claim in diagnosis.ruled_out)]),
        *_section("Evidence", _evidence(report)),
        "---",
        _origin(report, number),
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, parts: Iterable[str]) -> list[str]:
    """A heading and what stands below it; nothing where nothing does."""
    found = [part for part in parts if part]
    return [f"## {title}", *found] if found else []


def _finding(finding: Finding) -> Iterator[str]:
    sure = f"Confidence: {finding.confidence}."
    yield sure if finding.summary_is_claimed else f"{_claim(finding.summary)} {sure}"
    yield _list(f"- {_claim(claim)}" for claim in finding.claims)


def _others(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        first, *rest = _finding(finding)
        yield f"**Also fits: {CAUSE_TITLES[finding.cause]}.** {first}"
        yield from rest


def _actions(actions: Iterable[Action], done: Collection[int]) -> Iterator[str]:
    for position, action in enumerate(actions):
        time = f" About {fmt_n(action.minutes)} min." if action.minutes else ""
        mark = "x" if position in done else " "
        yield f"- [{mark}] {shown(action.text)}{time}{_cited(action.evidence_ids)}"


def _claim(claim: Claim) -> str:
    title = f"**{shown(claim.title)}** " if claim.title else ""
    return f"{title}{shown(claim.text)}{_cited(claim.evidence_ids)}"


def _cited(ids: Iterable[str]) -> str:
    known = ", ".join(map(shown, ids))
    return f" ({known})" if known else ""


def _evidence(report: RcaReport) -> Iterator[str]:
    """The facts that something here cites, and how many more there are: a wide table has hundreds."""
    yield _list(_fact(fact) for fact in report.cited)
    left = len(report.ledger.facts) - len(report.cited)
    if left:
        yield f"{fmt_count(left, 'fact')} more that nothing here cites; the JSON export has them all."


def _fact(fact: Fact) -> str:
    return f"- **{shown(fact.id)}** {shown(fact.text)}"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _origin(report: RcaReport, number: str) -> str:
    """Who found it and worded it, when, and with what."""
    asked = f" Model asked: {shown(report.model)}." if report.model else ""
    versions = ", ".join(f"{shown(name)} {shown(version)}" for name, version in report.versions.items())
    named = f" Investigation {shown(number)}." if number else ""
    by = f" {versions[0].upper()}{versions[1:]}." if versions else ""
    return f"{shown(report.worded_by)}{asked} Investigated {fmt_moment(report.created_at)}.{named}{by}"
