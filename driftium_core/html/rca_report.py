"""An investigation as one HTML file."""

from __future__ import annotations

from collections.abc import Collection

from driftium_core.formats import fmt_clock, fmt_count, fmt_n
from driftium_core.html.render import render
from driftium_core.rca.causes import CAUSE_TITLES
from driftium_core.rca.report import RcaReport

__all__ = ["rca_report_html"]


def rca_report_html(report: RcaReport, *, done: Collection[int] = (), number: str = "") -> str:
    """An investigation as one HTML file that needs nothing but a browser or a printer.

    Parameters
    ----------
    done : collection of int
        Positions of the actions that were ticked.
    number : str
        Id of the stored investigation; empty when it is not stored.

    Returns
    -------
    str
        UTF-8 can hold all of it, whatever the names and answers in it hold.
    """
    findings = report.findings
    n_left = len(report.ledger.facts) - len(report.cited)
    return render(
        "rca_report.html",
        report=report,
        triage=findings.triage,
        diagnosis=findings.diagnosis,
        advice=findings.recommendation,
        titles=CAUSE_TITLES,
        done=frozenset(done),
        minutes=[
            f"About {fmt_n(item.minutes)} min" if item.minutes else "" for item in findings.recommendation.actions
        ],
        left=f"{fmt_count(n_left, 'fact')} more that nothing here cites; the JSON has them all." if n_left else "",
        steps=[(step, fmt_clock(step.started_at), fmt_n(round(step.duration_ms))) for step in report.steps],
        number=number,
    )
