"""The model that words an investigation: whoever the choice comes to, behind the port that the agents know."""

from __future__ import annotations

from collections.abc import Callable

from driftium_core.errors import GeneratorUnavailableError
from driftium_core.llm.generators import Standing
from driftium_core.llm.port import AUTOMATIC, Generation, GenerationOptions, ModelChoice
from driftium_core.services import Services

__all__ = ["ChosenModel", "deadline_of", "words_standing"]

MAX_TOKENS = 768
"""Of one answer: a dozen statements."""

EMBEDDED_MAX_TOKENS = 256
"""The small embedded model that goes on longer repeats itself."""

EMBEDDED_DEADLINE_S = 15.0
"""On two busy cores each of its five answers takes 4 to 16 s, and of 23 statements that it worded none passed."""

TOO_SMALL = "the embedded model is too small to word them; choose it to try."
"""Said after "Written by rules:"."""


class ChosenModel:
    """A model as the agents ask it: the likeliest words, the same ones for the same prompt.

    It is the one that the choice came to when it was looked at, and no other: the report names it.
    """

    def __init__(self, services: Services, standing: Standing, *, seed: int = 0) -> None:
        self._services, self._seed = services, seed
        self._embedded = standing.backend == "embedded"
        self._choice = ModelChoice("embedded") if self._embedded else ModelChoice("ollama", standing.model)
        self.model = standing.label

    def write(self, prompt: str, *, system: str, timeout_s: float, stopped: Callable[[], bool]) -> str:
        """Answer a prompt; see `Writer.write`."""
        max_tokens = EMBEDDED_MAX_TOKENS if self._embedded else MAX_TOKENS
        options = GenerationOptions(system=system, temperature=0, max_tokens=max_tokens, seed=self._seed)
        generation = None
        for part in self._services.generators.stream(
            prompt, options, choice=self._choice, timeout_s=timeout_s, stopped=stopped
        ):
            generation = part if isinstance(part, Generation) else generation
        if generation is None or not generation.complete:
            raise GeneratorUnavailableError(_why(generation))
        return generation.text


def words_standing(services: Services, choice: ModelChoice = AUTOMATIC) -> Standing:
    """Who would word an investigation: the embedded model only where it is chosen by name, else the rules at once."""
    standing = services.generators.standing(choice)
    if choice.backend is None and standing.backend == "embedded":
        return Standing(None, "", TOO_SMALL)
    return standing


def deadline_of(services: Services, standing: Standing) -> float:
    """How long the words of a model are waited for, over all agents, in seconds."""
    deadline_s = services.settings.rca_deadline_s
    return min(deadline_s, EMBEDDED_DEADLINE_S) if standing.backend == "embedded" else deadline_s


def _why(generation: Generation | None) -> str:
    """Why there is no whole answer."""
    if generation is not None and generation.stop_reason == "cancelled":
        return "The model was stopped before it had answered."
    if generation is not None and generation.stop_reason == "deadline":
        return "The model did not answer in time."
    return (generation and generation.error) or "The model broke off before it had answered."
