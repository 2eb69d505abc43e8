"""The REST API: where it is, who may call it, and what to send first."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import streamlit as st

from driftium_core import monitor
from driftium_core.store.records import DEFAULT_PROJECT
from pages.ui.project import current_project
from pages.ui.widgets import card, prose

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["show_api"]

TOKEN_SET = (
    "A token is set. Callers send it as `Authorization: Bearer …`; it is not shown here. The examples read it from an "
    "environment variable of the caller."
)
NO_TOKEN = (
    "No token is set, so only programs on this machine may call, and none once `DRIFTIUM_ALLOWED_HOSTS` names another "
    "machine. To let others call, set `DRIFTIUM_API_TOKEN` to at least 16 characters without blanks and start Driftium "
    "again; callers then send it as `Authorization: Bearer …`."
)


def show_api(services: Services) -> None:
    """Draw the address, who may call, and the first two calls; the token itself is never shown."""
    base = f"{_origin(services)}/api"
    with card("api", "REST API"):
        st.markdown(
            prose(f"The API is at {base}. What is sent there shows on the open pages, and the other way round.")
        )
        st.markdown(prose(TOKEN_SET if services.settings.api_token else NO_TOKEN))
        st.link_button("Open the documentation", f"{base}/docs", icon=":material/menu_book:", key="api-docs")
    with card("api-first", "First calls", "For the project that is chosen in the sidebar."):
        secret = """-H "Authorization: Bearer $DRIFTIUM_API_TOKEN" """ if services.settings.api_token else ""
        st.markdown(
            "Send an answer of your model; it goes to current telemetry. A list sends many. What has an `id` can be "
            "sent again, and is stored once."
        )
        answer = """'{"id": "42", "prompt": "2 + 2?", "response": "4"}'"""
        st.code(
            f"curl {secret}-H 'Content-Type: application/json' \\\n  -d {answer} \\\n  {_url(base, 'responses')}",
            language=None,
            wrap_lines=True,
        )
        st.markdown(prose(_table_words(services)))
        st.code(
            f"curl {secret}-H 'Content-Type: text/csv' \\\n  --data-binary @today.csv \\\n"
            f"  {_url(base, _table_path(services))}",
            language=None,
            wrap_lines=True,
        )
        st.markdown("Ask for the state of the answers: scores, severity and what it is about.")
        st.code(f"curl {secret}{_url(base, 'drift')}", language=None, wrap_lines=True)


def _origin(services: Services) -> str:
    """As this browser reaches the app."""
    seen = urlsplit(st.context.url or "")
    return f"{seen.scheme}://{seen.netloc}" if seen.netloc else services.address


def _url(base: str, path: str) -> str:
    project = current_project()
    query = "" if project == DEFAULT_PROJECT else f"?project={quote(project, safe='')}"
    return shlex.quote(f"{base}/{path}{query}")


def _table_path(services: Services) -> str:
    saved = monitor.references(services, project=current_project())
    return f"tables/{quote(saved[0].name if saved else 'NAME', safe='')}"


def _table_words(services: Services) -> str:
    words = "Send a current table, to be checked against a saved reference by its name."
    if monitor.references(services, project=current_project()):
        return words
    return f"{words} There is none yet: save one on the Tabular page, and put its name in the place of `NAME`."
