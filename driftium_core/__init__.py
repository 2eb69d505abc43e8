"""Driftium: a drift console for tables and LLM answers. No Streamlit in here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftium_core.monitor.comparison import compare_responses
    from driftium_core.tabular.drift import compare_tables
    from driftium_core.text.drift import compare_embeddings

__all__ = ["__version__", "compare_embeddings", "compare_responses", "compare_tables"]

__version__ = "0.1.0"

_HOMES = {
    "compare_embeddings": "driftium_core.text.drift",
    "compare_responses": "driftium_core.monitor.comparison",
    "compare_tables": "driftium_core.tabular.drift",
}


def __getattr__(name: str) -> object:
    # Lazy, so that `python -m driftium_core --help` does not wait for pandas and scipy.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
