"""The dashboard's line on why: a summary and the possible cause, with the way to the whole investigation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_name
from driftium_core.rca.causes import CAUSE_TITLES, Cause
from pages.ui.project import RCA_PAGE, current_project, open_page
from pages.ui.rca_chosen import INVESTIGATION, START, report_query
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.records import Calculation
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_why"]

SAID = "dashboard-why"
"""Key of what the rules said of the report that was shown last: a page runs again far more often than it changes."""

NO_CAUSE = (Cause.STABLE, Cause.NOT_ENOUGH_EVIDENCE)


@dataclass(frozen=True, slots=True)
class _Why:
    """A cause, the sentence on it, and whose words these are; ``investigation_id`` is empty for the rules' own."""

    cause: str
    summary: str
    by: str
    investigation_id: str = ""


def show_why(services: Services, shown: Shown) -> None:
    """Draw one line under the verdict; nothing where it cannot be made, as the verdict stands without it."""
    try:
        why = _investigated(services, shown.calculation) or _by_rules(shown)
    except DriftiumError:
        return
    cause = CAUSE_TITLES.get(why.cause, why.cause)  # another version may have named another one
    with st.container(key="why", horizontal=True, vertical_alignment="center", gap="small"):
        words = "" if why.cause in NO_CAUSE else f"**Possible cause:** {escape(cause)}. "
        st.markdown(f"{words}{prose(why.summary)} :gray-badge[{escape(why.by)}]", width="stretch")
        if shown.calculation:
            _offer(shown.calculation, why.investigation_id)


def _offer(calculation: Calculation, investigation_id: str) -> None:
    label = "Open the investigation" if investigation_id else "Investigate"
    if not st.button(label, key="why-investigate", icon=":material/troubleshoot:", type="tertiary"):
        return
    if investigation_id:
        open_page(RCA_PAGE, **{INVESTIGATION: investigation_id})
    open_page(RCA_PAGE, **report_query("text", calculation.id), **{START: "1"})


def _investigated(services: Services, calculation: Calculation | None) -> _Why | None:
    """What the newest investigation of the calculation said."""
    if calculation is None:
        return None
    found = monitor.find_investigation(services, "text", calculation.id, project=current_project())
    if found is None:
        return None
    by = f"with words of {fmt_name(found.model or 'a model')}" if found.source == "llm" else "by rules"
    return _Why(found.cause, found.summary, by, found.id)


def _by_rules(shown: Shown) -> _Why:
    """What the rules say at once; no model is asked."""
    known: tuple[str, _Why] | None = st.session_state.get(SAID)
    if known is None or known[0] != shown.key:
        _, findings = monitor.text_findings(shown.report, title=current_project())
        finding = findings.diagnosis.findings[0]
        known = shown.key, _Why(finding.cause.value, finding.summary.text, "by rules")
        st.session_state[SAID] = known
    return known[1]
