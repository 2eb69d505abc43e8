"""A statistic is never drawn without its null range, whatever the numbers are."""

import math

import pytest

from driftium_core.figures.layout import figure_alt
from driftium_core.figures.null_range import null_range
from driftium_core.palette import SYMBOLS
from driftium_core.severity import Severity
from driftium_core.text.drift_report import NullRange

DRAWS = tuple(i / 1000 for i in range(101))  # 0 to 0.1; 2.5th and 97.5th percentile are .0025 and .0975
OUTSIDE = NullRange(0.2, 0.0025, 0.0975, DRAWS)


def marker(figure):
    """The trace of the value's marker."""
    return next(trace for trace in figure.data if trace.marker.size == 14)


def band(figure):
    """Ends of the shaded band."""
    shape = next(shape for shape in figure.layout.shapes if shape.type == "rect")
    return shape.x0, shape.x1


def test_value_and_band_stand_on_one_axis():
    figure = null_range("MMD²", OUTSIDE, Severity.HIGH, "dark")
    low, high = figure.layout.xaxis.range
    assert low < 0 < 0.2 < high
    assert band(figure) == (0.0025, 0.0975)
    assert list(marker(figure).x) == [0.2]
    assert "null range, 95 %" in {label.text for label in figure.layout.annotations}


@pytest.mark.parametrize("severity", [*Severity, None])
def test_the_marker_has_the_shape_of_the_severity(severity):
    assert marker(null_range("MMD²", OUTSIDE, severity, "light")).marker.symbol == SYMBOLS[severity]


def test_a_value_far_off_is_pointed_at_and_the_band_stays_wide():
    figure = null_range("MMD²", NullRange(100.0, 0.0025, 0.0975, DRAWS), Severity.CRITICAL, "dark")
    low, high = figure.layout.xaxis.range
    assert (0.0975 - 0.0025) / (high - low) > 0.2
    assert "off the axis, 100 →" in {label.text for label in figure.layout.annotations}


def test_a_value_far_off_to_the_left_is_pointed_at_there():
    figure = null_range("z", NullRange(-80.0, -2.0, 2.0), Severity.HIGH, "dark")
    assert "← −80.00, off the axis" in {label.text for label in figure.layout.annotations}
    assert figure.layout.xaxis.range[0] <= marker(figure).x[0] < -2.0


@pytest.mark.parametrize(
    "banded",
    [
        NullRange(0.03, 0.01, 0.05),
        NullRange(0.0, 0.0, 0.0, (0.0,) * 9),
        NullRange(0.3, 0.1, 0.1, (0.1,) * 9),
        NullRange(-0.002, -0.001, 0.001, (-0.001, 0.0, 0.001)),
        NullRange(1e-9, 0.0, 2e-9),
        NullRange(5e7, 1e7, 2e7),
    ],
)
def test_any_finite_numbers_are_drawn_inside_the_axis(banded):
    figure = null_range("MMD²", banded, Severity.LOW, "light")
    low, high = figure.layout.xaxis.range
    assert low < high
    assert low < marker(figure).x[0] < high
    assert all(low <= end <= high for end in band(figure))


def test_an_unknown_value_says_why_instead_of_an_axis():
    unknown = NullRange(math.nan, math.nan, math.nan)
    assert figure_alt(null_range("MMD²", unknown, None, "dark")) == "MMD² could not be computed."
    assert figure_alt(null_range("MMD²", unknown, None, "dark", reason="Too few answers.")) == "Too few answers."


def test_a_value_without_its_range_is_not_drawn():
    figure = null_range("MMD²", NullRange(0.2, math.nan, math.nan), None, "dark")
    assert figure_alt(figure) == "MMD² is 0.200, its null range could not be computed."
    assert not figure.data


def test_alt_says_where_the_value_lies():
    figure = null_range("MMD²", NullRange(0.05, 0.0025, 0.0975), Severity.LOW, "dark")
    assert figure_alt(figure) == (
        "MMD² 0.050, ● LOW; when nothing changed, 95 % of values are 0.003 to 0.098; it is inside this null range."
    )
