"""Whether a text can be sent to a model at all, and what is said when it is too long for one."""

from __future__ import annotations

import re

from driftium_core.errors import InputError
from driftium_core.formats import fmt_count, fmt_n

__all__ = ["MOST_BYTES", "check_prompt", "in_words", "too_long"]

MOST_BYTES = 1_000_000
"""Of a prompt or system prompt in UTF-8. No local model reads as much; more is a file chosen by mistake."""

LONGEST_MEAN_WORD = 15
"""Characters a word, on average, above which a text has few spaces: Chinese, Japanese, Thai, base64."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def check_prompt(text: str, *, what: str = "prompt") -> str:
    """Return the text if it can be sent.

    Raises
    ------
    InputError
        It is blank (a system prompt may be), too large, or not text.
    """
    if not text.strip() and what == "prompt":
        raise InputError("The prompt is empty. Write what the model should answer.")
    try:
        n_bytes = len(text.encode())
    except UnicodeEncodeError as error:
        raise InputError(
            f"The {what} has an invalid character at position {fmt_n(error.start + 1)} (half of a surrogate pair). "
            "Remove it and send again."
        ) from None
    if n_bytes > MOST_BYTES:
        raise InputError(
            f"The {what} has {fmt_n(n_bytes)} bytes, and at most {fmt_n(MOST_BYTES)} are sent. Shorten it."
        )
    odd = _CONTROL.search(text)
    if odd:
        raise InputError(
            f"The {what} is not text: it has a control character at position {fmt_n(odd.start() + 1)}, as binary files "
            "do. "
            "Paste text instead."
        )
    return text


def in_words(*texts: str) -> str:
    """How long texts are together: in words, or in characters where they are not written in words."""
    n_words = sum(len(text.split()) for text in texts)
    n_characters = sum(map(len, texts))
    if n_characters > LONGEST_MEAN_WORD * n_words:
        return fmt_count(n_characters, "character")
    return fmt_count(n_words, "word")


def too_long(model: str, *, length: str, n_context: int) -> InputError:
    """The error for a prompt that a model cannot read whole; ``length`` comes with its unit."""
    return InputError(
        f"The prompt is {length} long with its system prompt, and {model} reads at most {fmt_n(n_context)} tokens. "
        "Shorten it, or choose a model with a longer context."
    )
