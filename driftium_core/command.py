"""The command line of Driftium as it can be typed here, for the hints that name one."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import site
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

__all__ = ["command"]

SCRIPT = "driftium.exe" if os.name == "nt" else "driftium"


def command(*words: str, python_options: tuple[str, ...] = ()) -> str:
    """A command of Driftium for the Python that runs this process, quoted for the shell.

    It is the installed script where there is one for this code, as after ``make run``. Else it is this Python with
    ``-m driftium_core``: another Python lacks what the app needs.

    Parameters
    ----------
    *words : str
        The verb and what follows it; none gives the program alone.
    python_options : tuple of str
        What Python itself is told, such as ``("-X", "dev")``, which no script takes.

    Returns
    -------
    str
        Such as ``.venv/bin/driftium status --project default``.
    """
    script = None if python_options else _script(sys.executable)
    program = [_typed(script)] if script else [_typed(Path(sys.executable)), *python_options, "-m", "driftium_core"]
    line = [*program, *words]
    return subprocess.list2cmdline(line) if os.name == "nt" else shlex.join(line)


@cache
def _script(python: str) -> Path | None:
    """The script beside this Python; None where there is none, or where it would run the code of another clone."""
    script = Path(python).with_name(SCRIPT)
    return script if script.is_file() and _is_of_this_code() else None


def _is_of_this_code() -> bool:
    """Whether the installed package is the one that runs: it lies here, or is a link to here (PEP 610)."""
    here = Path(__file__).resolve().parents[1]
    for folder in map(Path, site.getsitepackages()):
        if here == folder.resolve():
            return True
        for origin in folder.glob("driftium-*.dist-info/direct_url.json"):
            with suppress(OSError, ValueError, KeyError):
                if json.loads(origin.read_text("utf-8"))["url"] == here.as_uri():
                    return True
    return False


def _typed(program: Path) -> str:
    """Below the working directory from there, as the README writes it; else by the shortest name that finds it."""
    # Links are not followed: one out of a virtual environment leads to another Python.
    try:
        below = program.relative_to(Path.cwd())
    except (ValueError, OSError):  # elsewhere; or the working directory was deleted
        name = "python" if program.stem.startswith("python") else program.stem
        return name if _is_found(name, program) else str(program)
    # A shell looks up a name without a folder on its PATH.
    return str(below) if len(below.parts) > 1 else os.path.join(os.curdir, below)


def _is_found(name: str, program: Path) -> bool:
    """Whether the name alone starts this program: of this environment, not merely the same file behind links."""
    found = shutil.which(name)
    try:
        return found is not None and program.samefile(found) and program.parent.samefile(Path(found).parent)
    except OSError:
        return False
