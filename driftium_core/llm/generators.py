"""Who answers: Ollama where it does, else the embedded model, else nobody, and then why."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from driftium_core.errors import GeneratorUnavailableError, ModelNotFoundError
from driftium_core.formats import fmt_n
from driftium_core.llm.embedded import Embedded
from driftium_core.llm.ollama import Ollama, OllamaModel, PullProgress
from driftium_core.llm.port import AUTOMATIC, Backend, Generation, GenerationOptions, Generator, ModelChoice
from driftium_core.parts import PartState

__all__ = ["Generators", "Offer", "Standing"]

PROBE_S = 0.7
FRESH_S = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What a choice comes to now.

    Attributes
    ----------
    backend : "ollama", "embedded" or None
        Who would answer; None when nobody can.
    model : str
        Name of the model that would answer; empty when nobody can.
    why : str
        A sentence: why this one, or why none.
    hint : str
        What to do about it; empty when nothing needs doing.
    fallback : bool
        An automatic choice that does not come to Ollama's model.
    """

    backend: Backend | None
    model: str
    why: str
    hint: str = ""
    fallback: bool = False

    @property
    def label(self) -> str:
        """Model and backend in a few words."""
        names = {"ollama": "Ollama", "embedded": "embedded"}
        return f"{self.model} · {names[self.backend]}" if self.backend else "no model answers"


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be chosen, with a few words on it."""

    choice: ModelChoice
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What Ollama said when it was asked last: its models, or why it did not answer."""

    models: tuple[OllamaModel, ...] | None
    problem: str

    def has(self, model: str) -> bool:
        return any(item.name in (model, f"{model}:latest") for item in self.models or ())


class Generators:
    """Both backends, and the choice between them. Thread-safe.

    Ollama is asked what it has at most once in five seconds, in a thread of its own after the first time, so that no
    page waits for it twice.
    """

    def __init__(self, ollama: Ollama, embedded: Embedded, *, model: str) -> None:
        self.ollama, self.embedded = ollama, embedded
        self._model = model
        self._known: _Found | None = None
        self._asked_s = 0.0
        self._lock = threading.Lock()

    def standing(self, choice: ModelChoice = AUTOMATIC) -> Standing:
        """Who would answer now, at most a few seconds old; loads nothing."""
        if choice.backend == "embedded":
            return self._embedded()
        found = self._found()
        model = choice.model or self._model
        if found.has(model):
            return Standing("ollama", model, f"Ollama answers at {self.ollama.host} and has {model}.")
        if found.models is None:
            why, hint = found.problem, "Start Ollama with `ollama serve` to use its models."
        else:
            count = f"{fmt_n(len(found.models))} model{'' if len(found.models) == 1 else 's'}"
            why, hint = (
                f"Ollama answers at {self.ollama.host} with {count}, without {model}",
                f"Run `ollama pull {model}`.",
            )
        if choice.backend == "ollama":
            return Standing(None, "", f"{why}.", hint)
        instead = self._embedded()
        if instead.backend is None:
            return Standing(None, "", f"{why}, and {instead.why[0].lower()}{instead.why[1:]}", f"{hint} {instead.hint}")
        return replace(instead, why=f"{why}. {instead.why}", hint=hint, fallback=True)

    def offers(self) -> list[Offer]:
        """What can be chosen now: automatic first, then Ollama's models, then the embedded one."""
        installed = [
            Offer(ModelChoice("ollama", item.name), f"{item.name} · Ollama", item.detail)
            for item in self._found().models or ()
        ]
        embedded = self._embedded()
        inside = [Offer(ModelChoice("embedded"), embedded.label, embedded.why)] if embedded.backend else []
        return [Offer(AUTOMATIC, f"Automatic: {self.standing().label}", self.standing().why), *installed, *inside]

    def stream(
        self,
        prompt: str,
        options: GenerationOptions,
        *,
        choice: ModelChoice = AUTOMATIC,
        timeout_s: float,
        stopped: Callable[[], bool],
    ) -> Iterator[str | Generation]:
        """Answer a prompt by the chosen model; see `Generator.stream`.

        Only an automatic choice goes on to the embedded model when Ollama cannot answer, and the record's ``note``
        says so. Once the first piece of text has come, nobody else answers.
        """
        standing = self.standing(choice)
        if standing.backend is None:
            raise GeneratorUnavailableError(f"{standing.why} {standing.hint}".strip())
        note = standing.why if standing.fallback else ""
        generator: Generator = self.ollama if standing.backend == "ollama" else self.embedded
        began = False
        try:
            for part in generator.stream(prompt, options, model=standing.model, timeout_s=timeout_s, stopped=stopped):
                began = True
                if isinstance(part, Generation):
                    if part.stop_reason == "interrupted":
                        self.forget()
                    part = replace(part, note=note)
                yield part
        except (GeneratorUnavailableError, ModelNotFoundError) as error:
            self.forget()
            if began or choice.backend is not None or generator is self.embedded:
                raise
            instead = self._embedded()
            if instead.backend is None:
                raise
            for part in self.embedded.stream(prompt, options, timeout_s=timeout_s, stopped=stopped):
                yield replace(part, note=f"{error} {instead.why}") if isinstance(part, Generation) else part

    def pull(self, model: str) -> Iterator[PullProgress]:
        """Let Ollama download a model; see `Ollama.pull`."""
        try:
            yield from self.ollama.pull(model)
        finally:
            self.forget()

    def forget(self) -> None:
        """Ask Ollama again at the next question."""
        with self._lock:
            self._known = None

    def state(self) -> PartState:
        """The generator as a part of the app, for an automatic choice."""
        standing = self.standing()
        if standing.backend is None:
            broken = self.embedded.file is not None or "DRIFTIUM_GGUF" in standing.why
            return PartState("generator", "error" if broken else "missing", standing.why, standing.hint)
        idle = standing.backend == "embedded" and not self.embedded.loaded
        return PartState("generator", "idle" if idle else "ok", standing.why, standing.hint)

    def close(self) -> None:
        """Free the embedded model's memory."""
        self.embedded.close()

    def _embedded(self) -> Standing:
        what, remedy = self.embedded.problem()
        if what:
            return Standing(None, "", f"{what[0].upper()}{what[1:]}.", remedy)
        file = self.embedded.file
        megabytes = fmt_n(round(file.stat().st_size / 1e6)) if file else "0"
        loaded = "loaded" if self.embedded.loaded else "installed; not loaded"
        name = file.name if file else ""
        return Standing("embedded", self.embedded.model, f"The embedded model {name} ({megabytes} MB) is {loaded}.")

    def _found(self) -> _Found:
        with self._lock:
            if self._known is None:
                self._known, self._asked_s = self._ask(), time.monotonic()
            elif time.monotonic() - self._asked_s > FRESH_S:
                self._asked_s = time.monotonic()
                threading.Thread(target=self._refresh, name="driftium-ollama", daemon=True).start()
            return self._known

    def _refresh(self) -> None:
        found = self._ask()
        with self._lock:
            self._known = found

    def _ask(self) -> _Found:
        try:
            return _Found(tuple(self.ollama.models(timeout_s=PROBE_S)), "")
        except GeneratorUnavailableError as error:
            first, _, _ = str(error).partition(". ")
            return _Found(None, first.rstrip("."))
