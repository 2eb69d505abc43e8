"""Which report the page is about, and which investigation of it: by the link, else the newest of the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import NotFoundError, StorageError
from pages.ui.project import choose_project, current_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.monitor import Investigable
    from driftium_core.rca.facts import SubjectKind
    from driftium_core.rca.report import RcaReport
    from driftium_core.services import Services
    from driftium_core.store.investigation_records import Investigation

__all__ = [
    "INVESTIGATION",
    "START",
    "Chosen",
    "Shown",
    "chosen_now",
    "link_investigation",
    "link_report",
    "report_query",
]

INVESTIGATION, START = "investigation", "start"
"""Query parameters: an investigation by its id, and the wish that a report without one is investigated at once."""

PARAMETERS: dict[SubjectKind, str] = {"table": "run", "text": "calculation"}
"""Query parameter of a report, by what it is about."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A finished investigation; ``record`` is None when it could not be stored."""

    record: Investigation | None
    report: RcaReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the link, or the history, leads to.

    Attributes
    ----------
    reports : sequence of Investigable
        Everything that can be investigated, the newest first.
    kind, report_id : str
        The report that is chosen; empty where there is none.
    shown : Shown or None
        The investigation that the link names, else the newest one of the report.
    problem : str
        Why what the link names cannot be shown, as a sentence; empty where it can.
    """

    reports: Sequence[Investigable]
    kind: SubjectKind = "table"
    report_id: str = ""
    shown: Shown | None = None
    problem: str = ""

    @property
    def report(self) -> Investigable | None:
        """The chosen report; None where there is none, or it was deleted since it was investigated."""
        return next((item for item in self.reports if (item.kind, item.id) == (self.kind, self.report_id)), None)


def chosen_now(services: Services) -> Chosen:
    """Follow the link; a link of another project switches to it, one that leads nowhere says so."""
    reports = monitor.investigable(services, project=current_project())
    try:
        if named := st.query_params.get(INVESTIGATION):
            record, report = monitor.open_investigation(services, named)
            _follow_project(record.project)
            return Chosen(reports=reports, kind=record.kind, report_id=record.report_id, shown=Shown(record, report))
        for kind, parameter in PARAMETERS.items():
            if named := st.query_params.get(parameter):
                return _of_report(services, reports, kind, named)
    except (NotFoundError, StorageError) as error:
        return Chosen(reports=reports, problem=str(error))
    if not reports:
        return Chosen(reports=reports)
    newest = reports[0]
    link_report(newest.kind, newest.id)  # what is read stays when a newer report comes
    return _of_report(services, reports, newest.kind, newest.id)


def _of_report(services: Services, reports: Sequence[Investigable], kind: SubjectKind, report_id: str) -> Chosen:
    if not any((item.kind, item.id) == (kind, report_id) for item in reports):
        opened = monitor.open_run if kind == "table" else monitor.open_calculation
        _follow_project(opened(services, report_id)[0].project)
    chosen = Chosen(reports=reports, kind=kind, report_id=report_id)
    record = monitor.find_investigation(services, kind, report_id, project=current_project())
    if record is None:
        return chosen
    try:
        record, report = monitor.open_investigation(services, record.id)
    except (NotFoundError, StorageError) as error:
        return Chosen(reports=reports, kind=kind, report_id=report_id, problem=str(error))
    return Chosen(reports=reports, kind=kind, report_id=report_id, shown=Shown(record, report))


def _follow_project(project: str) -> None:
    if project != current_project():  # a link names what it shows; the picker follows
        choose_project(project)


def report_query(kind: SubjectKind, report_id: str) -> dict[str, str]:
    """The query of a link to a report, on this page and on the report's own."""
    return {PARAMETERS[kind]: report_id}


def link_report(kind: SubjectKind, report_id: str) -> None:
    """Make the address that of a report, with its newest investigation."""
    _forget_link()
    st.query_params[PARAMETERS[kind]] = report_id


def link_investigation(investigation_id: str) -> None:
    """Make the address that of one investigation."""
    _forget_link()
    st.query_params[INVESTIGATION] = investigation_id


def _forget_link() -> None:
    for name in (INVESTIGATION, START, *PARAMETERS.values()):
        st.query_params.pop(name, None)
