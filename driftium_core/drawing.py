"""What a drawing lays out whatever draws it: Plotly on a page, or SVG in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from driftium_core.severity import Severity

__all__ = ["SeverityRun", "severity_runs"]


@dataclass(frozen=True, slots=True)
class SeverityRun:
    """Neighbouring calculations of one severity: positions of the first and the last."""

    severity: Severity | None
    first: int
    last: int


def severity_runs(severities: Sequence[Severity | None]) -> list[SeverityRun]:
    """Merge neighbours of one severity, which share a band."""
    runs = []
    for severity, group in groupby(enumerate(severities), key=lambda item: item[1]):
        positions = [position for position, _ in group]
        runs.append(SeverityRun(severity, positions[0], positions[-1]))
    return runs
