"""An attribution in sentences, the same on the page, in the terminal and in the report that is sent on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from driftium_core.formats import fmt_effect, fmt_n, fmt_name, fmt_names
from driftium_core.tabular.attribution_report import Attribution, ColumnAttribution, Root

__all__ = ["ROLE_WORDS", "attribution_line", "held_line", "left_over_line", "root_line"]

ROLE_WORDS = {"root": "root", "explained": "explained", "left_over": "left over", "too_weak": "too weak"}

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MAX_NAMES = 6


def attribution_line(attribution: Attribution) -> str:
    """Which causes explain how many drifted columns, in a sentence or two; empty where no root was found.

    ``"One cause explains 3 of the 4: age moved and carries job and marital with it; balance is left over."``
    """
    roots = attribution.roots
    if not roots:
        return ""
    n_all = len(attribution.columns)
    n_explained = len({root.column for root in roots} | {name for root in roots for name in root.explains})
    moved = "; ".join(_moved(root) for root in roots)
    rest = _rest(attribution)
    if n_all == 1:
        return f"{_sentence(moved)} No other column drifted."
    causes = "One cause explains" if len(roots) == 1 else f"{_count(len(roots)).capitalize()} causes explain"
    return _sentence("; ".join([f"{causes} {fmt_n(n_explained)} of the {fmt_n(n_all)}: {moved}", *rest]))


def held_line(attribution: Attribution) -> str:
    """What holding the roots leaves: ``"Hold age fixed, and two of the other three fall to chance:"``.

    Empty where no root was found, or nothing else drifted.
    """
    roots = {root.column for root in attribution.roots}
    others = [column for column in attribution.columns if column.column not in roots]
    if not roots or not others:
        return ""
    n_fallen, n_others = sum(column.role == "explained" for column in others), len(others)
    what = fmt_names([root.column for root in attribution.roots], limit=_MAX_NAMES)
    if n_others == 1:
        fall = "the other column falls to chance" if n_fallen else "the other column stays shifted"
    elif n_fallen == n_others:
        fall = f"all {_count(n_others)} others fall to chance" if n_others > 2 else "both others fall to chance"
    else:
        verb = "falls" if n_fallen == 1 else "fall"
        fall = f"{_count(n_fallen) if n_fallen else 'none'} of the other {_count(n_others)} {verb} to chance"
    return f"Hold {what} fixed, and {fall}:"


def root_line(root: Root, unexplained: Sequence[str] = ()) -> str:
    """``"Root `age`: rows with age ≥ 35 are gone → explains `job` and `marital` · left over `balance`"``.

    A measurement shift is said to be one. ``unexplained`` is for the line that closes the list.
    """
    if root.action == "measurement":
        line = f"Root `{fmt_name(root.column)}`, a measurement shift: {root.description}"
        parts = [f"{line} → explains itself alone"]
    else:
        explains = fmt_names(root.explains, limit=_MAX_NAMES) or "no other column"
        parts = [f"Root `{fmt_name(root.column)}`: {root.description} → explains {explains}"]
    if unexplained:
        parts.append(f"left over {fmt_names(unexplained, limit=_MAX_NAMES)}")
    return " · ".join(parts)


def left_over_line(column: ColumnAttribution, roots: Sequence[Root]) -> str:
    """``"`utilisation` keeps 0.31 of its 0.33 with `employment` held: a second, separate cause."``.

    Where its effects could not be compared it says only that the column stays shifted.
    """
    held = fmt_names([root.column for root in roots], limit=_MAX_NAMES)
    cause = "a second, separate cause" if len(roots) == 1 else "a cause of its own"
    if math.isnan(column.effect_alone) or math.isnan(column.effect_held):
        kept = "stays shifted"
    else:
        kept = f"keeps {fmt_effect(column.effect_held)} of its {fmt_effect(column.effect_alone)}"
    return f"`{fmt_name(column.column)}` {kept} with {held} held: {cause}."


def _moved(root: Root) -> str:
    name = f"`{fmt_name(root.column)}`"
    if root.action == "measurement":
        return f"{name} moved by itself ({root.description})"
    if not root.explains:
        return f"{name} moved by itself"
    return f"{name} moved and carries {fmt_names(root.explains, limit=_MAX_NAMES)} with it"


def _rest(attribution: Attribution) -> list[str]:
    """What no root explains, and what was too weak to tell."""
    rest = []
    if attribution.unexplained:
        verb = "is" if len(attribution.unexplained) == 1 else "are"
        rest.append(f"{fmt_names(attribution.unexplained, limit=_MAX_NAMES)} {verb} left over")
    weak = [column.column for column in attribution.columns if column.role == "too_weak"]
    if weak:
        verb = "is" if len(weak) == 1 else "are"
        rest.append(f"{fmt_names(weak, limit=_MAX_NAMES)} {verb} too weak to attribute")
    return rest


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else fmt_n(number)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
