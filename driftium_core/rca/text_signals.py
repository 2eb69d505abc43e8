"""What the rules look at in the ledger of a text report: which facts changed, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.severity import EFFECT_THRESHOLDS, Severity

__all__ = ["FORMAT_NAMES", "TextSignals"]

FORMAT_NAMES = ("list", "code", "valid_json", "length", "tokens")
"""Descriptors that say how an answer is laid out, and how long it is."""

LEAST_FLAG_RISE = 0.1
"""Flags are not tested: their share must rise by this much to speak for a cause."""

LARGE = EFFECT_THRESHOLDS[Severity.CRITICAL]
"""Effect from which a change of format can be what moved the answers' meaning, too."""

LONGER, SHORTER = 1.5, 0.67
"""Likewise, ratio of the median lengths: a change of their spread alone is what another model makes."""

ONE_LANGUAGE = 0.5
"""Part of what some languages gained that one of them has at least, where answers changed their language."""

BOILERPLATE, RARE = 0.6, 0.1
"""A term that this share of current answers holds, and no more than that of the baseline: something is put around."""


@dataclass(frozen=True, slots=True)
class TextSignals:
    """One ledger, asked as the rules ask it."""

    ledger: Ledger

    @property
    def drifted(self) -> bool:
        """Whether the answers differ by meaning."""
        return self.ledger.status == "drift"

    @property
    def paired(self) -> bool:
        """Whether answers to the same prompts were compared: other prompts cannot be what was found."""
        verdict = self.ledger.first(FactKind.VERDICT)
        return verdict is not None and verdict.detail == "paired"

    @property
    def traffic(self) -> str:
        """The verdict on traffic and behaviour."""
        fact = self.ledger.first(FactKind.TRAFFIC)
        return fact.detail if fact else "no_prompts"

    @property
    def prompts(self) -> Fact | None:
        """The test of the prompts."""
        return self.ledger.first(FactKind.TRAFFIC, "prompts")

    @property
    def behaviour(self) -> Fact | None:
        """The test of the answers to like prompts."""
        return self.ledger.first(FactKind.TRAFFIC, "answers to like prompts")

    @property
    def prompts_moved(self) -> bool:
        """Whether other prompts can explain other answers: they changed, and not only the same ones were compared."""
        return not self.paired and self.prompts is not None and self.prompts.significant

    @property
    def behaves_otherwise(self) -> bool:
        """Whether like, or the same, prompts are answered differently."""
        found = self.behaviour is not None and self.behaviour.significant
        return found or (self.paired and self.drifted)

    def named(self, kind: FactKind, name: str) -> Fact | None:
        """The flag, descriptor or setting of a name."""
        return next((fact for fact in self.ledger.of(kind) if fact.detail == name), None)

    def moved(self, name: str) -> Fact | None:
        """The descriptor of a name if it changed, by a test and by an effect that matters."""
        fact = self.named(FactKind.DESCRIPTOR, name)
        return fact if fact and fact.significant and matters(fact) else None

    def rose(self, name: str) -> Fact | None:
        """The descriptor of a name if it went up, as `moved`."""
        fact = self.moved(name)
        return fact if fact and fact.direction == "up" else None

    def flagged(self, name: str) -> Fact | None:
        """The flag of a name if its share rose clearly."""
        fact = self.named(FactKind.FLAG, name)
        if fact is None or not isinstance(fact.value, float) or not isinstance(fact.before, float):
            return None
        return fact if fact.value - fact.before >= LEAST_FLAG_RISE else None

    @property
    def formats(self) -> tuple[Fact, ...]:
        """Length and format where they changed, the largest effect first."""
        found = [fact for fact in map(self.moved, FORMAT_NAMES) if fact]
        return tuple(sorted(found, key=lambda fact: -(fact.effect_size or 0.0)))

    @property
    def layout(self) -> tuple[Fact, ...]:
        """Those of the formats that changed so much that they can be what moved the answers."""
        return tuple(fact for fact in self.formats if (fact.effect_size or 0.0) >= LARGE and _is_clear(fact))

    @property
    def language(self) -> Fact | None:
        """The descriptor of the language, where answers went to another; broken text is guessed to be many."""
        fact = self.moved("language")
        risen = [
            item.value - item.before
            for item in self.ledger.of(FactKind.DESCRIPTOR)
            if item.detail == "one language" and isinstance(item.value, float) and isinstance(item.before, float)
        ]
        gains = [rise for rise in risen if rise > 0]
        lost = -sum(rise for rise in risen if rise < 0)
        one = bool(gains) and max(gains) >= ONE_LANGUAGE * max(lost, sum(gains))
        return fact if one else None

    @property
    def settings(self) -> tuple[Fact, ...]:
        """Settings that changed."""
        return tuple(fact for fact in self.ledger.of(FactKind.SETTING) if fact.significant)

    @property
    def boilerplate(self) -> tuple[Fact, ...]:
        """Terms that most current answers hold and hardly a baseline answer does."""
        return tuple(
            fact
            for fact in self.terms("gained")
            if isinstance(fact.value, float)
            and isinstance(fact.before, float)
            and fact.value >= BOILERPLATE
            and fact.before <= RARE
        )

    def terms(self, direction: str) -> tuple[Fact, ...]:
        """Terms gained or lost."""
        return tuple(fact for fact in self.ledger.of(FactKind.KEYWORD) if fact.direction == direction)

    def groups(self, direction: str) -> tuple[Fact, ...]:
        """Groups gained or lost."""
        return tuple(fact for fact in self.ledger.of(FactKind.GROUP) if fact.direction == direction)

    def exemplars(self, direction: str) -> tuple[Fact, ...]:
        """Answers that stand for what is new or gone."""
        return tuple(fact for fact in self.ledger.of(FactKind.EXEMPLAR) if fact.direction == direction)


def _is_clear(fact: Fact) -> bool:
    if fact.detail not in ("length", "tokens"):
        return True
    if not isinstance(fact.value, float) or not isinstance(fact.before, float) or not fact.before:
        return False
    return not SHORTER < fact.value / fact.before < LONGER


def matters(fact: Fact) -> bool:
    """Whether an effect is more than small, on the report's own scale."""
    return fact.effect_size is not None and fact.effect_size >= EFFECT_THRESHOLDS[Severity.MEDIUM]
