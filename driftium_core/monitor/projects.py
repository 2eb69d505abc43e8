"""Projects: listed, made, and watched for changes."""

from __future__ import annotations

from driftium_core.command import command
from driftium_core.errors import NotFoundError
from driftium_core.services import Services
from driftium_core.store.pool_records import Version
from driftium_core.store.records import DEFAULT_PROJECT

__all__ = ["create_project", "project_version", "projects", "require_project"]


def projects(services: Services) -> list[str]:
    """Names of all projects, oldest first; ``default`` is there from the start."""
    return services.store.projects()


def create_project(services: Services, name: str) -> str:
    """Make a project and return its name as it is stored, without blanks around it.

    Raises
    ------
    InputError
        The name is empty, too long, not one printable line, or taken.
    """
    name = name.strip()
    services.store.create_project(name)
    return name


def require_project(services: Services, name: str) -> None:
    """Look whether a project is there, before work on it begins.

    Raises
    ------
    NotFoundError
        There is no such project; the sentence says how to make it.
    """
    if name not in projects(services):
        raise NotFoundError(
            f"There is no project called {name!r}. `{command('projects')}` lists those there are; "
            f"`{command('projects', '--create', 'NAME')}` makes one, as does the sidebar of the app."
        )


def project_version(services: Services, *, project: str = DEFAULT_PROJECT) -> Version:
    """Tell whether anything that a page shows of a project has changed since it was last asked, in one statement.

    Raises
    ------
    NotFoundError
        There is no such project.
    """
    return services.store.version(project)
