"""Small real pools for the rules on answers: the project's own corpus, and an encoder that loads nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from driftium_core import compare_responses
from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Ledger
from driftium_core.rca.text_facts import text_ledger
from driftium_core.response import Response
from tests.monitor.words import WordsEncoder
from tests.text.corpus import Answer, answers, other_model

Pool = list[Response]

REFUSAL = "I'm sorry, but I can't help with that."


def as_pool(items: Sequence[Answer], **settings: object) -> Pool:
    """Answers with a latency near 800 ms and tokens by their length."""
    rng = np.random.default_rng(len(items))
    return [
        Response(
            response=item.response,
            prompt=item.prompt,
            latency_ms=float(rng.lognormal(6.7, 0.2)),
            tokens=len(item.response) // 4,
            **settings,  # type: ignore[arg-type]
        )
        for item in items
    ]


def halves(*topics: str, **settings: object) -> tuple[Pool, Pool]:
    """Every other answer of some topics in each pool: nothing differs but the prompts."""
    chosen = [item for item in answers() if not topics or item.topic in topics]
    return as_pool(chosen[::2], **settings), as_pool(chosen[1::2], **settings)


def both_models(**settings: object) -> tuple[Pool, Pool]:
    """The answers of both models to the same 144 prompts."""
    own = {item.prompt: item for item in answers()}
    others = other_model()
    return as_pool([own[item.prompt] for item in others], **settings), as_pool(others, **settings)


def some(pool: Pool, share: float, edit: Callable[[Response], Response]) -> Pool:
    """A share of the answers edited, spread evenly over the pool."""
    every = round(1 / share)
    return [edit(item) if row % every == 0 else item for row, item in enumerate(pool)]


def says(text: str) -> Callable[[Response], Response]:
    """The answer replaced by a text."""
    return lambda item: replace(item, response=text)


def ledger_of(baseline: Pool, current: Pool) -> Ledger:
    """The facts of a real report."""
    report = compare_responses(baseline, current, encoder=WordsEncoder(), n_resamples=199)
    return text_ledger(report, title="current against baseline")


def _failed(item: Response) -> Response:
    return replace(item, response="", error="HTTP 500", latency_ms=None, tokens=None)


def _in_german(item: Response) -> Response:
    return replace(item, response="Das ist eine gute Frage, und die Antwort hängt von den Umständen ab.")


def _as_list(item: Response) -> Response:
    return replace(item, response="\n".join(f"- {part}" for part in item.response.split(". ")))


def _as_json(item: Response) -> Response:
    return replace(item, response=json.dumps({"answer": item.response}))


def _with_notice(item: Response) -> Response:
    return replace(item, response=f"Please note: written by the assistant of Example Ltd. {item.response}")


PLANTS: dict[str, tuple[Cause, Callable[[Pool], Pool]]] = {
    "nothing": (Cause.STABLE, lambda pool: pool),
    "refusals": (Cause.REFUSALS, lambda pool: some(pool, 1 / 3, says(REFUSAL))),
    "empty": (Cause.DEGENERATE_OUTPUT, lambda pool: some(pool, 1 / 3, says(" "))),
    "echo": (
        Cause.DEGENERATE_OUTPUT,
        lambda pool: some(pool, 1 / 3, lambda item: replace(item, response=item.prompt or "")),
    ),
    "errors": (Cause.FAILURES, lambda pool: some(pool, 1 / 3, _failed)),
    "only errors": (Cause.FAILURES, lambda pool: some(pool, 1, _failed)),
    "German": (Cause.LANGUAGE, lambda pool: some(pool, 1 / 3, _in_german)),
    "slow": (
        Cause.LATENCY,
        lambda pool: some(pool, 1, lambda item: replace(item, latency_ms=3 * (item.latency_ms or 0))),
    ),
    "first sentence": (
        Cause.FORMAT_CHANGE,
        lambda pool: some(pool, 1, lambda item: replace(item, response=item.response.split(". ")[0])),
    ),
    "lists": (Cause.FORMAT_CHANGE, lambda pool: some(pool, 1, _as_list)),
    "JSON": (Cause.FORMAT_CHANGE, lambda pool: some(pool, 1, _as_json)),
    "notice": (Cause.MODEL_CHANGE, lambda pool: some(pool, 1, _with_notice)),
    "tiny": (Cause.NOT_ENOUGH_EVIDENCE, lambda pool: pool[:2]),
}
"""What is done to current answers, and the cause that this is."""


@cache
def planted(name: str) -> Ledger:
    """The facts of a report in which one cause was planted, on answers to other prompts of the same topics."""
    baseline, current = halves("astronomy", "cooking", "finance")
    return ledger_of(baseline[:2] if name == "tiny" else baseline, PLANTS[name][1](current))


@cache
def another_model() -> Ledger:
    """Two models with recorded names, asked the same."""
    baseline, _ = both_models(model="tutor-1", system="Be kind.", max_tokens=256)
    _, current = both_models(model="tutor-2", system="Be kind.", max_tokens=256)
    return ledger_of(baseline, current)
