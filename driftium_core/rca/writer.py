"""What words claims: a model behind one method, whoever runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["Writer"]


class Writer(Protocol):
    """A model that can be asked for words. It is trusted with nothing: not to end, not to tell the truth."""

    @property
    def model(self) -> str:
        """Its name, for the report."""

    def write(self, prompt: str, *, system: str, timeout_s: float, stopped: Callable[[], bool]) -> str:
        """Answer a prompt.

        Raises
        ------
        DriftiumError
            It cannot answer now; the message says why and what to do.
        """
