"""What was found: the verdict line, what happened, why, what else fits, and what was ruled out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_duration, fmt_n, fmt_time
from driftium_core.rca.causes import CAUSE_TITLES, Cause
from driftium_core.severity import GLYPHS, severity_label
from pages.ui.rca_evidence import show_chips, show_cited
from pages.ui.widgets import card, escape, prose, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.rca.report import Claim, Finding, RcaReport
    from pages.ui.rca_chosen import Shown

__all__ = ["show_findings", "show_rca_verdict", "show_set_aside"]


def show_rca_verdict(shown: Shown) -> None:
    """Draw the likely cause in a sentence, how sure that is, how urgent, and who worded it."""
    report = shown.report
    diagnosis, triage = report.findings.diagnosis, report.findings.triage
    uncaused = diagnosis.cause in (Cause.STABLE, Cause.NOT_ENOUGH_EVIDENCE)
    sentences = [
        "" if uncaused else f"Confidence: {diagnosis.confidence}.",
        f"Severity: {severity_label(triage.severity).partition(' ')[2]}, {triage.urgency.advice}.",
        report.worded_by,
        f"Investigated {fmt_time(report.created_at)} in {fmt_duration(report.duration_ms)}.",
        f"{report.ledger.title}.",
    ]
    headline = f"{GLYPHS[triage.severity]} {diagnosis.headline}"
    verdict(triage.severity, headline, diagnosis.findings[0].summary.text, " ".join(filter(None, sentences)))


def show_findings(report: RcaReport) -> None:
    """Draw what happened, and why: the likeliest cause with its reasons."""
    triage, likeliest = report.findings.triage, report.findings.diagnosis.findings[0]
    with card("what", "What happened"):
        for claim in triage.claims:
            _show_claim(report, claim)
        show_cited(report.ledger, triage.claims, "what")
    with card("why", "Why"):
        reasons = likeliest.claims or (likeliest.summary,)
        for number, claim in enumerate(reasons, start=1):
            _show_claim(report, claim, f"{fmt_n(number)}. ")
        show_cited(report.ledger, (likeliest.summary, *likeliest.claims), "why")


def show_set_aside(report: RcaReport) -> None:
    """Draw the other causes that fit, and what was ruled out or could not be settled."""
    diagnosis = report.findings.diagnosis
    if others := diagnosis.findings[1:]:
        with card("others", "Other causes that fit"):
            for finding in others:
                _show_other(report, finding)
    if diagnosis.ruled_out:
        _show_ruled_out(report, diagnosis.ruled_out)


def _show_other(report: RcaReport, finding: Finding) -> None:
    title = CAUSE_TITLES[finding.cause]
    with st.expander(f"{title[0].upper()}{title[1:]} · {finding.confidence} confidence", key=f"rca-{finding.cause}"):
        for claim in finding.claims if finding.summary_is_claimed else (finding.summary, *finding.claims):
            _show_claim(report, claim)
        show_cited(report.ledger, (finding.summary, *finding.claims), f"other-{finding.cause}")


def _show_ruled_out(report: RcaReport, claims: Sequence[Claim]) -> None:
    with card("ruled-out", "Looked at and set aside", "What the evidence speaks against, or could not settle."):
        for claim in claims:
            _show_claim(report, claim)
        show_cited(report.ledger, claims, "ruled-out")


def _show_claim(report: RcaReport, claim: Claim, number: str = "") -> None:
    """Draw a sentence or two and the chips it stands on; ``number`` leads the title, or the sentence without one."""
    lead = f"**{escape(f'{number}{claim.title}')}** " if claim.title or number else ""
    with st.container(gap="xxsmall"):
        st.markdown(f"{lead}{prose(claim.text)}")
        show_chips(report, claim)
