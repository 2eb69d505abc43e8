"""An investigation as Markdown: what a person reads once an issue tracker has drawn it, and what cannot come alive."""

import re
from dataclasses import replace
from html import unescape

import pytest
from markdown_it import MarkdownIt

from driftium_core.markdown import WORD_JOINER
from driftium_core.rca.causes import Cause
from driftium_core.rca.markdown import report_markdown
from driftium_core.rca.report import RcaReport
from tests.rca.investigations import investigation

DRAW = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

OUR_TAGS = {"h1", "h2", "p", "ul", "li", "strong", "hr", "code"}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &copy;",
    "[click](javascript:alert(1))",
    "![pixel](http://evil.example/p.png)",
    "**bold** _em_ __strong__ ~~gone~~",
    "[ref]: http://evil.example",
    "# heading",
    "- [x] ticked",
    "1. first",
    "+ plus",
    "***",
    "---",
    "> quote",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "```\nfence\n```",
    "~~~\nfence\n~~~",
    "    indented",
    "two\n\n# paragraphs",
    "half \\",
    "back\\*slash",
    "``double``",
    "`one",
    "<!-- hidden",
    "]]> {{liquid}} {% raw %} ${math}$ $x$",
    "half \ud83d\x00\x1b[31m\u202e",
]


def tags(html: str) -> list[str]:
    """Names of all tags in the order of their beginning."""
    return re.findall(r"<([a-z][a-z0-9]*)", html)


def seen(html: str) -> str:
    """The text that a reader sees, with one blank between words."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).replace(WORD_JOINER, "").split())


def on_one_line(name: str) -> str:
    """A name as it should be seen: blanks and what cannot be seen are one blank, half a character a mark."""
    shown = re.sub("[\x00-\x20\u202e]+", " ", name).replace("\ud83d", "\N{REPLACEMENT CHARACTER}")
    return " ".join(re.sub(r"`([^`]+)`", r" \1 ", shown).split())


def test_a_reader_finds_what_happened_why_and_what_to_do() -> None:
    report = investigation()
    page = report_markdown(report, done={1}, number="abc123")
    assert page.startswith(
        "# Likely cause: other rows were selected.\n\n**▲ HIGH, look today.** “age.csv” against “march.csv”\n\n"
        "## What happened\n\n2 of 9 columns drifted. (E1)\n\n"
        "## Why\n\nRows with age ≥ 35 are gone. (E2) Confidence: high.\n\n- **One root.** age explains job. (E2)\n\n"
        "## What to do\n\nBegin with the filter. (E2)\n\n"
        "- [ ] Look for a filter on age. About 5 min. (E2)\n- [x] Ask who runs the export.\n\n"
        "## Ruled out or not settled\n\n- **Gaps.** No value is missing. (E1)\n\n"
        "## Evidence\n\n- **E1** 2 of 9 columns drifted.\n- **E2** Rows with age ≥ 35 are gone.\n\n"
        "1 fact more that nothing here cites; the JSON export has them all.\n\n---\n\n"
    )
    assert page.endswith(
        "Written by rules: the model's words were not grounded. Model asked: qwen3:0.6b · Ollama. Investigated 4 Mar "
        "2026 05:06 UTC. Investigation abc123. Driftium 0.1.0.\n"
    )


def test_a_second_cause_has_its_name_and_no_reason_is_said_twice() -> None:
    found = investigation().findings
    first = found.diagnosis.findings[0]
    other = replace(first, cause=Cause.MISSINGNESS, confidence="low", claims=(replace(first.summary, title="Gaps."),))
    both = replace(found, diagnosis=replace(found.diagnosis, findings=(first, other)))
    why = report_markdown(investigation(findings=both)).partition("## Why\n\n")[2].partition("\n\n## What to do")[0]
    assert why.endswith(
        "**Also fits: the share of missing values changed.** Confidence: low.\n\n"
        "- **Gaps.** Rows with age ≥ 35 are gone. (E2)"
    )


def test_where_nothing_was_ruled_out_there_is_no_heading_for_it() -> None:
    found = investigation().findings
    report = investigation(findings=replace(found, diagnosis=replace(found.diagnosis, ruled_out=())), versions={})
    page = report_markdown(report)
    assert "Ruled out" not in page
    assert "[x]" not in page


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_name_or_a_model_says_stands_for_itself(name: str) -> None:
    plain, hostile = (DRAW.render(report_markdown(everywhere(text))) for text in ("age", name))
    assert set(tags(hostile)) <= OUR_TAGS
    assert [tag for tag in tags(hostile) if tag != "code"] == tags(plain)
    assert on_one_line(name) in seen(hostile)
    assert all(ord(sign) >= 32 or sign == "\n" for sign in hostile)


@pytest.mark.parametrize(
    ("name", "dead"),
    [
        ("http://evil.example/x", "http://evil"),
        ("HTTPS://evil.example", "HTTPS://evil"),
        ("www.evil.example", "www.evil"),
        ("mail a@evil.example", "a@evil"),
        ("mailto:a@evil.example", "mailto:a"),
        ("@everyone look", "@everyone"),
        ("see #123", "#123"),
        ("owner/repo#7", "#7"),
        (":tada:", ":tada:"),
    ],
)
def test_addresses_mentions_and_numbers_of_issues_link_to_nothing(name: str, dead: str) -> None:
    page = report_markdown(everywhere(name))
    assert dead not in page.replace("\\", "")
    assert dead in seen(DRAW.render(page))


def test_a_name_in_backticks_is_code_and_nothing_in_it_is_read() -> None:
    html = DRAW.render(report_markdown(everywhere("`<b>*x*</b> @all`")))
    assert "<code>&lt;b&gt;*x*&lt;/b&gt; @all</code>" in html


def everywhere(text: str) -> RcaReport:
    """An investigation that has a text wherever one can come from data, a model or a name."""
    report = investigation(text, model=text, worded_by=text, versions={text: text})
    found, ledger = report.findings, report.ledger
    claims = tuple(replace(claim, text=text, title=text) for claim in found.triage.claims)
    actions = tuple(replace(action, text=text) for action in found.recommendation.actions)
    facts = tuple(replace(fact, text=text) for fact in ledger.facts)
    return replace(
        report,
        ledger=replace(ledger, title=text, facts=facts),
        findings=replace(
            found,
            triage=replace(found.triage, claims=claims),
            recommendation=replace(found.recommendation, actions=actions),
        ),
    )
