"""What severity decides about the steps, whatever the cause: how soon to begin, and what to do meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.rca.report import Action
from driftium_core.severity import Severity

__all__ = ["WHEN", "few_steps", "with_meanwhile"]

MOST_STEPS = 6

WHEN = {
    Severity.CRITICAL: "Begin now",
    Severity.HIGH: "Begin today",
    Severity.MEDIUM: "Begin this week",
}
"""How the lead begins where there is drift that matters."""


def with_meanwhile(steps: Sequence[Action], meanwhile: Action, severity: Severity) -> list[Action]:
    """The steps with one about whatever is at stake until they are done: the sooner, the more severe."""
    place = {Severity.CRITICAL: 1, Severity.HIGH: 2}.get(severity, len(steps) - 1)
    return [*steps[:place], meanwhile, *steps[place:]]


def few_steps(steps: Sequence[Action]) -> tuple[Action, ...]:
    """Each step once, at most six, and the last one kept: it is the decision that the others lead up to."""
    once = list({step.text: step for step in steps}.values())
    return tuple(once if len(once) <= MOST_STEPS else [*once[: MOST_STEPS - 1], once[-1]])
