"""Answers: streamed to whoever watches, stored when complete, never when partial or made up."""

import pytest

from driftium_core import monitor
from driftium_core.errors import GeneratorUnavailableError, InputError, StorageError
from driftium_core.llm.streaming import Ending
from driftium_core.monitor import GenerationOptions, ModelChoice
from driftium_core.services import Services
from tests.monitor.conftest import settle
from tests.monitor.scripted import ScriptedGenerators

OPTIONS = GenerationOptions(system="Be brief.", temperature=0.3, max_tokens=50, seed=7)


def script(services: Services, *args: object, **kwargs: object) -> ScriptedGenerators:
    services.generators = scripted = ScriptedGenerators(*args, **kwargs)  # type: ignore[arg-type, assignment]
    return scripted


def answered(services: Services, prompt: str = "What is bread?", **kwargs: object) -> monitor.Answer:
    answer = monitor.start_answer(services, prompt, OPTIONS, **kwargs)  # type: ignore[arg-type]
    assert answer.wait(10)
    return answer


def test_a_complete_answer_is_telemetry_with_all_that_is_known_of_it(services: Services) -> None:
    script(services, lambda *_: "Flour and water.", Ending(tokens=4, prompt_tokens=9, tokens_per_s=50.0))
    answer = answered(services, choice=ModelChoice("ollama", "smollm:135m"))
    assert (answer.state, answer.text, answer.error) == ("complete", "Flour and water.", "")
    (stored,) = monitor.current_responses(services)
    assert answer.stored is not None
    assert stored.id == answer.stored.id
    content = stored.content
    assert (content.prompt, content.response) == ("What is bread?", "Flour and water.")
    assert (content.model, content.backend, content.source) == ("smollm:135m", "ollama", "playground")
    assert (content.tokens, content.prompt_tokens, content.stop_reason) == (4, 9, "stop")
    assert (content.system, content.temperature, content.max_tokens, content.seed) == ("Be brief.", 0.3, 50, 7)
    assert content.latency_ms is not None
    assert content.first_token_ms is not None
    assert 0 < content.first_token_ms <= content.latency_ms
    settle(services)
    assert services.vectors.count("current") == 1


def test_what_has_come_is_seen_while_it_streams(services: Services) -> None:
    scripted = script(services, lambda *_: "one two three")
    scripted.gate.clear()
    answer = monitor.start_answer(services, "Count.", OPTIONS)
    while answer.state != "streaming":
        assert not answer.wait(0.01)
    assert answer.text == "one"
    assert monitor.current_responses(services) == []
    scripted.gate.set()
    assert answer.wait(10)
    assert answer.text == "one two three"


def test_a_stopped_answer_stays_to_be_read_and_is_not_stored(services: Services) -> None:
    scripted = script(services, lambda *_: "one two three")
    scripted.gate.clear()
    answer = monitor.start_answer(services, "Count.", OPTIONS)
    while answer.state != "streaming":
        answer.wait(0.01)
    answer.stop()
    assert answer.wait(2), "at once, though the model says nothing"
    scripted.gate.set()
    assert (answer.state, answer.text) == ("partial", "one")
    assert answer.generation is not None
    assert answer.generation.stop_reason == "cancelled"
    assert monitor.current_responses(services) == []
    with pytest.raises(InputError, match="Only a complete answer"):
        monitor.keep_answer(services, answer)


def test_an_answer_that_breaks_off_is_not_stored(services: Services) -> None:
    script(services, lambda *_: "half an", Ending(stop_reason="interrupted"))
    answer = answered(services)
    assert (answer.state, answer.text) == ("partial", "half an")
    assert monitor.current_responses(services) == []


def test_no_answer_is_an_error_with_what_to_do(services: Services) -> None:
    script(services, lambda *_: GeneratorUnavailableError("Ollama does not answer. Start it with `ollama serve`."))
    answer = answered(services)
    assert (answer.state, answer.text) == ("failed", "")
    assert "ollama serve" in answer.error
    assert monitor.current_responses(services) == []


def test_an_empty_answer_is_kept_as_it_is(services: Services) -> None:
    script(services, lambda *_: "")
    answer = answered(services)
    assert answer.state == "complete"
    (stored,) = monitor.current_responses(services)
    assert stored.content.response == ""
    assert not stored.content.usable


def test_an_answer_survives_a_database_that_fails_and_is_kept_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(services, lambda *_: "Flour and water.")

    def full(*_args: object, **_kwargs: object) -> None:
        raise StorageError("The disk is full. Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(services.store.responses, "add", full)
        answer = answered(services)
        assert (answer.text, answer.stored) == ("Flour and water.", None)
        assert answer.error == "The answer is complete and not stored. The disk is full. Free some space."
    first = monitor.keep_answer(services, answer)
    assert answer.error == ""
    assert monitor.keep_answer(services, answer) == first
    assert len(monitor.current_responses(services)) == 1


def test_four_at_once_do_not_mix(services: Services) -> None:
    script(services, lambda prompt, _: " ".join([prompt] * 20), pause_s=0.005)
    answers = [monitor.start_answer(services, name, OPTIONS) for name in ("ant", "bee", "cat", "dog")]
    assert all(answer.wait(10) for answer in answers)
    assert [set(answer.text.split()) for answer in answers] == [{"ant"}, {"bee"}, {"cat"}, {"dog"}]
    kept = {item.content.prompt: item.content.response for item in monitor.current_responses(services)}
    assert kept == {answer.prompt: answer.text for answer in answers}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (GenerationOptions(temperature=-0.1), "temperature is -0.1"),
        (GenerationOptions(temperature=float("nan")), "temperature is nan"),
        (GenerationOptions(max_tokens=0), "from 1 to 100,000 tokens, not 0"),
        (GenerationOptions(seed=2**32), "seed is 4294967296"),
    ],
)
def test_settings_out_of_range_are_refused_by_the_core(
    services: Services, options: GenerationOptions, sentence: str
) -> None:
    scripted = script(services, lambda *_: "never")
    with pytest.raises(InputError, match=sentence):
        next(iter(monitor.ask(services, "Hi", options)))
    with pytest.raises(InputError, match=sentence):
        monitor.run_arm(ModelChoice(), options)
    assert scripted.asked == []
