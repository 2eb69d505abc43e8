"""Prompt sets and runs as they go into the store and come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from driftium_core.response import Response

__all__ = ["ARM_NAMES", "PromptRun", "PromptRunFacts", "PromptSet", "RunAnswer", "RunArm"]

ARM_NAMES = "AB"
"""What the models of a run are called, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSet:
    """One version of a named list of prompts; it never changes.

    ``version`` counts from 1 within the name; ``system`` is the system prompt they are meant for, empty for none.
    """

    id: str
    project: str
    name: str
    version: int
    created_at: datetime
    note: str
    system: str
    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunArm:
    """One of the models that a run asks, and how.

    ``model`` is the user's choice as text, e.g. ``auto`` or ``ollama:smollm:135m``; which one answered is in each
    answer.
    """

    model: str
    system: str
    temperature: float
    max_tokens: int
    seed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRunFacts:
    """A list of prompts given to one or two models, without the prompts, of which there may be 10,000.

    Attributes
    ----------
    updated_at : datetime
        When the last answer came or the state changed (UTC).
    finished, stopped : bool
        Whether it went through all prompts, or the user stopped it. While neither is true it runs, or the process that
        ran it is gone.
    to_current : bool
        Whether each answer becomes current telemetry as it comes.
    set_id : str or None
        The version of the set it was started with; None for prompts given by hand, and once the set is deleted.
    done, failed, sent : tuple of int
        Answers, failures, and answers that became telemetry so far, per arm.
    """

    id: str
    project: str
    name: str
    created_at: datetime
    updated_at: datetime
    finished: bool
    stopped: bool
    to_current: bool
    set_id: str | None
    n_prompts: int
    arms: tuple[RunArm, ...]
    done: tuple[int, ...]
    failed: tuple[int, ...]
    sent: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRun(PromptRunFacts):
    """A run with its prompts."""

    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAnswer:
    """What became of one prompt with one model of a run.

    Attributes
    ----------
    arm, position : int
        Which model and which prompt, from 0.
    content : Response or None
        The answer, with the key ``run:<run>:<arm>:<position>``.
    error : str or None
        Why there is no answer; exactly one of the two is None.
    response_id : str or None
        The telemetry it was sent to, which may have been deleted or promoted since.
    """

    arm: int
    position: int
    content: Response | None
    error: str | None
    response_id: str | None
