"""Shapes of the severities in drawings; they match the glyphs of `driftium_core.severity`."""

from __future__ import annotations

from driftium_core.severity import Severity

__all__ = ["MARKS", "severity_class"]

MARKS: dict[Severity | None, str] = {
    Severity.LOW: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0Z",
    Severity.MEDIUM: "M0-8 8 0 0 8-8 0Z",
    Severity.HIGH: "M0-7.5 8 6.5-8 6.5Z",
    Severity.CRITICAL: "M-7-4-4-7 0-3 4-7 7-4 3 0 7 4 4 7 0 3-4 7-7 4-3 0Z",
    None: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0Z",
}
"""Path data of each, about (0, 0) and 14 wide; that of None is drawn as a ring."""


def severity_class(severity: Severity | None) -> str:
    """Name of the severity in style sheets: ``"high"``, ``"inconclusive"`` for None."""
    return (severity or "inconclusive").lower()
