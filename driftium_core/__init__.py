"""Driftium: a drift console for tables and LLM answers. No Streamlit in here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftium_core.tabular.drift import compare_tables

__all__ = ["__version__", "compare_tables"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Lazy, so that `python -m driftium_core --help` does not wait for pandas and scipy.
    if name == "compare_tables":
        from driftium_core.tabular.drift import compare_tables

        return compare_tables
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
