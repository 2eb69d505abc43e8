"""Prompts and answers made of a topic's words, as many as a test needs."""

import numpy as np

from driftium_core.response import Response

BREAD = "dough yeast flour oven crust rise knead salt water loaf bake starter sourdough proof crumb score"
BICYCLE = "chain brake wheel pedal gear tyre spoke saddle cable lever tube rim hub frame bolt grease"
TOPICS = {name: words.split() for name, words in {"bread": BREAD, "bicycle": BICYCLE}.items()}


def answers(topic: str, count: int, *, seed: int = 0, prompts: bool = True) -> list[Response]:
    """Answers of twelve words; the seed decides which."""
    rng = np.random.default_rng([seed, len(topic)])
    made = []
    for number in range(count):
        words = rng.choice(TOPICS[topic], 12)
        prompt = f"Question {seed}-{number}: what about {words[0]} and {words[1]}?" if prompts else None
        made.append(
            Response(response=" ".join(words) + ".", prompt=prompt, model="test", latency_ms=float(100 + number))
        )
    return made
