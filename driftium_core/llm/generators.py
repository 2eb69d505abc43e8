"""Who answers: Ollama where it does, else the embedded model, else nobody, and then why."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from driftium_core.errors import GeneratorUnavailableError, ModelNotFoundError
from driftium_core.formats import fmt_count, fmt_n
from driftium_core.llm.embedded import Embedded
from driftium_core.llm.ollama import Ollama, OllamaModel, PullProgress
from driftium_core.llm.port import (
    AUTOMATIC,
    BACKEND_NAMES,
    Backend,
    Generation,
    GenerationOptions,
    ModelChoice,
    ignore,
)
from driftium_core.parts import PartState

__all__ = ["Generators", "Offer", "Standing"]

PROBE_S = 0.7
"""Longest wait of a page for Ollama's list of models."""

ASK_S = 3.0
"""Longest wait before a prompt: a machine that is busy answering may be slow to list its models."""

FRESH_S = 5.0

ASLEEP = "Start Ollama with `ollama serve` to use its models."


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
    def text(self) -> str:
        """Why, and what to do about it."""
        return f"{self.why} {self.hint}".strip()

    @property
    def label(self) -> str:
        """Model and backend in a few words."""
        return f"{self.model} · {BACKEND_NAMES[self.backend]}" if self.backend else "no model answers"


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be chosen, with a few words on it."""

    choice: ModelChoice
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What Ollama said when it was asked: its models, or why it did not answer."""

    models: tuple[OllamaModel, ...] | None
    problem: str
    at_s: float

    @property
    def fresh(self) -> bool:
        return time.monotonic() - self.at_s < FRESH_S

    def installed(self, model: str) -> str:
        """Its name as Ollama has it; empty when it is not installed."""
        wanted = _full_name(model)
        return next((item.name for item in self.models or () if _full_name(item.name) == wanted), "")


class Generators:
    """Both backends, and the choice between them. Thread-safe.

    Ollama is asked what it has at most once in five seconds. Pages wait for it once; later they get what was known
    and it is asked again in a thread. A prompt waits for what is true now.
    """

    def __init__(self, ollama: Ollama, embedded: Embedded, *, model: str) -> None:
        self.ollama, self.embedded = ollama, embedded
        self._model = model
        self._known: _Found | None = None
        self._asking = threading.Lock()
        self._n_forgotten = 0

    def standing(self, choice: ModelChoice = AUTOMATIC) -> Standing:
        """Who would answer, as far as is known; loads nothing."""
        if choice.backend == "embedded":
            return self._embedded()
        return self._standing(choice, self._found())

    def _standing(self, choice: ModelChoice, found: _Found) -> Standing:
        model = choice.model or self._model
        installed = found.installed(model)
        if installed:
            return Standing("ollama", installed, f"Ollama answers at {self.ollama.host} and has {installed}.")
        why, hint = self._missing(model, found)
        if choice.backend == "ollama":
            return Standing(None, "", f"{why}.", hint)
        instead = self._embedded()
        if instead.backend is None:
            return Standing(None, "", f"{why}, and {self.embedded.problem()[0]}.", f"{hint} {instead.hint}")
        return replace(instead, why=f"{why}. {instead.why}", hint=hint, fallback=True)

    def _missing(self, model: str, found: _Found) -> tuple[str, str]:
        """Why Ollama does not answer with a model, without a full stop, and what to do."""
        if found.models is None:
            return found.problem, ASLEEP
        count = fmt_count(len(found.models), "model")
        return f"Ollama answers at {self.ollama.host} with {count}, without {model}", f"Run `ollama pull {model}`."

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
        on_activity: Callable[[str], None] = ignore,
    ) -> Iterator[str | Generation]:
        """Answer a prompt by the chosen model; see `Generator.stream`.

        Only an automatic choice goes on to the embedded model when Ollama cannot answer, and the record's ``note``
        says so. Once the first piece of text has come, nobody else answers.
        """
        until_s = time.monotonic() + timeout_s
        note = ""
        if choice.backend != "embedded":
            ask = partial(self.ollama.stream, prompt, options, stopped=stopped, on_activity=on_activity)
            try:
                yield from self._by_ollama(ask, choice, timeout_s)
                return
            except (GeneratorUnavailableError, ModelNotFoundError) as error:
                if choice.backend is not None or self.embedded.problem()[0]:
                    raise
                note = f"{error} The embedded model {self.embedded.model} answered instead."
        left_s = max(0.0, until_s - time.monotonic())
        for part in self.embedded.stream(prompt, options, timeout_s=left_s, stopped=stopped, on_activity=on_activity):
            yield replace(part, note=note) if isinstance(part, Generation) else part

    def _by_ollama(
        self, ask: Callable[..., Iterator[str | Generation]], choice: ModelChoice, timeout_s: float
    ) -> Iterator[str | Generation]:
        found = self._found(now=True)
        standing = self._standing(choice, found)
        if standing.backend is None:
            raise GeneratorUnavailableError(standing.text)
        if standing.backend == "embedded":
            raise GeneratorUnavailableError(f"{self._missing(self._model, found)[0]}.")
        try:
            for part in ask(model=standing.model, timeout_s=timeout_s):
                if isinstance(part, Generation) and part.stop_reason == "interrupted":
                    self.forget()
                yield part
        except (GeneratorUnavailableError, ModelNotFoundError):
            self.forget()
            raise

    def pull(self, model: str) -> Iterator[PullProgress]:
        """Let Ollama download a model; see `Ollama.pull`."""
        try:
            yield from self.ollama.pull(model)
        finally:
            self.forget()

    def forget(self) -> None:
        """Ask Ollama again at the next question."""
        self._n_forgotten += 1
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
            return Standing(None, "", f"The embedded model cannot answer: {what}.", remedy)
        file = self.embedded.file
        megabytes = fmt_n(round(file.stat().st_size / 1e6)) if file else "0"
        loaded = "and is loaded" if self.embedded.loaded else "and is loaded at the first prompt"
        name = file.name if file else ""
        return Standing(
            "embedded", self.embedded.model, f"The embedded model {name} ({megabytes} MB) answers {loaded}."
        )

    def _found(self, *, now: bool = False) -> _Found:
        known = self._known
        if known is not None and (known.fresh or not now):
            if not known.fresh and self._asking.acquire(blocking=False):
                threading.Thread(target=self._refresh, name="driftium-ollama", daemon=True).start()
            return known
        with self._asking:
            known = self._known
            return known if known is not None and known.fresh else self._ask(ASK_S if now else PROBE_S)

    def _refresh(self) -> None:
        try:
            self._ask(PROBE_S)
        finally:
            self._asking.release()

    def _ask(self, timeout_s: float) -> _Found:
        """Ask Ollama; whoever calls holds ``_asking``."""
        before = self._n_forgotten
        try:
            models, problem = tuple(self.ollama.models(timeout_s=timeout_s)), ""
        except GeneratorUnavailableError as error:
            models, problem = None, str(error).partition(". ")[0].rstrip(".")
        found = _Found(models, problem, time.monotonic())
        if self._n_forgotten == before:  # else something has changed since it was asked
            self._known = found
        return found


def _full_name(model: str) -> str:
    """A name as Ollama compares them: without its own registry, in lower case, ``:latest`` when it has no tag."""
    name = model.strip().lower().removeprefix("registry.ollama.ai/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
