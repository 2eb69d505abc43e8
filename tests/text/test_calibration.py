"""What the drift verdict promises, on real vectors of the project's own texts: seeded, so either kept or broken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from driftium_core.severity import Severity
from driftium_core.text.drift import compare_embeddings
from driftium_core.text.drift_report import EmbeddingReport
from tests.text import corpus
from tests.text.corpus import EmbeddedCorpus, Vectors

pytestmark = [pytest.mark.models, pytest.mark.slow]

Draw = Callable[[np.random.Generator], tuple[Vectors, Vectors]]

ALPHA = 0.05


@pytest.fixture
def texts(_models: None) -> EmbeddedCorpus:
    """The embedded corpus. Not of session scope: such a fixture would load the model before a test may do so."""
    return corpus.embedded()


def reports(draw: Draw, trials: int, *, paired: bool = False) -> list[EmbeddingReport]:
    """One report per drawn pair of pools."""
    rng = np.random.default_rng(2024)
    found = []
    for trial in range(trials):
        reference, current = draw(rng)
        ids = list(range(len(reference)))
        found.append(compare_embeddings(reference, current, prompt_ids=(ids, ids) if paired else None, rng=trial))
    assert {report.design for report in found} == {"paired" if paired else "unpaired"}
    return found


def rejections(found: list[EmbeddingReport]) -> int:
    """How many reject at 5 %."""
    assert all(report.pvalue is not None for report in found)
    return sum(report.pvalue <= ALPHA for report in found)


def assert_level(found: list[EmbeddingReport]) -> None:
    """Rejections in the central 99.9 % of what 5 % gives, severities above LOW no more than 1 % may give."""
    trials = len(found)
    low, high = stats.binom.ppf([0.0005, 0.9995], trials, ALPHA)
    assert low <= rejections(found) <= high
    above_low = sum(report.severity is not Severity.LOW for report in found)
    assert above_low <= stats.binom.ppf(0.999, trials, 0.01)
    assert all((report.verdict == "drift") == (report.severity is not Severity.LOW) for report in found)


def sample(rows: Vectors, size: int, rng: np.random.Generator) -> Vectors:
    """Rows without repetition."""
    return rows[rng.choice(len(rows), size, replace=False)]


def two_topics(texts: EmbeddedCorpus, size: int, rng: np.random.Generator) -> tuple[Vectors, Vectors]:
    """Answers on one topic, and as many on another."""
    before, after = rng.choice(corpus.TOPICS, 2, replace=False)
    return sample(texts.answers[texts.topics == before], size, rng), sample(
        texts.answers[texts.topics == after], size, rng
    )


@pytest.mark.parametrize(("n", "m"), [(8, 8), (32, 32), (60, 12)])
def test_clean_samples_raise_few_alarms(texts: EmbeddedCorpus, n: int, m: int) -> None:
    def draw(rng: np.random.Generator) -> tuple[Vectors, Vectors]:
        rows = sample(texts.answers, n + m, rng)
        return rows[:n], rows[n:]

    assert_level(reports(draw, 250))


def test_clean_pairs_raise_few_alarms(texts: EmbeddedCorpus) -> None:
    def draw(rng: np.random.Generator) -> tuple[Vectors, Vectors]:
        rows = rng.choice(len(texts.other), 32, replace=False)
        one, other = texts.answers[texts.answered[rows]], texts.other[rows]
        swap = rng.random((len(rows), 1)) < 0.5
        return np.where(swap, other, one), np.where(swap, one, other)

    assert_level(reports(draw, 250, paired=True))


@pytest.mark.parametrize(("size", "share"), [(8, 0.95), (32, 1.0)])
def test_another_topic_is_critical(texts: EmbeddedCorpus, size: int, share: float) -> None:
    found = reports(lambda rng: two_topics(texts, size, rng), 40)
    assert sum(report.severity is Severity.CRITICAL for report in found) >= share * len(found)


def test_one_new_topic_in_five_answers_is_found(texts: EmbeddedCorpus) -> None:
    def draw(rng: np.random.Generator) -> tuple[Vectors, Vectors]:
        new = texts.topics == rng.choice(corpus.TOPICS)
        usual = sample(texts.answers[~new], 128 + 102, rng)
        return usual[:128], np.vstack([usual[128:], sample(texts.answers[new], 26, rng)])

    found = reports(draw, 30)
    assert rejections(found) >= 0.9 * len(found)


def test_answers_cut_to_their_first_sentence_are_found_in_pairs(texts: EmbeddedCorpus) -> None:
    def draw(rng: np.random.Generator) -> tuple[Vectors, Vectors]:
        rows = rng.choice(len(texts.answers), 32, replace=False)
        return texts.answers[rows], texts.first_sentences[rows]

    found = reports(draw, 30, paired=True)
    assert rejections(found) >= 0.9 * len(found)


@pytest.mark.parametrize(("size", "share"), [(32, 0.65), (128, 0.95)])
def test_another_model_is_found_in_pairs(texts: EmbeddedCorpus, size: int, share: float) -> None:
    def draw(rng: np.random.Generator) -> tuple[Vectors, Vectors]:
        rows = rng.choice(len(texts.other), size, replace=False)
        return texts.answers[texts.answered[rows]], texts.other[rows]

    found = reports(draw, 20, paired=True)
    assert rejections(found) >= share * len(found)


@pytest.mark.parametrize("paired", [False, True])
def test_neither_order_nor_repetition_changes_the_report(texts: EmbeddedCorpus, paired: bool) -> None:
    reference, current = texts.answers[texts.answered[:40]], texts.other[:40]
    ids = np.arange(40)
    rng = np.random.default_rng(5)
    one, other = rng.permutation(40), rng.permutation(40)

    def report(rows: np.ndarray, current_rows: np.ndarray) -> EmbeddingReport:
        prompt_ids = (ids[rows].tolist(), ids[current_rows].tolist()) if paired else None
        return compare_embeddings(reference[rows], current[current_rows], prompt_ids=prompt_ids, rng=11)

    first = report(ids, ids)
    assert report(ids, ids) == first
    assert report(one, other) == first
    assert first.seed == 11
