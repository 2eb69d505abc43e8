"""The command line: for terminals, cron and CI.

stdout holds the result and nothing else; progress, logs and errors go to stderr. Exit codes: 0 no drift at the level
asked for, 1 drift at or above it, 2 bad input or usage and everything else that fails, 3 not enough evidence (with
``--fail-on-inconclusive``), 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import typer

from driftium_core.cli.alerts import alerts
from driftium_core.cli.calculations import history, status
from driftium_core.cli.demo import demo
from driftium_core.cli.doctor import doctor
from driftium_core.cli.generate import generate
from driftium_core.cli.layout import CommandsBySubject, examples
from driftium_core.cli.models import models, pull
from driftium_core.cli.program import COMPLETE_VARIABLE, completion, program
from driftium_core.cli.program import app as start_app
from driftium_core.cli.project import baselines, import_, projects, promote, restore, undo
from driftium_core.cli.prompts import runs, send, sets
from driftium_core.cli.rca import rca
from driftium_core.cli.references import references
from driftium_core.cli.run import run
from driftium_core.cli.streams import discard, prepare_streams, say
from driftium_core.cli.tabular import tabular
from driftium_core.cli.tasks import tasks
from driftium_core.cli.text import text
from driftium_core.cli.watch import watch
from driftium_core.command import command
from driftium_core.errors import CancelledError, DriftiumError

__all__ = ["app", "main"]

BAD_INPUT = 2
STOPPED = 130

app = typer.Typer(
    name="driftium",
    cls=CommandsBySubject,
    epilog=examples(),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.callback(invoke_without_command=True)(program)
app.command("app")(start_app)
app.command()(completion)
for verb in (
    *(tabular, text, demo, generate, models, pull, sets, run, runs, send),
    *(projects, promote, undo, baselines, restore, status, history, doctor, watch),
):
    app.command()(verb)
app.command("import")(import_)
app.add_typer(rca, name="rca")
app.add_typer(references, name="references")
app.add_typer(tasks, name="tasks")
app.add_typer(alerts, name="alerts")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; never raises, as Python would then exit with 1: "drift"."""
    from typer._completion_classes import completion_init
    from typer.exceptions import Abort, TyperException

    prepare_streams()
    completion_init()
    try:
        with _second_interrupt_kills():
            code = typer.main.get_command(app).main(
                arguments, prog_name=command(), complete_var=COMPLETE_VARIABLE, standalone_mode=False
            )
    except TyperException as error:
        message = error.format_message().replace(": Value error, ", ": ")  # as pydantic marks it, which checks choices
        # Without arguments the "message" is the whole help text.
        say(message if "\n" in message else f"{message.rstrip('.')}. See --help.")
        return BAD_INPUT
    except CancelledError as error:
        say(str(error))
        return STOPPED
    except DriftiumError as error:
        say(str(error))
        return BAD_INPUT
    except (Abort, KeyboardInterrupt):
        code = STOPPED
    except SystemExit:  # how Typer ends when the reader of the help text, such as head, has seen enough
        discard(sys.stdout)
        return 0
    # The last resort of the program: CI reads any code but 2 as a verdict, and a traceback tells a user nothing.
    except Exception as error:  # noqa: BLE001
        discard(sys.stdout)
        if sys.flags.dev_mode:
            import traceback

            say(traceback.format_exc())
        again = command(python_options=("-X", "dev"))
        say(f"Stopped on an unexpected {type(error).__name__}: {error}. `{again}` shows where.")
        return BAD_INPUT
    if code == STOPPED:  # also what Typer makes of Ctrl-C where no command says more
        say("Stopped.")
    return code if isinstance(code, int) else 0


@contextmanager
def _second_interrupt_kills() -> Iterator[None]:
    """The first Ctrl-C ends a command in order, which may take a moment; who presses it again does not want to wait."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    # Where a shell has set Ctrl-C to be ignored, as for its background jobs, it stays so.
    ours = threading.current_thread() is threading.main_thread() and before is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
