"""Waiting for something that may hang, fail or return anything, for so long and no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_excerpt, whole

__all__ = ["Answer", "answer_of"]

LOOK_UP_S = 0.05
"""How often a wait looks whether it is still wanted."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a question ended.

    Attributes
    ----------
    end : {"answered", "late", "stopped", "failed"}
    value : object
        Whatever was returned; None unless answered.
    why : str
        What went wrong, as a sentence; empty unless it failed.
    """

    end: Literal["answered", "late", "stopped", "failed"]
    value: object = None
    why: str = ""


def answer_of(
    question: Callable[[Callable[[], bool]], object], *, timeout_s: float, stopped: Callable[[], bool]
) -> Answer:
    """Ask in a thread of its own and wait.

    The thread cannot be ended from outside: one that hangs is left alone, and dies with the process at the latest.

    Parameters
    ----------
    question : callable
        Given a function that says whether its answer is no longer wanted.
    """
    until_s = time.monotonic() + timeout_s
    ended, unwanted = threading.Event(), threading.Event()
    answers: list[Answer] = []

    def ask() -> None:
        try:
            answers.append(Answer("answered", question(unwanted.is_set)))
        except BaseException as error:  # noqa: BLE001 - nothing that a model's client raises may cost the report
            answers.append(Answer("failed", why=_sentence(error)))
        finally:
            ended.set()

    threading.Thread(target=ask, name="driftium-rca-words", daemon=True).start()
    try:
        while not stopped():
            left_s = until_s - time.monotonic()
            if ended.wait(max(0.0, min(LOOK_UP_S, left_s))):
                return answers[0]
            if left_s <= 0:
                return Answer("late")
        return Answer("stopped")
    finally:
        unwanted.set()


def _sentence(error: BaseException) -> str:
    """What an error of ours says to the user; of any other, its kind alone, as its words are not meant for them."""
    if isinstance(error, DriftiumError):
        text = " ".join(whole(str(error)).split())
        if text:
            return fmt_excerpt(text, limit=300, lines=1)
    return f"It failed with {type(error).__name__}."
