"""Small real reports, and attributions made by hand, for the tests of the table rules."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from driftium_core import compare_tables
from driftium_core.rca.facts import Ledger
from driftium_core.rca.table_facts import table_ledger
from driftium_core.tabular.attribution_report import Attribution, ColumnAttribution, GoneRange, Root, RootAction
from driftium_core.tabular.demographics import simulate_demographics
from driftium_core.tabular.report import TableReport

HOSTILE = (
    "<script>alert(1)</script>",
    "x" * 10_000,
    "two\nlines, and a full stop. Then more",
    "back`tick",
    "[E1] says so",
    "🙂 “quoted”",
    "`",
)


@cache
def sample() -> pd.DataFrame:
    """The built-in sample."""
    return simulate_demographics()


def draws(n: int = 2000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two disjoint draws of it."""
    table = sample().sample(2 * n, random_state=4)
    return table[:n].reset_index(drop=True), table[n:].reset_index(drop=True)


def compare(reference: pd.DataFrame, current: pd.DataFrame) -> TableReport:
    """A report without roots, for those that are made by hand."""
    return compare_tables(reference, current, attribution=False)


def attributed(
    report: TableReport,
    roots: dict[str, RootAction],
    *,
    left_over: tuple[str, ...] = (),
    said: str = "rows with it are gone",
    gone: GoneRange = "",
) -> TableReport:
    """The report with an attribution: all other drifted columns are explained by the first root that can."""
    drifted = [column.column for column in report.columns if column.drifted]
    others = tuple(name for name in drifted if name not in roots and name not in left_over)
    first = next((name for name, action in roots.items() if action == "reweight"), None)
    role = {
        **dict.fromkeys(others, "explained"),
        **dict.fromkeys(roots, "root"),
        **dict.fromkeys(left_over, "left_over"),
    }
    columns = tuple(
        ColumnAttribution(
            column=name, role=role[name], effect_alone=0.4, effect_held=0.01, chance=0.05, pvalue_held=0.3
        )
        for name in (*roots, *left_over, *others)
    )
    attribution = Attribution(
        roots=tuple(Root(name, action, others if name == first else (), said, gone) for name, action in roots.items()),
        columns=columns,
        unexplained=left_over,
        summary="No column stands out." if not roots else "One column shifted.",
        scope_note="Among the columns given; an association, no proof of cause.",
    )
    return replace(report, attribution=attribution)


def filtered() -> TableReport:
    """Current rows are the young ones; ``age`` is the root."""
    reference, current = draws()
    report = compare(reference, current[current["age"] < 35])
    return attributed(report, {"age": "reweight"}, said="rows with age ≥ 35 are gone", gone="ends")


def campaign() -> TableReport:
    """Students and the retired are most of the current rows; roots as they are found."""
    reference, current = draws()
    chosen = current["job"].isin(["student", "retired"]) | (np.arange(len(current)) % 5 == 0)
    return compare_tables(reference, current[chosen])


def two_draws() -> TableReport:
    """Nothing changed."""
    return compare_tables(*draws())


def tiny() -> TableReport:
    """Too little data."""
    reference, current = draws()
    return compare(reference, current[:9])


def scaled() -> TableReport:
    """``balance`` in another unit."""
    reference, current = draws()
    report = compare(reference, current.assign(balance=current["balance"] * 1000))
    return attributed(report, {"balance": "measurement"}, said="values shifted by +99 900 % at unchanged age")


def emptied(columns: tuple[str, ...] = ("education",), *, share: float = 0.3) -> TableReport:
    """Values gone in the same rows."""
    reference, current = draws()
    rows = np.random.default_rng(2).random(len(current)) < share
    report = compare(reference, current.assign(**{name: current[name].mask(rows) for name in columns}))
    return attributed(report, dict.fromkeys(columns[:1], "reweight"), said="share of missing values")


def new_job() -> TableReport:
    """A category that the reference lacks."""
    reference, current = draws()
    rows = np.random.default_rng(3).random(len(current)) < 0.15
    report = compare(reference, current.assign(job=current["job"].mask(rows, "gig worker")))
    return attributed(report, {"job": "measurement"}, said="15 % of rows are job = gig worker")


def renamed() -> TableReport:
    """A column under another name."""
    reference, current = draws()
    return compare(reference, current.rename(columns={"age": "customer_age"}))


def retyped() -> TableReport:
    """Numbers that became text."""
    reference, current = draws()
    report = compare(reference, current.assign(age=current["age"].astype(str) + " years"))
    return attributed(report, {"age": "measurement"}, said="its values are others")


def many_at_once() -> TableReport:
    """Five columns that moved each by itself."""
    reference, current = draws()
    rng = np.random.default_rng(6)
    names = ("age", "balance", "duration", "campaign", "day")
    noise = {name: current[name] + rng.normal(1, 1, len(current)) * current[name].std() for name in names}
    report = compare(reference, current.assign(**noise))
    return attributed(report, dict.fromkeys(names, "measurement"), said="values shifted")


def unexplained() -> TableReport:
    """Drift of one column that nobody attributed."""
    reference, current = draws()
    return compare(reference, current.assign(balance=current["balance"] + 400))


def hostile() -> TableReport:
    """Names that try to break out of their sentence; a root and everything else that a report can hold."""
    rng = np.random.default_rng(8)
    n = 600
    reference = pd.DataFrame({name: rng.integers(0, 5, n).astype(str) for name in HOSTILE})
    current = pd.DataFrame({name: [HOSTILE[k] for k in rng.integers(0, len(HOSTILE), n)] for name in HOSTILE[:-1]})
    current[HOSTILE[0]] = current[HOSTILE[0]].mask(rng.random(n) < 0.5)
    report = compare(reference, current)
    return attributed(report, {HOSTILE[3]: "reweight"}, left_over=(HOSTILE[4],), said="share of [E1] says so = ` ×3")


def wide() -> TableReport:
    """200 columns, all of them moved."""
    rng = np.random.default_rng(9)
    reference = pd.DataFrame(rng.normal(size=(300, 200)), columns=[f"c{k}" for k in range(200)])
    current = pd.DataFrame(rng.normal(1, 1, (300, 200)), columns=[f"c{k}" for k in range(200)])
    current[current > 1.5] = np.nan
    return attributed(compare(reference, current), {"c7": "reweight"})


def small_drift() -> TableReport:
    """Drift of severity LOW."""
    rng = np.random.default_rng(10)
    reference = pd.DataFrame({"a": rng.normal(size=20_000), "b": rng.normal(size=20_000)})
    current = pd.DataFrame({"a": rng.normal(0.12, 1, 20_000), "b": rng.normal(size=20_000)})
    return attributed(compare(reference, current), {"a": "measurement"}, said="values shifted by +0.12")


ALL = {
    make.__name__: make
    for make in (
        *(filtered, campaign, two_draws, tiny, scaled, emptied, new_job, renamed, retyped, many_at_once, unexplained),
        *(hostile, wide, small_drift),
    )
}


@cache
def ledger(name: str) -> Ledger:
    """The ledger of one of the reports, by the name of the function that makes it."""
    return table_ledger(ALL[name](), title="current against reference")
