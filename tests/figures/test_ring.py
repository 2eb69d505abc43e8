"""The ring says the index, and its interval, in digits and words."""

import math

import pytest

from driftium_core.figures.layout import figure_alt
from driftium_core.figures.ring import dot_matrix, health_ring, ring_of
from driftium_core.palette import PALETTES
from driftium_core.text.report import Health

HALF = Health(54.4, 47.2, 60.8, 100.0, "The index is 54.")
NONE = Health(None, None, None, None, "No index: no answer has a prompt.")


def words(figure):
    """All texts that the ring shows."""
    return [text for trace in figure.data for text in trace.text or ()]


def test_the_index_lights_its_share_of_sixty_segments():
    # 54.4 of 100 of 60 segments are 32.64
    ring = ring_of(HALF)
    assert (ring.digits, ring.lit, ring.words) == ("54", 33, "95 % 47 to 61")


@pytest.mark.parametrize(("value", "lit"), [(0.0, 0), (100.0, 60)])
def test_both_ends_of_the_scale(value, lit):
    ring = ring_of(Health(value, value, value, 100.0, ""))
    assert ring.lit == lit
    assert ring.digits == f"{value:.0f}"


@pytest.mark.parametrize("health", [NONE, Health(math.nan, None, None, None, NONE.text)])
def test_an_unknown_index_is_no_zero_and_says_why(health):
    ring = ring_of(health)
    assert (ring.digits, ring.lit, ring.interval) == ("–", 0, None)
    assert NONE.text in figure_alt(health_ring(health, "dark"))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_interval_stands_below_the_index_and_no_colour_speaks_of_severity(theme):
    figure = health_ring(HALF, theme)
    assert {"of 100", "95 % 47 to 61"} <= set(words(figure))
    assert figure_alt(figure) == "Health Index 54 of 100, 95 % 47 to 61."
    assert PALETTES[theme].current in {trace.fillcolor for trace in figure.data}


def test_the_light_theme_writes_the_digits():
    assert "<b>54</b>" in words(health_ring(HALF, "light"))


@pytest.mark.parametrize("value", [7.0, 54.0, 100.0])
def test_dots_stay_inside_the_ring(value):
    figure = health_ring(Health(value, value, value, 100.0, ""), "dark")
    dots = next(trace for trace in figure.data if trace.mode == "markers")
    assert max(math.hypot(x, y) for x, y in zip(dots.x, dots.y, strict=True)) < 0.8


def test_the_dash_of_an_unknown_index_is_one_row_of_three_dots():
    assert [(x, y) for x, y, on in dot_matrix("–") if on] == [(1, 3), (2, 3), (3, 3)]


def test_a_one_is_drawn_upright():
    rows = {y: "".join("#" if on else "." for _, row, on in dot_matrix("1") if row == y) for y in range(7)}
    assert [rows[y] for y in (6, 3, 0)] == ["..#..", "..#..", ".###."]
