"""Planted causes in pools of real answers, for the catalogue of root causes: the text half.

Answers are real (see `benchmarks.rca_text_pools`), vectors are the real encoder's. Unpaired pools share no prompt,
paired ones share all. Rules were tuned on other seeds than the one that is the default.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.rca_case import Case
from benchmarks.rca_text_pools import (
    Source,
    as_json,
    echo,
    edited,
    emptied,
    failing,
    garbled,
    in_german,
    looping,
    made_with,
    put_before,
    refusing,
    some,
)
from benchmarks.text_pairs import first_words
from benchmarks.text_traffic import chatty, first_half, first_sentence, numbered
from driftium_core import compare_responses
from driftium_core.rca.causes import Cause
from driftium_core.rca.text_facts import text_ledger
from driftium_core.response import Response

__all__ = ["SEED", "text_cases"]

SEED = 2024

Pool = list[Response]
Pools = tuple[Pool, Pool]
Rng = np.random.Generator

DISCLAIMER = put_before("Please note that this answer was written by the assistant of Example Ltd.")
SERVER = {"backend": "ollama", "temperature": 0.2, "max_tokens": 256}


@dataclass(frozen=True, slots=True)
class _Plant:
    """How the pools of a case are made."""

    name: str
    cause: Cause
    pools: Callable[[Source, Rng], Pools]


def text_cases(data: Path, *, cache: Path | None = None, seed: int = SEED) -> Iterator[Case]:
    """Every case in turn; the same ones for the same seed.

    Parameters
    ----------
    data : Path
        Folder that holds ``text/tp_*.jsonl``.
    cache : Path, optional
        Where vectors and the other model's answers are kept; the system's temporary folder if left out.
    """
    cache = cache or Path(tempfile.gettempdir(), "driftium-bench")
    source = Source.of(data, cache)
    for number, plant in enumerate(_plants(cache)):
        baseline, current = plant.pools(source, np.random.default_rng([seed, number]))
        report = compare_responses(baseline, current, encoder=source, rng=seed % 1000)
        yield Case(plant.name, plant.cause, text_ledger(report, title=f"current against baseline, {plant.name}"))


def _two(size: int, edit: Callable[[Pool, Rng], Pool], *, mix: str = "usual") -> Callable[[Source, Rng], Pools]:
    """Two pools of different prompts from one mix, current edited."""

    def pools(source: Source, rng: Rng) -> Pools:
        baseline = source.draw(mix, size, rng)
        return baseline, edit(source.draw(mix, size, rng, but=baseline), rng)

    return pools


def _same(size: int, edit: Callable[[Pool, Rng], Pool], *, mix: str = "usual") -> Callable[[Source, Rng], Pools]:
    """Two pools of the same prompts and answers, current edited; times are drawn anew."""

    def pools(source: Source, rng: Rng) -> Pools:
        baseline = source.draw(mix, size, rng)
        again = [replace(item, latency_ms=(item.latency_ms or 0) * float(rng.lognormal(0, 0.1))) for item in baseline]
        return baseline, edit(again, rng)

    return pools


def _mixes(before: str, now: str, size: int) -> Callable[[Source, Rng], Pools]:
    def pools(source: Source, rng: Rng) -> Pools:
        baseline = source.draw(before, size, rng)
        return baseline, source.draw(now, size, rng, but=baseline)

    return pools


def _models(
    cache: Path, size: int, *, paired: bool, cut: bool = False, names: tuple[str, str] | None = None
) -> Callable[[Source, Rng], Pools]:
    """The data's answers and SmolLM2-135M's, to the same prompts or to others; cut: both to the shorter one's words."""

    def pools(source: Source, rng: Rng) -> Pools:
        own, other = source.by_other_model(cache)
        rows = [row for row in rng.permutation(len(own)).tolist() if own[row].response and other[row].response.split()]
        first, second = (rows[:size], rows[:size]) if paired else (rows[:size], rows[size : 2 * size])
        baseline, current = [own[row] for row in first], [other[row] for row in second]
        if cut:
            baseline = [_cut(item, other[row].response) for item, row in zip(baseline, first, strict=True)]
            current = [_cut(item, own[row].response) for item, row in zip(current, second, strict=True)]
        if names:
            baseline, current = (
                made_with(pool, SERVER | {"model": name}) for pool, name in zip((baseline, current), names, strict=True)
            )
        return baseline, current

    return pools


def _cut(item: Response, other: str) -> Response:
    n_words = max(1, min(len(item.response.split()), len(other.split())))
    return replace(item, response=first_words(item.response, n_words))


def _halves(pool: Pool, other: Sequence[Response], rng: Rng) -> Pools:
    """Both answers to each prompt, a random half of them swapped: nothing tells before from after."""
    swap = rng.random(len(pool)) < 0.5
    pairs = list(zip(pool, other, swap, strict=True))
    return [b if swapped else a for a, b, swapped in pairs], [a if swapped else b for a, b, swapped in pairs]


def _nothing_changed(cache: Path, size: int) -> Callable[[Source, Rng], Pools]:
    def pools(source: Source, rng: Rng) -> Pools:
        own, other = _models(cache, size, paired=True)(source, rng)
        return _halves(own, other, rng)

    return pools


def _as_it_is(pool: Pool, _rng: Rng) -> Pool:
    return pool


def _every(edit: Callable[[str], str]) -> Callable[[Pool, Rng], Pool]:
    return lambda pool, _rng: edited(pool, edit)


def _share(share: float, edit: Callable[[Response], Response]) -> Callable[[Pool, Rng], Pool]:
    return lambda pool, rng: some(pool, share, edit, rng)


def _refusals(share: float) -> Callable[[Pool, Rng], Pool]:
    return lambda pool, rng: some(pool, share, refusing(rng), rng)


def _slower(factor: float) -> Callable[[Pool, Rng], Pool]:
    return lambda pool, _rng: [replace(item, latency_ms=factor * (item.latency_ms or 0)) for item in pool]


def _reversed_edit(edit: Callable[[str], str], make: Callable[[Source, Rng], Pools]) -> Callable[[Source, Rng], Pools]:
    """The baseline is edited instead of current."""

    def pools(source: Source, rng: Rng) -> Pools:
        baseline, current = make(source, rng)
        return edited(baseline, edit), current

    return pools


def _chinese(share: float, size: int, *, paired: bool) -> Callable[[Source, Rng], Pools]:
    def pools(source: Source, rng: Rng) -> Pools:
        texts = iter(rng.permutation(np.array(source.chinese, dtype=object)).tolist())
        make = (_same if paired else _two)(size, _share(share, lambda item: replace(item, response=next(texts))))
        return make(source, rng)

    return pools


def _misplaced(pool: Pool, rng: Rng) -> Pool:
    """Each prompt gets the answer to another one."""
    texts = [pool[row].response for row in np.roll(rng.permutation(len(pool)), 1).tolist()]
    return [replace(item, response=text) for item, text in zip(pool, texts, strict=True)]


def _template(make: Callable[[Source, Rng], Pools]) -> Callable[[Source, Rng], Pools]:
    """Both pools by one model; current with another system prompt."""
    system = "You are a careful assistant.", "You are a careful assistant. Begin every answer with the notice."

    def pools(source: Source, rng: Rng) -> Pools:
        found = make(source, rng)
        baseline, current = (
            made_with(pool, SERVER | {"model": "smollm:135m", "system": text})
            for pool, text in zip(found, system, strict=True)
        )
        return baseline, current

    return pools


def _plants(cache: Path) -> tuple[_Plant, ...]:
    topic, model, layout = Cause.TOPIC_SHIFT, Cause.MODEL_CHANGE, Cause.FORMAT_CHANGE
    names = ("support-large", "smollm2:135m")
    return (
        _Plant("all prompts on a new topic", topic, _mixes("old", "all new", 80)),
        _Plant("40 % of prompts on a new topic", topic, _mixes("old", "new in two fifths", 120)),
        _Plant("the mix of topics moves", topic, _mixes("usual", "moved", 150)),
        _Plant("all prompts on a new topic, small pools", topic, _mixes("old", "all new", 25)),
        _Plant("another model, recorded, unpaired", model, _models(cache, 90, paired=False, names=names)),
        _Plant("another model, recorded, paired", model, _models(cache, 120, paired=True, names=names)),
        _Plant("another model, not recorded, unpaired", model, _models(cache, 90, paired=False)),
        _Plant("another model, not recorded, paired", model, _models(cache, 120, paired=True)),
        _Plant("another model, same lengths, paired", model, _models(cache, 120, paired=True, cut=True)),
        _Plant("a sentence before each answer, unpaired", model, _two(120, _every(DISCLAIMER))),
        _Plant("a sentence before each answer, recorded", model, _template(_same(80, _every(DISCLAIMER)))),
        _Plant("chatty wrapping, unpaired", model, _two(120, _every(chatty))),
        _Plant("first sentence only, paired", layout, _same(80, _every(first_sentence), mix="prose")),
        _Plant("first half only, unpaired", layout, _two(150, _every(first_half), mix="prose")),
        _Plant("first sentence only, unpaired", layout, _two(150, _every(first_sentence), mix="prose")),
        _Plant("numbered lists, unpaired", layout, _two(150, _every(numbered), mix="prose")),
        _Plant("numbered lists, paired", layout, _same(80, _every(numbered), mix="prose")),
        _Plant("answers as JSON, unpaired", layout, _two(150, _every(as_json))),
        _Plant("no JSON any more, paired", layout, _reversed_edit(as_json, _same(80, _as_it_is))),
        _Plant(
            "three times as long, paired", layout, _reversed_edit(first_sentence, _same(80, _as_it_is, mix="prose"))
        ),
        _Plant("refusals 30 %, unpaired", Cause.REFUSALS, _two(120, _refusals(0.3))),
        _Plant("refusals 30 %, paired", Cause.REFUSALS, _same(80, _refusals(0.3))),
        _Plant("refusals 15 %, unpaired", Cause.REFUSALS, _two(200, _refusals(0.15))),
        _Plant("empty answers 25 %", Cause.DEGENERATE_OUTPUT, _two(120, _share(0.25, emptied))),
        _Plant("prompts repeated 40 %", Cause.DEGENERATE_OUTPUT, _two(120, _share(0.4, echo))),
        _Plant("letters shuffled", Cause.DEGENERATE_OUTPUT, _two(120, lambda pool, rng: edited(pool, garbled(rng)))),
        _Plant("three words over and over", Cause.DEGENERATE_OUTPUT, _two(120, _every(looping))),
        _Plant("answers to other prompts, paired", Cause.DEGENERATE_OUTPUT, _same(100, _misplaced)),
        _Plant("errors 20 %", Cause.FAILURES, _two(120, _share(0.2, failing))),
        _Plant("all requests fail", Cause.FAILURES, _two(60, _share(1.0, failing))),
        _Plant("Chinese answers to the same prompts", Cause.LANGUAGE, _chinese(1.0, 60, paired=True)),
        _Plant("Chinese answers 40 %, unpaired", Cause.LANGUAGE, _chinese(0.4, 120, paired=False)),
        _Plant("German answers", Cause.LANGUAGE, _two(100, lambda pool, rng: edited(pool, in_german(rng)))),
        _Plant("three times as slow, unpaired", Cause.LATENCY, _two(120, _slower(3.0))),
        _Plant("half as slow again, paired", Cause.LATENCY, _same(120, _slower(1.5))),
        _Plant("nothing changed, 120", Cause.STABLE, _two(120, _as_it_is)),
        _Plant("nothing changed, 250", Cause.STABLE, _two(250, _as_it_is)),
        _Plant("nothing changed, paired", Cause.STABLE, _nothing_changed(cache, 100)),
        _Plant("nothing changed, 30", Cause.STABLE, _two(30, _as_it_is)),
        _Plant("2 against 2", Cause.NOT_ENOUGH_EVIDENCE, _two(2, _as_it_is)),
        _Plant("3 against 3 on another topic", Cause.NOT_ENOUGH_EVIDENCE, _mixes("old", "all new", 3)),
    )
