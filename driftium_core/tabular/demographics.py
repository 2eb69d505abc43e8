"""The built-in sample: customers of a bank's telephone campaign, made up by a documented recipe.

No row is copied from anywhere. Marginal figures (median age 39, about a third under 35, 60 % married, balances
with a median near 450 of which 8 % are negative, 82 % never contacted before) are set near the published
aggregates of the UCI Bank Marketing data [1]_, so that the sample looks like the tables people know.

References
----------
.. [1] S. Moro, P. Cortez, P. Rita. A data-driven approach to predict the success of bank telemarketing.
   Decision Support Systems 62 (2014) 22-31. Data: UCI Machine Learning Repository, "Bank Marketing".
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pandas as pd

from driftium_core.tabular.table import Table

__all__ = ["COLUMNS", "simulate_demographics", "simulated_sample"]

_RECIPE = "driftium demographics, recipe 1"
"""Counted up whenever the same seed would give other rows."""

COLUMNS: tuple[str, ...] = (
    *("age", "job", "marital", "education", "default", "balance", "housing", "loan", "contact", "day", "month"),
    *("duration", "campaign", "pdays", "previous", "poutcome", "subscribed"),
)

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]

_AGE_KNOTS = ((0.0, 18), (0.01, 22), (0.05, 26), (0.12, 30), (0.32, 35), (0.52, 40), (0.75, 48), (0.95, 60), (1.0, 93))
"""Quantiles of age; between them age is uniform."""

_JOBS = (
    *("admin", "blue-collar", "entrepreneur", "housemaid", "management", "retired"),
    *("self-employed", "services", "student", "technician", "unemployed"),
)
_JOB_WEIGHTS = {
    # admin, blue, entr, maid, mgmt, retired, self, services, student, technician, unemployed
    "18-24": (12, 21, 1, 0.5, 5, 0, 2, 14, 32, 11, 3),
    "25-34": (13, 21, 2, 1, 22, 0.1, 4, 11, 2, 20, 3),
    "35-44": (12, 24, 4, 2, 22, 0.3, 4, 10, 0.1, 18, 3),
    "45-59": (11, 23, 4, 5, 20, 7, 4, 8, 0, 14, 4),
    "60+": (2, 4, 1, 4, 8, 76, 2, 1, 0, 2, 0.5),
}
_AGE_BANDS = (25, 35, 45, 60)

_MARITAL = ("divorced", "married", "single")
_EDUCATION = ("primary", "secondary", "tertiary")
_EDUCATION_WEIGHTS = (
    (4, 84, 12),  # admin
    (40, 57, 3),  # blue-collar
    (13, 40, 47),  # entrepreneur
    (52, 34, 14),  # housemaid
    (4, 13, 83),  # management
    (37, 46, 17),  # retired
    (9, 38, 53),  # self-employed
    (9, 86, 5),  # services
    (6, 64, 30),  # student
    (3, 70, 27),  # technician
    (20, 57, 23),  # unemployed
)
_JOB_LOG_BALANCE = (-0.05, -0.12, 0.05, -0.1, 0.25, 0.45, 0.2, -0.25, -0.05, 0.0, 0.0)
_EDUCATION_LOG_BALANCE = (-0.1, 0.0, 0.25)
_HOUSING_LOGIT = (0.45, 1.0, 0.35, -0.2, 0.0, -0.6, 0.0, 0.7, -1.0, 0.2, -0.3)
_LOAN_LOGIT = (0.2, 0.05, 0.5, -0.3, -0.2, -0.1, -0.1, 0.2, -2.6, 0.0, -0.6)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_WEIGHTS = (4, 6, 2, 7, 29, 12, 14, 12, 2, 2, 9, 1)
_SUCCESS_BY_OUTCOME = {"failure": 0.0, "other": 0.35, "success": 2.4}


def simulate_demographics(n_rows: int = 20_000, *, seed: int = 0) -> pd.DataFrame:
    """Draw customers of a made-up bank.

    Every column is drawn from its parents and fresh noise, in this order; columns without a path between them
    are independent.

    ============  ==========================================================================================
    column        drawn from
    ============  ==========================================================================================
    age           nothing; years, 18 to 93, median 39, 32 % under 35
    job           age: students are young, three of four over 60 are retired
    marital       age: single first, then married, with a rising share of divorces
    education     job, and age: one in six born a generation earlier has one step less; 4 % missing
    default       job (unemployed and entrepreneurs more often); 1.8 % yes
    balance       job, education, age (+1 % a year), default; euros, log-normal, 8 % overdrawn
    housing       age (peak at 36, nearly none above 65) and job
    loan          job and balance: the overdrawn and the poor borrow more
    contact       age: the old by telephone; 20 % missing, at random
    day           nothing; 1 to 30, uniform
    month         nothing; most calls in May
    campaign      nothing; calls in this campaign, from 1, geometric
    previous      housing: 0 for 82 %, else calls in earlier campaigns
    pdays         previous: days since the last of them, -1 exactly where previous is 0
    poutcome      previous, balance: missing exactly where previous is 0, else failure, other or success
    duration      nothing; seconds of the last call, log-normal, median 180
    subscribed    duration, poutcome, housing, loan, balance; 12 % yes
    ============  ==========================================================================================

    So a filter on age moves marital, job and contact clearly, and housing, education and balance by less. What hangs
    on age only through these (loan, previous, subscribed …) moves too little to be seen in 20 000 rows, and day,
    month, campaign and duration do not move at all.

    Parameters
    ----------
    n_rows : int
        At least 1.
    seed : int
        The same seed and number of rows give the same frame.

    Returns
    -------
    pandas.DataFrame, shape (n_rows, 17)
        Columns as in `COLUMNS`: int64 for age, balance, day, duration, campaign, pdays and previous; str else.

    Raises
    ------
    ValueError
        When *n_rows* is below 1.

    Examples
    --------
    >>> sample = simulate_demographics(1000, seed=1)
    >>> sample.shape
    (1000, 17)
    >>> bool(((sample["pdays"] == -1) == (sample["previous"] == 0)).all())
    True
    """
    if n_rows < 1:
        raise ValueError(f"A simulated sample needs at least 1 row, not {n_rows}.")
    rng = np.random.default_rng(seed)
    age = _age(rng, n_rows)
    job = _job(rng, age)
    education = _education(rng, age, job)
    default = rng.random(n_rows) < np.array([1, 1, 2, 1, 1, 0.5, 1.3, 1, 0.2, 1, 1.6])[job] * 0.0175
    balance = _balance(rng, age, job, education, default)
    housing = rng.random(n_rows) < _logistic(_bump(age) + np.array(_HOUSING_LOGIT)[job])
    loan = rng.random(n_rows) < _logistic(-1.9 + np.array(_LOAN_LOGIT)[job] + _poverty(balance))
    previous = np.where(rng.random(n_rows) < 0.16 + 0.035 * housing, rng.geometric(0.38, n_rows), 0)
    outcome = _outcome(rng, balance)
    duration = np.maximum(4, np.exp(rng.normal(np.log(180), 0.92, n_rows))).astype(np.int64)
    subscribed = _subscribed(rng, duration, np.where(previous > 0, outcome, -1), housing, loan, balance)
    columns: dict[str, object] = {
        "age": age,
        "job": _labels(job, _JOBS),
        "marital": _labels(_marital(rng, age), _MARITAL),
        "education": _labels(np.where(rng.random(n_rows) < 0.04, -1, education), _EDUCATION),
        "default": _yes_no(default),
        "balance": balance,
        "housing": _yes_no(housing),
        "loan": _yes_no(loan),
        "contact": _labels(_contact(rng, age), ("cellular", "telephone")),
        "day": rng.integers(1, 31, n_rows),
        "month": _labels(rng.choice(12, n_rows, p=np.array(_MONTH_WEIGHTS) / 100), _MONTHS),
        "duration": duration,
        "campaign": np.minimum(rng.geometric(0.37, n_rows), 60),
        "pdays": np.where(previous > 0, _days_since(rng, n_rows), -1),
        "previous": previous,
        "poutcome": _labels(np.where(previous > 0, outcome, -1), tuple(_SUCCESS_BY_OUTCOME)),
        "subscribed": _yes_no(subscribed),
    }
    return pd.DataFrame(columns, columns=list(COLUMNS))


def simulated_sample(n_rows: int = 20_000, *, seed: int = 0) -> Table:
    """`simulate_demographics` as a table; its content hash is that of the recipe, number of rows and seed."""
    recipe = f"{_RECIPE}, {n_rows} rows, seed {seed}"
    frame = simulate_demographics(n_rows, seed=seed)
    return Table("simulated sample", frame, hashlib.sha256(recipe.encode()).hexdigest(), ())


def _logistic(x: npt.NDArray[np.floating]) -> _Floats:
    probability: _Floats = 1 / (1 + np.exp(-x))
    return probability


def _labels(codes: _Ints, names: tuple[str, ...]) -> object:
    """Text for codes; −1 is missing."""
    return pd.Categorical.from_codes(codes, categories=pd.Index(names)).astype("str")


def _yes_no(flags: _Bools) -> object:
    return _labels(flags.astype(np.int64), ("no", "yes"))


def _draw(rng: np.random.Generator, weights: _Floats) -> _Ints:
    """One category per row by inverting the cumulative weights of that row, shape (n_rows, n_categories)."""
    cumulative = np.cumsum(weights, axis=1)
    point = rng.random(len(weights)) * cumulative[:, -1]
    drawn: _Ints = (point[:, None] >= cumulative).sum(axis=1)
    return drawn


def _age(rng: np.random.Generator, n_rows: int) -> _Ints:
    shares, ages = zip(*_AGE_KNOTS, strict=True)
    years: _Ints = np.floor(np.interp(rng.random(n_rows), shares, ages)).astype(np.int64)
    return years


def _job(rng: np.random.Generator, age: _Ints) -> _Ints:
    weights = np.array(list(_JOB_WEIGHTS.values()), dtype=np.float64)
    return _draw(rng, weights[np.searchsorted(_AGE_BANDS, age, side="right")])


def _marital(rng: np.random.Generator, age: _Ints) -> _Ints:
    single = _logistic((33.0 - age) / 4.5) * 0.9 + 0.05
    divorced = (1 - single) * np.clip(0.05 + (age - 25) * 0.006, 0.03, 0.22)
    return _draw(rng, np.column_stack([divorced, 1 - single - divorced, single]))


def _education(rng: np.random.Generator, age: _Ints, job: _Ints) -> _Ints:
    drawn = _draw(rng, np.array(_EDUCATION_WEIGHTS, dtype=np.float64)[job])
    step_less = rng.random(len(age)) < np.where(age >= 50, 1 / 6, 0.0)
    lower: _Ints = np.maximum(drawn - step_less, 0)
    return lower


def _balance(rng: np.random.Generator, age: _Ints, job: _Ints, education: _Ints, default: _Bools) -> _Ints:
    level = 6.25 + np.array(_JOB_LOG_BALANCE)[job] + np.array(_EDUCATION_LOG_BALANCE)[education] + 0.01 * (age - 40)
    savings = np.exp(level + rng.normal(0, 1.45, len(age))) - 60
    overdrawn = rng.random(len(age)) < _logistic(-2.5 - 0.8 * (level - 6.25) + 2.5 * default)
    debt = -np.exp(rng.normal(5.2, 0.9, len(age)))
    euros: _Ints = np.clip(np.where(overdrawn, debt, np.maximum(savings, 0)), -8_000, 100_000).astype(np.int64)
    return euros


def _bump(age: _Ints) -> _Floats:
    """Housing loans: a hill around 36, a cliff at the end of working life."""
    logit: _Floats = 0.35 - ((age - 36) / 15.0) ** 2 * 0.9
    return np.maximum(logit, -4.0)


def _poverty(balance: _Ints) -> _Floats:
    logit: _Floats = np.where(balance < 0, 0.9, 0.35 - 0.15 * np.log1p(np.maximum(balance, 0) / 100))
    return logit


def _contact(rng: np.random.Generator, age: _Ints) -> _Ints:
    telephone = rng.random(len(age)) < _logistic((age - 75) / 12.0)
    unknown = rng.random(len(age)) < 0.2
    code: _Ints = np.where(unknown, -1, telephone.astype(np.int64))
    return code


def _outcome(rng: np.random.Generator, balance: _Ints) -> _Ints:
    success = 0.15 + 0.1 * (balance > 1000)
    return _draw(rng, np.column_stack([np.full(len(balance), 0.6), np.full(len(balance), 0.22), success]))


def _days_since(rng: np.random.Generator, n_rows: int) -> _Ints:
    days: _Ints = np.clip(rng.gamma(3.8, 59.0, n_rows), 1, 870).astype(np.int64)
    return days


def _subscribed(
    rng: np.random.Generator, duration: _Ints, outcome: _Ints, housing: _Bools, loan: _Bools, balance: _Ints
) -> _Bools:
    """*outcome* is −1 for customers who were never called before."""
    memory = np.append(list(_SUCCESS_BY_OUTCOME.values()), -0.3)[outcome]
    logit = -2.1 + 1.25 * np.log(duration / 180) + memory - 0.6 * housing - 0.4 * loan + 0.25 * (balance > 1000)
    yes: _Bools = rng.random(len(duration)) < _logistic(logit)
    return yes
