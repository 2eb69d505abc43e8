"""The program itself: its version, ``driftium app`` and ``driftium completion``."""

from __future__ import annotations

import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from driftium_core import __version__
from driftium_core.cli.streams import on_stdout, print_text
from driftium_core.errors import NotFoundError

__all__ = ["COMPLETE_VARIABLE", "app", "completion", "program"]

NAME = "driftium"

COMPLETE_VARIABLE = "_DRIFTIUM_COMPLETE"
"""By which a shell asks for completions, whatever path the program was called by."""


class Shell(StrEnum):
    """A shell that can complete commands."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def program(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    """Find out whether tables or a model's answers have drifted, how sure that is, and why."""
    if version:
        with on_stdout():
            print_text(f"Driftium {__version__}\n")
        raise typer.Exit


def app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to answer on.")] = 8501,
    host: Annotated[str, typer.Option(help="Address to answer on; 127.0.0.1 is for this machine alone.")] = "127.0.0.1",
) -> None:
    """Start the app, its pages and REST API, out of a clone.

    Ctrl-C ends it. What it stores goes to the working directory, as with every other command.
    """
    page = Path(__file__).parents[2] / "app.py"
    if not page.is_file():
        raise NotFoundError(
            "The app's pages are not part of the installed package. Clone the repository and run `make run` in it."
        )
    line = [sys.executable, "-m", "streamlit", "run", str(page), "--server.address", host, "--server.port", str(port)]
    if os.name == "nt":
        raise typer.Exit(subprocess.run(line, check=False).returncode)
    os.execv(line[0], line)


def completion(shell: Annotated[Shell, typer.Argument(help="Shell to complete commands in.")]) -> None:
    """Print what makes a shell complete commands.

    For bash: put `eval "$(driftium completion bash)"` into ~/.bashrc.
    """
    from typer._completion_shared import get_completion_script

    with on_stdout():
        print_text(get_completion_script(prog_name=NAME, complete_var=COMPLETE_VARIABLE, shell=shell.value) + "\n")
