"""A backend whose answers the test writes, in place of both real ones: for what happens around an answer."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from driftium_core.errors import ModelNotFoundError
from driftium_core.llm.generators import Offer, Standing
from driftium_core.llm.ollama import PullProgress
from driftium_core.llm.port import AUTOMATIC, Generation, GenerationOptions, ModelChoice, ignore
from driftium_core.llm.prompt import check_prompt
from driftium_core.llm.streaming import Ending, Outlet, streamed
from driftium_core.parts import PartState


@dataclass
class ScriptedGenerators:
    """Answers every prompt by ``script``: a text whose words are the pieces, or an error to raise.

    ``gate`` holds every piece after the first back until it is set; ``asked`` are the prompts in order, ``options`` how
    each was to be answered. ``models`` are what Ollama has, ``default`` the one it answers an automatic choice with,
    ``library`` what it can download; with ``nobody`` set, that is why no model answers.
    """

    script: Callable[[str, ModelChoice], str | Exception]
    ending: Ending = field(default_factory=Ending)
    pause_s: float = 0.0
    models: list[str] = field(default_factory=list)
    library: tuple[str, ...] = ("qwen3:0.6b",)
    nobody: str = ""
    default: str = ""
    asked: list[str] = field(default_factory=list)
    options: list[GenerationOptions] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

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
        check_prompt(prompt)
        self.asked.append(prompt)
        self.options.append(options)
        answer = self.script(prompt, choice)
        if isinstance(answer, Exception):
            raise answer

        def produce(outlet: Outlet) -> Ending:
            for number, word in enumerate(answer.split(" ")):
                if number:
                    self.gate.wait(10)
                    time.sleep(self.pause_s)
                if not outlet.text(word if not number else f" {word}"):
                    break
            return self.ending

        return streamed(
            produce,
            model=choice.model or "scripted",
            backend=choice.backend or "embedded",
            timeout_s=timeout_s,
            stopped=stopped,
            on_activity=on_activity,
        )

    def standing(self, choice: ModelChoice = AUTOMATIC) -> Standing:
        if self.nobody:
            return Standing(None, "", self.nobody, "Start Ollama with `ollama serve`.")
        if choice.backend is None and self.default:
            choice = ModelChoice("ollama", self.default)
        if choice.backend != "ollama":
            return Standing("embedded", "scripted", "The scripted model is here.")
        if choice.model in self.models:
            return Standing("ollama", choice.model, f"Ollama has {choice.model}.")
        return Standing(None, "", f"Ollama is without {choice.model}.", f"Run `ollama pull {choice.model}`.")

    def offers(self) -> list[Offer]:
        offered = [Offer(ModelChoice("ollama", name), f"{name} · Ollama", "") for name in self.models]
        return [Offer(AUTOMATIC, f"Automatic: {self.standing().label}", self.standing().why), *offered]

    def state(self) -> PartState:
        return PartState("generator", "missing" if self.nobody else "ok", self.standing().why, self.standing().hint)

    def pull(self, model: str) -> Iterator[PullProgress]:
        yield PullProgress("pulling manifest", 0, 0)
        if model not in self.library:
            raise ModelNotFoundError(f"Ollama's library has no model {model}. Look at the name again.")
        self.models.append(model)
        yield PullProgress("success", 0, 0)

    def close(self) -> None:
        self.gate.set()
