"""What is stored: projects, import, promote, undo, baselines, restore."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.streams import on_stdout, print_json, say
from driftium_core.cli.text import PromptColumn, ResponseColumn, read_responses
from driftium_core.command import command
from driftium_core.errors import InputError, NotFoundError, StorageError, UnavailableError
from driftium_core.formats import fmt_count

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.records import Baseline

__all__ = [
    "AsJson",
    "Project",
    "baselines",
    "import_",
    "opened_services",
    "projects",
    "promote",
    "restore",
    "undo",
]

Project = Annotated[str, typer.Option(help="Project to work on.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class To(StrEnum):
    """Pool that imported responses go to."""

    CURRENT = "current"
    BASELINE = "baseline"


def projects(
    create: Annotated[str | None, typer.Option(metavar="NAME", help="Make a project of this name.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the projects, oldest first, or make one.

    The first column is what --project takes.
    """
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_projects

    with opened_services() as services:
        made = None if create is None else monitor.create_project(services, create)
        names = monitor.projects(services) if made is None else [made]
        found = [(name, monitor.pool_status(services, project=name)) for name in names]
    with on_stdout():
        if as_json:
            print_json({"projects": [documents.project_document(*item) for item in found]})
        elif made is None:
            print_projects(found)
        else:
            print(f"Made project {made!r}. Commands on it take `--project {shlex.quote(made)}`.")


def import_(
    file: Annotated[
        str, typer.Argument(help="CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too; - reads standard input.")
    ],
    to: Annotated[To, typer.Option(help="Pool that the responses go to.")],
    name: Annotated[str, typer.Option(help="Name of the new baseline; the file's name when not given.")] = "",
    project: Project = "default",
    prompt_column: PromptColumn = "",
    response_column: ResponseColumn = "",
    as_json: AsJson = False,
) -> None:
    """Store the responses of a log. Importing the same file again adds nothing."""
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_import, progress_on_stderr

    log = read_responses(file, prompt_column, response_column)
    with opened_services(project) as services:
        report = monitor.import_log(services, log, to=to.value, name=name, project=project)
        try:
            with progress_on_stderr("Embedding") as progress:
                monitor.reconcile(services, progress=progress)
        except (StorageError, UnavailableError) as error:
            say(f"{error} The responses are stored; their vectors are made when they are needed.")
    with on_stdout():
        if as_json:
            print_json(documents.import_document(report))
        else:
            print_import(report)


def promote(
    name: Annotated[str, typer.Argument(help="Name of the new baseline.")],
    note: Annotated[str, typer.Option(help="Why, for those who come later.")] = "",
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Make current telemetry the baseline.

    It leaves the current pool, and the former baseline can be restored. What speaks against it is said, and it is done
    all the same.
    """
    from driftium_core import monitor
    from driftium_core.store.records import DEFAULT_PROJECT
    from driftium_core.terminal import progress_on_stderr

    if not name.strip():  # before the encoder is loaded for nothing
        raise InputError("A baseline needs a name.")
    with opened_services(project) as services:
        with progress_on_stderr("Looking at the answers") as progress:
            preview = monitor.preview_promotion(services, project=project, progress=progress)
        for caution in preview.cautions:
            say(caution)
        baseline = monitor.promote(services, name, note=note, project=project)
        monitor.start_reconcile(services).wait()
    former = preview.replaces.version if preview.replaces else None
    more: dict[str, object] = {"cautions": list(preview.cautions), "former_version": former}
    _show_baseline(baseline, "Baseline set successfully", more if as_json else None)
    where = [] if project == DEFAULT_PROJECT else ["--project", project]
    say(f"Undo with `{command('undo', *where)}`.")


def undo(project: Project = "default", as_json: AsJson = False) -> None:
    """Undo the last promotion.

    Its answers are current again, and the baseline before it is in force.
    """
    from driftium_core import monitor
    from driftium_core.monitor import documents

    with opened_services(project) as services:
        promoted = monitor.promotion_to_undo(services, project=project)
        if promoted is None:
            raise NotFoundError(
                f"Project {project!r} has no promotion to undo: the newest baseline was imported, or another one is in "
                f"force. See `{command('baselines')}`."
            )
        former = monitor.undo_promotion(services, promoted.id)
    with on_stdout():
        if as_json:
            active = documents.baseline_document(former) if former else None
            print_json({"message": "Promotion undone", "now_current": promoted.size, "baseline": active})
        else:
            now = (
                f"“{former.name}”, version {former.version}, is the baseline again" if former else "there is none again"
            )
            print(f"Promotion undone: {now}, and {fmt_count(promoted.size, 'response')} current.")


def restore(
    version: Annotated[
        int, typer.Argument(min=1, help=f"Version to compare with again; see `{command('baselines')}`.")
    ],
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Compare with a former baseline again."""
    from driftium_core import monitor

    with opened_services(project) as services:
        found = [item for item in monitor.baselines(services, project=project) if item.version == version]
        if not found:
            raise NotFoundError(
                f"Project {project!r} has no baseline of version {version}. See `{command('baselines')}`."
            )
        baseline = monitor.restore_baseline(services, found[0].id)
    _show_baseline(baseline, "Baseline restored", {} if as_json else None)


def baselines(project: Project = "default", as_json: AsJson = False) -> None:
    """List the baselines of a project, newest first."""
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_baselines

    with opened_services(project) as services:
        found = monitor.baselines(services, project=project)
    with on_stdout():
        if as_json:
            print_json({"baselines": [documents.baseline_document(item) for item in found]})
        else:
            print_baselines(found)


@contextmanager
def opened_services(project: str | None = None) -> Iterator[Services]:
    """Open services, and look whether the project is there; what the user must know of them is said on stderr."""
    from driftium_core.monitor import require_project
    from driftium_core.services import open_services

    with open_services() as services:
        if project is not None:
            require_project(services, project)
        yield services
        for notice in services.notices():
            say(notice)


def _show_baseline(baseline: Baseline, message: str, json_more: dict[str, object] | None) -> None:
    """A baseline and what was done to it, as a sentence, or as JSON when there is something to add to that."""
    from driftium_core.monitor import documents

    with on_stdout():
        if json_more is not None:
            about = {"message": message, "baseline_size": baseline.size}
            print_json({**about, **documents.baseline_document(baseline), **json_more})
        else:
            print(f"{message}: “{baseline.name}”, version {baseline.version}, {baseline.size} responses.")
