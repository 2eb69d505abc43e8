"""The evidence behind a claim: chips that name it, the facts in full, and the whole ledger to search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core.formats import fmt_count, fmt_name
from driftium_core.rca.facts import FactKind
from driftium_core.severity import severity_label
from pages.ui.widgets import WRAPPED_ROW, card, escape, prose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from driftium_core.rca.facts import Fact, Ledger
    from driftium_core.rca.report import Bearing, Claim, RcaReport

__all__ = ["show_chips", "show_cited", "show_ledger"]

KIND_WORDS: dict[FactKind, str] = {
    FactKind.VERDICT: "verdict",
    FactKind.POWER: "what sizes can show",
    FactKind.SIZE: "sizes",
    FactKind.COLUMN: "column",
    FactKind.MISSINGNESS: "missing values",
    FactKind.CATEGORIES: "categories",
    FactKind.RANGE: "range",
    FactKind.SCHEMA: "schema",
    FactKind.ROOT: "root",
    FactKind.EXPLAINED: "explained",
    FactKind.LEFT_OVER: "left over",
    FactKind.DISTANCE: "distance",
    FactKind.HEALTH: "health",
    FactKind.FLAG: "flag",
    FactKind.DESCRIPTOR: "property",
    FactKind.TRAFFIC: "traffic or behaviour",
    FactKind.KEYWORD: "word",
    FactKind.EXEMPLAR: "answer",
    FactKind.GROUP: "group",
    FactKind.REMOVAL: "removal check",
    FactKind.SETTING: "setting",
    FactKind.NOTE: "note",
}

BEARINGS: dict[Bearing, tuple[str, Literal["green", "gray"], str]] = {
    "supports": ("● supports", "green", "This evidence speaks for the cause."),
    "rules_out": ("– rules out", "gray", "This evidence speaks against it."),
    "inconclusive": ("○ inconclusive", "gray", "This evidence cannot settle it either way."),
}
"""Chip, colour and help of what a claim does for its cause; a claim that only states has none."""

CHIP = 22
"""Characters of a chip that still let three stand side by side on a phone."""


def show_chips(report: RcaReport, claim: Claim) -> None:
    """Draw a chip for each fact that a claim stands on, then what it does for the cause; the fact is in its tooltip."""
    with st.container(horizontal=True, gap="xxsmall"):
        for fact in report.ledger.cited(claim.evidence_ids):
            st.badge(f"{fact.id} {escape(_about(fact, limit=CHIP))}", color="violet", help=prose(fact.text))
        if claim.bearing in BEARINGS:
            label, colour, words = BEARINGS[claim.bearing]
            st.badge(label, color=colour, help=words)
        if claim.source == "llm":
            who = escape(report.model or "a model")
            st.badge("model’s words", color="gray", help=f"Worded by {who}, and checked against the evidence.")


def show_cited(ledger: Ledger, claims: Iterable[Claim], key: str) -> None:
    """Draw the facts that some claims stand on in full, folded: for the keyboard, a phone, and for reading."""
    wanted = {fact_id for claim in claims for fact_id in claim.evidence_ids}
    facts = [fact for fact in ledger.facts if fact.id in wanted]
    if not facts:
        return
    names = ", ".join(fact.id for fact in facts[:6]) + (" …" if len(facts) > 6 else "")
    with st.expander(f"Evidence: {names}", icon=":material/fact_check:", key=f"rca-cited-{key}"):
        for fact in facts:
            st.markdown(f":violet-badge[{fact.id}] {prose(fact.text)}")


def show_ledger(report: RcaReport) -> None:
    """Draw every fact that was computed, cited or not, as a table to search."""
    facts = report.ledger.facts
    caption = "Everything that the analysis could see; it cites nothing else. The magnifier above the table searches."
    with card("ledger", "Evidence", caption):
        label = f"{fmt_count(len(facts), 'fact')} as a table"
        table = st.expander(label, icon=":material/table_rows:", key="rca-ledger", on_change="rerun")
        if table.open:
            with table:
                _show_facts(facts, {fact_id for claim in report.claims for fact_id in claim.evidence_ids})


def _show_facts(facts: Sequence[Fact], cited: set[str]) -> None:
    frame = pd.DataFrame(
        {
            "Id": [fact.id for fact in facts],
            "About": [_about(fact, limit=60) for fact in facts],
            "Fact": [fact.text.replace("`", "") for fact in facts],
            "Severity": [severity_label(fact.severity) if fact.severity else None for fact in facts],
            "Cited": ["yes" if fact.id in cited else None for fact in facts],
            "Kind": [KIND_WORDS[fact.kind] for fact in facts],
        }
    )
    config = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        row_height=WRAPPED_ROW,
        height=min(40 + WRAPPED_ROW * len(facts), 440),
        placeholder="–",
        alt="Every fact with its id, what it is about, its words, and whether it is cited",
        column_config={
            "Id": config.TextColumn(width=54),
            "About": config.TextColumn(width=150),
            "Fact": config.TextColumn(width=560),
            "Severity": config.TextColumn(width=104),
            "Cited": config.TextColumn(width=60),
            "Kind": config.TextColumn(width=130),
        },
    )


def _about(fact: Fact, *, limit: int) -> str:
    return fmt_name(fact.subject or KIND_WORDS[fact.kind], limit=limit)
