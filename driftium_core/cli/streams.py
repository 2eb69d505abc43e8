"""stdout holds the result and nothing else; progress, logs and errors go to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from driftium_core.errors import DriftiumError, InputError

__all__ = [
    "append_file",
    "discard",
    "on_stdout",
    "prepare_streams",
    "print_html",
    "print_json",
    "print_text",
    "require_folder",
    "say",
    "write_file",
]


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    # Made before any of it is written, so that a failure leaves no half document behind.
    sys.stdout.write(json.dumps(document, ensure_ascii=not _takes_utf8(), indent=2, allow_nan=False) + "\n")


def print_text(text: str) -> None:
    """A text that ends with its own line break."""
    sys.stdout.write(text)


def require_folder(file: Path | None, what: str) -> None:
    """Look whether a file can be put where it is named, before minutes are spent on what goes into it."""
    if file and not file.absolute().parent.is_dir():
        raise InputError(f"The folder of {file} does not exist. Make it, or name another file for {what}.")


def write_file(file: Path, text: str) -> None:
    """A text as a UTF-8 file, and a word about it on stderr."""
    _write(file, text, "w")
    say(f"Wrote {file}.")


def append_file(file: Path, text: str) -> None:
    """A text at the end of a UTF-8 file, which need not be there yet."""
    _write(file, text, "a")


def _write(file: Path, text: str, mode: str) -> None:
    try:
        with file.open(mode, encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise InputError(f"{file} could not be written: {(error.strerror or str(error)).lower()}.") from None


def print_html(page: str) -> None:
    """One HTML page on stdout; it calls itself UTF-8, so elsewhere it is written in ASCII, the rest by number."""
    sys.stdout.write(page if _takes_utf8() else page.encode("ascii", "xmlcharrefreplace").decode())


def _takes_utf8() -> bool:
    return (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"


def say(sentence: str) -> None:
    """A sentence for the user on stderr."""
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:  # nobody can be told; the exit code still tells
        discard(sys.stderr)


def prepare_streams() -> None:
    """Make stdout and stderr take any character; a closed one takes everything and keeps nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def on_stdout() -> Iterator[None]:
    """Write all that is printed inside; a reader that has seen enough, such as head, changes no exit code."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
    except OSError as error:
        discard(sys.stdout)
        raise DriftiumError(f"The result could not be written: {(error.strerror or str(error)).lower()}.") from None


def discard(stream: TextIO) -> None:
    """Let go of what a stream could not write: Python would try again at the end, fail and exit with 120."""
    with suppress(OSError, ValueError):  # a stream without a file, such as that of a test
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
