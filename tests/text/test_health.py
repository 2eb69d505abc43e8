from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftium_core.response import Response
from driftium_core.text.health import alignment, flags, health


def unit(rows):
    rows = np.asarray(rows, dtype=float)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def echoing(n, rng, d=24, share=1.0):
    """Prompts, and answers that keep to their own prompt in this share of cases, else to another random one."""
    prompts = unit(rng.standard_normal((n, d)))
    target = np.where(rng.random(n)[:, None] < share, prompts, unit(rng.standard_normal((n, d))))
    return prompts, unit(0.7 * target + 0.7 * rng.standard_normal((n, d)) / np.sqrt(d))


def at_cosines(cosines):
    """Orthogonal prompts, and answers at these cosines to their own prompt and orthogonal to all others."""
    n = len(cosines)
    cosines = np.array(cosines)
    prompts = np.eye(n, 2 * n, dtype=np.float32)
    return prompts, (prompts * cosines[:, None] + np.eye(n, 2 * n, n) * np.sqrt(1 - cosines[:, None] ** 2)).astype("f4")


def test_index_and_interval_by_hand():
    # b = 0.8 and c = 0 without any spread, a = 0.4: index 50. Its error is that of a alone: s = 0.0816 of four values,
    # so ± 3.182 · (0.0816 / 2) / 0.8 = 16.24 points, with t(0.975) at 3 degrees of freedom from any table.
    found = health(*at_cosines([0.8] * 4), *at_cosines([0.5, 0.4, 0.3, 0.4]))
    assert found.value == pytest.approx(50, abs=1e-4)
    assert found.low == pytest.approx(50 - 16.24, abs=0.01)
    assert found.high == pytest.approx(50 + 16.24, abs=0.01)
    assert found.baseline == 100
    assert found.text == (
        "Health Index 50 of 100, 95 % interval 34 to 66, from 4 current and 4 baseline answers: answers keep to their "
        "prompts less than in the baseline."
    )


def test_the_baseline_adds_its_own_uncertainty():
    # Baseline cosines 0.9, 0.8, 0.7 vary by 0.01 and enter times the index, 0.5; current 0.5, 0.4, 0.3 by 0.01 too.
    parts = np.array([0.5**2 * 0.01 / 3, 0.01 / 3])
    dof = parts.sum() ** 2 / (parts**2 / 2).sum()  # Welch
    half_width = 100 * stats.t.ppf(0.975, dof) * np.sqrt(parts.sum()) / 0.8
    found = health(*at_cosines([0.9, 0.8, 0.7]), *at_cosines([0.5, 0.4, 0.3]))
    assert found.value == pytest.approx(50, abs=1e-4)
    assert (found.low, found.high) == pytest.approx((50 - half_width, 50 + half_width), abs=0.01)


def test_chance_is_the_mean_over_other_baseline_pairs():
    rng = np.random.default_rng(0)
    prompts, responses = echoing(7, rng)
    current = echoing(5, rng)
    others = [float(prompts[i] @ responses[j]) for i in range(7) for j in range(7) if i != j]
    own = [float(prompts[i] @ responses[i]) for i in range(7)]
    now = float(np.mean([p @ r for p, r in zip(*current, strict=True)]))
    expected = 100 * (now - np.mean(others)) / (np.mean(own) - np.mean(others))
    assert health(prompts, responses, *current).value == pytest.approx(min(100, expected), rel=1e-5)


@pytest.mark.parametrize(("n", "m"), [(8, 8), (32, 32), (100, 8)])
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_interval_covers_the_true_index(n, m, share):
    # In the limit an answer to something else is at chance, so the true index is 100 times the share.
    rng = np.random.default_rng(n + m)
    n_trials, covered = 200, 0
    for _ in range(n_trials):
        found = health(*echoing(n, rng), *echoing(m, rng, share=share))
        covered += found.low <= 100 * share <= found.high
    assert covered / n_trials >= 0.90


def test_larger_pools_give_narrower_intervals():
    rng = np.random.default_rng(1)
    widths = []
    for n in (8, 32, 128):
        found = health(*echoing(n, rng), *echoing(n, rng, share=0.5))
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)


def test_interval_stays_within_the_scale_and_holds_the_value():
    rng = np.random.default_rng(2)
    for share in (1.0, 0.5, 0.0):
        for m in (1, 2, 9):
            found = health(*echoing(20, rng), *echoing(m, rng, share=share))
            assert 0 <= found.low <= found.value <= found.high <= 100
            assert found.baseline == 100


def test_answers_to_something_else_are_near_zero():
    rng = np.random.default_rng(3)
    found = health(*echoing(200, rng), *echoing(200, rng, share=0.0))
    assert found.value < 10
    assert "no closer to their prompts" in found.text


@pytest.mark.parametrize(
    ("n", "m", "where"), [(0, 3, "in the baseline"), (3, 0, "in the current pool"), (0, 0, "in either pool")]
)
def test_without_prompts_there_is_no_index_and_a_reason(n, m, where):
    rng = np.random.default_rng(4)
    found = health(*echoing(n, rng), *echoing(m, rng))
    assert (found.value, found.low, found.high, found.baseline) == (None, None, None, None)
    assert where in found.text


def test_a_single_baseline_answer_is_too_few():
    rng = np.random.default_rng(5)
    found = health(*echoing(1, rng), *echoing(9, rng))
    assert found.value is None
    assert "at least 2" in found.text


def test_an_unaligned_baseline_gives_no_scale():
    rng = np.random.default_rng(6)
    assert health(*echoing(30, rng, share=0.0), *echoing(30, rng)).value is None
    # One prompt over and over: own and other pairs cannot be told apart.
    same = np.tile(unit([[1, 2, 3]]), (10, 1))
    found = health(same, same, same, same)
    assert found.value is None
    assert "no scale" in found.text


def test_flags_count_what_the_index_misses():
    baseline = [Response(response="A pan of rice.")] * 24
    current = [
        Response(response="What is rice?"),
        Response(response="   "),
        Response(response="I'm sorry, but I can't help with that."),
        Response(response="", error="timeout"),
    ]
    found = {
        flag.name: (flag.baseline, flag.current)
        for flag in flags(
            baseline,
            current,
            baseline_alignment=np.linspace(0.5, 0.9, 24),
            current_alignment=np.array([0.99, 0.4, 0.7]),
        )
    }
    # numpy's linear quantile: 0.05·23 = 1.15 steps of 0.4/23 above 0.5, so two baseline cosines lie below.
    assert found == {
        "echo": (0.0, pytest.approx(1 / 3)),
        "empty": (0.0, pytest.approx(1 / 3)),
        "refusal": (0.0, 0.5),
        "low_alignment": (pytest.approx(2 / 24), pytest.approx(1 / 3)),
    }


def test_flags_that_cannot_be_told_are_none():
    none = np.array([])
    found = {f.name: (f.baseline, f.current) for f in flags([], [], baseline_alignment=none, current_alignment=none)}
    assert found == dict.fromkeys(("echo", "empty", "refusal", "low_alignment"), (None, None))
    few = flags([], [], baseline_alignment=np.full(19, 0.5), current_alignment=np.full(5, 0.2))
    assert few[-1].name == "low_alignment"
    assert few[-1].current is None


def test_alignment_is_the_cosine_of_each_pair():
    prompts, responses = echoing(6, np.random.default_rng(7))
    assert alignment(prompts, responses) == pytest.approx(np.diag(prompts @ responses.T), rel=1e-5)
