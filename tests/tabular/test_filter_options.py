"""Sliders and lists offered for filtering fit the table."""

import math

import numpy as np
import pandas as pd
import pytest

from driftium_core.tabular.filter_options import CategoryOption, RangeOption, filter_options


def only(values) -> RangeOption | CategoryOption | None:
    options = filter_options(pd.DataFrame({"x": values}))
    return options[0] if options else None


def test_whole_numbers_get_a_whole_slider_over_all_values():
    option = only(list(range(18, 96)))
    assert (option.low, option.high, option.step) == (18, 95, 1)
    assert isinstance(option.low, int)
    assert option.default == 44  # a third of 18..95 lies below 18 + 77/3 = 43.7


def test_fractions_get_a_round_step_and_enclose_the_ends():
    option = only([0.123, 0.5, 9.876])
    assert option.step == 0.01
    assert option.low <= 0.123
    assert option.high >= 9.876
    assert isinstance(option.default, float)


def test_infinite_and_missing_values_do_not_stretch_the_slider():
    option = only([1.0, 2.0, 3.0, np.inf, -np.inf, np.nan])
    assert (option.low, option.high) == (1, 3)


def test_categories_come_most_frequent_first():
    assert only(["b", "a", "b", None]) == CategoryOption("x", ("b", "a"))
    assert only([True, True, False]) == CategoryOption("x", ("True", "False"))


def test_what_cannot_be_filtered_is_left_out():
    assert only([7, 7, 7]) is None
    assert only([None, None]) is None
    assert only([f"text {i}" for i in range(500)]) is None
    assert only([np.inf, -np.inf]) is None


def test_dates_get_a_slider_in_days_or_hours():
    days = only(pd.date_range("2026-01-01 13:00", periods=30))
    assert (days.low, days.high) == (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-31"))
    assert days.step == pd.Timedelta(days=1)
    hours = only(pd.date_range("2026-01-01", periods=30, freq="h"))
    assert hours.step == pd.Timedelta(hours=1)


@pytest.mark.parametrize(
    ("value", "expected"), [(1e999, 95), (-math.inf, 18), (40.7, 40), (pd.Timestamp("2026-01-01"), 44)]
)
def test_a_threshold_from_a_link_fits_the_slider(value, expected):
    assert only(list(range(18, 96))).clip(value) == expected
