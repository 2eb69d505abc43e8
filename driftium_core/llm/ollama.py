"""Models served by Ollama: listed, shown, pulled, and asked. Every error becomes a sentence here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driftium_core.errors import DriftiumError, GeneratorUnavailableError, InputError, ModelNotFoundError
from driftium_core.llm.connection import Connection
from driftium_core.llm.port import Backend, Generation, GenerationOptions, ignore
from driftium_core.llm.prompt import check_prompt, in_words, too_long
from driftium_core.llm.streaming import Ending, Outlet, paced, streamed

if TYPE_CHECKING:
    from ollama import ChatResponse, Client

__all__ = ["Ollama", "OllamaModel", "PullProgress"]

ASK_S = 10.0
"""For requests that load no model."""

PULL_S = 300.0
"""Longest silence of a download: Ollama says nothing while it verifies what it has."""

PULL_TELL_S = 0.5
"""How often a download that says nothing new is told of, at least."""

LEAST_CONTEXT = 4096
"""Ollama's own default; asking for less would load the model anew."""

CONTEXT_STEP = 4096
"""Contexts come in steps, as every other length loads the model anew."""

TEMPLATE_TOKENS = 128
"""What a chat template may add to system prompt and prompt."""

OFFLINE = (
    "dial tcp",
    "no such host",
    "timeout",
    "connection refused",
    "connection reset",
    "unreachable",
    "tls:",
    "eof",
)
"""Signs, in lower case, that Ollama could not reach its library; it only hands on what the network said."""


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

    def models(self, *, timeout_s: float = ASK_S) -> list[OllamaModel]:
        """What is installed, by name.

        Raises
        ------
        GeneratorUnavailableError
            Ollama does not answer, or what answers is not Ollama.
        """
        connection = Connection(self.host, timeout_s=timeout_s)
        with self._translated(), connection.within(timeout_s) as client:  # every page may wait for it
            found = client.list().models
        return sorted((_model(item) for item in found if item.model), key=lambda model: model.name)

    def context_tokens(self, model: str) -> int | None:
        """Most tokens that a model can read and write together; None when Ollama does not say."""
        with self._translated(model), Connection(self.host, timeout_s=ASK_S).within(ASK_S) as client:
            return _context_tokens(client, model)

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
        connection = Connection(self.host, timeout_s=PULL_S)

        def parts() -> Iterator[PullProgress]:
            with connection as client, self._translated(model, pulling=True):
                for part in client.pull(model, stream=True):
                    yield PullProgress(part.status or "", part.completed or 0, part.total or 0)

        last = PullProgress("", 0, 0)
        with closing(paced(parts, every_s=PULL_TELL_S, break_off=connection.break_off)) as paced_parts:
            for part in paced_parts:
                last = part or last  # told again while Ollama is silent, so that whoever listens can stop it
                yield last
        status = last.status
        if status != "success":
            raise self._gone("broke the download off", then="pull again; it goes on where it stopped")

    def stream(
        self,
        prompt: str,
        options: GenerationOptions,
        *,
        model: str,
        timeout_s: float,
        stopped: Callable[[], bool],
        on_activity: Callable[[str], None] = ignore,
    ) -> Iterator[str | Generation]:
        """Answer a prompt; see `Generator.stream`."""
        check_prompt(prompt)
        check_prompt(options.system, what="system prompt")

        def produce(outlet: Outlet) -> Ending:
            return self._chat(model, prompt, options, timeout_s, outlet)

        return streamed(
            produce, model=model, backend="ollama", timeout_s=timeout_s, stopped=stopped, on_activity=on_activity
        )

    def _chat(self, model: str, prompt: str, options: GenerationOptions, timeout_s: float, outlet: Outlet) -> Ending:
        system = [{"role": "system", "content": options.system}] if options.system.strip() else []
        messages = [*system, {"role": "user", "content": prompt}]
        n_words = len(prompt.split()) + len(options.system.split())
        length = in_words(prompt, options.system)
        connection = Connection(self.host, timeout_s=timeout_s + 5)  # the deadline comes first, and says so
        outlet.on_unwanted(connection.break_off)
        last: ChatResponse | None = None
        with connection as client, self._translated(model):
            most = _context_tokens(client, model)
            if most is not None and n_words > most:
                raise too_long(model, length=length, n_context=most)
            n_context, fits = _needed_context(prompt, options, most)
            for last in client.chat(model, messages, stream=True, options=_settings(options, n_context)):
                if last.message.thinking and not last.message.content:
                    outlet.activity("thinking")
                if not outlet.text(last.message.content or ""):
                    return Ending(stop_reason="cancelled")
        if last is None or not last.done:
            raise self._gone("broke the answer off")
        if last.done_reason in ("load", "unload"):
            raise GeneratorUnavailableError(
                f"Ollama at {self.host} {last.done_reason}ed {model} and did not answer. Try again."
            )
        # Ollama cuts a prompt that does not fit and says nothing; a word is never less than a token.
        n_read, n_written = _count(last.prompt_eval_count), _count(last.eval_count)
        if not fits and n_read is not None and (n_read < n_words or n_read >= n_context - 1):
            raise too_long(model, length=length, n_context=n_context)
        seconds = max(0, last.eval_duration or 0) / 1e9
        return Ending(
            stop_reason="length" if last.done_reason == "length" else "stop",
            tokens=n_written,
            prompt_tokens=n_read,
            tokens_per_s=n_written / seconds if n_written and seconds else None,
        )

    @contextmanager
    def _translated(self, model: str = "", *, pulling: bool = False) -> Iterator[None]:
        import httpx
        import ollama

        try:
            yield
        except DriftiumError:
            raise
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

    def _gone(self, what: str, *, then: str = "try again") -> GeneratorUnavailableError:
        return GeneratorUnavailableError(f"Ollama at {self.host} {what}. Start it with `ollama serve` and {then}.")

    def _refused(self, error: Any, model: str, *, pulling: bool) -> DriftiumError:
        message = " ".join(str(error.error).split())[:300].rstrip(".")
        lower = message.lower()
        if message.startswith("<") or not message or (error.status_code == 404 and not model):
            return GeneratorUnavailableError(
                f"What answers at {self.host} does not answer as Ollama does (HTTP status {error.status_code}). Check "
                "OLLAMA_HOST, and what stands between."
            )
        if "no space" in lower:
            return GeneratorUnavailableError(
                f"Ollama has no space left on its disk for {model} ({message}). Free some and pull again; it goes on "
                "where it stopped."
            )
        if pulling and any(sign in lower for sign in OFFLINE):
            return GeneratorUnavailableError(
                f"Ollama cannot reach its library to download {model} ({message}). Check its internet connection and "
                "pull again; it goes on where it stopped."
            )
        if pulling and any(sign in lower for sign in ("file does not exist", "not found", "invalid model name")):
            return ModelNotFoundError(
                f"Ollama's library has no model called {model}. Check the spelling; names look like smollm:135m. "
                f"(Ollama: {message}.)"
            )
        if model and (error.status_code == 404 or "invalid model name" in lower):
            return ModelNotFoundError(
                f"Ollama at {self.host} has no model called {model}. Run `ollama pull {model}`, or choose another one."
            )
        if "memory" in lower:
            return GeneratorUnavailableError(f"Ollama cannot run {model}: {message}. Choose a smaller model.")
        return GeneratorUnavailableError(
            f"Ollama at {self.host} failed: {message}. Try again, or choose another model."
        )


def _count(number: int | None) -> int | None:
    """A count that can be one; not every server that speaks the protocol counts."""
    return number if number is not None and 0 <= number < 2**63 else None


def _settings(options: GenerationOptions, n_context: int) -> dict[str, Any]:
    settings = {"temperature": options.temperature, "num_predict": options.max_tokens, "num_ctx": n_context}
    return settings if options.seed is None else {**settings, "seed": options.sent_seed}


def _context_tokens(client: Client, model: str) -> int | None:
    facts = client.show(model).modelinfo or {}
    # A model that also sees has two lengths; the one of the language comes under its architecture.
    names = [
        f"{facts.get('general.architecture')}.context_length",
        *(n for n in facts if n.endswith(".context_length")),
    ]
    found = next((facts[name] for name in names if name in facts), None)
    return int(found) if found else None


def _needed_context(prompt: str, options: GenerationOptions, most: int | None) -> tuple[int, bool]:
    """Tokens of context to ask for, and whether the prompt surely fits: a token is at least one byte."""
    n_bytes = len(prompt.encode()) + len(options.system.encode())
    wanted = n_bytes + options.max_tokens + TEMPLATE_TOKENS
    stepped = max(LEAST_CONTEXT, -(-wanted // CONTEXT_STEP) * CONTEXT_STEP)
    n_context = stepped if most is None else min(stepped, most)
    return n_context, wanted <= n_context


def _model(item: Any) -> OllamaModel:
    details = item.details
    known = (details.parameter_size, details.quantization_level) if details else ()
    return OllamaModel(item.model, item.size, ", ".join(filter(None, known)))
