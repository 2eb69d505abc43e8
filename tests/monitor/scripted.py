"""A backend whose answers the test writes, in place of both real ones: for what happens around an answer."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from driftium_core.llm.port import AUTOMATIC, Generation, GenerationOptions, ModelChoice, ignore
from driftium_core.llm.streaming import Ending, Outlet, streamed


@dataclass
class ScriptedGenerators:
    """Answers every prompt by ``script``: a text whose words are the pieces, or an error to raise.

    ``gate`` holds every piece after the first back until it is set; ``asked`` are the prompts in order.
    """

    script: Callable[[str, ModelChoice], str | Exception]
    ending: Ending = field(default_factory=Ending)
    pause_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def stream(
        self,
        prompt: str,
        _options: GenerationOptions,
        *,
        choice: ModelChoice = AUTOMATIC,
        timeout_s: float,
        stopped: Callable[[], bool],
        on_activity: Callable[[str], None] = ignore,
    ) -> Iterator[str | Generation]:
        self.asked.append(prompt)
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

    def close(self) -> None:
        self.gate.set()
