"""A model's words for claims that rules made: asked for, checked one by one, and refused in doubt."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from driftium_core.formats import fmt_count, fmt_n, fmt_name, fmt_value
from driftium_core.rca.asking import Answer, answer_of
from driftium_core.rca.facts import Ledger
from driftium_core.rca.grounding import as_shown, why_ungrounded
from driftium_core.rca.prompting import prompt_for, system_prompt, wordings
from driftium_core.rca.reading import plain
from driftium_core.rca.report import Agent, Claim
from driftium_core.rca.trace import Trace
from driftium_core.rca.writer import Writer

__all__ = ["Wording"]

ATTEMPTS = 2
"""Times that a claim's words are asked for."""

LEAST_S = 0.5
"""No model says anything in less, so none is asked."""

NAME_S = 1.0
"""Longest wait for a writer to say its own name."""

MISSING = "is missing from the answer"


class Wording:
    """Words the claims of one investigation, agent by agent, until the deadline or the first failure.

    Parameters
    ----------
    writer : Writer
    until_s : float
        Deadline by `time.monotonic`.
    stopped : callable
        Once it is true nothing is waited for.
    trace : Trace
        Told each attempt.
    """

    def __init__(
        self, writer: Writer, ledger: Ledger, *, until_s: float, stopped: Callable[[], bool], trace: Trace
    ) -> None:
        self._writer, self._ledger, self._trace = writer, ledger, trace
        self._until_s, self._stopped = until_s, stopped
        self._n_claims = self._n_worded = self._n_kept = self._n_asked = 0
        self._ended = ""
        self.model = self._name()

    def word(self, agent: Agent, claims: Sequence[Claim], *, share: float) -> tuple[Claim, ...]:
        """The claims, those in the model's words that passed the gate.

        Parameters
        ----------
        share : float
            Of the time that is left, for this agent.
        """
        self._n_claims += len(claims)
        worded = dict(enumerate(claims, start=1))
        asked = dict(worded)
        remarks: dict[int, str] = {}
        until_s = time.monotonic() + share * self._left_s()
        for _ in range(ATTEMPTS):
            began_s = time.monotonic()
            if not asked or not self._may_ask(until_s):
                break
            accepted, remarks = self._attempt(agent, asked, remarks, until_s)
            worded |= accepted
            asked = {number: worded[number] for number in remarks}
            if until_s - time.monotonic() < time.monotonic() - began_s:
                break  # a second answer would take as long as the first, and there is not as much time
        return tuple(worded.values())

    @property
    def worded_by(self) -> str:
        """Who spoke, in a sentence."""
        n_own = self._n_claims - self._n_worded
        if self._n_worded:
            are = "is" if n_own == 1 else "are"
            of = fmt_count(self._n_claims, "statement")
            why = f", as {self._ended}" if self._ended else ""
            rest = f"; {fmt_n(n_own)} of {of} {are} in the rules' own words{why}" if n_own else ""
            return f"Worded by {self.model} and checked{rest}."
        if self._ended:
            return f"Written by rules: {self._ended}."
        if not self._n_asked:
            return f"Written by rules: there was no time to ask {self.model}."
        if self._n_kept == self._n_claims:
            return f"Written by rules: {self.model} would change no word."
        return f"Written by rules: the words of {self.model} did not pass the check."

    @property
    def asked(self) -> bool:
        """Whether the model was asked for anything."""
        return self._n_asked > 0

    def _name(self) -> str:
        answer = answer_of(
            lambda _unwanted: self._writer.model, timeout_s=min(NAME_S, self._left_s()), stopped=self._stopped
        )
        named = isinstance(answer.value, str) and answer.value.strip()
        return fmt_name(answer.value) if named else "the model"

    def _left_s(self) -> float:
        return max(0.0, self._until_s - time.monotonic())

    def _may_ask(self, until_s: float) -> bool:
        if not self._ended and self._stopped():
            self._ended = "no more words were waited for"
        if not self._ended and self._left_s() < LEAST_S:
            self._ended = f"there was no time to ask {self.model}"
        return not self._ended and until_s - time.monotonic() >= min(LEAST_S, self._left_s())

    def _attempt(
        self, agent: Agent, asked: dict[int, Claim], remarks: dict[int, str], until_s: float
    ) -> tuple[dict[int, Claim], dict[int, str]]:
        """Ask once: the claims that were accepted, and why the other ones were not."""
        prompt, timeout_s = prompt_for(agent, asked, self._ledger, remarks), until_s - time.monotonic()
        self._n_asked += 1
        answer = answer_of(
            lambda unwanted: self._writer.write(
                prompt, system=system_prompt(), timeout_s=timeout_s, stopped=lambda: unwanted() or self._stopped()
            ),
            timeout_s=timeout_s,
            stopped=self._stopped,
        )
        text = answer.value
        if answer.end != "answered" or type(text) is not str:  # a subclass could be anything again
            self._give_up(agent, answer, timeout_s)
            return {}, {}
        accepted, refused = self._checked(text, asked)
        self._tell(agent, asked, accepted, refused)
        return accepted, refused

    def _checked(self, answer: str, asked: dict[int, Claim]) -> tuple[dict[int, Claim], dict[int, str]]:
        """The claims whose words passed, and why the other ones did not."""
        longest = sum(2 * len(claim.text) + 100 for claim in asked.values())
        said = wordings(answer[: 3 * longest], list(asked))
        accepted: dict[int, Claim] = {}
        refused: dict[int, str] = {}
        for number, claim in asked.items():
            refused[number] = MISSING
            for text in said.get(number, ()):
                refused[number] = why_ungrounded(text, claim, self._ledger)
                if not refused[number]:
                    accepted[number] = self._in_words(text, claim)
                    del refused[number]
                    break
        return accepted, refused

    def _in_words(self, text: str, claim: Claim) -> Claim:
        shown = as_shown(text, claim, self._ledger)
        if plain(shown) == plain(claim.text):
            self._n_kept += 1
            return claim
        self._n_worded += 1
        return replace(claim, text=shown, source="llm")

    def _tell(self, agent: Agent, asked: dict[int, Claim], accepted: dict[int, Claim], refused: dict[int, str]) -> None:
        n_same = sum(claim == asked[number] for number, claim in accepted.items())
        same = f", {fmt_n(n_same)} of them as the rules wrote them" if n_same else ""
        counted = Counter(refused.values())
        of = fmt_count(len(asked), "statement")
        self._trace.add(
            agent,
            f"{self.model} was asked to word {of}; {fmt_n(len(accepted))} passed{same}.",
            source="llm",
            evidence_ids=tuple(dict.fromkeys(fact_id for claim in asked.values() for fact_id in claim.evidence_ids)),
            rejected_reason="; ".join(f"{why} ({fmt_n(n)} ×)" if n > 1 else why for why, n in counted.items()),
        )

    def _give_up(self, agent: Agent, answer: Answer, timeout_s: float) -> None:
        """Ask nobody else after this."""
        self._ended = {
            "late": f"{self.model} did not answer within {fmt_value(round(timeout_s, 1))} s",
            "stopped": "no more words were waited for",
            "failed": f"{self.model} could not answer",
        }.get(answer.end, f"the answer of {self.model} was no text")
        self._trace.add(agent, f"The rules' words stand, as {self._ended}.", source="llm", rejected_reason=answer.why)
