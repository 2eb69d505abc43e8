"""``--html FILE``: a report as one page, beside what is printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from driftium_core.cli.streams import say
from driftium_core.errors import InputError

__all__ = ["HtmlFile", "require_folder", "write_page"]

HtmlFile = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML page, too.")
]


def require_folder(path: Path | None) -> None:
    """Refuse a page that has no place, before time is spent on its report."""
    if path and not path.absolute().parent.is_dir():
        raise InputError(f"The folder of {path} does not exist. Make it, or name another file for the HTML page.")


def write_page(path: Path, page: str) -> None:
    """Write the page, and say so on stderr."""
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise InputError(f"{path} could not be written: {(error.strerror or str(error)).lower()}.") from None
    say(f"Wrote {path}.")
