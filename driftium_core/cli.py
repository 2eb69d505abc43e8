"""The command line: for terminals, cron and CI.

stdout holds the result and nothing else; progress, logs and errors go to stderr. Exit codes: 0 no drift at the level
asked for, 1 drift at or above it, 2 bad input or usage and everything else that fails, 3 not enough evidence (with
``--fail-on-inconclusive``).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from driftium_core.errors import DriftiumError, InputError
from driftium_core.severity import Severity

if TYPE_CHECKING:
    from driftium_core.tabular.report import CompareSettings, TableReport

__all__ = ["app", "main"]

BAD_INPUT = 2
INCONCLUSIVE = 3
STDIN = "-"

app = typer.Typer(
    name="driftium",
    help="Find out whether data has drifted, how sure that is, and in which columns.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


class FailOn(StrEnum):
    """Smallest severity that makes a command exit with 1."""

    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@app.callback()
def driftium() -> None:
    """Find out whether data has drifted, how sure that is, and in which columns."""


@app.command()
def tabular(
    reference: Annotated[str, typer.Argument(help="File with data as it should be; - reads standard input.")],
    current: Annotated[str, typer.Argument(help="File with data as it is now; - reads standard input.")],
    p_threshold: Annotated[float, typer.Option(help="Flag a column when its adjusted p is below this.")] = 0.05,
    columns: Annotated[str, typer.Option(help="Compare only these columns, separated by commas.")] = "",
    categorical: Annotated[str, typer.Option(help="Treat these columns as categories, e.g. numeric codes.")] = "",
    plain_p: Annotated[bool, typer.Option("--plain-p", help="Judge each column by its own p, unadjusted.")] = False,
    no_attribution: Annotated[bool, typer.Option("--no-attribution", hidden=True)] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random; part of the report.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")] = False,
    fail_on: Annotated[FailOn | None, typer.Option(help="Exit with 1 when drift is at least this severe.")] = None,
    fail_on_inconclusive: Annotated[
        bool, typer.Option("--fail-on-inconclusive", help="Exit with 3 when the data cannot settle it.")
    ] = False,
) -> None:
    """Compare two tables: CSV, TSV, JSON Lines or Parquet, gzipped or not.

    Without --fail-on the exit code is 0 also when drift is found.
    """
    from driftium_core.tabular.report import CompareSettings

    del no_attribution  # reports carry no attribution yet; accepted so that scripts need not change
    settings = CompareSettings(
        p_threshold=p_threshold,
        correction="none" if plain_p else "bh",
        columns=_names(columns) or None,
        categorical=_names(categorical),
        seed=seed,
    )
    report = _compare(reference, current, settings)
    with _on_stdout():
        if as_json:
            _print_json(report.to_dict())
        else:
            from driftium_core.terminal import print_report

            print_report(report)
    raise typer.Exit(_exit_code(report, fail_on, fail_on_inconclusive=fail_on_inconclusive))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show each part: what is used, what is missing, and how to get it. Exits with 1 when a part does not work."""
    from dataclasses import asdict

    from driftium_core import monitor
    from driftium_core.services import open_services
    from driftium_core.settings import Settings, unknown_variables

    settings = Settings()
    with open_services(settings) as services:
        parts = monitor.health(services, verify=True)
        if services.store.notice:
            _say(services.store.notice)
    unknown = unknown_variables()
    with _on_stdout():
        if as_json:
            rows = [{"variable": name, "value": value, "set_by": by} for name, value, by, _ in settings.in_force()]
            _print_json({"parts": [asdict(part) for part in parts], "settings": rows, "unknown_variables": unknown})
        else:
            from driftium_core.terminal import print_parts

            print_parts(parts)
    if unknown:
        _say(f"Not a setting of Driftium, and ignored: {', '.join(unknown)}.")
    raise typer.Exit(any(part.status == "error" for part in parts))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; never raises, as Python would then exit with 1: "drift"."""
    from typer.exceptions import Abort, TyperException

    _prepare_streams()
    try:
        code = typer.main.get_command(app).main(arguments, prog_name="driftium", standalone_mode=False)
    except TyperException as error:
        message = error.format_message()
        # Without arguments the "message" is the whole help text.
        _say(message if "\n" in message else f"{message.rstrip('.')}. See --help.")
        return BAD_INPUT
    except DriftiumError as error:
        _say(str(error))
        return BAD_INPUT
    except (Abort, KeyboardInterrupt):
        _say("Stopped. Nothing was stored.")
        return 130
    except SystemExit:  # how Typer ends when the reader of the help text, such as head, has seen enough
        _discard(sys.stdout)
        return 0
    # The last resort of the program: CI reads any code but 2 as a verdict, and a traceback tells a user nothing.
    except Exception as error:  # noqa: BLE001
        _discard(sys.stdout)
        if sys.flags.dev_mode:
            import traceback

            _say(traceback.format_exc())
        _say(f"Stopped on an unexpected {type(error).__name__}: {error}. `python -X dev -m driftium_core` shows where.")
        return BAD_INPUT
    return code if isinstance(code, int) else 0


def _compare(reference: str, current: str, settings: CompareSettings) -> TableReport:
    from driftium_core import monitor
    from driftium_core.files import read_path
    from driftium_core.settings import Settings
    from driftium_core.terminal import progress_on_stderr

    if reference == current == STDIN:
        raise InputError("Only one of the two tables can come from standard input.")
    threads = Settings().threads
    tables = read_path(reference), read_path(current)
    with progress_on_stderr("Comparing columns") as progress:
        return monitor.compare(*tables, settings, n_threads=threads, progress=progress)


def _exit_code(report: TableReport, fail_on: FailOn | None, *, fail_on_inconclusive: bool) -> int:
    summary = report.summary
    drifted = summary.status == "drift" and summary.severity is not None
    if fail_on and drifted and summary.severity and summary.severity.rank >= Severity(fail_on.value.upper()).rank:
        return 1
    return INCONCLUSIVE if fail_on_inconclusive and summary.status == "inconclusive" else 0


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _print_json(document: object) -> None:
    utf8 = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    # Made before any of it is written, so that a failure leaves no half document behind.
    sys.stdout.write(json.dumps(document, ensure_ascii=not utf8, indent=2, allow_nan=False) + "\n")


def _say(sentence: str) -> None:
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:  # nobody can be told; the exit code still tells
        _discard(sys.stderr)


def _prepare_streams() -> None:
    """Make stdout and stderr take any character; a closed one takes everything and keeps nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def _on_stdout() -> Iterator[None]:
    """Write all that is printed inside; a reader that has seen enough, such as head, changes no exit code."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _discard(sys.stdout)
    except OSError as error:
        _discard(sys.stdout)
        raise DriftiumError(f"The result could not be written: {(error.strerror or str(error)).lower()}.") from None


def _discard(stream: TextIO) -> None:
    """Let go of what a stream could not write: Python would try again at the end, fail and exit with 120."""
    with suppress(OSError, ValueError):  # a stream without a file, such as that of a test
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
