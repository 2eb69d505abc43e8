"""Summaries for CI jobs: what a person reads once the Markdown is drawn, and what cannot come alive."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt

from driftium_core import compare_tables
from driftium_core.markdown import shown, table
from driftium_core.tabular.report import TableReport
from driftium_core.terminal import table_summary, text_summary
from driftium_core.text.differences import Exemplar
from tests.html.reports import FULL

DRAW = MarkdownIt("commonmark", {"html": True}).enable("table")

OUR_TAGS = {"h2", "p", "ul", "li", "strong", "code", "table", "thead", "tbody", "tr", "th", "td"}

HOSTILE = ["<b>x</b>", "a|b", "`a|b`", "![p](http://evil.example/p.png)", "# x", "two\n\n# lines", "$x$", "***"]


def tags(text: str) -> set[str]:
    return set(re.findall(r"<([a-z][a-z0-9]*)", DRAW.render(text)))


def drifted(names: list[str]) -> TableReport:
    """A report in which every column has drifted."""
    values = np.arange(300.0)
    tables = [pd.DataFrame(dict.fromkeys(names, values % 50 + shift)) for shift in (0, 40)]
    return compare_tables(*tables)


def test_a_table_is_summed_up_by_its_verdict_cause_and_columns() -> None:
    text = table_summary(drifted(["age", "height"]), title="“april.csv” against “march.csv”")
    assert text.startswith("## ✕ Drift: CRITICAL.\n\n“april.csv” against “march.csv”.\n\n2 of 2 columns drifted")
    assert "**Root cause:** " in text
    html = DRAW.render(text)
    assert html.count("<tr>") == 3
    assert "<td>✕ CRITICAL</td>\n<td>age</td>" in html
    assert text.endswith("\n\n")  # what is added next begins a paragraph of its own


def test_many_columns_are_counted_instead_of_listed() -> None:
    text = table_summary(drifted([f"c{n}" for n in range(25)]), title="x")
    assert DRAW.render(text).count("<tr>") == 21
    assert "And 5 more drifted columns." in text


def test_without_drift_there_is_no_table() -> None:
    rng = np.random.default_rng(1)
    tables = [pd.DataFrame({"age": rng.normal(size=400)}) for _ in range(2)]
    text = table_summary(compare_tables(*tables), title="x")
    assert text.startswith("## ● No drift found.")
    assert "|" not in text
    assert "Root cause" not in text


def test_answers_are_summed_up_by_scores_beside_their_ranges() -> None:
    text = text_summary(FULL, title="today against the baseline")
    assert text.startswith(f"## {shown(FULL.drift.headline)}\n\ntoday against the baseline.\n")
    for words in ("Centroid distance", "MMD²", "without drift", "Traffic or behaviour?", "Words gained", "Most novel"):
        assert words in text


@pytest.mark.parametrize("name", HOSTILE)
def test_names_and_answers_stay_text(name: str) -> None:
    assert tags(table_summary(drifted([name]), title=name)) <= OUR_TAGS
    evidence = replace(FULL.evidence, novel=(Exemplar(3, 0.08, name, name, 0.4),))
    assert tags(text_summary(replace(FULL, evidence=evidence), title=name)) <= OUR_TAGS


def test_a_bar_in_a_cell_is_no_border() -> None:
    html = DRAW.render(table(["one", "two"], [["a|b", "`c|d` is code"]]))
    assert "<td>a|b</td>" in html
    assert "<td><code>c|d</code> is code</td>" in html
