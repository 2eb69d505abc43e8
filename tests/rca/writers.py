"""Models for tests: each answers in its own way, none is a model."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

STATEMENT = re.compile(r"^(\d+): (.+)$", re.M)


def statements(prompt: str) -> dict[int, str]:
    """The numbered statements of a prompt."""
    asked = prompt.rpartition("Statements:\n")[2]
    return {int(number): text for number, text in STATEMENT.findall(asked)}


@dataclass
class Scripted:
    """Answers by a function of the statements, and remembers what it was asked."""

    answer: Callable[[dict[int, str]], object]
    model: str = "tester:1b"
    prompts: list[str] = field(default_factory=list)

    def write(self, prompt: str, *, system: str, timeout_s: float, stopped: Callable[[], bool]) -> str:
        assert system
        assert timeout_s > 0
        assert not stopped()
        self.prompts.append(prompt)
        return self.answer(statements(prompt))  # type: ignore[return-value] - a model that keeps no promise


def line_by_line(change: Callable[[str], str]) -> Callable[[dict[int, str]], str]:
    """An answer that changes each statement."""
    return lambda asked: "\n".join(f"{number}: {change(text)}" for number, text in asked.items())


@dataclass
class Hanging:
    """Never answers, whatever it is told, until the test lets it go."""

    model: str = "sleeper"
    let_go: threading.Event = field(default_factory=threading.Event)
    n_asked: int = 0

    def write(self, prompt: str, *, system: str, timeout_s: float, stopped: Callable[[], bool]) -> str:
        del prompt, system, timeout_s, stopped
        self.n_asked += 1
        self.let_go.wait(60)
        return "1: too late"
