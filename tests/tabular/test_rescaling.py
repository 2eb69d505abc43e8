"""A column in another unit is told from a column of which other rows were selected."""

import numpy as np
import pandas as pd
import pytest

from driftium_core import compare_tables
from driftium_core.tabular.report import FindingKind

RNG = np.random.default_rng(5)
REFERENCE = RNG.lognormal(6, 1, 3000)
CURRENT = RNG.lognormal(6, 1, 3000)


def rescaled(reference: np.ndarray, current: np.ndarray) -> list[str]:
    report = compare_tables(pd.DataFrame({"x": reference}), pd.DataFrame({"x": current}))
    return [finding.text for finding in report.findings if finding.kind is FindingKind.RESCALED]


@pytest.mark.parametrize(
    ("factor", "offset", "words"),
    [
        (1000, 0, "look like 1000 times the reference:"),
        (1 / 100, 0, "look like the reference divided by 100:"),
        (1 / 60, 0, "look like the reference divided by 60:"),
        (2.54, 0, "look like 2.54 times the reference:"),
        (-1, 0, "look like the reference with the other sign:"),
    ],
)
def test_a_change_of_unit_is_named_with_its_factor(factor: float, offset: float, words: str) -> None:
    [text] = rescaled(REFERENCE, CURRENT * factor + offset)
    assert words in text


def test_degrees_are_named_whole_numbers_too() -> None:
    celsius = RNG.normal(15, 9, (2, 4000)).round()
    [text] = rescaled(celsius[0], celsius[1] * 1.8 + 32)
    assert "1.8 times the reference +32 (°C as °F):" in text


@pytest.mark.parametrize(
    "current",
    [
        CURRENT,
        CURRENT[CURRENT > 400],
        CURRENT[CURRENT < 300],
        CURRENT * 1.07,
        CURRENT + 50,
        RNG.normal(400, 50, 3000),
        np.full(3000, 400.0),
        np.append(CURRENT[CURRENT > 400], [np.inf, -np.inf]),
    ],
)
def test_a_selection_or_another_shape_is_no_change_of_unit(current: np.ndarray) -> None:
    assert rescaled(REFERENCE, current) == []


def test_a_flag_is_not_read_as_a_unit() -> None:
    assert rescaled(RNG.integers(0, 2, 3000), RNG.integers(0, 2, 3000) * 1000) == []
