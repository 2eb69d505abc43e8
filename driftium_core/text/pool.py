"""A pool of responses with the vectors of those that can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from driftium_core.errors import InputError
from driftium_core.response import Response, text_hash

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Pool", "content_hash", "texts_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Responses in order of arrival, and unit vectors of the usable ones.

    Attributes
    ----------
    responses : tuple of Response, length n
        All of them, also those that failed or are empty.
    positions : ndarray of int, shape (k,)
        Where the usable ones are.
    response_vectors : ndarray of float32, shape (k, d)
    prompt_vectors : ndarray of float32, shape (k, d)
        Zero where the response has no prompt.
    """

    responses: tuple[Response, ...]
    positions: NDArray[np.int64]
    response_vectors: NDArray[np.float32]
    prompt_vectors: NDArray[np.float32]

    @classmethod
    def of(cls, responses: Sequence[Response], vectors: dict[str, NDArray[np.float32]]) -> Pool:
        """Put responses and the vectors of their texts together.

        Parameters
        ----------
        responses : sequence of Response
        vectors : dict
            Unit vectors by content hash, at least for every text of `texts_of`.
        """
        positions = np.array([i for i, response in enumerate(responses) if response.usable], dtype=np.int64)
        usable = [responses[i] for i in positions]
        dimension = next((len(vector) for vector in vectors.values()), 0)
        answers = np.zeros((len(usable), dimension), dtype=np.float32)
        prompts = np.zeros_like(answers)
        for row, response in enumerate(usable):
            answers[row] = vectors[text_hash(response.response)]
            if response.has_prompt:
                prompts[row] = vectors[text_hash(response.prompt or "")]
        return cls(tuple(responses), positions, answers, prompts)

    @property
    def usable(self) -> list[Response]:
        """The responses that have a vector, in order."""
        return [self.responses[i] for i in self.positions]

    @property
    def prompt_ids(self) -> list[str | None]:
        """The prompt of each usable response as it is compared for equality; None without a prompt."""
        return [_same(response.prompt) if response.has_prompt else None for response in self.usable]

    @property
    def with_prompt(self) -> NDArray[np.bool_]:
        """Which of the usable responses have a prompt."""
        return np.array([response.has_prompt for response in self.usable], dtype=bool)


def texts_of(responses: Sequence[Response]) -> dict[str, str]:
    """Every text that needs a vector, by content hash: usable responses and their prompts."""
    texts = {}
    for response in responses:
        if response.usable:
            texts[text_hash(response.response)] = response.response
            if response.has_prompt:
                texts[text_hash(response.prompt or "")] = response.prompt or ""
    return texts


def content_hash(responses: Sequence[Response]) -> str:
    """Digest of everything in a pool that decides a report, whatever the order of its rows.

    Raises
    ------
    InputError
        A latency is not a finite number.
    """
    rows = [_row_hash(response) for response in responses]
    return hashlib.sha256("".join(sorted(rows)).encode()).hexdigest()


def _row_hash(response: Response) -> str:
    facts = (response.latency_ms, response.tokens, response.error)
    if response.latency_ms is not None and not np.isfinite(response.latency_ms):
        raise InputError(
            f"A latency is {response.latency_ms}; it must be a finite number of milliseconds, or left out."
        )
    return text_hash("\x1f".join((response.response, response.prompt or "\x1e", repr(facts))))


def _same(prompt: str | None) -> str:
    """White space at the ends and runs of it do not make another prompt."""
    return " ".join((prompt or "").split())
