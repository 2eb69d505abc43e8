"""Two small prompt sets on two topics, for a first drift that is caused on purpose.

The prompts are ours; the answers are always those of the model that runs them.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ASTRONOMY", "BASELINE", "COOKING", "EXAMPLES", "MAX_TOKENS", "ExampleSet"]

SYSTEM = "You are a helpful assistant. Answer in one or two short sentences."

MAX_TOKENS = 96
"""Of an answer to an example: enough for two sentences, and a small model that goes on and on costs no time."""


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """A prompt set to begin with: its name, what it is about, its prompts and the system prompt for them."""

    name: str
    topic: str
    prompts: tuple[str, ...]
    system: str = SYSTEM


COOKING = ExampleSet(
    "Example: cooking",
    "questions that a recipe assistant is asked",
    (
        "How do I bake a simple white bread?",
        "What can I cook with rice, eggs and spinach?",
        "How long should I boil potatoes for a salad?",
        "How do I make a creamy tomato soup?",
        "What is a good marinade for grilled chicken?",
        "How can I keep a cake from drying out in the oven?",
        "Give me a recipe for pancakes without milk.",
        "How do I cook pasta so that it stays firm?",
        "What spices go well with roasted vegetables?",
        "How do I make a vinaigrette dressing?",
        "How can I thicken a gravy without flour?",
        "What should I serve with baked salmon?",
        "How do I fry onions until they are golden?",
        "How do I make a pizza dough at home?",
        "What can I bake with ripe bananas?",
        "How do I season a beef stew?",
    ),
)

ASTRONOMY = ExampleSet(
    "Example: astronomy",
    "questions on stars and planets, which the same assistant has never been asked before",
    (
        "Why does the Moon have phases?",
        "How far away is the nearest star?",
        "What is a black hole?",
        "Why is Mars red?",
        "How are planets formed around a star?",
        "What makes the rings of Saturn?",
        "How old is the universe?",
        "What is the difference between a comet and an asteroid?",
        "Why do stars twinkle at night?",
        "What happens when a star runs out of fuel?",
        "How does a telescope collect light?",
        "What is a galaxy made of?",
        "Why is Pluto no longer called a planet?",
        "How do astronomers measure the distance to a galaxy?",
        "What is a supernova?",
        "Why is there no air on the Moon?",
    ),
)

BASELINE = "Cooking answers"
"""What the answers to the first are called once they are the baseline."""

EXAMPLES = (COOKING, ASTRONOMY)
"""In the order of the first steps: the baseline, and what drifts from it."""
