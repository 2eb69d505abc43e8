"""The application of the API: what every request passes, and the routes by subject."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from driftium_core import __version__
from driftium_core.api import health, incidents, monitoring, pools, projects, rca, responses, tables, tasks
from driftium_core.api.answers import JsonAnswer
from driftium_core.api.auth import Bearer
from driftium_core.api.docs import add_docs, openapi_document
from driftium_core.api.errors import add_error_handlers
from driftium_core.guard import Guard
from driftium_core.services import Services
from driftium_core.settings import Settings

__all__ = ["create_api"]

DESCRIPTION = """\
What the pages show, for programs. What is posted here shows on every open page within seconds.

Times are UTC in ISO 8601. An error is `{"detail": "a sentence"}` with a status from 400 to 599. Numbers that could not
be computed are `null`. Answers may gain fields; none of those described here goes away.

A **project** keeps its own answers, baselines, tables and history; without `project` it is `default`.
"""

SUBJECTS = [
    {"name": "state", "description": "Is it up, and what is there."},
    {"name": "answers", "description": "Responses of a model: stored, compared with a baseline, explained."},
    {"name": "tables", "description": "Tables compared with a reference, column by column."},
    {"name": "scheduled work", "description": "What is collected and checked by itself, and how that went."},
    {"name": "alerts", "description": "Incidents, and the messages about them."},
]


def create_api(get_services: Callable[[], Services], *, settings: Settings) -> FastAPI:
    """Return the API over services that are opened at the first request that needs them.

    Every answer but the documentation page is JSON, errors are ``{"detail": sentence}``.
    """
    api = FastAPI(
        title="Driftium",
        version=__version__,
        description=DESCRIPTION,
        openapi_tags=SUBJECTS,
        docs_url=None,
        redoc_url=None,
        default_response_class=JsonAnswer,
    )
    api.state.get_services, api.state.settings = get_services, settings
    api.add_middleware(Bearer, token=settings.api_token, allowed_hosts=settings.allowed_hosts)
    api.add_middleware(
        Guard, allowed_hosts=settings.allowed_hosts, max_body_bytes=settings.max_upload_bytes, reads_work=True
    )
    add_error_handlers(api)
    for part in (health, projects, pools, responses, monitoring, tables, rca, tasks, incidents):
        api.include_router(part.router)
    add_docs(api)
    api.openapi = lambda: openapi_document(api)  # type: ignore[method-assign]
    return api
