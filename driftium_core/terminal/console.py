"""Where the command line draws: stdout for results, stderr for progress; the colour of each severity."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from driftium_core.severity import Severity

__all__ = ["STYLES", "progress_on_stderr", "stdout"]

STYLES: dict[Severity | None, str] = {
    Severity.LOW: "green",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "bold bright_red",
    Severity.CRITICAL: "bold magenta",
    None: "bright_black",
}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave the exit code to the command; rich would exit with 1."""
        raise BrokenPipeError


def stdout() -> Console:
    """Where results are drawn."""
    # A pipe or a log has no width; rich would assume 80 and break lines that grep should find whole.
    return _Console(highlight=False, emoji=False, markup=False, width=None if sys.stdout.isatty() else 160)


@contextmanager
def progress_on_stderr(title: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """A progress callback that draws on stderr; None when stderr is no terminal, so that logs stay short."""
    console = Console(stderr=True)
    if not (console.is_terminal and sys.stderr.isatty()):
        yield None
        return
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[item]}"))
    with Progress(*parts, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None, item="")
        yield lambda done, total, item: bar.update(task, completed=done, total=total, item=item)
