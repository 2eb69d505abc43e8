"""Where the command line draws: stdout for results, stderr for progress; the colour of each severity."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn

from driftium_core.severity import Severity

__all__ = ["STYLES", "activity_on_stderr", "plain", "progress_on_stderr", "stdout"]

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
def progress_on_stderr(title: str, *, counted: bool = True) -> Iterator[Callable[[int, int, str], None] | None]:
    """A progress callback that draws on stderr; None when stderr is no terminal, so that logs stay short.

    The steps are counted out unless ``counted`` is false, e.g. for bytes.
    """
    console = Console(stderr=True)
    if not (console.is_terminal and sys.stderr.isatty()):
        yield None
        return
    count = (MofNCompleteColumn(),) if counted else ()
    item = TextColumn("{task.fields[item]}", markup=False)
    parts: tuple[ProgressColumn, ...] = (TextColumn("{task.description}", markup=False), BarColumn(), *count, item)
    with Progress(*parts, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None, item="")
        yield lambda done, total, item: bar.update(task, completed=done, total=total, item=item)


@contextmanager
def activity_on_stderr() -> Iterator[Callable[[str], None]]:
    """A callback that shows in one line on stderr what is going on; an empty text wipes it. Silent in a log."""
    drawn = False

    def show(text: str) -> None:
        nonlocal drawn
        if sys.stderr.isatty() and (text or drawn):
            sys.stderr.write(f"\r\x1b[K{plain(text)}")
            sys.stderr.flush()
            drawn = bool(text)

    try:
        yield show
    finally:
        show("")


def plain(text: str) -> str:
    """A model's text as a terminal may take it: without the control characters that would command it.

    In a pipe it is left as it is.
    """
    if not sys.stdout.isatty():
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
