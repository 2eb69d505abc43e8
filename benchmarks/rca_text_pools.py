"""Real answers to draw pools of, and the edits that plant a cause in them.

Answers are those of `benchmarks.text_data` on four topics, and Chinese ones without prompts. Latencies are drawn, as
the data has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.smollm_answers import smollm_answers
from benchmarks.text_data import Topic, embed, load
from driftium_core.response import Response
from driftium_core.text.report import Encoder

__all__ = ["MIXES", "Source", "echo", "edited", "garbled", "in_german", "looping", "put_before", "some"]

Vectors = npt.NDArray[np.float32]
Edit = Callable[[Response], Response]

MIXES: dict[str, dict[str, float]] = {
    "usual": {"math": 0.4, "code": 0.3, "neuro": 0.2, "cancer": 0.1},
    "moved": {"math": 0.15, "code": 0.2, "neuro": 0.45, "cancer": 0.2},
    "old": {"math": 0.6, "code": 0.4},
    "new in two fifths": {"math": 0.36, "code": 0.24, "cancer": 0.4},
    "all new": {"neuro": 1.0},
    "prose": {"math": 0.4, "neuro": 0.4, "cancer": 0.2},
}
"""Shares of the topics in a pool."""

ANSWERED = 50
"""Prompts of each topic that the other model has answered."""

REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I cannot assist with this request.",
    "As an AI language model, I am unable to answer that question.",
    "I'm afraid I can't provide that information.",
    "Sorry, I can't answer this. Is there anything else you would like to know?",
)

GERMAN = (
    "Das ist eine gute Frage, und die Antwort hängt von den Umständen ab.",
    "Zuerst sollte man sich einen Überblick verschaffen und dann die Schritte der Reihe nach ausführen.",
    "Die Ursache ist oft nicht bekannt, aber es gibt mehrere Möglichkeiten der Behandlung.",
    "Wir rechnen die Werte zusammen und teilen das Ergebnis durch die Anzahl der Tage.",
    "Die Funktion durchläuft die Liste und gibt am Ende die Summe aller Zahlen zurück.",
    "Ein Arzt kann mit einer Untersuchung feststellen, ob eine Erkrankung vorliegt.",
    "Am Ende bleiben ihr noch zwölf Äpfel, die sie auf dem Markt verkauft.",
    "Es ist wichtig, dass die Eingabe vorher geprüft wird, damit kein Fehler auftritt.",
)


@dataclass(eq=False)
class Source:
    """Topics, the other model's answers and Chinese answers; an encoder that remembers every text.

    ``encode`` and ``info`` make it an encoder for `driftium_core.compare_responses`.
    """

    topics: dict[str, Topic]
    chinese: tuple[str, ...]
    cache: Path | None = None
    info: Encoder = field(default_factory=lambda: Encoder("all-MiniLM-L6-v2", "fp32"))
    _known: dict[str, Vectors] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Path, cache: Path | None = None) -> Source:
        """Everything below ``data``; vectors are kept in ``cache``."""
        topics = load(data, cache)
        chinese = topics.pop("chinese")
        source = cls(topics, chinese.responses, cache)
        for topic in topics.values():
            source._remember(topic.prompts, topic.prompt_vectors)
            source._remember(topic.responses, topic.response_vectors)
        source._remember(chinese.responses, chinese.response_vectors)
        return source

    def encode(self, texts: Sequence[str], *, progress: object = None) -> Vectors:
        """Unit vectors of the texts, by the real encoder."""
        del progress
        missing = sorted({text for text in texts if text not in self._known})
        if missing:
            self._remember(missing, embed(missing, self.cache))
        return np.array([self._known[text] for text in texts])

    def draw(self, mix: str, size: int, rng: np.random.Generator, *, but: Sequence[Response] = ()) -> list[Response]:
        """Answers of a mix of topics, none twice, and none to a prompt of ``but``."""
        taken = {item.prompt for item in but}
        names = rng.choice(list(MIXES[mix]), size, p=list(MIXES[mix].values()))
        found = []
        for name, count in zip(*np.unique(names, return_counts=True), strict=True):
            topic = self.topics[str(name)]
            distinct = dict(zip(topic.prompts, topic.responses, strict=True))
            left = [prompt for prompt in distinct if prompt not in taken]
            chosen = [left[row] for row in rng.permutation(len(left))[: int(count)]]
            found += [answer(prompt, distinct[prompt], rng) for prompt in chosen]
        return [found[row] for row in rng.permutation(len(found))]

    def by_other_model(self, cache: Path) -> tuple[list[Response], list[Response]]:
        """The data's answers to 200 prompts, and SmolLM2-135M's to the same."""
        rng = np.random.default_rng(0)
        own: list[Response] = []
        for name in MIXES["usual"]:
            topic = self.topics[name]
            distinct = dict(zip(topic.prompts, topic.responses, strict=True))
            own += [answer(prompt, text, rng) for prompt, text in list(distinct.items())[:ANSWERED]]
        others = smollm_answers([item.prompt or "" for item in own], cache)
        return own, [replace(item, response=text) for item, text in zip(own, others, strict=True)]

    def _remember(self, texts: Sequence[str], vectors: Vectors) -> None:
        self._known.update(zip(texts, vectors, strict=True))


def answer(prompt: str, text: str, rng: np.random.Generator) -> Response:
    """An answer with a latency that grows with its length, and with its tokens."""
    tokens = max(1, len(text) // 4)
    return Response(
        response=text,
        prompt=prompt,
        tokens=tokens,
        latency_ms=float(np.round((300 + 12 * tokens) * rng.lognormal(0, 0.35), 1)),
    )


def edited(pool: Sequence[Response], edit: Callable[[str], str]) -> list[Response]:
    """Every answer with another text."""
    return [replace(item, response=edit(item.response)) for item in pool]


def some(pool: Sequence[Response], share: float, edit: Edit, rng: np.random.Generator) -> list[Response]:
    """A random share of the answers edited."""
    chosen = set(rng.permutation(len(pool))[: round(share * len(pool))].tolist())
    return [edit(item) if row in chosen else item for row, item in enumerate(pool)]


def put_before(sentence: str) -> Callable[[str], str]:
    """A sentence before the text."""
    return lambda text: f"{sentence} {text}"


def refusing(rng: np.random.Generator) -> Edit:
    """One of five refusals instead of the answer."""
    return lambda item: replace(item, response=str(rng.choice(REFUSALS)), tokens=12, latency_ms=420.0)


def failing(item: Response) -> Response:
    """An error instead of an answer."""
    return replace(item, response="", error="HTTP 504: upstream timed out", tokens=None, latency_ms=None)


def emptied(item: Response) -> Response:
    """No text."""
    return replace(item, response="", tokens=0)


def echo(item: Response) -> Response:
    """The prompt as its own answer."""
    return replace(item, response=item.prompt or "")


def garbled(rng: np.random.Generator) -> Callable[[str], str]:
    """The letters of the text in random order, as a broken tokenizer writes."""

    def shuffled(text: str) -> str:
        letters = list(text.replace("\n", " "))
        rng.shuffle(letters)
        return " ".join("".join(letters).split()) or "?"

    return shuffled


def looping(text: str) -> str:
    """The first three words over and over."""
    return " ".join([*text.split()[:3]] * 40)


def in_german(rng: np.random.Generator) -> Callable[[str], str]:
    """Three German sentences."""
    return lambda _text: " ".join(rng.permutation(GERMAN)[:3])


def as_json(text: str) -> str:
    """The text as the only value of an object."""
    return json.dumps({"answer": text}, ensure_ascii=False)


def made_with(pool: Sequence[Response], settings: Mapping[str, object]) -> list[Response]:
    """The same answers, recorded as made with these settings."""
    return [replace(item, **settings) for item in pool]  # type: ignore[arg-type]
