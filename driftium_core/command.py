"""The command line of Driftium as it can be typed here, for the hints that name one."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["command"]


def command(*words: str, python_options: tuple[str, ...] = ()) -> str:
    """A command of Driftium for the Python that runs this process, quoted for the shell.

    No script named ``driftium`` is there after ``make run``, and another Python lacks what the app needs.

    Parameters
    ----------
    *words : str
        The verb and what follows it; none gives the program alone.
    python_options : tuple of str
        What Python itself is told, such as ``("-X", "dev")``.

    Returns
    -------
    str
        Such as ``.venv/bin/python -m driftium_core status --project default``.
    """
    line = [_python(), *python_options, "-m", "driftium_core", *words]
    return subprocess.list2cmdline(line) if os.name == "nt" else shlex.join(line)


def _python() -> str:
    """Below the working directory from there, as the README writes it; else by the shortest name that finds it."""
    here = Path(sys.executable)  # links are not followed: one out of a virtual environment leads to another Python
    try:
        below = here.relative_to(Path.cwd())
    except (ValueError, OSError):  # elsewhere; or the working directory was deleted
        return "python" if _is_bare_python(here) else str(here)
    # A shell looks up a name without a folder on its PATH.
    return str(below) if len(below.parts) > 1 else os.path.join(os.curdir, below)


def _is_bare_python(here: Path) -> bool:
    """Whether ``python`` alone starts this interpreter: of this environment, not merely the same file behind links."""
    found = shutil.which("python")
    try:
        return found is not None and here.samefile(found) and here.parent.samefile(Path(found).parent)
    except OSError:
        return False
