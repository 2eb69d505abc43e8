"""Models that hang, fail, or answer what is no answer."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Odd", "odd_writers"]


@dataclass
class Odd:
    """Does something of its own instead of answering."""

    act: Callable[[str], object]
    model: str = "odd"

    def write(self, prompt: str, *, system: str, timeout_s: float, stopped: Callable[[], bool]) -> str:
        """Whatever it does."""
        del system, timeout_s, stopped
        return self.act(prompt)  # type: ignore[return-value] - that it is no text is the point


def _raise(error: BaseException) -> object:
    raise error


def _busy(seconds: float) -> object:
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        pass
    return "1: done"


def odd_writers(deadline_s: float) -> dict[str, Odd]:
    """Writers that hang, fail or answer what is no answer; hangs last five deadlines."""
    return {
        "hangs asleep": Odd(lambda _prompt: time.sleep(5 * deadline_s)),
        "hangs busy": Odd(lambda _prompt: _busy(5 * deadline_s)),
        "raises Exception": Odd(lambda _prompt: _raise(ValueError("x"))),
        "raises BaseException": Odd(lambda _prompt: _raise(BaseException("x"))),
        "raises SystemExit": Odd(lambda _prompt: _raise(SystemExit(3))),
        "raises MemoryError": Odd(lambda _prompt: _raise(MemoryError())),
        "returns None": Odd(lambda _prompt: None),
        "returns a dict": Odd(lambda _prompt: {1: "The answers drifted."}),
        "returns bytes": Odd(lambda _prompt: b"1: The answers drifted."),
        "returns 50 MB": Odd(lambda _prompt: "1: " + "The answers drifted. " * 2_500_000),
        "returns 50 MB of lines": Odd(lambda _prompt: "1: The answers drifted.\n" * 2_000_000),
        "returns surrogates": Odd(lambda _prompt: "1: \ud83d\n2: \udc00"),
        "returns garbage": Odd(lambda _prompt: "".join(map(chr, random.Random(1).choices(range(1, 0x3000), k=5000)))),
        "echoes the prompt": Odd(lambda prompt: prompt.partition("Statements:")[0]),
        "returns JSON": Odd(lambda _prompt: '{"1": "The answers drifted.", "severity": "CRITICAL"}'),
        "returns a refusal": Odd(lambda _prompt: "1: As an AI language model, I cannot help with that."),
    }
