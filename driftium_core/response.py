"""One answer of a model: what is imported, generated, stored and compared."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["Response", "StopReason", "text_hash"]

StopReason = Literal["stop", "length"]
"""Why a model ended: by itself, or at the token limit. Answers that were cut off by anything else are not stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer of a model, with what is known of how it came about.

    Attributes
    ----------
    response : str
        The answer; empty when the model gave none.
    prompt : str or None
        None when it was not logged.
    latency_ms : float or None
    tokens, prompt_tokens : int or None
        Tokens of the answer and of the prompt.
    error : str or None
        What went wrong; such a response takes part in the descriptors only.
    source : str
        Where it came from, e.g. ``playground`` or a file name.
    created_at : datetime or None
        When it was answered (UTC); None when the log does not say.
    key : str or None
        What makes it the same record when it is imported again; None for a response that is new by itself.
    first_token_ms : float or None
        Time to the first token, part of ``latency_ms``.
    stop_reason : {"stop", "length"} or None
        Whether the model ended by itself or at the token limit.
    system, temperature, max_tokens, seed : str, float, int and int, or None
        What it was generated with besides the prompt: evidence, and needed to make the answer again.

    Notes
    -----
    System prompt, temperature and token limit are part of what a report says, and so of the stored digest where any
    of them is known. The first token's time, the reason of the stop and the seed are not: two pools that differ in
    these alone are the same pools.
    """

    response: str
    prompt: str | None = None
    model: str | None = None
    backend: str | None = None
    latency_ms: float | None = None
    tokens: int | None = None
    prompt_tokens: int | None = None
    error: str | None = None
    source: str = ""
    created_at: datetime | None = None
    key: str | None = None
    first_token_ms: float | None = None
    stop_reason: StopReason | None = None
    system: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None

    @property
    def usable(self) -> bool:
        """Whether it can be compared by meaning: no error, and not empty."""
        return self.error is None and bool(self.response.strip())

    @property
    def has_prompt(self) -> bool:
        """Whether there is a prompt to compare by; a blank one says nothing."""
        return bool(self.prompt and self.prompt.strip())


def text_hash(text: str) -> str:
    """Digest of a text (SHA-256, hex); lone surrogates, which JSON can hold, do not fail."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
