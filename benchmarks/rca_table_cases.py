"""Planted cases of the root-cause catalogue on tables: what was done to the rows is known, so is the cause.

Reference and current are disjoint random draws of the Bank Marketing table (or of the weather of 2013), then current is
filtered, scaled, emptied, relabelled or broken in one way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.rca_case import Case
from driftium_core import compare_tables
from driftium_core.rca.causes import Cause
from driftium_core.rca.table_facts import table_ledger

__all__ = ["table_cases"]

Change = Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]

BANK, WEATHER = "bank_full.csv.gz", "nyc_weather_2013.csv.gz"
ROWS = 6000


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    cause: Cause
    change: Change
    table: str = BANK
    n_reference: int = ROWS
    n_current: int = ROWS
    attribution: bool = True


def table_cases(data: Path) -> Iterator[Case]:
    """Every planted case, in a fixed order with fixed seeds.

    Parameters
    ----------
    data : Path
        Folder that holds ``tabular/`` with the two CSV tables.
    """
    tables = {name: _read(data / "tabular" / name) for name in (BANK, WEATHER)}
    for seed, plan in enumerate(PLANS):
        rng = np.random.default_rng([20261126, seed])
        table = tables[plan.table]
        rows = rng.permutation(len(table))
        reference = table.iloc[rows[: plan.n_reference]].reset_index(drop=True)
        drawn = table.iloc[rows[plan.n_reference : plan.n_reference + plan.n_current]].reset_index(drop=True)
        report = compare_tables(reference, plan.change(drawn, rng), attribution=plan.attribution)
        yield Case(plan.name, plan.cause, table_ledger(report, title=plan.name))


def _read(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    return table.drop(columns=["year", "time_hour"], errors="ignore")


def _keep(query: str) -> Change:
    return lambda table, _: table.query(query)


def _mostly(query: str, share: float) -> Change:
    """Rows that pass, and of the others only this share: a campaign rather than a filter."""

    def change(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        passes = table.eval(query).to_numpy() | (rng.random(len(table)) < share)
        return table[passes]

    return change


def _scale(column: str, factor: float, offset: float = 0.0) -> Change:
    return lambda table, _: table.assign(**{column: table[column] * factor + offset})


def _empty(columns: list[str], share: float, where: str | None = None) -> Change:
    """Values that go missing in the same rows, at random or where a condition holds."""

    def change(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        rows = rng.random(len(table)) < share
        if where:
            rows &= table.eval(where).to_numpy()
        return table.assign(**{name: table[name].mask(rows) for name in columns})

    return change


def _relabel(column: str, labels: dict[str, str], share: float = 1.0) -> Change:
    def change(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        chosen = rng.random(len(table)) < share
        return table.assign(**{column: table[column].mask(chosen, table[column].replace(labels))})

    return change


def _some_become(column: str, label: str, share: float) -> Change:
    return lambda table, rng: table.assign(**{column: table[column].mask(rng.random(len(table)) < share, label)})


def _each(column: str, write: Callable[[object], object]) -> Change:
    return lambda table, _: table.assign(**{column: table[column].map(write)})


def _noisy(columns: list[str]) -> Change:
    """Each of these columns moves by itself: numbers by a power and noise, categories to their neighbours."""

    def change(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        new = {}
        for name in columns:
            values = table[name]
            if pd.api.types.is_numeric_dtype(values):
                spread = float(values.std())
                new[name] = values + rng.normal(0.6 * spread, 0.5 * spread, len(values))
            else:
                kinds = sorted(values.dropna().unique())
                moved = values.replace(dict(zip(kinds, [*kinds[1:], kinds[0]], strict=True)))
                new[name] = values.mask(rng.random(len(values)) < 0.35, moved)
        return table.assign(**new)

    return change


def _then(*changes: Change) -> Change:
    def change(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        for one in changes:
            table = one(table, rng)
        return table

    return change


def _same(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    del rng
    return table


S, M, N, G = Cause.SELECTION, Cause.MEASUREMENT, Cause.NEW_CATEGORIES, Cause.MISSINGNESS
U, T, E, X = Cause.UPSTREAM_DATA, Cause.STABLE, Cause.NOT_ENOUGH_EVIDENCE, Cause.UNKNOWN

PLANS: tuple[_Plan, ...] = (
    _Plan("two draws of one table", T, _same),
    _Plan("two smaller draws of one table", T, _same, n_reference=1500, n_current=1500),
    _Plan("two draws of the weather", T, _same, WEATHER),
    _Plan("a long reference, little current data, nothing changed", T, _same, n_reference=20_000, n_current=400),
    _Plan("12 rows of reference", E, _same, n_reference=12),
    _Plan("8 current rows", E, _same, n_current=8),
    _Plan("no current rows", E, _keep("age > 1000")),
    _Plan("filter: age < 35", S, _keep("age < 35")),
    _Plan("filter: balance > 1000", S, _keep("balance > 1000")),
    _Plan("filter: 30 ≤ age ≤ 45", S, _keep("30 <= age <= 45")),
    _Plan("filter: job is management or technician", S, _keep("job in ['management', 'technician']")),
    _Plan("filter: marital is not married", S, _keep("marital != 'married'")),
    _Plan("filter: contact by cellular", S, _keep("contact == 'cellular'")),
    _Plan("filter: age < 40 and balance > 0", S, _keep("age < 40 and balance > 0")),
    _Plan("filter: single and with a housing loan", S, _keep("marital == 'single' and housing == 'yes'")),
    _Plan("campaign: mostly students and retired", S, _mostly("job in ['student', 'retired']", 0.15)),
    _Plan("campaign: mostly over 50", S, _mostly("age > 50", 0.3)),
    _Plan("season: January to March", S, _keep("month <= 3"), WEATHER),
    _Plan("one station of three", S, _keep("origin == 'LGA'"), WEATHER),
    _Plan("balance × 1000", M, _scale("balance", 1000)),
    _Plan("duration in minutes", M, _scale("duration", 1 / 60)),
    _Plan("temperature in °C", M, _scale("temp", 1 / 1.8, -32 / 1.8), WEATHER),
    _Plan("wind in km/h", M, _scale("wind_speed", 1.609344), WEATHER),
    _Plan("age in months", M, _scale("age", 12)),
    _Plan("balance 25 % higher", M, _scale("balance", 1.25, 300)),
    _Plan("age too high by 4", M, _scale("age", 1, 4)),
    _Plan("a new job: 12 % gig worker", N, _some_become("job", "gig worker", 0.12)),
    _Plan("a new channel: 30 % app", N, _some_become("contact", "app", 0.3)),
    _Plan("jobs in capitals", N, _each("job", lambda label: str(label).upper())),
    _Plan(
        "education recoded",
        N,
        _relabel("education", {"primary": "ISCED 1", "secondary": "ISCED 3", "tertiary": "ISCED 6"}),
    ),
    _Plan("divorced counted as single", N, _relabel("marital", {"divorced": "single"})),
    _Plan("education missing in 25 %", G, _empty(["education"], 0.25)),
    _Plan("balance missing in 15 %, where it is high", G, _empty(["balance"], 0.6, "balance > 1200")),
    _Plan("three columns missing together in 20 %", G, _empty(["job", "education", "default"], 0.2)),
    _Plan("pressure missing in half", G, _empty(["pressure"], 0.5), WEATHER),
    _Plan("age never filled", G, _empty(["age"], 1.0)),
    _Plan("a column dropped", U, lambda table, _: table.drop(columns="balance")),
    _Plan("a column renamed", U, lambda table, _: table.rename(columns={"age": "customer_age"})),
    _Plan("two columns dropped, one added", U, lambda table, _: table.drop(columns=["loan", "day"]).assign(tariff="a")),
    _Plan("age as text with a unit", U, _each("age", lambda age: f"{age} y")),
    _Plan("a flag as number", U, _each("housing", lambda label: int(label == "yes"))),
    _Plan("humidity stuck at a default", U, lambda table, _: table.assign(humid=0.0), WEATHER),
    _Plan("six columns move at once", U, _noisy(["age", "balance", "duration", "job", "marital", "education"])),
    _Plan(
        "all weather columns move at once", U, _noisy(["temp", "humid", "wind_speed", "pressure", "wind_dir"]), WEATHER
    ),
    _Plan("a filter, roots not asked for", X, _keep("age < 35"), attribution=False),
    _Plan("a campaign, roots not asked for", X, _mostly("duration > 300", 0.4), attribution=False),
    _Plan("age < 35, and education missing in 5 %", S, _then(_keep("age < 35"), _empty(["education"], 0.05))),
    _Plan(
        "only single customers, balance 15 % higher", S, _then(_keep("marital == 'single'"), _scale("balance", 1.15))
    ),
)
