"""``driftium demo``: from a fresh install to a drift that is caused on purpose, in one command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.calculations import end_check, write_check
from driftium_core.cli.following import follow
from driftium_core.cli.options import Outcome, with_options
from driftium_core.cli.project import Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json, say
from driftium_core.command import command
from driftium_core.errors import CancelledError, GeneratorUnavailableError, InputError
from driftium_core.formats import fmt_count

if TYPE_CHECKING:
    from driftium_core.examples import ExampleSet
    from driftium_core.monitor import ModelChoice
    from driftium_core.monitor.pools import PoolCheck
    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRun

__all__ = ["demo"]


@with_options
def demo(
    project: Project = "default",
    model: Annotated[
        str, typer.Option(help="auto (Ollama where it runs, else embedded), embedded, or the name of an Ollama model.")
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same answers again.")] = 1,
    *,
    outcome: Outcome,
) -> None:
    """See a drift that is caused on purpose, from a fresh install.

    The model answers questions on one topic, which become the baseline, then on another one. Nothing is prepared: both
    example prompt sets are answered here and now, which takes half a minute to a minute.
    """
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_status, print_text_report

    choice = monitor.ModelChoice.parse(model)
    with opened_services() as services:
        project = _empty_project(services, project, choice)
        try:
            runs, check = _shown(services, project, choice, seed)
        except (CancelledError, KeyboardInterrupt):
            raise CancelledError(_stopped(services, project)) from None
        write_check(services, check, project, outcome)
        answered_by = sorted({model for run in runs for model in _models(services, run)})
    with on_stdout():
        if outcome.as_json:
            named = [{"model": name, "backend": backend} for name, backend in answered_by]
            print_json({"project": project, "answered_by": named, **documents.check_document(check, None)})
        else:
            print_status(check.status, None)
            if check.report:
                print_text_report(check.report)
    say(
        f"All of it is kept: `{command('status', '--project', project)}` shows this again, and "
        f"`{command('rca', 'stored', '--project', project)}` says why."
    )
    end_check(check, outcome)


def _empty_project(services: Services, project: str, choice: ModelChoice) -> str:
    """The project, made when it is not there; an error when it is not empty, or nobody can answer."""
    from driftium_core import monitor

    project = project.strip()
    known = monitor.projects(services)
    if project in known and monitor.pool_status(services, project=project).status != "not_initialized":
        raise InputError(
            f"Project {project!r} has responses already, and the demo would mix with them. Give it a project of its "
            f"own: `{command('demo', '--project', _free_name(known))}`."
        )
    standing = monitor.require_model(services, choice)
    if project not in known:
        project = monitor.create_project(services, project)
    say(standing.why)
    return project


def _shown(services: Services, project: str, choice: ModelChoice, seed: int) -> tuple[list[PromptRun], PoolCheck]:
    """Both sets answered, the first promoted, the second checked; each step is said before it is done."""
    from driftium_core import monitor
    from driftium_core.examples import ASTRONOMY, BASELINE, COOKING
    from driftium_core.terminal import progress_on_stderr

    say(f"1 of 4: {len(COOKING.prompts)} {COOKING.topic}. The answers are kept in project {project!r}.")
    first = _run(services, COOKING, choice, seed, project)
    say(f"2 of 4: these answers become the baseline, “{BASELINE}”.")
    monitor.promote(services, BASELINE, note="Made by the demo.", project=project)
    say(f"3 of 4: {len(ASTRONOMY.prompts)} {ASTRONOMY.topic}.")
    second = _run(services, ASTRONOMY, choice, seed, project)
    say("4 of 4: the new answers are compared with the baseline.")
    with progress_on_stderr("Checking") as progress:
        return [first, second], monitor.check_responses(services, project=project, progress=progress)


def _run(services: Services, example: ExampleSet, choice: ModelChoice, seed: int, project: str) -> PromptRun:
    """Answer a whole example set; a failure ends the demo, as half a set is no baseline."""
    from driftium_core import monitor
    from driftium_core.examples import MAX_TOKENS

    options = monitor.GenerationOptions(system=example.system, max_tokens=MAX_TOKENS, seed=seed)
    arm = monitor.run_arm(choice, options)
    saved = monitor.save_prompt_set(services, example.name, example.prompts, system=example.system, project=project)
    started = monitor.start_run(
        services, saved.name, saved.prompts, [arm], to_current=True, set_id=saved.id, project=project
    )
    ended, why = follow(services, started, title="Answering")
    if not ended.finished or ended.failed[0]:
        errors = [answer.error for answer in monitor.run_answers(services, ended.id) if answer.error]
        n_missing = len(ended.prompts) - ended.done[0]
        raise GeneratorUnavailableError(
            f"{n_missing} of {len(ended.prompts)} prompts were not answered. {errors[0] if errors else why}".strip()
        )
    return ended


def _models(services: Services, run: PromptRun) -> set[tuple[str, str]]:
    from driftium_core import monitor

    contents = [answer.content for answer in monitor.run_answers(services, run.id)]
    return {(content.model or "", content.backend or "") for content in contents if content}


def _stopped(services: Services, project: str) -> str:
    """What a demo that was stopped leaves behind, and how to see one whole."""
    from driftium_core import monitor

    status = monitor.pool_status(services, project=project)
    n = status.n_baseline + status.n_current
    if not n:
        return "Stopped. No answer was kept."
    return (
        f"Stopped. {fmt_count(n, 'answer')} so far, kept in project {project!r}. To begin again: "
        f"`{command('demo', '--project', _free_name(monitor.projects(services)))}`."
    )


def _free_name(known: list[str]) -> str:
    """A name for a project that is not taken."""
    names = ("demo", *(f"demo-{number}" for number in range(2, len(known) + 3)))
    return next(name for name in names if name not in known)
