"""``driftium run``: a prompt set answered by a model, or by two side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.following import follow
from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json, say
from driftium_core.cli.text import PromptColumn
from driftium_core.cli.verdicts import FailOnInconclusive, FailOnOption, exit_code
from driftium_core.command import command
from driftium_core.errors import DriftiumError, InputError, NotFoundError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRun, RunAnswer
    from driftium_core.text.report import TextReport

__all__ = ["run"]

MOST_SAID = 20
"""Failures told one by one; more of them tell nothing new."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the user asked for; None and empty where nothing was."""

    model: str | None = None
    second_model: str | None = None
    system: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    to_current: bool | None = None
    prompt_column: str | None = None
    save: str | None = None


@dataclass(frozen=True, slots=True)
class _Prompts:
    """Prompts to run, what they are called, and the saved version they are, if they are one."""

    name: str
    prompts: tuple[str, ...]
    system: str = ""
    set_id: str | None = None


def run(
    source: Annotated[
        str,
        typer.Argument(help="Name of a prompt set, or a file with a column of prompts; - reads one prompt per line."),
    ] = "",
    model: Annotated[
        str | None, typer.Option(help="auto (the default), embedded, or the name of an Ollama model.")
    ] = None,
    second_model: Annotated[
        str | None, typer.Option(help="Ask this model too, and compare both, prompt by prompt.")
    ] = None,
    system: Annotated[str | None, typer.Option(help="System prompt; that of the set when not given.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0, max=2, help="As in generate; 0.7 by default.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Most tokens of an answer; 256 by default.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed gives the same answers again.")] = None,
    to_current: Annotated[
        bool | None,
        typer.Option(
            "--to-current/--keep",
            help="Make each answer current telemetry (the default for one model), or keep answers in the run only.",
        ),
    ] = None,
    prompt_column: PromptColumn = "",
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Save the prompts first, as the next version of this prompt set.")
    ] = None,
    continued: Annotated[str, typer.Option("--continue", metavar="RUN", help="Answer the rest of a run.")] = "",
    project: Project = "default",
    as_json: AsJson = False,
    fail_on: FailOnOption = None,
    fail_on_inconclusive: FailOnInconclusive = False,
) -> None:
    """Answer a prompt set, by one model or two side by side.

    Every answer is stored as it comes, so that a run can be continued. Exits with 2 when a prompt was not answered;
    --fail-on judges how the second model differs from the first.
    """
    from driftium_core import monitor

    asked = _Asked(model, second_model, system, temperature, max_tokens, seed, to_current, prompt_column or None, save)
    if bool(source) == bool(continued):
        raise InputError("Give the name of a prompt set, a file or -; or --continue and the id of a run. See --help.")
    if (fail_on or fail_on_inconclusive) and not (second_model or continued):
        raise InputError("--fail-on judges how two models differ: name the other one with --second-model.")
    with opened_services(project) as services:
        started = _continued(services, continued, asked) if continued else _started(services, source, asked, project)
        ended, why = follow(services, started, title="Answering")
        answers = monitor.run_answers(services, ended.id)
        report = _compared(services, ended)
    _show(ended, answers, report, as_json=as_json)
    _end(ended, answers, why)
    verdict, severity = (report.drift.verdict, report.drift.severity) if report else ("inconclusive", None)
    raise typer.Exit(exit_code(verdict, severity, fail_on, fail_on_inconclusive=fail_on_inconclusive))


def _started(services: Services, source: str, asked: _Asked, project: str) -> PromptRun:
    from driftium_core import monitor

    prompts = _prompts(services, source, asked.prompt_column, project)
    options = monitor.GenerationOptions(
        system=prompts.system if asked.system is None else asked.system,
        temperature=0.7 if asked.temperature is None else asked.temperature,
        max_tokens=asked.max_tokens or 256,
        seed=asked.seed,
    )
    models = [asked.model or "auto", *([asked.second_model] if asked.second_model else [])]
    arms = [monitor.run_arm(monitor.ModelChoice.parse(model), options) for model in models]
    _require(services, models)
    if asked.save is not None:
        prompts = _saved(services, asked.save, replace(prompts, system=options.system), project)
    return monitor.start_run(
        services,
        prompts.name,
        prompts.prompts,
        arms,
        to_current=len(models) == 1 if asked.to_current is None else asked.to_current,
        set_id=prompts.set_id,
        project=project,
    )


def _saved(services: Services, name: str, prompts: _Prompts, project: str) -> _Prompts:
    """The prompts as the version of the set that they are now."""
    from driftium_core import monitor

    saved = monitor.save_prompt_set(services, name, prompts.prompts, system=prompts.system, project=project)
    say(f"These prompts are version {saved.version} of the prompt set “{saved.name}”.")
    return _Prompts(saved.name, saved.prompts, saved.system, saved.id)


def _continued(services: Services, run_id: str, asked: _Asked) -> PromptRun:
    from driftium_core import monitor

    if asked != _Asked():
        raise InputError("--continue goes on with the run's own prompts, models and settings. Leave the other options.")
    known = monitor.open_prompt_run(services, run_id)
    if known.finished and not any(known.failed):
        say(f"Run {run_id} is complete; there was nothing to continue.")
        return known
    _require(services, [arm.model for arm in known.arms])
    return monitor.continue_run(services, run_id)


def _require(services: Services, models: Sequence[str]) -> None:
    """Look whether each model can answer before anything is stored; say where it is not the first in line."""
    from driftium_core import monitor

    for model in dict.fromkeys(models):
        standing = monitor.require_model(services, monitor.ModelChoice.parse(model))
        if standing.fallback:
            say(standing.why)


def _prompts(services: Services, source: str, column: str | None, project: str) -> _Prompts:
    """The saved set of this name, else the example, else the file; `./name` is always a file."""
    from driftium_core import monitor
    from driftium_core.examples import EXAMPLES
    from driftium_core.files import read_prompts_path

    if column is None:
        for saved in monitor.prompt_sets(services, project=project):
            if saved.name == source:
                return _Prompts(saved.name, saved.prompts, saved.system, saved.id)
        for example in EXAMPLES:
            if example.name == source:
                return _Prompts(example.name, example.prompts, example.system)
    if source != "-" and not Path(source).exists():
        raise NotFoundError(
            f"Project {project!r} has no prompt set {source!r}, and there is no such file. See `{command('sets')}`."
        )
    found = read_prompts_path(source, column)
    for note in found.notes:
        say(note)
    return _Prompts("Standard input" if source == "-" else fmt_name(Path(source).name, limit=100), found.prompts)


def _compared(services: Services, run: PromptRun) -> TextReport | None:
    """Do both models answer alike? None for one model, and while one of them has answered nothing."""
    from driftium_core import monitor
    from driftium_core.terminal import progress_on_stderr

    if len(run.arms) < 2 or not min(run.done):
        return None
    with progress_on_stderr("Comparing A and B") as progress:
        return monitor.compare_arms(services, run.id, progress=progress)


def _show(run: PromptRun, answers: Sequence[RunAnswer], report: TextReport | None, *, as_json: bool) -> None:
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_prompt_run
    from driftium_core.text.serialise import report_to_dict

    with on_stdout():
        if as_json:
            print_json(
                {
                    **documents.prompt_run_document(run),
                    "answers": [documents.run_answer_document(run, answer) for answer in answers],
                    "comparison": report_to_dict(report) if report else None,
                }
            )
        else:
            print_prompt_run(run, answers, report)


def _end(run: PromptRun, answers: Sequence[RunAnswer], why: str) -> None:
    """Say what failed and what can be done next; an error when anything is missing."""
    from driftium_core.store.prompt_records import ARM_NAMES

    failures = [answer for answer in answers if answer.error]
    for answer in failures[:MOST_SAID]:
        model = f", model {ARM_NAMES[answer.arm]}" if len(run.arms) > 1 else ""
        say(f"Prompt {answer.position + 1}{model}: {answer.error}")
    if len(failures) > MOST_SAID:
        say(f"And {len(failures) - MOST_SAID} more.")
    n_missing = len(run.prompts) * len(run.arms) - sum(run.done)
    if n_missing:
        raise DriftiumError(
            f"{why} {n_missing} of {n_missing + sum(run.done)} answers are missing; "
            f"`{command('run', '--continue', run.id)}` asks for them again.".strip()
        )
    if not run.to_current:
        arm = ["--arm", "A"] if len(run.arms) > 1 else []
        say(f"Kept in run {run.id}. `{command('send', run.id, *arm)}` makes the answers current telemetry.")
