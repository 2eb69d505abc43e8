"""The evidence score of a saved reference on the Tabular page: what many tables say together, though no single one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftium_core import monitor
from pages.ui.dashboard_evidence import show_evidence_score
from pages.ui.project import current_project
from pages.ui.widgets import errors_shown

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["show_table_alarm", "show_table_evidence"]


def show_table_alarm(services: Services, reference: str | None) -> None:
    """Draw the open alarm of the saved reference of this name, with its end at a press; nothing without one."""
    with errors_shown():
        if reference is not None and _alarmed(services, reference):
            show_evidence_score(services, reference=reference)


def show_table_evidence(services: Services, reference: str | None) -> None:
    """Draw the score of the saved reference of this name while it has raised no alarm; nothing without a block."""
    with errors_shown():
        if reference is not None and not _alarmed(services, reference):
            show_evidence_score(services, reference=reference)


def _alarmed(services: Services, reference: str) -> bool:
    state = monitor.evidence_state(services, project=current_project(), reference=reference)
    return state is not None and state.alarmed_at_block is not None
