"""Why a report at hand drifted: by rules at once, or with a model's words; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from driftium_core.llm.port import AUTOMATIC, ModelChoice
from driftium_core.monitor.writers import ChosenModel, deadline_of, words_standing
from driftium_core.services import Services

if TYPE_CHECKING:
    from driftium_core.rca.facts import Ledger
    from driftium_core.rca.report import Explanation, Findings, RcaReport, TraceStep
    from driftium_core.tabular.column_result import ColumnResult
    from driftium_core.tabular.report import TableReport
    from driftium_core.text.report import TextReport

__all__ = ["explain_columns", "explain_rows", "investigate_report", "table_findings", "text_findings"]


def table_findings(report: TableReport, *, title: str, columns: Sequence[str] = ()) -> tuple[Ledger, Findings]:
    """The facts of a table report and what the agents find in them by rules; ``title`` says what was compared.

    With the ``columns`` that `explain_columns` was asked for, the facts are those that its explanation cites.
    """
    from driftium_core.rca.rules import findings_by_rules
    from driftium_core.rca.table_facts import table_ledger

    ledger = table_ledger(report, title=title, columns=columns)
    return ledger, findings_by_rules(ledger)


def text_findings(report: TextReport, *, title: str) -> tuple[Ledger, Findings]:
    """The same of a report on answers."""
    from driftium_core.rca.rules import findings_by_rules
    from driftium_core.rca.text_facts import text_ledger

    ledger = text_ledger(report, title=title)
    return ledger, findings_by_rules(ledger)


def investigate_report(
    services: Services,
    ledger: Ledger,
    *,
    choice: ModelChoice = AUTOMATIC,
    by_rules: bool = False,
    deadline_s: float | None = None,
    seed: int = 0,
    on_step: Callable[[TraceStep], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> RcaReport:
    """Investigate facts and let the chosen model word what was found; rules speak where it does not, and say why.

    Parameters
    ----------
    choice : ModelChoice
        Automatic asks Ollama's model; the embedded one is asked only where it is chosen, as hardly a sentence of its
        passes.
    by_rules : bool
        Ask no model.
    deadline_s : float, optional
        Longest wait for words, over all agents; by default the setting, or less for the embedded model.
    seed : int
        Of the model's words.
    on_step, stopped : callable, optional
        As in `driftium_core.rca.orchestrator.investigate`.
    """
    from driftium_core import __version__
    from driftium_core.rca.orchestrator import investigate

    asked = _ask(services, choice, by_rules=by_rules, deadline_s=deadline_s, seed=seed)
    report = investigate(
        ledger,
        writer=asked.writer,
        why_no_writer=asked.why_none,
        deadline_s=asked.deadline_s,
        on_step=on_step,
        stopped=stopped,
    )
    return replace(report, versions={"driftium": __version__, **report.versions})


def explain_columns(
    services: Services,
    report: TableReport,
    columns: Sequence[str] = (),
    *,
    title: str,
    choice: ModelChoice = AUTOMATIC,
    by_rules: bool = False,
    deadline_s: float | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Explanation:
    """Explain columns of a table report, or the whole when none is named; words as in `investigate_report`."""
    from driftium_core.rca.orchestrator import explain
    from driftium_core.rca.table_facts import table_ledger

    asked = _ask(services, choice, by_rules=by_rules, deadline_s=deadline_s)
    return explain(
        table_ledger(report, title=title, columns=columns),
        columns,
        writer=asked.writer,
        why_no_writer=asked.why_none,
        deadline_s=asked.deadline_s,
        stopped=stopped,
    )


def explain_rows(
    services: Services,
    rows: Sequence[ColumnResult],
    column: str,
    *,
    title: str,
    choice: ModelChoice = AUTOMATIC,
    by_rules: bool = False,
    stopped: Callable[[], bool] | None = None,
) -> Explanation:
    """Explain a column from results of columns alone, where the report that they are of is not at hand."""
    from driftium_core.rca.orchestrator import explain
    from driftium_core.rca.table_facts import rows_ledger

    asked = _ask(services, choice, by_rules=by_rules, deadline_s=None)
    return explain(
        rows_ledger(rows, title=title),
        (column,),
        writer=asked.writer,
        why_no_writer=asked.why_none,
        deadline_s=asked.deadline_s,
        stopped=stopped,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is asked for words and for how long, or why nobody is."""

    writer: ChosenModel | None
    why_none: str
    deadline_s: float


def _ask(services: Services, choice: ModelChoice, *, by_rules: bool, deadline_s: float | None, seed: int = 0) -> _Asked:
    if by_rules:
        return _Asked(None, "", 0.0)
    standing = words_standing(services, choice)
    if standing.backend is None:
        return _Asked(None, standing.text, 0.0)
    waited_s = deadline_of(services, standing) if deadline_s is None else deadline_s
    return _Asked(ChosenModel(services, standing, seed=seed), "", waited_s)
