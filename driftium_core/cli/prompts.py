"""``driftium sets``, ``runs`` and ``send``: prompt sets, what became of them, and making it current telemetry."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json
from driftium_core.command import command

if TYPE_CHECKING:
    from driftium_core.monitor import SentAnswers

__all__ = ["runs", "send", "sets"]


class Arm(StrEnum):
    """A model of a run."""

    A = "A"
    B = "B"


def sets(project: Project = "default", as_json: AsJson = False) -> None:
    """List the prompt sets of a project, the last saved first."""
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_prompt_sets

    with opened_services(project) as services:
        found = monitor.prompt_sets(services, project=project)
    with on_stdout():
        if as_json:
            print_json({"sets": [documents.prompt_set_document(item) for item in found]})
        else:
            print_prompt_sets(found)


def runs(
    limit: Annotated[int, typer.Option(min=1, help="Newest runs to show.")] = 20,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """List the prompt runs of a project, newest first.

    The first column is the id that `run --continue` and `send` take.
    """
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_prompt_runs

    with opened_services(project) as services:
        found = monitor.prompt_runs(services, project=project, limit=limit)
    with on_stdout():
        if as_json:
            print_json({"runs": [documents.prompt_run_document(item) for item in found]})
        else:
            print_prompt_runs(found)


def send(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help=f"Id of a run; see `{command('runs')}`.")],
    arm: Annotated[Arm, typer.Option(help="Which of two models: A is the first, B the second.")] = Arm.A,
    as_json: AsJson = False,
) -> None:
    """Make the answers of a run current telemetry. Sending them again adds nothing."""
    from driftium_core import monitor

    with opened_services() as services:
        before = monitor.sent_answers(services, run_id, list(Arm).index(arm))
        added = monitor.send_to_current(services, run_id, list(Arm).index(arm))
        project = monitor.open_prompt_run(services, run_id).project
    with on_stdout():
        if as_json:
            known = {**asdict(before), "baselines": [{"version": v, "answers": n} for v, n in before.baselines]}
            about = {"run": run_id, "project": project, "added": len(added.stored), "known": added.known}
            print_json({**about, "known_in": known})
        else:
            print(f"{len(added.stored)} added to current of project {project!r}{_before(before)}.")


def _before(before: SentAnswers) -> str:
    """``", 16 are in baseline v2 already"``."""
    n_current, n_deleted = before.current, before.deleted
    said = [f"{n_current} {'was' if n_current == 1 else 'were'} there already"] if n_current else []
    said += [f"{n} {'is' if n == 1 else 'are'} in baseline v{version} already" for version, n in before.baselines]
    if n_deleted:
        said.append(f"{n_deleted} {'was' if n_deleted == 1 else 'were'} sent before and deleted since")
    return "".join(f", {part}" for part in said)
