"""Prompts and models that sets and runs accept."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.errors import InputError
from driftium_core.formats import fmt_n
from driftium_core.store.prompt_records import RunArm

__all__ = ["checked_arms", "checked_prompts", "checked_system"]

MOST_PROMPTS = 10_000

_LARGEST_TEXT = 1024**2
_LARGEST_LIST = 64 * 1024**2
"""Bytes of one text, and of all prompts together, which are read at once."""


def checked_prompts(prompts: Sequence[str]) -> tuple[str, ...]:
    """The prompts as they are.

    Raises
    ------
    InputError
        There are none or too many, one is blank or too long, or all together are too long.
    """
    n = len(prompts)
    if not n:
        raise InputError("There are no prompts. Give at least one.")
    if n > MOST_PROMPTS:
        raise InputError(f"There are {fmt_n(n)} prompts, where {fmt_n(MOST_PROMPTS)} are the most. Split them.")
    blank = [place for place, prompt in enumerate(prompts, start=1) if not prompt.strip()]
    if len(blank) == 1:
        raise InputError(f"Prompt {fmt_n(blank[0])} of {fmt_n(n)} is blank. Fill it in or leave it out.")
    if blank:
        raise InputError(
            f"{fmt_n(len(blank))} of the {fmt_n(n)} prompts are blank, the first of them is prompt {fmt_n(blank[0])}. "
            "Fill them in or leave them out."
        )
    sizes = [_size(prompt) for prompt in prompts]
    for place, size in enumerate(sizes, start=1):
        if size > _LARGEST_TEXT:
            raise InputError(f"Prompt {fmt_n(place)} of {fmt_n(n)} is longer than 1 MB. Shorten it.")
    if sum(sizes) > _LARGEST_LIST:
        raise InputError(f"The {fmt_n(n)} prompts are longer than {_LARGEST_LIST // 1024**2} MB together. Split them.")
    return tuple(prompts)


def checked_system(system: str) -> str:
    """The system prompt as it is; `InputError` when it is too long."""
    if _size(system) > _LARGEST_TEXT:
        raise InputError("The system prompt is longer than 1 MB. Shorten it.")
    return system


def checked_arms(arms: Sequence[RunArm], *, to_current: bool) -> tuple[RunArm, ...]:
    """The arms of a run as they are.

    Raises
    ------
    InputError
        There are not one or two, or two whose answers are to become telemetry as they come; or a system prompt is too
        long.
    """
    if len(arms) not in (1, 2):
        raise InputError(f"A prompt run asks one or two models, and {fmt_n(len(arms))} were given. Choose one or two.")
    if to_current and len(arms) > 1:
        raise InputError(
            "The answers of two models cannot become current telemetry as they come. Choose one model, or send one of "
            "the two when the run is done."
        )
    for arm in arms:
        checked_system(arm.system)
    return tuple(arms)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
