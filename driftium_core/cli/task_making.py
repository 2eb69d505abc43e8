"""``driftium tasks add-…``: where to read from, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.options import with_options
from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json, say
from driftium_core.command import command
from driftium_core.errors import InputError

if TYPE_CHECKING:
    from driftium_core.monitor import Probe
    from driftium_core.origin import Origin
    from driftium_core.services import Services
    from driftium_core.store.task_records import NewTask

__all__ = ["Timezone", "add_answers", "add_file", "add_http", "add_sql", "show_probe"]

Name = Annotated[str, typer.Argument(help="Name of the task.")]
Timezone = Annotated[str, typer.Option(help="Zone of the schedule, e.g. Europe/Berlin; by default this machine's.")]
Watermark = Annotated[str, typer.Option(help="Column that only grows: each run reads what lies above the last one.")]


@dataclass(frozen=True, slots=True)
class When:
    """When a task runs."""

    schedule: Annotated[
        str,
        typer.Option(help="15m, “daily at 6:00” or a cron expression such as “0 6 * * 1-5”; without it, only by hand."),
    ] = ""
    timezone: Timezone = ""
    paused: Annotated[bool, typer.Option("--paused", help="Do not run it by itself yet.")] = False


@dataclass(frozen=True, slots=True)
class What:
    """What is done with the records that are read."""

    against: Annotated[
        str,
        typer.Option(
            metavar="REFERENCE", help="Check the table against this saved reference; without it, answers are collected."
        ),
    ] = ""
    p_threshold: Annotated[
        float, typer.Option(help="With --against: flag a column when its adjusted p is below this.")
    ] = 0.05
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="ROLE=NAME",
            help="Column that holds the prompt, response, id, time, …; found if not given.",
        ),
    ] = None
    probe: Annotated[bool, typer.Option("--probe", help="Look at what is there, and store no task.")] = False


@with_options
def add_file(
    name: Name,
    path: Annotated[str, typer.Argument(help="A file that grows, or a folder of such files.")],
    pattern: Annotated[str, typer.Option(help="Which files of the folder, e.g. *.jsonl.")] = "",
    *,
    when: When,
    what: What,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Read a file or folder: answers of a log as it grows, or a table to be checked (--against)."""
    from pathlib import Path

    from driftium_core.origin import FileOrigin

    origin = FileOrigin(path=str(Path(path).absolute()), pattern=pattern)  # the app may run in another folder
    _add(name, origin, when, what, project, as_json=as_json)


@with_options
def add_sql(
    name: Name,
    url: Annotated[
        str, typer.Argument(help="As for SQLAlchemy; write ${DRIFTIUM_SECRET_…} for a password in the environment.")
    ],
    query: Annotated[str, typer.Argument(help="A SELECT.")],
    watermark: Watermark = "",
    *,
    when: When,
    what: What,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Read the result of a query: answers, or a table to be checked (--against)."""
    from driftium_core.origin import SqlOrigin

    origin = SqlOrigin(url=url, query=query, watermark=watermark)
    _add(name, origin, when, what, project, as_json=as_json)


@with_options
def add_http(
    name: Name,
    url: Annotated[str, typer.Argument(help="An endpoint that answers with JSON or JSON Lines.")],
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:VALUE", help="Header to send; ${DRIFTIUM_SECRET_…} names a variable."),
    ] = None,
    records: Annotated[str, typer.Option(help="Dotted path to the list in the answer; found if not given.")] = "",
    watermark: Watermark = "",
    since: Annotated[str, typer.Option(help="Query parameter that takes the greatest watermark seen.")] = "",
    *,
    when: When,
    what: What,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Read what an HTTP endpoint answers: records of a log, or a table to be checked (--against)."""
    from driftium_core.origin import HttpOrigin

    headers = tuple(_pair(text, ":", "--header") for text in header or ())
    origin = HttpOrigin(url=url, headers=headers, records=records, watermark=watermark, since=since)
    _add(name, origin, when, what, project, as_json=as_json)


@with_options
def add_answers(
    name: Name,
    *,
    when: When,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Check current telemetry against the baseline, as `status` does, and count new answers as evidence."""
    _add(name, None, when, What(), project, as_json=as_json)


def _add(name: str, origin: Origin | None, when: When, what: What, project: str, *, as_json: bool) -> None:
    from driftium_core import monitor
    from driftium_core.schedule import parse_schedule
    from driftium_core.store.task_records import NewTask

    columns = dict(_pair(text, "=", "--column") for text in what.column or ())
    schedule = parse_schedule(when.schedule, timezone=when.timezone)
    with opened_services(project) as services:
        if what.probe and origin is not None:
            show_probe(monitor.probe_origin(services, origin, columns=columns), as_json=as_json)
            return
        new = NewTask(
            name=name,
            kind="table" if what.against else "collect" if origin else "answers",
            origin=origin,
            columns=columns,
            reference_id=monitor.find_reference(services, what.against, project=project).id if what.against else None,
            p_threshold=what.p_threshold,
            schedule=schedule,
            paused=when.paused,
        )
        _store(services, new, project, as_json=as_json)


def _store(services: Services, new: NewTask, project: str, *, as_json: bool) -> None:
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.store.records import DEFAULT_PROJECT
    from driftium_core.terminal import print_task

    task = monitor.create_task(services, new, project=project)
    with on_stdout():
        if as_json:
            print_json(documents.task_document(task))
        else:
            print_task(task)
    where = [] if project == DEFAULT_PROJECT else ["--project", project]
    say(f"`{command('tasks', 'run', task.name, *where)}` runs it now.")


def _pair(text: str, sign: str, option: str) -> tuple[str, str]:
    name, found, value = text.partition(sign)
    if not found or not name.strip():  # the value may be a secret, so the text is not repeated
        raise InputError(f"{option} takes a name and a value with “{sign}” between them.")
    return name.strip(), value.strip()


def show_probe(found: Probe, *, as_json: bool) -> None:
    """What a first look found."""
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_probe

    with on_stdout():
        if as_json:
            print_json(documents.probe_document(found))
        else:
            print_probe(found)
