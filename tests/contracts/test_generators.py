"""What holds for every backend that answers prompts; Ollama's side runs over HTTP with the embedded model behind it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import pytest

from driftium_core.errors import InputError
from driftium_core.formats import fmt_n
from driftium_core.llm.embedded import Embedded
from driftium_core.llm.ollama import Ollama
from driftium_core.llm.port import Generation, GenerationOptions, Generator
from tests.llm.answers import Parts, answer_threads, answered, greedy, never, wait_until
from tests.llm.ollama_server import OllamaServer
from tests.llm.text_sources import EmbeddedText

pytestmark = pytest.mark.models

STORY = "Tell a long story about a lighthouse keeper and the sea."
QUESTIONS = ("What is the capital of France?", "Name a colour.", "Why is the sea salty?", "How do bees make honey?")


@dataclass(frozen=True, slots=True)
class Backend:
    """One backend and the model that is asked for."""

    generator: Generator
    model: str

    def stream(
        self,
        prompt: str,
        options: GenerationOptions | None = None,
        *,
        timeout_s: float = 60,
        stopped: Callable[[], bool] = never,
        on_activity: Callable[[str], None] = lambda _what: None,
    ) -> Parts:
        return self.generator.stream(
            prompt,
            options or greedy(),
            model=self.model,
            timeout_s=timeout_s,
            stopped=stopped,
            on_activity=on_activity,
        )

    def answer(self, prompt: str, options: GenerationOptions | None = None) -> Generation:
        return answered(self.stream(prompt, options))


@pytest.fixture(params=["embedded", "ollama"])
def backend(request: pytest.FixtureRequest, embedded: Embedded) -> Iterator[Backend]:
    if request.param == "embedded":
        yield Backend(embedded, embedded.model)
        return
    with OllamaServer(EmbeddedText(embedded)) as server:
        yield Backend(Ollama(server.url), "smollm:135m")


def test_pieces_make_up_the_text_and_the_record_counts_them(backend: Backend) -> None:
    started_s = time.perf_counter()
    *pieces, record = backend.stream("What is the capital of France?", greedy(system="You are a helpful assistant."))
    took_ms = 1000 * (time.perf_counter() - started_s)
    assert isinstance(record, Generation)
    assert len(pieces) > 3
    assert "".join(map(str, pieces)) == record.text
    assert "Paris" in record.text
    assert (record.model, record.backend) == (backend.model, backend.generator.backend)
    assert record.complete
    assert (record.error, record.note) == ("", "")
    assert 3 < (record.tokens or 0) <= 16
    assert 10 < (record.prompt_tokens or 0) < 100
    assert 0 < (record.first_token_ms or 0) < record.latency_ms <= took_ms
    assert (record.tokens_per_s or 0) > 1


def test_the_same_seed_gives_the_same_text_alone_and_in_four_threads(backend: Backend) -> None:
    options = greedy(temperature=1.0, seed=11)
    alone = backend.answer(STORY, options).text
    assert backend.answer(STORY, options).text == alone
    with ThreadPoolExecutor(4) as pool:
        assert [record.text for record in pool.map(backend.answer, [STORY] * 4, [options] * 4)] == [alone] * 4
    assert backend.answer(STORY, greedy(temperature=1.0, seed=12)).text != alone


def test_four_different_prompts_at_once_are_neither_mixed_up_nor_lost(backend: Backend) -> None:
    alone = [backend.answer(question).text for question in QUESTIONS]
    assert len(set(alone)) == 4
    with ThreadPoolExecutor(4) as pool:
        assert [record.text for record in pool.map(backend.answer, QUESTIONS)] == alone


def test_a_system_prompt_is_read(backend: Backend) -> None:
    plain = backend.answer("What is the capital of France?")
    pirate = backend.answer("What is the capital of France?", greedy(system="You are a pirate. Answer as pirates do."))
    assert plain.text != pirate.text
    assert plain.prompt_tokens != pirate.prompt_tokens


def test_the_token_limit_ends_an_answer_as_length(backend: Backend) -> None:
    record = backend.answer(STORY, greedy(max_tokens=5))
    assert (record.stop_reason, record.tokens, record.complete) == ("length", 5, True)


def test_a_stop_ends_an_answer_within_a_second_and_keeps_what_had_come(backend: Backend) -> None:
    stop_s: list[float] = []
    parts = backend.stream(STORY, greedy(max_tokens=2000), stopped=lambda: bool(stop_s))
    seen = list(islice(parts, 3))
    stop_s.append(time.monotonic())
    *_, record = parts
    assert time.monotonic() - stop_s[0] < 1
    assert isinstance(record, Generation)
    assert (record.stop_reason, record.complete) == ("cancelled", False)
    assert record.text.startswith("".join(map(str, seen)))
    assert wait_until(lambda: not answer_threads(), 5), "the work goes on though nobody wants it"


def test_a_stop_is_heard_while_a_long_prompt_is_read(backend: Backend) -> None:
    said: list[str] = []
    started_s = time.monotonic()
    record = answered(
        backend.stream(
            "word " * 3000, on_activity=said.append, stopped=lambda: bool(said) or time.monotonic() > started_s + 1
        )
    )
    assert time.monotonic() - started_s < 3
    assert (record.stop_reason, record.text, record.first_token_ms) == ("cancelled", "", None)
    assert wait_until(lambda: not answer_threads(), 10), "the prompt is read to its end though nobody wants it"


def test_the_deadline_leaves_a_partial_answer(backend: Backend) -> None:
    backend.answer("Hello.", greedy(max_tokens=1))
    record = answered(backend.stream(STORY, greedy(max_tokens=2000), timeout_s=1.0))
    assert (record.stop_reason, record.complete) == ("deadline", False)
    assert 1000 <= record.latency_ms < 2000
    assert wait_until(lambda: not answer_threads(), 5)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("", "The prompt is empty. Write what the model should answer."),
        (" \n\t", "The prompt is empty. Write what the model should answer."),
        (
            "é" * 500_001,
            f"The prompt has {fmt_n(1_000_002)} bytes, and at most {fmt_n(1_000_000)} are sent. Shorten it.",
        ),
        ("PK\x03\x04 and more", "it has a control character at position 3, as binary files do. Paste text instead."),
        ("a\x00b", "it has a control character at position 2"),
        ("half \ud83d", "invalid character at position 6 (half of a surrogate pair). Remove it and send again."),
    ],
    ids=["empty", "blank", "a megabyte", "binary", "NUL", "lone surrogate"],
)
def test_what_is_no_prompt_is_refused_before_it_is_sent(backend: Backend, prompt: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        backend.answer(prompt)
    assert sentence in str(refused.value)
    if prompt.strip():
        with pytest.raises(InputError, match="system prompt"):
            backend.answer("Hello.", greedy(system=prompt))


def test_a_prompt_longer_than_the_context_is_refused_with_both_lengths(backend: Backend) -> None:
    with pytest.raises(InputError) as refused:
        backend.answer("word " * 5000)
    # 5,000 words, which Ollama's side counts; with the chat template 5,031 tokens.
    lengths = {"ollama": f"{fmt_n(5000)} words", "embedded": f"{fmt_n(5031)} tokens"}
    assert f"The prompt is {lengths[backend.generator.backend]} long" in str(refused.value)
    assert f"{backend.model} reads at most {fmt_n(4096)} tokens." in str(refused.value)


def test_markup_of_the_model_comes_through_as_text(backend: Backend) -> None:
    record = backend.answer("Write an HTML page with a script element that shows an alert.", greedy(max_tokens=40))
    assert "<script>" in record.text


def test_markup_and_other_scripts_are_sent_as_they_are(backend: Backend) -> None:
    plain = backend.answer("Say hello.", greedy(max_tokens=3)).prompt_tokens or 0
    record = backend.answer('Say hello. <script>alert("1")</script> 你好 🌊 \x7f', greedy(max_tokens=3))
    assert (record.prompt_tokens or 0) > plain + 12
