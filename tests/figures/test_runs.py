"""The trend of saved runs."""

from driftium_core.figures.layout import figure_alt
from driftium_core.figures.runs import RunPoint, run_trend
from driftium_core.palette import SYMBOLS
from driftium_core.severity import Severity

POINTS = [
    RunPoint("a", "20 Nov, 14:02", "x.csv v y.csv", Severity.LOW, 0.0, 0.03),
    RunPoint("b", "21 Nov, 14:02", "x.csv v <i>z</i>.csv", None, None, None),
    RunPoint("c", "22 Nov, 14:02", "x.csv v q.csv", Severity.CRITICAL, 0.5, 0.62),
]


def marker_trace(figure):
    return next(trace for trace in figure.data if trace.customdata is not None)


def test_each_run_is_a_marker_with_its_id_and_the_symbol_of_its_severity():
    trace = marker_trace(run_trend(POINTS, "dark"))
    assert list(trace.customdata) == ["a", "b", "c"]
    assert list(trace.marker.symbol) == [SYMBOLS[point.severity] for point in POINTS]


def test_an_inconclusive_run_is_not_joined_over():
    figure = run_trend(POINTS, "light")
    assert marker_trace(figure).mode == "markers"
    assert figure.data[0].y[1] is None


def test_file_names_are_text():
    assert "&lt;i&gt;" in marker_trace(run_trend(POINTS, "dark")).text[1]


def test_alt_text_tells_the_newest():
    assert "✕ CRITICAL" in figure_alt(run_trend(POINTS, "dark"))
    assert figure_alt(run_trend([], "dark")) == "No run saved yet."
