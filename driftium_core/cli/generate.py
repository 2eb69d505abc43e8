"""``driftium generate`` and ``driftium demo``: answers of a real model, kept as telemetry."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json, say
from driftium_core.cli.verdicts import FailOnInconclusive, FailOnOption, exit_code
from driftium_core.errors import CancelledError, GeneratorUnavailableError, InputError

if TYPE_CHECKING:
    from driftium_core.examples import ExampleSet
    from driftium_core.monitor import ModelChoice, ProgressCallback
    from driftium_core.services import Services

__all__ = ["demo", "generate"]

Model = Annotated[
    str,
    typer.Option(help="auto, embedded, or the name of an Ollama model; auto is Ollama's where it runs, else embedded."),
]
Seed = Annotated[int | None, typer.Option(min=0, help="The same seed gives the same answer again.")]


def generate(
    prompt: Annotated[str, typer.Argument(help="What the model should answer; - reads standard input.")],
    model: Model = "auto",
    system: Annotated[str, typer.Option(help="System prompt.")] = "",
    temperature: Annotated[float, typer.Option(min=0, max=2, help="0 always takes the likeliest token.")] = 0.7,
    max_tokens: Annotated[int, typer.Option(min=1, help="Most tokens of the answer.")] = 256,
    seed: Seed = None,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Answer a prompt and keep the answer as current telemetry. A partial answer is shown and not kept."""
    from driftium_core import monitor
    from driftium_core.monitor import documents

    options = monitor.GenerationOptions(system=system, temperature=temperature, max_tokens=max_tokens, seed=seed)
    prompt = _standard_input() if prompt == "-" else prompt
    with opened_services() as services:
        generation = None
        for part in monitor.ask(services, prompt, options, choice=monitor.ModelChoice.parse(model)):
            if isinstance(part, monitor.Generation):
                generation = part
            elif not as_json:
                with on_stdout():
                    sys.stdout.write(part)
        if not as_json:
            with on_stdout():
                print()
        if generation is None or not generation.complete:
            why = generation.error if generation else ""
            raise GeneratorUnavailableError(f"The answer is partial and was not kept. {why}".strip())
        if generation.note:
            say(generation.note)
        stored = monitor.record_response(
            services,
            monitor.telemetry(prompt, options, generation, source="terminal"),
            project=project,
            with_vectors=False,  # loading the encoder takes longer than the answer; the next check makes them
        )
    if as_json:
        with on_stdout():
            print_json(documents.answer_document(stored, generation))


def demo(
    project: Project = "default",
    model: Model = "auto",
    seed: Seed = 1,
    as_json: AsJson = False,
    fail_on: FailOnOption = None,
    fail_on_inconclusive: FailOnInconclusive = False,
) -> None:
    """See a drift: the model answers questions on one topic, which become the baseline, then on another one.

    Nothing is prepared: both example prompt sets are answered here and now, which takes about half a minute.
    """
    from driftium_core import monitor
    from driftium_core.examples import ASTRONOMY, COOKING
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_status, print_text_report, progress_on_stderr

    choice = monitor.ModelChoice.parse(model)
    with opened_services() as services:
        if project not in monitor.projects(services):
            monitor.create_project(services, project)
        status = monitor.pool_status(services, project=project)
        if status.status != "not_initialized":
            raise InputError(
                f"Project {project!r} has responses already, and the demo would mix with them. Give it one of its own: "
                "`driftium demo --project demo`."
            )
        with progress_on_stderr("Answering") as progress:
            _run(services, COOKING, choice, seed, project, progress)
            monitor.promote(services, "Cooking answers", note="Made by `driftium demo`.", project=project)
            _run(services, ASTRONOMY, choice, seed, project, progress)
        with progress_on_stderr("Checking") as progress:
            check = monitor.check_responses(services, project=project, progress=progress)
    with on_stdout():
        if as_json:
            print_json(documents.check_document(check, None))
        else:
            print_status(check.status, None)
            if check.report:
                print_text_report(check.report)
    drift = check.report.drift if check.report else None
    verdict, severity = (drift.verdict, drift.severity) if drift else ("inconclusive", None)
    raise typer.Exit(exit_code(verdict, severity, fail_on, fail_on_inconclusive=fail_on_inconclusive))


def _run(
    services: Services,
    example: ExampleSet,
    choice: ModelChoice,
    seed: int | None,
    project: str,
    progress: ProgressCallback | None,
) -> None:
    """Answer a whole example set; a failure ends the demo, as half a set is no baseline."""
    from driftium_core import monitor

    say(f"{example.name.removeprefix('Example: ').capitalize()}: {len(example.prompts)} prompts.")
    arm = monitor.run_arm(choice, monitor.GenerationOptions(max_tokens=64, seed=seed))
    saved = monitor.save_prompt_set(services, example.name, example.prompts, project=project)
    run = monitor.start_run(
        services, saved.name, saved.prompts, [arm], to_current=True, set_id=saved.id, project=project
    )
    while (job := monitor.run_job(services, run.id)) is not None:
        job.wait(0.2)
        if progress:
            progress(job.done, job.total, job.message)
    ended = monitor.open_prompt_run(services, run.id)
    if ended.failed[0]:
        errors = [answer.error for answer in monitor.run_answers(services, run.id) if answer.error]
        raise GeneratorUnavailableError(f"{ended.failed[0]} prompts were not answered. {errors[0]}")
    if not ended.finished:
        raise CancelledError("The demo was stopped. What was answered is kept.")


def _standard_input() -> str:
    if sys.stdin is None:
        raise InputError("Standard input is closed; there is no prompt to read from it.")
    return sys.stdin.read()
