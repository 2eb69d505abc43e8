"""The parts of an installation as the command line draws them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from driftium_core.parts import PartState
from driftium_core.terminal.console import stdout

__all__ = ["print_parts"]

PART_LABELS = {
    "ok": Text("● ok", "green"),
    "idle": Text("○ idle", "bright_black"),
    "missing": Text("◆ missing", "yellow"),
    "error": Text("✕ error", "bold magenta"),
}


def print_parts(parts: Sequence[PartState]) -> None:
    """One line per part on stdout, with what to do below it."""
    console = stdout()
    for part in parts:
        label = PART_LABELS[part.status]
        console.print(Text.assemble((f"{part.name:<10}", "bold"), label, " " * (11 - len(label.plain)), part.detail))
        if part.hint:
            console.print(Text(f"{'':<21}→ {part.hint}", "bright_black"))
