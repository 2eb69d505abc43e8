"""``driftium tasks``: sources of answers and scheduled checks, run here or by the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json, say
from driftium_core.cli.task_following import follow_all
from driftium_core.cli.task_making import Timezone, add_answers, add_file, add_http, add_sql
from driftium_core.command import command
from driftium_core.errors import InputError

if TYPE_CHECKING:
    from driftium_core.store.task_records import Task, TaskRun

__all__ = ["tasks"]

FAILED = 2

tasks = typer.Typer(
    help="Collect answers and check data on a schedule or from cron.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for make in (add_file, add_sql, add_http, add_answers):
    tasks.command()(make)

Name = Annotated[str, typer.Argument(help="Name or id of the task.")]


@tasks.command("list")
def list_(project: Project = "default", as_json: AsJson = False) -> None:
    """List the tasks of a project: what they do, when they run next, and how the last run ended."""
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_tasks

    with opened_services(project) as services:
        found = monitor.tasks(services, project=project)
        last = monitor.latest_runs(services, project=project)
    with on_stdout():
        if as_json:
            print_json({"tasks": [documents.task_document(task, last.get(task.id)) for task in found]})
        else:
            print_tasks([(task, monitor.describe_task(task), last.get(task.id)) for task in found])


@tasks.command()
def run(
    name: Annotated[str, typer.Argument(help="Name or id of the task.")] = "",
    due: Annotated[
        bool, typer.Option("--due", help="Run every task of every project that is due, for cron without the app.")
    ] = False,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Run a task now, also a paused one, and wait for its end. Exits with 2 when it fails.

    With --due, alerts are looked at and sent as well.
    """
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_task_run

    if bool(name) == due:
        raise InputError("Give the name of a task, or --due. See --help.")
    with opened_services(None if due else project) as services:
        if due:
            jobs = monitor.run_due_tasks(services)
        else:
            jobs = [monitor.run_task(services, monitor.find_task(services, name, project=project).id)]
        ended, failures = follow_all(services, jobs)
        if due:
            monitor.process_alerts(services)
            monitor.send_due_messages(services)
    with on_stdout():
        if as_json:
            documents_ = [{"task": task, **documents.task_run_document(each)} for task, each in ended]
            print_json({"runs": documents_} if due else documents_[0] if documents_ else {})
        else:
            for task, each in ended:
                print_task_run(task, each)
            if due and not ended:
                print("Nothing was due.")
    for sentence in failures:
        say(sentence)
    if failures or any(each.state != "done" for _, each in ended):
        raise typer.Exit(FAILED)


@tasks.command()
def runs(
    name: Name,
    limit: Annotated[int, typer.Option(min=1, help="Newest runs to show.")] = 20,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """List the runs of a task, newest first: rows read, new, skipped, and why."""
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_task_runs

    with opened_services(project) as services:
        task = monitor.find_task(services, name, project=project)
        found = monitor.task_runs(services, task.id, limit=limit)
    with on_stdout():
        if as_json:
            print_json({"task": task.name, "runs": [documents.task_run_document(each) for each in found]})
        else:
            print_task_runs(found)


@tasks.command()
def pause(name: Name, project: Project = "default", as_json: AsJson = False) -> None:
    """Stop running a task by itself; a run in progress goes on."""
    _changed(name, project, as_json, paused=True)


@tasks.command()
def resume(name: Name, project: Project = "default", as_json: AsJson = False) -> None:
    """Run a paused task by itself again, from its next time on."""
    _changed(name, project, as_json, paused=False)


@tasks.command()
def rename(
    name: Name,
    new_name: Annotated[str, typer.Argument(help="Another name.")],
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Call a task by another name."""
    _changed(name, project, as_json, new_name=new_name)


@tasks.command()
def reschedule(
    name: Name,
    schedule: Annotated[str, typer.Argument(help="As for --schedule; an empty text runs it by hand only.")],
    timezone: Timezone = "",
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Run a task at other times."""
    _changed(name, project, as_json, schedule=schedule, timezone=timezone)


@tasks.command()
def remove(name: Name, project: Project = "default") -> None:
    """Remove a task with its history; what it collected stays."""
    from driftium_core import monitor

    with opened_services(project) as services:
        task = monitor.find_task(services, name, project=project)
        monitor.delete_task(services, task.id)
    with on_stdout():
        print(f"Removed the task “{task.name}”. What it collected stays.")


@tasks.command()
def probe(name: Name, project: Project = "default", as_json: AsJson = False) -> None:
    """Look at what a task reads from, without storing anything."""
    from driftium_core import monitor
    from driftium_core.cli.task_making import show_probe

    with opened_services(project) as services:
        task = monitor.find_task(services, name, project=project)
        if task.origin is None:
            raise InputError(f"“{task.name}” reads the project's own answers; `{command('status')}` looks at these.")
        found = monitor.probe_origin(services, task.origin, columns=task.columns)
    show_probe(found, as_json=as_json)


def _changed(
    name: str,
    project: str,
    as_json: bool,
    *,
    new_name: str | None = None,
    paused: bool | None = None,
    schedule: str | None = None,
    timezone: str = "",
) -> None:
    from driftium_core import monitor
    from driftium_core.schedule import parse_schedule

    wanted = None if schedule is None else parse_schedule(schedule, timezone=timezone)
    with opened_services(project) as services:
        task = monitor.find_task(services, name, project=project)
        task = monitor.change_task(services, task.id, name=new_name, schedule=wanted, paused=paused)
    _show(task, None, as_json=as_json)


def _show(task: Task, last: TaskRun | None, *, as_json: bool) -> None:
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_task

    with on_stdout():
        if as_json:
            print_json(documents.task_document(task, last))
        else:
            print_task(task)
