"""What a stored check has to say in a message: from its report where it can be read, else from its record."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from driftium_core.errors import DriftiumError, NotFoundError
from driftium_core.formats import fmt_effect, fmt_n, fmt_name, fmt_p
from driftium_core.monitor.calculations import open_calculation
from driftium_core.monitor.diagnosis import table_findings, text_findings
from driftium_core.monitor.investigable import calculation_title, run_title
from driftium_core.monitor.runs import open_run
from driftium_core.services import Services
from driftium_core.severity import EFFECT_THRESHOLDS
from driftium_core.text.labels import effect_words, score_words

if TYPE_CHECKING:
    from driftium_core.rca.facts import FactKind, Ledger
    from driftium_core.rca.report import Claim, Findings
    from driftium_core.store.records import Calculation
    from driftium_core.store.table_records import TableRun
    from driftium_core.tabular.report import TableReport
    from driftium_core.text.report import TextReport

__all__ = ["Told", "tell_calculation", "tell_run"]

_log = logging.getLogger(__name__)

MAX_EVIDENCE = 3

_UNREADABLE = "The report itself cannot be read."
_GONE = "The check is not stored any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Sentences about one check.

    Attributes
    ----------
    verdict, effect : str
        With the sizes, the p-value and the effect; empty where nothing is known.
    evidence : tuple of str
        The strongest findings, at most three.
    action : str
        What to do first.
    lost : str
        What could not be told, and why; empty where the report was read.
    checked_at : datetime or None
        None when the check is not stored any more, and cannot be opened.
    """

    verdict: str = ""
    effect: str = ""
    evidence: tuple[str, ...] = ()
    action: str = ""
    lost: str = ""
    checked_at: datetime | None = None


def tell_run(services: Services, run_id: str) -> Told:
    """What a check of a table found; `StorageError` when the database cannot be read."""
    from driftium_core.tabular.verdict import short_verdict  # brings pandas

    try:
        run = services.store.runs.get(run_id)
    except NotFoundError:
        return Told(lost=_GONE)
    try:
        _, report = open_run(services, run_id)
        ledger, findings = table_findings(report, title=run_title(run))
        told = _told(short_verdict(report), _table_effect(report), ledger, findings)
    except DriftiumError:
        told = _of_run(run)
    except Exception:  # noqa: BLE001 - an alert goes out, whatever is wrong with its report
        _log.exception("The report of table check %s was left out of its alert", run_id)
        told = _of_run(run)
    return replace(told, checked_at=run.created_at)


def tell_calculation(services: Services, calculation_id: str) -> Told:
    """What a check of the pools found; `StorageError` when the database cannot be read."""
    try:
        calculation = services.store.calculations.get(calculation_id)
    except NotFoundError:
        return Told(lost=_GONE)
    try:
        _, report = open_calculation(services, calculation_id)
        ledger, findings = text_findings(report, title=calculation_title(calculation, None))
        verdict = f"{report.drift.sizes}, {report.drift.pairing}. {report.drift.reason}"
        told = _told(verdict, _text_effect(report), ledger, findings)
    except DriftiumError:
        told = _of_calculation(calculation)
    except Exception:  # noqa: BLE001 - an alert goes out, whatever is wrong with its report
        _log.exception("The report of calculation %s was left out of its alert", calculation_id)
        told = _of_calculation(calculation)
    return replace(told, checked_at=calculation.created_at)


def _told(verdict: str, effect: str, ledger: Ledger, findings: Findings) -> Told:
    actions = findings.recommendation.actions
    return Told(
        verdict=verdict,
        effect=effect,
        evidence=tuple(_evidence(ledger, findings)),
        action=actions[0].text if actions else "",
    )


def _evidence(ledger: Ledger, findings: Findings) -> list[str]:
    """What the likely causes come to, what triage says beside the verdict, then the reasons; nothing twice."""
    from driftium_core.rca.facts import FactKind

    if ledger.status != "drift":
        return []
    told: list[str] = []
    known: set[tuple[FactKind, str]] = set()
    for claim in _claims(findings):
        cited = ledger.cited(claim.evidence_ids)
        # What traffic did is said once: its facts differ in how much they say.
        about = {(fact.kind, "" if fact.kind is FactKind.TRAFFIC else fact.subject) for fact in cited}
        if about - known and claim.text not in told:
            told.append(claim.text)
            known |= about
    return told[:MAX_EVIDENCE]


def _claims(findings: Findings) -> Iterator[Claim]:
    for found in findings.diagnosis.findings:
        yield found.summary
    yield from findings.triage.claims[1:]
    for found in findings.diagnosis.findings:
        yield from found.claims


def _table_effect(report: TableReport) -> str:
    worst = report.largest_effect
    if worst is None or report.summary.severity is None:
        return ""
    return f"Effect {fmt_effect(worst.effect_size)} in `{fmt_name(worst.column)}`, on a scale of 0 to 1; {_scale()}."


def _scale() -> str:
    """Where the severities of tables begin: ``"MEDIUM from 0.10, HIGH from 0.20, CRITICAL from 0.30"``."""
    return ", ".join(f"{severity} from {fmt_effect(bound)}" for severity, bound in EFFECT_THRESHOLDS.items())


def _text_effect(report: TextReport) -> str:
    drift = report.drift
    if drift.severity is None:
        return ""
    words = effect_words(drift.effect_size)
    distance = f"MMD², a distance between current and baseline answers, is {score_words(drift.mmd)}"
    return f"{words[0].upper()}{words[1:]}; {distance}."


def _of_run(run: TableRun) -> Told:
    sizes = f"{fmt_n(run.current_rows)} current against {fmt_n(run.reference_rows)} reference rows"
    drifted = f"{fmt_n(run.drifted)} of {fmt_n(run.monitored)} columns drifted"
    effect = f"Largest effect {fmt_effect(run.max_effect)}, on a scale of 0 to 1; {_scale()}." if run.max_effect else ""
    return Told(verdict=f"{_severity(run)}: {drifted}; {sizes}.", effect=effect, lost=_UNREADABLE)


def _of_calculation(calculation: Calculation) -> Told:
    sizes = f"{fmt_n(calculation.n_current)} current against {fmt_n(calculation.n_baseline)} baseline answers"
    words = effect_words(calculation.effect_size) if calculation.severity else ""
    return Told(
        verdict=f"{_severity(calculation)}: {sizes}, {fmt_p(calculation.pvalue)}.",
        effect=f"{words[0].upper()}{words[1:]}." if words else "",
        lost=_UNREADABLE,
    )


def _severity(record: TableRun | Calculation) -> str:
    return record.severity.value if record.severity else "Inconclusive"
