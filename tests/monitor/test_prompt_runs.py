"""Prompt runs: every answer kept as it comes, stopped and continued, two models side by side."""

import threading
import time

import pytest

from driftium_core import monitor
from driftium_core.errors import GeneratorUnavailableError, InputError, NotFoundError
from driftium_core.jobs import Jobs
from driftium_core.monitor import GenerationOptions, ModelChoice
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.prompt_records import PromptRun, RunArm
from tests.monitor.scripted import ScriptedGenerators
from tests.monitor.test_answers import script

PROMPTS = ("What is a loaf?", "What is a crust?", "What is yeast?")
AUTO = monitor.run_arm(ModelChoice(), GenerationOptions(max_tokens=20))
OTHER = monitor.run_arm(ModelChoice("ollama", "other"), GenerationOptions(max_tokens=20))


def ended(services: Services, run: PromptRun) -> PromptRun:
    """The run once nobody works on it any more."""
    while (job := monitor.run_job(services, run.id)) is not None:
        assert job.wait(20)
    return monitor.open_prompt_run(services, run.id)


def start(services: Services, *arms: RunArm, to_current: bool = False, prompts: tuple[str, ...] = PROMPTS) -> PromptRun:
    return monitor.start_run(services, "Bread", prompts, arms or [AUTO], to_current=to_current)


def test_a_run_answers_every_prompt_into_telemetry(services: Services) -> None:
    script(services, lambda prompt, _: f"Answer to: {prompt}")
    run = ended(services, start(services, to_current=True))
    assert (run.finished, run.done, run.failed) == (True, (3,), (0,))
    stored = monitor.current_responses(services)
    assert [item.content.prompt for item in stored] == list(PROMPTS[::-1])
    assert {item.content.source for item in stored} == {"Bread"}


def test_a_failure_is_listed_with_its_row_and_the_rest_goes_on(services: Services) -> None:
    script(services, lambda prompt, _: InputError("Too long.") if "crust" in prompt else "Yes.")
    run = ended(services, start(services, to_current=True))
    assert (run.finished, run.done, run.failed) == (True, (2,), (1,))
    answers = monitor.run_answers(services, run.id)
    assert [(answer.position, answer.error) for answer in answers if answer.error] == [(1, "Too long.")]
    script(services, lambda *_: "Now it goes.")
    again = ended(services, monitor.continue_run(services, run.id))
    assert (again.done, again.failed) == ((3,), (0,))
    assert len(monitor.current_responses(services)) == 3


def test_a_run_stops_by_itself_when_nobody_answers(services: Services) -> None:
    gone = GeneratorUnavailableError("Ollama does not answer. Start it with `ollama serve`.")
    scripted = script(services, lambda *_: gone)
    run = start(services, prompts=tuple(f"Prompt {n}" for n in range(50)))
    job = monitor.run_job(services, run.id)
    assert job is not None
    assert job.wait(20)
    assert job.error is not None
    assert job.error.startswith("The run stopped after 3 failures in a row. Ollama does not answer.")
    assert len(scripted.asked) == 3
    assert monitor.open_prompt_run(services, run.id).stopped


def test_a_stopped_run_keeps_what_was_answered_and_goes_on_there(services: Services) -> None:
    scripted = script(services, lambda prompt, _: f"{prompt} yes", pause_s=0.01)
    run = start(services, to_current=True, prompts=tuple(f"Prompt {n}" for n in range(200)))
    while monitor.open_prompt_run(services, run.id).done[0] < 3:
        time.sleep(0.01)
    monitor.stop_run(services, run.id)
    stopped = ended(services, run)
    assert stopped.stopped
    assert 3 <= stopped.done[0] < 200
    assert stopped.done[0] == len(monitor.current_responses(services, limit=500))
    scripted.pause_s = 0
    asked_before = len(scripted.asked)
    finished = ended(services, monitor.continue_run(services, run.id))
    assert (finished.finished, finished.stopped, finished.done) == (True, False, (200,))
    assert len(scripted.asked) - asked_before == 200 - stopped.done[0]
    prompts = [item.content.prompt for item in monitor.current_responses(services, limit=500)]
    assert sorted(prompts) == sorted(f"Prompt {n}" for n in range(200))


def test_a_run_that_is_stopped_before_its_turn_goes_on_later(services: Services) -> None:
    scripted = script(services, lambda *_: "Yes.")
    services.answering = Jobs(1)
    held = threading.Event()
    services.answering.start(lambda _progress: held.wait(20), title="another run")
    run = start(services)
    monitor.stop_run(services, run.id)
    held.set()
    stopped = ended(services, run)
    assert (stopped.stopped, stopped.finished, stopped.done, scripted.asked) == (True, False, (0,), [])
    finished = ended(services, monitor.continue_run(services, run.id))
    assert (finished.finished, finished.stopped, finished.done) == (True, False, (3,))


def test_a_run_that_is_stopped_after_its_last_answer_is_whole(services: Services) -> None:
    script(services, lambda *_: "yes")
    add_answer = services.store.prompt_runs.add_answer

    def add_and_stop(run_id: str, arm: int, position: int, content: Response) -> object:
        job = monitor.run_job(services, run_id)
        assert job is not None
        if position == len(PROMPTS) - 1:
            job.cancel()
        return add_answer(run_id, arm, position, content)

    services.store.prompt_runs.add_answer = add_and_stop  # type: ignore[assignment, method-assign]
    run = ended(services, start(services, to_current=False))
    assert (run.finished, run.stopped, run.done) == (True, False, (len(PROMPTS),))


def test_two_tabs_that_continue_at_once_work_once(services: Services) -> None:
    scripted = script(services, lambda *_: GeneratorUnavailableError("gone"))
    run = ended(services, start(services))
    scripted.script = lambda *_: "Yes."
    scripted.asked.clear()
    for _ in range(3):
        monitor.continue_run(services, run.id)
    assert ended(services, run).done == (3,)
    assert len(scripted.asked) == 3


def test_two_models_answer_side_by_side_and_either_is_sent_once(services: Services) -> None:
    script(services, lambda prompt, choice: f"{choice.model or 'auto'} says {prompt}")
    run = ended(services, start(services, AUTO, OTHER))
    assert run.done == (3, 3)
    assert monitor.current_responses(services) == []
    added = monitor.send_to_current(services, run.id, 1)
    assert [item.content.response for item in added.stored] == [f"other says {prompt}" for prompt in PROMPTS]
    again = monitor.send_to_current(services, run.id, 1)
    assert (len(again.stored), again.known) == (0, 3)
    assert len(monitor.current_responses(services)) == 3


def test_models_that_answer_otherwise_are_told_apart_and_alike_ones_are_not(services: Services) -> None:
    bread, wheels = "dough yeast flour oven", "chain brake wheel pedal"

    def other(prompt: str, choice: ModelChoice) -> str:
        return f"{wheels if choice.model == 'other' else bread} {prompt}"

    prompts = tuple(f"Question {n} about {word}?" for n, word in enumerate(bread.split() * 4))
    script(services, other)
    differing = monitor.compare_arms(services, ended(services, start(services, AUTO, OTHER, prompts=prompts)).id)
    assert (differing.drift.design, differing.drift.verdict) == ("paired", "drift")
    assert differing.drift.severity is Severity.CRITICAL
    script(services, lambda prompt, _: f"{bread} {prompt}")
    alike = monitor.compare_arms(services, ended(services, start(services, AUTO, OTHER, prompts=prompts)).id)
    assert alike.drift.verdict == "no_drift"
    assert monitor.pool_history(services) == [], "a run's comparison is not one of the project's pools"


def test_one_model_alone_is_not_compared(services: Services) -> None:
    script(services, lambda *_: "Yes.")
    with pytest.raises(InputError, match="two answers to compare"):
        monitor.compare_arms(services, ended(services, start(services)).id)


def test_a_running_batch_is_known_until_it_ends(services: Services) -> None:
    scripted = script(services, lambda *_: "one two")
    scripted.gate.clear()
    run = start(services, to_current=True)
    running = monitor.running_to_current(services)
    assert running is not None
    assert running.id == run.id
    scripted.gate.set()
    ended(services, run)
    assert monitor.running_to_current(services) is None


def test_a_batch_that_was_continued_is_known_however_many_runs_came_later(services: Services) -> None:
    scripted = script(services, lambda *_: "one two")
    scripted.gate.clear()
    monitor.create_project(services, "other")
    runs = services.store.prompt_runs
    continued = runs.start("Bread", PROMPTS, [AUTO], to_current=True)
    runs.end(continued.id, stopped=True)
    for number in range(24):
        runs.start(f"Later {number}", PROMPTS, [AUTO], to_current=True)
    assert monitor.running_to_current(services) is None
    start(services, to_current=False)
    assert monitor.running_to_current(services) is None
    monitor.continue_run(services, continued.id)
    assert monitor.running_to_current(services) == runs.facts(continued.id)
    assert monitor.running_to_current(services, project="other") is None
    runs.delete(continued.id)
    assert monitor.running_to_current(services) is None
    scripted.gate.set()


def test_deleting_a_run_stops_it_and_leaves_telemetry(services: Services) -> None:
    script(services, lambda *_: "one two", pause_s=0.01)
    run = start(services, to_current=True, prompts=tuple(f"Prompt {n}" for n in range(100)))
    while not monitor.current_responses(services):
        time.sleep(0.01)
    monitor.delete_prompt_run(services, run.id)
    n_kept = len(monitor.current_responses(services, limit=500))
    assert n_kept >= 1
    with pytest.raises(NotFoundError):
        monitor.open_prompt_run(services, run.id)
    time.sleep(0.1)
    assert len(monitor.current_responses(services, limit=500)) == n_kept


def test_a_shutdown_in_the_middle_loses_nothing(services: Services) -> None:
    script(services, lambda *_: "one two", pause_s=0.01)
    run = start(services, to_current=True, prompts=tuple(f"Prompt {n}" for n in range(100)))
    while not monitor.current_responses(services):
        time.sleep(0.01)
    services.answering.close()
    stopped = services.store.prompt_runs.get(run.id)
    assert stopped.stopped
    assert stopped.done[0] == services.store.responses.count()


def test_prompts_of_a_set_are_run_as_they_were_saved(services: Services) -> None:
    scripted: ScriptedGenerators = script(services, lambda *_: "Yes.")
    saved = monitor.save_prompt_set(services, "Bread", PROMPTS, system="You are a baker.")
    arm = monitor.run_arm(ModelChoice(), GenerationOptions(system=saved.system))
    run = monitor.start_run(services, saved.name, saved.prompts, [arm], to_current=True, set_id=saved.id)
    assert ended(services, run).set_id == saved.id
    assert tuple(scripted.asked) == PROMPTS
    assert {item.content.system for item in monitor.current_responses(services)} == {"You are a baker."}
