"""What the command line draws."""

from driftium_core.terminal.console import progress_on_stderr
from driftium_core.terminal.parts import print_parts
from driftium_core.terminal.pools import print_baselines, print_history, print_import, print_status
from driftium_core.terminal.tables import print_report
from driftium_core.terminal.texts import print_text_report

__all__ = [
    "print_baselines",
    "print_history",
    "print_import",
    "print_parts",
    "print_report",
    "print_status",
    "print_text_report",
    "progress_on_stderr",
]
