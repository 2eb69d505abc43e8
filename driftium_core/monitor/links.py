"""Addresses of the app's pages, for messages that are read elsewhere."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from driftium_core.services import Services
from driftium_core.store.investigation_records import ReportKind
from driftium_core.store.records import DEFAULT_PROJECT

__all__ = ["LinkedPage", "page_link", "report_link"]

LinkedPage = Literal["", "tabular", "llm-dashboard", "playground", "agentic-rca", "settings"]
"""As the pages are called in an address; the overview's name is empty."""

_REPORTS: dict[ReportKind, tuple[LinkedPage, str]] = {
    "table": ("tabular", "run"),
    "text": ("llm-dashboard", "calculation"),
}
"""Page and query parameter of a report."""


def report_link(services: Services, kind: ReportKind, report_id: str, project: str = DEFAULT_PROJECT) -> str:
    """The address under which a stored report opens; without an id, that of the page that shows such reports."""
    page, parameter = _REPORTS[kind]
    return page_link(services, page, project, **({parameter: report_id} if report_id else {}))


def page_link(services: Services, page: LinkedPage, project: str = DEFAULT_PROJECT, **query: str) -> str:
    """The address of a page in a project. The default project's links go without its name, as the pages' own do."""
    named = query if project == DEFAULT_PROJECT else {**query, "project": project}
    address = f"{services.address.rstrip('/')}/{page}"
    return f"{address}?{urlencode(named)}" if named else address
