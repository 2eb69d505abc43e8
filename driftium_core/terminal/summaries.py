"""Reports in a few lines of Markdown, as a CI job or a merge request shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from driftium_core.formats import UNKNOWN, fmt_count, fmt_effect, fmt_n, fmt_name, fmt_p
from driftium_core.markdown import shown, table
from driftium_core.severity import severity_label
from driftium_core.tabular.column_result import ColumnResult
from driftium_core.tabular.report import TableReport
from driftium_core.text.differences import Exemplar, Keyword, telling
from driftium_core.text.labels import score_words
from driftium_core.text.report import TextReport

__all__ = ["table_summary", "text_summary"]

MOST_COLUMNS, MOST_FINDINGS, MOST_WORDS, MOST_ANSWERS = 20, 10, 10, 3
EXCERPT = 160


def table_summary(report: TableReport, *, title: str) -> str:
    """Verdict, root cause, the columns that drifted and what else was found; ``title`` says of what."""
    drifted = [column for column in report.columns if column.drifted]
    columns = [_column(column) for column in drifted[:MOST_COLUMNS]]
    cause = report.attribution.summary if report.attribution and drifted else ""
    return _page(
        _heading(report.headline, title),
        shown(report.verdict),
        f"**Root cause:** {shown(cause)}" if cause else "",
        table(["Severity", "Column", "Effect", "Adjusted p", "Shift"], columns) if columns else "",
        _more(len(drifted) - MOST_COLUMNS, "more drifted column"),
        _list(finding.text for finding in report.findings[:MOST_FINDINGS]),
        _more(len(report.findings) - MOST_FINDINGS, "more finding"),
    )


def text_summary(report: TextReport, *, title: str, headline: str = "") -> str:
    """Verdict, scores beside their ranges, health, traffic and what changed; ``headline`` replaces the report's."""
    drift, evidence, traffic = report.drift, report.evidence, report.traffic
    drifted = drift.verdict == "drift"
    scores = [
        ["Test", f"{fmt_p(drift.pvalue)}, {drift.pairing}"],
        ["Effect", fmt_effect(drift.effect_size)],
        ["Centroid distance", score_words(drift.centroid)],
        ["MMD²", score_words(drift.mmd)],
    ]
    return _page(
        _heading(headline or drift.headline, title),
        f"{shown(drift.reason)} {shown(drift.sizes)}.",
        table(["Measure", "Value"], scores),
        _list([report.health.text, f"Traffic or behaviour? {traffic.answer} {traffic.text}"]),
        _words("Words gained", evidence.keywords_gained) if drifted else "",
        _words("Words lost", evidence.keywords_lost) if drifted else "",
        _answers("Most novel answers", evidence.novel) if drifted else "",
    )


def _page(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n\n"


def _heading(headline: str, title: str) -> str:
    return f"## {shown(headline)}\n\n{shown(title)}."


def _list(texts: Iterable[str]) -> str:
    return "\n".join(f"- {shown(text)}" for text in texts if text)


def _more(n: int, what: str) -> str:
    return f"And {fmt_count(n, what)}." if n > 0 else ""


def _column(column: ColumnResult) -> Sequence[str]:
    p = column.decisive_pvalue_adjusted
    return (
        severity_label(column.severity),
        fmt_name(column.column, limit=120),
        UNKNOWN if p is None else fmt_effect(column.decisive.effect_size),
        UNKNOWN if p is None else fmt_p(p),
        column.decisive_shift,
    )


def _words(title: str, words: Sequence[Keyword]) -> str:
    terms = ", ".join(shown(fmt_name(word.term)) for word in telling(words)[:MOST_WORDS])
    return f"**{title}:** {terms}" if terms else ""


def _answers(title: str, exemplars: Sequence[Exemplar]) -> str:
    lines = [f"({fmt_n(item.index + 1)}) {fmt_name(item.text, limit=EXCERPT)}" for item in exemplars[:MOST_ANSWERS]]
    return f"**{title}:**\n\n{_list(lines)}" if lines else ""
