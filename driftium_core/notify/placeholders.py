"""Addresses that name an environment variable instead of holding a secret; the caller's ``expand`` fills them in."""

from __future__ import annotations

import re

__all__ = ["has_placeholder"]

_PLACEHOLDER = re.compile(r"\$\{\w+\}")


def has_placeholder(address: str) -> bool:
    """Whether ``${NAME}`` stands in an address, so that it cannot be judged before it is used."""
    return bool(_PLACEHOLDER.search(address))
