"""An investigation as one HTML file, as its reader and a browser see it."""

import re

import pytest

from driftium_core.html.rca_report import rca_report_html
from tests.html.page import Page
from tests.rca.investigations import investigation


def test_it_says_what_why_and_what_to_do_on_which_facts() -> None:
    report = investigation()
    html = rca_report_html(report, done=(0,), number="abc")
    page = Page(html)
    assert re.findall(r"<h2 id=\S+>(.+?)</h2>", html) == [
        *("What happened", "Why", "What to do", "Ruled out or not settled", "Evidence", "Trace", "How this was found"),
    ]
    for claim in report.claims:
        assert " ".join(claim.text.replace("`", "").split()) in page.text
    for fact in report.cited:
        assert fact.id in page.text
    assert page.text.count("Done:") == 1
    assert "investigation abc" in page.text


def test_it_loads_nothing_and_runs_nothing() -> None:
    html = rca_report_html(investigation())
    assert {"script", "link", "img", "iframe", "a"}.isdisjoint(element.tag for element in Page(html).elements)
    assert not re.search(r"url\((?!#)|https?://", html)
    html.encode("utf-8")


@pytest.mark.parametrize("name", ["<b>x</b>", "<script>alert(1)</script>", "a&b", "half \ud83d", "{{ x }}"])
def test_names_of_columns_stay_text(name: str) -> None:
    html = rca_report_html(investigation(name))
    html.encode("utf-8")
    assert {"b", "script"}.isdisjoint(element.tag for element in Page(html).elements)
    assert f"Rows with {' '.join(name.replace(chr(0xD83D), '').split())}" in Page(html).text.replace("\ufffd", "")
