"""Prompt sets, and running one on a model or on two side by side: kept answer by answer, stopped, continued, sent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from driftium_core.errors import (
    CancelledError,
    DriftiumError,
    GeneratorUnavailableError,
    InputError,
    ModelNotFoundError,
    NotFoundError,
    StorageError,
)
from driftium_core.formats import fmt_name
from driftium_core.llm.port import Generation, GenerationOptions, ModelChoice
from driftium_core.monitor.answers import ask, check_options, telemetry, why_partial
from driftium_core.monitor.checks import ProgressCallback
from driftium_core.monitor.pools import compare_contents
from driftium_core.monitor.vectors import start_reconcile
from driftium_core.services import Services
from driftium_core.store.prompt_records import PromptRun, PromptRunFacts, PromptSet, RunAnswer, RunArm
from driftium_core.store.records import DEFAULT_PROJECT, Added

if TYPE_CHECKING:
    from driftium_core.jobs import Job, Progress
    from driftium_core.response import Response
    from driftium_core.text.report import TextReport

__all__ = [
    "arms_headline",
    "compare_arms",
    "continue_run",
    "delete_prompt_run",
    "delete_prompt_set",
    "open_prompt_run",
    "prompt_runs",
    "prompt_set_versions",
    "prompt_sets",
    "run_answers",
    "run_arm",
    "run_job",
    "running_to_current",
    "save_prompt_set",
    "send_to_current",
    "start_run",
    "why_run_ended",
]

MOST_FAILURES = 3
"""Failures in a row, of a model that cannot answer at all, after which a run stops by itself."""


def run_arm(choice: ModelChoice, options: GenerationOptions) -> RunArm:
    """A model of a run, with how it is to answer.

    Raises
    ------
    InputError
        A setting is out of its range, which every prompt would fail on.
    """
    check_options(options)
    return RunArm(
        model=str(choice),
        system=options.system,
        temperature=options.temperature,
        max_tokens=options.max_tokens,
        seed=options.seed,
    )


def start_run(
    services: Services,
    name: str,
    prompts: Sequence[str],
    arms: Sequence[RunArm],
    *,
    to_current: bool,
    set_id: str | None = None,
    project: str = DEFAULT_PROJECT,
) -> PromptRun:
    """Begin to answer all prompts in the background, one after the other, each by every arm in turn.

    Every answer is stored as it comes, and as telemetry too when ``to_current``; so a stop, or the end of the process,
    costs at most the answer under way. See `run_job` for progress and `continue_run` for the rest.

    Raises
    ------
    InputError
        The prompts, their name or the arms cannot be used; the sentence says which prompt.
    """
    run = services.store.prompt_runs.start(name, prompts, arms, to_current=to_current, set_id=set_id, project=project)
    _launch(services, run)
    return run


def continue_run(services: Services, run_id: str) -> PromptRun:
    """Answer what is missing or failed; a run that is going on just goes on."""
    with services.starting:
        if run_job(services, run_id) is None:
            services.store.prompt_runs.resume(run_id)
            _launch(services, services.store.prompt_runs.get(run_id))
    return services.store.prompt_runs.get(run_id)


def run_job(services: Services, run_id: str) -> Job[None] | None:
    """The work on a run in this process, for its progress; None while nobody works on it. `stop_run` ends it."""
    return services.answering.working_on(run_id)


def stop_run(services: Services, run_id: str) -> None:
    """Stop a run after what was answered; one that nobody works on stays as it is."""
    job = run_job(services, run_id)
    if job is None:
        return
    job.cancel()
    if not job.total:  # work that has not begun never begins, so it could not say so itself
        runs = services.store.prompt_runs
        runs.end(run_id, stopped=bool(runs.missing(run_id)))


def why_run_ended(services: Services, run_id: str) -> str:
    """Why the last work on a run in this process ended before its time; empty when it did not, or is going on."""
    mine = [job for job in services.answering.all() if job.about == run_id]
    return mine[-1].error or "" if mine else ""


def running_to_current(services: Services, *, project: str = DEFAULT_PROJECT) -> PromptRunFacts | None:
    """The run whose answers become telemetry of the project just now, if any; of several the one begun last."""
    for job in reversed(services.answering.all()):
        if job.about and not job.finished:
            with suppress(NotFoundError):  # deleted a moment ago
                run = services.store.prompt_runs.facts(job.about)
                if run.to_current and run.project == project:
                    return run
    return None


def open_prompt_run(services: Services, run_id: str) -> PromptRun:
    """One run with its counts; `NotFoundError` when it is not stored."""
    return services.store.prompt_runs.get(run_id)


def run_answers(services: Services, run_id: str, *, positions: range | None = None) -> list[RunAnswer]:
    """Answers and failures of a run by position and arm, of all prompts or of those at the positions."""
    return services.store.prompt_runs.answers(run_id, positions=positions)


def prompt_runs(services: Services, *, project: str = DEFAULT_PROJECT, limit: int = 20) -> list[PromptRunFacts]:
    """The project's runs, newest first."""
    return services.store.prompt_runs.newest(project=project, limit=limit)


def delete_prompt_run(services: Services, run_id: str) -> None:
    """Stop a run and remove it; telemetry that was sent stays."""
    job = run_job(services, run_id)
    if job:
        job.cancel()
        job.wait(5)
    services.store.prompt_runs.delete(run_id)


def send_to_current(services: Services, run_id: str, arm: int) -> Added:
    """Make the answers of one arm current telemetry; sending them again adds nothing."""
    added = services.store.prompt_runs.send(run_id, arm)
    if added.stored:
        start_reconcile(services)
    return added


def compare_arms(services: Services, run_id: str, *, progress: ProgressCallback | None = None) -> TextReport:
    """Do the two models of a run answer alike? The first is the baseline, prompt by prompt.

    Only prompts that both have answered count. The report is kept in memory, not in the history: it is about a run,
    not about the project's pools.

    Raises
    ------
    InputError
        The run has one arm, or no prompt that both have answered.
    """
    contents: tuple[dict[int, Response], dict[int, Response]] = ({}, {})
    for answer in services.store.prompt_runs.answers(run_id):
        if answer.content is not None and answer.arm < 2:
            contents[answer.arm][answer.position] = answer.content
    both = sorted(contents[0].keys() & contents[1].keys())
    if not both:
        raise InputError("No prompt of this run has two answers to compare.")
    key = f"arms {run_id} {','.join(map(str, both))} {services.encoder.tag}"
    known = services.text_reports.get(key)
    if known is not None:
        return known
    sides = [[side[position] for position in both] for side in contents]
    return services.text_reports.put(key, compare_contents(services, sides[0], sides[1], progress=progress))


def arms_headline(report: TextReport) -> str:
    """The verdict of `compare_arms` in its own words: ``"▲ B differs from A: HIGH."``, ``"● No difference found."``."""
    return report.drift.headline.replace("Drift", "B differs from A").replace("drift", "difference")


def save_prompt_set(
    services: Services,
    name: str,
    prompts: Sequence[str],
    *,
    system: str = "",
    note: str = "",
    project: str = DEFAULT_PROJECT,
) -> PromptSet:
    """Save prompts as the next version of a name; the newest version comes back when nothing changed."""
    return services.store.prompt_sets.save(name, prompts, system=system, note=note, project=project)


def prompt_sets(services: Services, *, project: str = DEFAULT_PROJECT) -> list[PromptSet]:
    """The newest version of each set, the last saved first."""
    return services.store.prompt_sets.all(project=project)


def prompt_set_versions(services: Services, name: str, *, project: str = DEFAULT_PROJECT) -> list[PromptSet]:
    """All versions of a set, newest first."""
    return services.store.prompt_sets.versions(name, project=project)


def delete_prompt_set(services: Services, name: str, *, project: str = DEFAULT_PROJECT) -> None:
    """Remove all versions of a set; runs keep their prompts."""
    services.store.prompt_sets.delete(name, project=project)


def _launch(services: Services, run: PromptRun) -> None:
    title = f"Prompt run {run.id}"
    services.answering.start(lambda progress: _work(services, run, progress), title=title, about=run.id)


def _work(services: Services, run: PromptRun, progress: Progress) -> None:
    missing = services.store.prompt_runs.missing(run.id)
    total = len(run.prompts) * len(run.arms)
    n_failures = 0
    try:
        for done, (position, arm) in enumerate(missing, start=total - len(missing)):
            if progress.cancelled():
                break
            progress(done, total, fmt_name(run.prompts[position], limit=60))
            failure = _answer(services, run, position, arm, progress)
            if failure is None:
                n_failures = 0
                continue
            services.store.prompt_runs.add_failure(run.id, arm, position, str(failure))
            hopeless = isinstance(failure, GeneratorUnavailableError | ModelNotFoundError)
            n_failures = n_failures + 1 if hopeless else 0
            if n_failures == MOST_FAILURES:
                raise GeneratorUnavailableError(
                    f"The run stopped after {MOST_FAILURES} failures in a row. {failure} Continue the run then."
                )
        # Who stops it while the last answer comes has a run that is whole.
        services.store.prompt_runs.end(
            run.id, stopped=progress.cancelled() and bool(services.store.prompt_runs.missing(run.id))
        )
    except (CancelledError, GeneratorUnavailableError):
        services.store.prompt_runs.end(run.id, stopped=True)
        raise
    finally:
        if run.to_current and not progress.cancelled():  # who stops does not wait for the encoder; the next check does
            start_reconcile(services)


def _answer(services: Services, run: PromptRun, position: int, arm: int, progress: Progress) -> DriftiumError | None:
    """Answer one prompt and store the answer; why there is none, unless the run was stopped meanwhile."""
    asked, prompt = run.arms[arm], run.prompts[position]
    options = GenerationOptions(
        system=asked.system, temperature=asked.temperature, max_tokens=asked.max_tokens, seed=asked.seed
    )
    generation: Generation | None = None
    try:
        choice = ModelChoice.parse(asked.model)
        for part in ask(services, prompt, options, choice=choice, stopped=progress.cancelled):
            generation = part if isinstance(part, Generation) else generation
    except StorageError:
        raise
    except DriftiumError as error:
        return error
    if generation is None or generation.stop_reason == "cancelled":
        return None
    if generation.stop_reason == "deadline":
        return InputError(why_partial(services, generation))
    if not generation.complete:
        return GeneratorUnavailableError(generation.error)
    services.store.prompt_runs.add_answer(
        run.id, arm, position, telemetry(prompt, options, generation, source=run.name)
    )
    return None
