"""Stands in for the LLM Dashboard."""

from __future__ import annotations

from pages.ui.widgets import title

with title("LLM Dashboard"):
    pass
