"""Models served by Ollama: listed, shown, pulled, and asked. Every error becomes a sentence here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driftium_core.errors import DriftiumError, GeneratorUnavailableError, InputError, ModelNotFoundError
from driftium_core.formats import fmt_n
from driftium_core.llm.port import Backend, Generation, GenerationOptions
from driftium_core.llm.prompt import check_prompt, too_long
from driftium_core.llm.streaming import Ending, streamed

if TYPE_CHECKING:
    from ollama import ChatResponse, Client

__all__ = ["Ollama", "OllamaModel", "PullProgress"]

CONNECT_S = 1.0
ASK_S = 10.0
"""For requests that load no model."""

LEAST_CONTEXT = 4096
"""Ollama's own default; asking for less would load the model anew."""

CONTEXT_STEP = 4096
"""Contexts come in steps, as every other length loads the model anew."""

TEMPLATE_TOKENS = 128
"""What a chat template may add to system prompt and prompt."""


@dataclass(frozen=True, slots=True)
class OllamaModel:
    """An installed model: its name, bytes on disk, and what Ollama says of it, e.g. ``"135M, Q4_1"``."""

    name: str
    size_bytes: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a download is: what Ollama does now, and bytes of the current part; 0 of 0 when it does not say."""

    status: str
    done: int
    total: int


class Ollama:
    """An Ollama server by its URL; see `Generator`."""

    backend: Backend = "ollama"

    def __init__(self, host: str) -> None:
        self.host = host
        self._contexts: dict[str, int | None] = {}

    def models(self, *, timeout_s: float = ASK_S) -> list[OllamaModel]:
        """What is installed, by name.

        Raises
        ------
        GeneratorUnavailableError
            Ollama does not answer, or what answers is not Ollama.
        """
        with self._client(timeout_s) as client, self._translated():
            found = client.list().models
        return sorted((_model(item) for item in found if item.model), key=lambda model: model.name)

    def context_tokens(self, model: str) -> int | None:
        """Most tokens that a model can read and write together; None when Ollama does not say."""
        if model not in self._contexts:
            with self._client(ASK_S) as client, self._translated(model):
                facts = client.show(model).modelinfo or {}
            found = [value for key, value in facts.items() if key.endswith(".context_length")]
            self._contexts[model] = int(found[0]) if found else None
        return self._contexts[model]

    def pull(self, model: str) -> Iterator[PullProgress]:
        """Download a model; closing the iterator stops, and the next pull goes on from there.

        Raises
        ------
        InputError
            The name is empty.
        ModelNotFoundError
            The registry has no such model.
        GeneratorUnavailableError
            Ollama does not answer, has no space left, or cannot reach its registry.
        """
        model = model.strip()
        if not model or len(model.split()) > 1:
            raise InputError("Give the name of one model, such as smollm:135m; the Ollama library lists them.")
        with self._client(60) as client, self._translated(model, pulling=True):
            for part in client.pull(model, stream=True):
                yield PullProgress(part.status or "", part.completed or 0, part.total or 0)
        self._contexts.pop(model, None)

    def stream(
        self,
        prompt: str,
        options: GenerationOptions,
        *,
        model: str,
        timeout_s: float,
        stopped: Callable[[], bool],
    ) -> Iterator[str | Generation]:
        """Answer a prompt; see `Generator.stream`."""
        check_prompt(prompt)
        check_prompt(options.system, what="system prompt")

        def produce(emit: Callable[[str], bool]) -> Ending:
            return self._chat(model, prompt, options, timeout_s, emit)

        return streamed(produce, model=model, backend="ollama", timeout_s=timeout_s, stopped=stopped)

    def _chat(
        self, model: str, prompt: str, options: GenerationOptions, timeout_s: float, emit: Callable[[str], bool]
    ) -> Ending:
        n_words = len(prompt.split()) + len(options.system.split())
        n_context, fits = self._needed_context(model, prompt, options, n_words)
        settings: dict[str, Any] = {
            "temperature": options.temperature,
            "num_predict": options.max_tokens,
            "num_ctx": n_context,
        }
        if options.seed is not None:
            settings["seed"] = options.seed
        system = [{"role": "system", "content": options.system}] if options.system.strip() else []
        messages = [*system, {"role": "user", "content": prompt}]
        last: ChatResponse | None = None
        with self._client(timeout_s) as client, self._translated(model):
            for last in client.chat(model, messages, stream=True, options=settings):
                if not emit(last.message.content or ""):
                    return Ending(stop_reason="cancelled")
        if last is None or not last.done:
            raise self._gone("broke the answer off")
        # Ollama cuts a prompt that does not fit and says nothing; a word is never less than a token.
        if not fits and last.prompt_eval_count is not None and last.prompt_eval_count < n_words:
            raise too_long(model, length=f"{fmt_n(n_words)} words", n_context=n_context)
        seconds = (last.eval_duration or 0) / 1e9
        return Ending(
            stop_reason="length" if last.done_reason == "length" else "stop",
            tokens=last.eval_count,
            prompt_tokens=last.prompt_eval_count,
            tokens_per_s=last.eval_count / seconds if last.eval_count and seconds else None,
        )

    def _needed_context(self, model: str, prompt: str, options: GenerationOptions, n_words: int) -> tuple[int, bool]:
        """Tokens of context to ask for, and whether the prompt surely fits: a token is at least one byte."""
        most = self.context_tokens(model)
        if most is not None and n_words > most:
            raise too_long(model, length=f"{fmt_n(n_words)} words", n_context=most)
        n_bytes = len(prompt.encode()) + len(options.system.encode())
        wanted = n_bytes + options.max_tokens + TEMPLATE_TOKENS
        stepped = max(LEAST_CONTEXT, -(-wanted // CONTEXT_STEP) * CONTEXT_STEP)
        n_context = stepped if most is None else min(stepped, most)
        return n_context, wanted <= n_context

    def _client(self, timeout_s: float) -> Client:
        import httpx
        import ollama

        try:
            return ollama.Client(host=self.host, timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)))
        except ValueError as error:
            raise GeneratorUnavailableError(
                f"OLLAMA_HOST is {self.host}, which is no usable address: {error}."
            ) from None

    @contextmanager
    def _translated(self, model: str = "", *, pulling: bool = False) -> Iterator[None]:
        import httpx
        import ollama

        try:
            yield
        except ollama.ResponseError as error:
            raise self._refused(error, model, pulling=pulling) from error
        except (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout):
            raise self._gone("does not answer") from None
        except httpx.TimeoutException:
            raise GeneratorUnavailableError(
                f"Ollama at {self.host} sent nothing for too long; it may still be loading the model. Try again, or "
                "choose a smaller model."
            ) from None
        except httpx.HTTPError:
            raise self._gone("broke the connection off") from None
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise GeneratorUnavailableError(
                f"What answers at {self.host} does not answer as Ollama does. Check OLLAMA_HOST."
            ) from error

    def _gone(self, what: str) -> GeneratorUnavailableError:
        return GeneratorUnavailableError(f"Ollama at {self.host} {what}. Start it with `ollama serve` and try again.")

    def _refused(self, error: Any, model: str, *, pulling: bool) -> DriftiumError:
        message = " ".join(str(error.error).split())[:300].rstrip(".")
        lower = message.lower()
        if pulling and ("file does not exist" in lower or "not found" in lower or "manifest" in lower):
            return ModelNotFoundError(
                f"Ollama's library has no model called {model}. Check the spelling; names look like smollm:135m. "
                f"(Ollama: {message}.)"
            )
        if error.status_code == 404 and model:
            return ModelNotFoundError(
                f"Ollama at {self.host} has no model called {model}. Run `ollama pull {model}`, or choose another one."
            )
        if "no space" in lower:
            return GeneratorUnavailableError(
                f"Ollama has no space left on its disk for {model} ({message}). Free some and pull again; it goes on "
                "where it stopped."
            )
        if "memory" in lower:
            return GeneratorUnavailableError(f"Ollama cannot run {model}: {message}. Choose a smaller model.")
        return GeneratorUnavailableError(
            f"Ollama at {self.host} failed: {message}. Try again, or choose another model."
        )


def _model(item: Any) -> OllamaModel:
    details = item.details
    known = (details.parameter_size, details.quantization_level) if details else ()
    return OllamaModel(item.model, item.size, ", ".join(filter(None, known)))
