"""What every backend that answers prompts takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = [
    "AUTOMATIC",
    "BACKEND_NAMES",
    "Backend",
    "Generation",
    "GenerationOptions",
    "Generator",
    "ModelChoice",
    "StopReason",
    "ignore",
]

Backend = Literal["ollama", "embedded"]

BACKEND_NAMES: dict[Backend, str] = {"ollama": "Ollama", "embedded": "embedded"}

StopReason = Literal["stop", "length", "cancelled", "deadline", "interrupted"]
"""``stop``: the model had said all. ``length``: it reached the token limit. The others leave a partial answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationOptions:
    """How a prompt is to be answered.

    Attributes
    ----------
    system : str
        System prompt; empty for none.
    temperature : float
        0 always takes the likeliest token; from 0 to 2.
    max_tokens : int
        Most tokens of the answer, at least 1.
    seed : int or None
        With the same seed, settings and model the text is the same; None draws a new one each time.
    """

    system: str = ""
    temperature: float = 0.7
    max_tokens: int = 256
    seed: int | None = None

    @property
    def sent_seed(self) -> int | None:
        """The seed as both backends take it; 2**32 - 1 would mean "random" to them."""
        return None if self.seed is None else self.seed % (2**32 - 1)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model is to answer; ``backend`` None leaves it to what is there.

    ``str()`` gives its text form, ``parse`` reads it: ``auto``, ``embedded`` or ``ollama:NAME``.
    """

    backend: Backend | None = None
    model: str = ""

    @classmethod
    def parse(cls, text: str) -> ModelChoice:
        """The choice of a text form; any other text is the name of an Ollama model."""
        text = text.strip()
        if text in ("", "auto"):
            return AUTOMATIC
        if text == "embedded":
            return cls("embedded")
        return cls("ollama", text.removeprefix("ollama:"))

    def __str__(self) -> str:
        return f"ollama:{self.model}" if self.backend == "ollama" else self.backend or "auto"


AUTOMATIC = ModelChoice()


def ignore(_activity: str) -> None:
    """Take no notice of what a model does before its text comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """How an answer ended, and what is known of it.

    Attributes
    ----------
    text : str
        All of it, or what had come when it broke off.
    latency_ms : float
        From the request to the end, waiting for other requests included.
    first_token_ms : float or None
        From the request to the first piece of text, a model's thinking included; None when none came.
    tokens, prompt_tokens : int or None
        As the backend counted them, those of thinking included; None where it did not say.
    tokens_per_s : float or None
        Speed of writing, as the backend measured it, without reading the prompt.
    error : str
        Why it broke off, and what to do; empty unless ``stop_reason`` is ``"interrupted"``.
    note : str
        Why another model answered than the first in line; empty otherwise.
    """

    text: str
    model: str
    backend: Backend
    stop_reason: StopReason
    latency_ms: float
    first_token_ms: float | None = None
    tokens: int | None = None
    prompt_tokens: int | None = None
    tokens_per_s: float | None = None
    error: str = ""
    note: str = ""

    @property
    def complete(self) -> bool:
        """Whether this is all that the model had to say, or was allowed to; a partial answer is no telemetry."""
        return self.stop_reason in ("stop", "length")


class Generator(Protocol):
    """A backend. Thread-safe: any number of answers may be under way at once."""

    backend: Backend

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
        """Yield the answer piece by piece, and at the end its record.

        Parameters
        ----------
        timeout_s : float
            The answer ends here, partial, with ``stop_reason`` ``"deadline"``.
        stopped : callable
            Asked at least ten times a second; once it is true the answer ends, partial, as ``"cancelled"``.
        on_activity : callable
            Told, in the thread that iterates, what is done while no text comes: ``"loading the model"``, ``"reading
            the prompt, 128 of 3 000 tokens"``, ``"thinking"``.

        Raises
        ------
        InputError
            The prompt cannot be answered as it is, e.g. it is longer than the model can read.
        ModelNotFoundError
            The backend has no such model.
        GeneratorUnavailableError
            The backend cannot answer now. What breaks after the first piece is no exception but a record with
            ``stop_reason`` ``"interrupted"``, as the text so far must not be lost.
        """
        ...
