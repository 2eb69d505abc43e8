"""What a verdict means for a script: the exit code."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from driftium_core.severity import Severity

__all__ = ["FailOn", "FailOnInconclusive", "FailOnOption", "exit_code"]

INCONCLUSIVE = 3


class FailOn(StrEnum):
    """Smallest severity that makes a command exit with 1."""

    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


FailOnOption = Annotated[FailOn | None, typer.Option(help="Exit with 1 when drift is at least this severe.")]
FailOnInconclusive = Annotated[
    bool, typer.Option("--fail-on-inconclusive", help="Exit with 3 when the data cannot settle it.")
]


def exit_code(status: str, severity: Severity | None, fail_on: FailOn | None, *, fail_on_inconclusive: bool) -> int:
    """0, or 1 for drift at the level asked for, or 3 for an inconclusive result where that is to fail.

    ``status`` is ``"drift"``, ``"no_drift"`` or ``"inconclusive"``.
    """
    drifted = status == "drift" and severity is not None
    if fail_on and drifted and severity and severity.rank >= Severity(fail_on.value.upper()).rank:
        return 1
    return INCONCLUSIVE if fail_on_inconclusive and status == "inconclusive" else 0
