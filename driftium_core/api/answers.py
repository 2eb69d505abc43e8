"""How answers are written, and what every endpoint asks for: services, and a project that is there."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from starlette.responses import Response

from driftium_core import monitor
from driftium_core.api.errors import ErrorAnswer
from driftium_core.documents import json_safe, json_text
from driftium_core.errors import NotFoundError
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT

__all__ = ["Document", "JsonAnswer", "Opened", "Project", "answers"]

Document = dict[str, Any]

_MEANINGS = {
    400: "What was sent cannot be used; the sentence says why.",
    401: "The token is missing or wrong.",
    403: "A page of another origin asks, or a token must be set first.",
    404: "There is no such project, reference or report.",
    409: "The state does not allow it; nothing was done.",
    413: "The body is too large.",
    415: "The body is of a kind that is not taken here.",
    422: "A parameter or field is missing or has a value that it cannot have.",
    503: "A part that this needs does not work now; the sentence says which, and what to do.",
}


class JsonAnswer(Response):
    """JSON with nan and infinities as null, and texts as they are: half a character too, as an escape."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """The body."""
        return json_text(json_safe(content), indent=None).encode()


def opened_services(request: Request) -> Services:
    """The services of this process; opening them takes a moment the first time."""
    services: Services = request.app.state.get_services()
    return services


Opened = Annotated[Services, Depends(opened_services)]


def known_project(
    services: Opened,
    project: Annotated[str, Query(max_length=200, description="Project to work on.")] = DEFAULT_PROJECT,
) -> str:
    """The project asked for; `NotFoundError` where it is not there."""
    if project not in monitor.projects(services):
        raise NotFoundError(f"There is no project called {project!r}. `GET /api/projects` lists those there are.")
    return project


Project = Annotated[str, Depends(known_project)]


def answers(model: type[Any], *errors: int, description: str = "Done.") -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer, for its documentation; every endpoint may ask for the token."""
    told = sorted({401, 403, 422, 503, *errors})
    return {
        200: {"model": model, "description": description},
        **{status: {"model": ErrorAnswer, "description": _MEANINGS[status]} for status in told},
    }
