"""Reference tables kept under a name, for scheduled checks, the API and the pages."""

from __future__ import annotations

from typing import Annotated

import typer

from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json
from driftium_core.formats import fmt_count

__all__ = ["references"]

references = typer.Typer(
    help="Save, list and remove tables that others are checked against.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="Name of the reference.")]


@references.command("save")
def save(
    name: Name,
    file: Annotated[
        str, typer.Argument(help="CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too; - reads standard input.")
    ],
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Keep a table under a name; it never changes, so save another one for newer data."""
    from driftium_core import monitor
    from driftium_core.files import read_path
    from driftium_core.monitor import documents

    with opened_services(project) as services:
        table = read_path(file, max_bytes=services.settings.max_upload_bytes)
        saved = monitor.save_reference(services, table, name=name, project=project)
    with on_stdout():
        if as_json:
            print_json(documents.reference_document(saved))
        else:
            size = f"{fmt_count(saved.rows, 'row')}, {fmt_count(len(saved.columns), 'column')}"
            print(f"Saved reference “{saved.name}”: {size}.")


@references.command("list")
def list_(project: Project = "default", as_json: AsJson = False) -> None:
    """List the saved references of a project by name."""
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_references

    with opened_services(project) as services:
        found = monitor.references(services, project=project)
    with on_stdout():
        if as_json:
            print_json({"references": [documents.reference_document(item) for item in found]})
        else:
            print_references(found)


@references.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="Name or id of the reference.")],
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Remove a saved reference; checks made with it stay, and its open incidents end."""
    from driftium_core import monitor

    with opened_services(project) as services:
        found = monitor.find_reference(services, name, project=project)
        monitor.delete_reference(services, found.id)
    with on_stdout():
        if as_json:
            print_json({"removed": found.id})
        else:
            print(f"Removed reference “{found.name}”.")
