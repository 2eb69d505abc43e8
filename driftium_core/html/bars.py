"""Small bars for the cells of tables: shifts of terms, and two distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from driftium_core.formats import fmt_name, fmt_percent
from driftium_core.html.scales import Scale
from driftium_core.text.differences import Keyword
from driftium_core.text.report import Shape

__all__ = ["ShapeBars", "ShiftBar", "shape_bars", "shift_bars"]

SHIFT_WIDTH, SHAPE_WIDTH, SHAPE_HEIGHT = 200.0, 132.0, 36.0


@dataclass(frozen=True, slots=True)
class ShiftBar:
    """A term with its bar of a drawing that is ``SHIFT_WIDTH`` wide with zero in the middle.

    ``x`` and ``width`` are those of the bar, ``low`` and ``high`` the ends of its interval.
    """

    term: Keyword
    gained: bool
    x: float
    width: float
    low: float
    high: float


def shift_bars(gained: Sequence[Keyword], lost: Sequence[Keyword]) -> tuple[ShiftBar, ...]:
    """Gained terms and then lost ones on one scale; `telling` ones only, as no other has an interval to draw."""
    furthest = max((abs(end) for word in (*gained, *lost) for end in _shift(word)), default=1.0)
    scale = Scale(-furthest, furthest, 4, SHIFT_WIDTH - 4)
    return (*(_bar(word, True, scale) for word in gained), *(_bar(word, False, scale) for word in lost))


def _bar(word: Keyword, gained: bool, scale: Scale) -> ShiftBar:
    zero, (end, low, high) = scale(0), map(scale, _shift(word))
    return ShiftBar(word, gained, min(zero, end), abs(end - zero), low, high)


def _shift(word: Keyword) -> tuple[float, float, float]:
    """Ratio of a telling term and the ends of its interval."""
    return word.log2_ratio, word.low, word.high


@dataclass(frozen=True, slots=True)
class ShapeBars:
    """Both pools over the same bins: path data of the baseline's outline and of current's filled bars."""

    baseline: str
    current: str
    description: str


def shape_bars(shape: Shape | None, *, baseline: str = "Baseline") -> ShapeBars | None:
    """Paths of two distributions, the first of which is called `baseline`; None where there is nothing to draw."""
    if shape is None or not shape.labels:
        return None
    peak = max((*shape.baseline, *shape.current), default=0.0)
    if peak <= 0:
        return None
    step, up = SHAPE_WIDTH / len(shape.labels), Scale(0, peak, SHAPE_HEIGHT, 2)
    outline = "".join(
        f"{'M' if i == 0 else 'L'}{i * step:.1f} {up(share):.1f}H{(i + 1) * step:.1f}"
        for i, share in enumerate(shape.baseline)
    )
    room = min(1.5, 0.15 * step)
    bars = "".join(
        f"M{i * step + room:.1f} {SHAPE_HEIGHT:g}V{up(share):.1f}H{(i + 1) * step - room:.1f}V{SHAPE_HEIGHT:g}Z"
        for i, share in enumerate(shape.current)
        if share > 0
    )
    words = (_most(name, shape.labels, pool) for name, pool in ((baseline, shape.baseline), ("current", shape.current)))
    return ShapeBars(outline, bars, "; ".join(words) + ".")


def _most(name: str, labels: Sequence[str], shares: Sequence[float]) -> str:
    most = max(range(len(shares)), key=shares.__getitem__)
    return f"{name} most often {fmt_name(labels[most])} ({fmt_percent(shares[most])})"
