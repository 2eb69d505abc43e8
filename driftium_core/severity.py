"""The one severity scale of all reports, and the words and glyphs it is always shown with."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["EFFECT_THRESHOLDS", "GLYPHS", "NOT_TESTED", "Severity", "severity_label", "verdict_headline"]


class Severity(StrEnum):
    """How much a detected difference matters. *Inconclusive* is no severity: it is written as ``None``."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def rank(self) -> int:
        """0 for LOW to 3 for CRITICAL, for sorting and for ``--fail-on``."""
        return list(Severity).index(self)

    @classmethod
    def from_effect(cls, effect_size: float) -> Severity:
        """Severity of a *significant* difference of this effect size (KS D or Cramer's V, 0 to 1)."""
        for severity, threshold in reversed(EFFECT_THRESHOLDS.items()):
            if effect_size >= threshold:
                return severity
        return cls.LOW


EFFECT_THRESHOLDS: dict[Severity, float] = {Severity.MEDIUM: 0.10, Severity.HIGH: 0.20, Severity.CRITICAL: 0.30}
"""Smallest effect size of each severity above LOW, in ascending order."""

GLYPHS: dict[Severity | None, str] = {
    Severity.LOW: "●",
    Severity.MEDIUM: "◆",
    Severity.HIGH: "▲",
    Severity.CRITICAL: "✕",
    None: "○",
}
"""Severity is never told by colour alone: each has a shape of its own (``None`` is inconclusive)."""


NOT_TESTED = "– NOT TESTED"
"""Stands where a severity would, of what no test was made for; a test that could not decide is *inconclusive*."""


def severity_label(severity: Severity | None) -> str:
    """``"▲ HIGH"``, or ``"○ INCONCLUSIVE"`` for None."""
    return f"{GLYPHS[severity]} {severity.value if severity else 'INCONCLUSIVE'}"


def verdict_headline(verdict: str, severity: Severity | None) -> str:
    """``"▲ Drift: HIGH."``, ``"● No drift found."`` or ``"○ Inconclusive."``."""
    glyph = GLYPHS[severity]
    match verdict:
        case "drift":
            return f"{glyph} Drift: {severity}."
        case "no_drift":
            return f"{glyph} No drift found."
    return f"{glyph} Inconclusive."
