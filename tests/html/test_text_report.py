"""The HTML report as its reader, a browser and a mail filter see it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from driftium_core.html.text_report import Quotable, quoted_positions, text_report_html
from driftium_core.html.trend import stability_trend
from driftium_core.response import Response
from driftium_core.stats.null_range import NullRange
from driftium_core.text.differences import Exemplar, Keyword, Projection
from driftium_core.text.report import TextReport
from driftium_core.text.serialise import report_from_stored, stored_report
from tests.html.page import Element, Page
from tests.html.reports import EMPTY, FULL, HISTORY, ORIGIN

TEXTS = Quotable(
    {
        5: Response(response="Your money is on its way.", prompt="Refund?"),
        6: Response(response="Sure.", prompt="Help?"),
    },
    {
        3: Response(response="Store credit only.", prompt="Refund?"),
        4: Response(response="Certainly.", prompt="Help?"),
        9: Response(response="No refunds.", prompt="Money?"),
    },
)


@pytest.fixture(scope="module")
def full() -> Page:
    return Page(text_report_html(FULL, origin=ORIGIN, history=HISTORY, texts=TEXTS))


def page_of(report: TextReport, **options: object) -> Page:
    html = text_report_html(report, origin=ORIGIN, **options)  # type: ignore[arg-type]
    html.encode("utf-8")
    return Page(html)


def said(report: TextReport, text: str) -> TextReport:
    """The report with a text of a model in every place that holds one."""
    evidence = replace(
        report.evidence,
        novel=(Exemplar(3, 0.08, text, text, 0.4),),
        gone=(Exemplar(5, 0.07, text, text, 0.4),),
        keywords_gained=(Keyword(text, 5.0, 0.1, 0.4, 2.0, 1.0, 3.0),),
        groups=tuple(replace(group, terms=(text,)) for group in report.evidence.groups),
    )
    descriptors = tuple(replace(item, current=text) if item.kind == "category" else item for item in report.descriptors)
    return replace(report, evidence=evidence, descriptors=descriptors, notes=(text,))


def test_it_loads_nothing_and_runs_nothing(full: Page) -> None:
    tags = {element.tag for element in full.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "use", "image"}
    for element in full.elements:
        for name, value in element.attributes.items():
            assert not name.startswith("on"), element
            assert name not in ("src", "href", "xlink:href", "action", "data"), element
            assert not re.search(r"https?:|//|javascript:", value), element
    (style,) = (element for element in full.elements if element.tag == "style")
    assert not re.search(r"@import|https?:|url\((?!#)", style.text)
    (policy,) = (e for e in full.elements if e.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_it_needs_no_plotly() -> None:
    import subprocess
    import sys

    code = "import sys, driftium_core.html.text_report; raise SystemExit('plotly' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0


@pytest.mark.parametrize(
    "shown",
    [
        "▲ Drift: HIGH. The responses differ.",
        "128 current against 1\u202f400 baseline answers, paired in 96 prompts.",
        "These sizes show a new topic of 10 %.",
        "Health Index 54 of 100.",
        "95\u202f% 47 to 61",
        "Centroid distance 0.091",
        "MMD² 0.068",
        "0.012 to 0.068",
        "Echoes1.1\u202f%4.7\u202f%",
        "Off the prompt––",
        "Behaviour. Like prompts are answered differently.",
        "Prompts p\u00a0=\u00a00.31",
        "Answers given the prompt p\u00a0=\u00a00.001",
        "nearest match on the other side 0.41 · witness 0.083",
        "store credit",
        "+3.41",
        "+2.62 to +4.19",
        "−2.57",
        "Gained: credit, policy",
        "2 baseline and 31 current answers · adjusted p\u00a0<\u00a00.001",
        "Without these 2 responses p = 0.001 becomes p = 0.23.",
        "similarity 0.22",
        "two axes hold 17\u202f% of the variance",
        "Of large pools a random part is drawn.",
        "✕ CRITICAL",
        "0.48p\u00a0=\u00a00.002",
        "– NOT TESTED",
        "العربية",
        "support bot",
        "“november”, version 4",
        "23 Nov 2025 14:02 UTC",
        "3f09a81bc2",
        "2 000 sign flips",
        "MMD², median bandwidth: the bulk, p\u00a0=\u00a00.002; Ridge discriminant",
        "small moves in quiet directions, p\u00a0=\u00a00.013",
        "0.29 (before shrinking 0.31)",
        "all-MiniLM-L6-v2@53aa5117, bf16",
        "numpy 2.4.6, scipy 1.17.1",
        "b" * 64,
        "Near-duplicates were kept.",
        "Only 5 000 answers were looked at.",
        "12 baseline responses failed or are empty.",
    ],
)
def test_it_says(full: Page, shown: str) -> None:
    assert " ".join(shown.split()) in full.text


def test_every_drawing_says_in_words_what_it_shows(full: Page) -> None:
    drawings = [element for element in full.elements if element.tag == "svg"]
    spoken = [svg for svg in drawings if svg.attributes.get("role") == "img"]
    assert all(svg.attributes.get("aria-hidden") == "true" for svg in drawings if svg not in spoken)
    words = {svg.all("title")[0].text: svg.all("desc")[0].text for svg in spoken}
    assert words["MMD²"] == (
        "MMD² is 0.068. Without a change 95 % of such values lie from 0.001 to 0.029, so it is outside that range."
    )
    assert words["Prompts"].endswith("lie from −1.90 to 2.10, so it is inside that range.")
    assert words["Health Index 54 of 100"] == "Health Index 54 of 100."
    assert "2 baseline answers as rings and 1 current answers as dots" in words["Map of both pools"]
    assert words["Length (characters)"] == (
        "Baseline most often 100 to 200 (70\u202f%); current most often 200 to 300 (60\u202f%)."
    )
    trend = words["Health Index and MMD² over 3 calculations"]
    assert "21 Nov 2025 14:02: ● LOW, Health Index 91, MMD² 0.011, without a change 0.001 to 0.029." in trend
    assert "22 Nov 2025 14:02: ○ INCONCLUSIVE, no Health Index" in trend


def test_each_pair_is_quoted_with_both_answers(full: Page) -> None:
    pairs = [element.text.split() for element in full.elements if element.attributes.get("class") == "pair"]
    assert [" ".join(words) for words in pairs] == [
        "Refund? Your money is on its way. Store credit only. similarity 0.22",
        "Help? Sure. Certainly. similarity 0.60",
    ]
    assert quoted_positions(FULL) == ((5, 6), (3, 4, 9))


def test_without_texts_the_pairs_are_still_counted() -> None:
    page = page_of(FULL)
    assert "2 prompts in both pools; the least alike answers have a similarity of 0.22." in page.text
    assert not [element for element in page.elements if element.attributes.get("class") == "pair"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</title></style></svg><script src=//evil.example></script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }} {% raw %} {# no #}",
        "&lt;b&gt; &amp;",
    ],
)
def test_markup_in_a_response_is_shown_and_not_obeyed(text: str) -> None:
    texts = Quotable({5: Response(response=text, prompt=text)}, {3: Response(response=text, prompt=text)})
    origin = replace(ORIGIN, project=text, baseline_name=text)
    page = Page(text_report_html(said(FULL, text), origin=origin, texts=texts))
    plain = Page(text_report_html(said(FULL, "text"), origin=ORIGIN, texts=texts))
    assert [element.tag for element in page.elements] == [element.tag for element in plain.elements]
    assert page.text.count(text) >= 8


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("half \ud83d of a face", "half \ufffd of a face"),
        ("a\x00b\x07c\x7f", "a␀b␇c␡"),
        ("esc \x1b[31m", "esc ␛[31m"),
        ("\x9b and \uffff", "\ufffd and \ufffd"),
        ("👩‍👩‍👧 שלום", "👩‍👩‍👧 שלום"),
    ],
)
def test_characters_that_a_page_cannot_hold_are_replaced(text: str, shown: str) -> None:
    page = page_of(said(FULL, text), texts=Quotable({5: Response(response=text)}, {3: Response(response=text)}))
    assert page.text.count(shown) >= 4


def test_texts_in_any_script_run_in_their_own_direction(full: Page) -> None:
    said = [element for element in full.elements if element.attributes.get("class") in ("said", "asked")]
    assert len(said) > 5
    assert all(element.attributes["dir"] == "auto" for element in said)


def test_a_long_answer_is_cut_and_says_so() -> None:
    long = "word " * 20_000
    page = page_of(replace(said(FULL, long), notes=()))
    assert "word…, 99 300 more characters" in page.text
    assert len(page.text) < 20_000


@pytest.mark.parametrize("size", [2_000, 1])
def test_a_map_of_two_large_pools_stays_small(size: int) -> None:
    rng = np.random.default_rng(0)
    points = [tuple(map(tuple, rng.normal(size=(size, 2)).tolist())) for _ in range(2)]
    projection = Projection(points[0], points[1], tuple(range(size)), tuple(range(size)), (0.1, 0.05))  # type: ignore[arg-type]
    html = text_report_html(replace(FULL, projection=projection), origin=ORIGIN)
    assert len(html.encode()) < 300_000
    rings, dots = (
        max((e.attributes.get("d", "") for e in Page(html).elements if e.attributes.get("class") == name), key=len)
        for name in ("map-baseline", "map-current")
    )
    assert (rings.count("M"), dots.count("M")) == (size, size)


def test_when_almost_everything_is_missing() -> None:
    page = page_of(EMPTY, history=HISTORY[:1])
    assert "○ Inconclusive. No usable responses in baseline and current." in page.text
    assert "No Health Index" in page.text
    assert page.text.count("Not computed") == 2
    assert "Cannot be told. No prompts are known in either pool." in page.text
    for absent in ("Stability", "Vocabulary", "Map of both", "Properties", "Removal", "None", "nan"):
        assert absent not in page.text


def test_a_report_is_drawn_without_what_it_lacks() -> None:
    bare = replace(
        FULL,
        drift=replace(FULL.drift, centroid=NullRange(0.09, 0.01, 0.07), mmd=NullRange(0.07, 0.0, 0.03)),
        traffic=replace(FULL.traffic, prompts=None, behaviour=None),
        descriptors=tuple(replace(item, shape=None) for item in FULL.descriptors),
        evidence=replace(
            FULL.evidence,
            novel=(Exemplar(3, 0.08, "", ""),),
        ),
        pairs=(),
    )
    page = page_of(report_from_stored(stored_report(bare)))
    assert "Shaded: 95 % of values without a change, 0.010 to 0.070." in page.text
    assert "Prompts p = 0.31" in page.text
    assert "(empty)" in page.text


def test_the_verdict_has_glyph_word_and_class() -> None:
    for report, name in ((FULL, "high"), (EMPTY, "inconclusive")):
        (verdict,) = (e for e in page_of(report).elements if "verdict" in e.attributes.get("class", "").split())
        assert name in verdict.attributes["class"].split()


def test_a_term_that_may_be_chance_is_not_listed() -> None:
    word = Keyword("perhaps", 3.0, 0.1, 0.12, 0.3, -0.2, 0.8)
    evidence = replace(FULL.evidence, keywords_gained=(word,), keywords_lost=())
    page = page_of(replace(FULL, evidence=evidence))
    assert "No term stands out: the 95 % interval of each includes" in page.text
    assert "perhaps" not in page.text


def test_what_is_known_of_traffic_is_told_first() -> None:
    text = "The prompts changed (p = 0.004). Whether behaviour changed too cannot be told: none is like another."
    traffic = replace(FULL.traffic, verdict="cannot_tell", prompt_pvalue=0.004, behaviour_pvalue=None, text=text)
    page = page_of(replace(FULL, traffic=traffic))
    assert f"Traffic, at least. {text}" in page.text


def test_an_inconclusive_report_marks_no_score_as_low() -> None:
    drift = replace(FULL.drift, severity=None, verdict="inconclusive", mmd=NullRange(0.02, 0.001, 0.03))
    page = page_of(replace(FULL, drift=drift))
    marks = [e.attributes["class"].split() for e in page.elements if "mark" in e.attributes.get("class", "").split()]
    assert len(marks) == 4, "two distances, and the tests of prompts and of behaviour"
    assert all("inconclusive" in classes for classes in marks)


def test_the_trend_is_never_joined_over_an_inconclusive_calculation() -> None:
    before, between, after = HISTORY
    unclear = replace(between, health_index=70.0, mmd_score=0.02)
    page = page_of(FULL, history=(before, unclear, after))
    drawn = {e.attributes.get("class"): e.attributes["d"] for e in page.elements if e.tag == "path"}
    for name in ("line-health", "line-mmd"):
        assert (drawn[name].count("M"), drawn[name].count("L")) == (2, 0), "two points, not joined"
    places = [e.attributes["transform"] for e in page.elements if e.attributes.get("class") == "mark inconclusive"]
    (foot,) = (place for place in places if place.startswith("translate(276 "))
    zero = max(float(y) for y in re.findall(r"M40 ([\d.]+)H512", drawn["grid"]))
    assert float(foot.split()[1].rstrip(")")) > zero + 8, "in the middle, below the zero of the scales"


def test_the_trend_writes_a_time_once() -> None:
    at = datetime(2025, 11, 23, 14, 2, tzinfo=UTC)
    items = [replace(HISTORY[0], id=f"c{second}", created_at=at + timedelta(seconds=second)) for second in range(3)]
    trend = stability_trend(items)
    assert trend is not None
    assert [(time.day, time.clock) for time in trend.times] == [("23 Nov 2025", "14:02")]


def test_the_trend_marks_the_calculation_of_the_report() -> None:
    line = "The dashed line marks this report."
    assert line in page_of(FULL, history=HISTORY).text
    assert line not in page_of(FULL, history=HISTORY[:2]).text


def test_the_distances_of_large_pools_are_not_written_as_nothing() -> None:
    drift = replace(FULL.drift, mmd=NullRange(0.000061, 0.0000412, 0.00009))
    page = page_of(replace(FULL, drift=drift))
    assert "MMD² 0.000061" in page.text
    assert "0.000041 to 0.00009." in page.text


def strip_of(page: Page, title: str) -> tuple[Element, float, float]:
    """A drawing of the scores, and its band's place and width as parts of all."""
    (svg,) = (e for e in page.elements if e.tag == "svg" and [t.text for t in e.all("title")] == [title])
    (band,) = (e for e in svg.all("rect") if e.attributes["class"] == "band")
    width = float(svg.attributes["viewbox"].split()[2])
    return svg, float(band.attributes["x"]) / width, float(band.attributes["width"]) / width


@pytest.mark.parametrize(
    ("value", "pointer"), [(0.2, "off the axis, 0.200 →"), (-0.2, "← −0.200, off the axis"), (0.005, "")]
)
def test_a_strong_drift_leaves_its_band_readable(value: float, pointer: str) -> None:
    draws = tuple(0.0005 + 0.000026 * i for i in range(40))
    drift = replace(FULL.drift, mmd=NullRange(value, 0.0005, 0.0015, draws))
    svg, place, width = strip_of(page_of(replace(FULL, drift=drift)), "MMD²")
    assert width >= 0.15
    assert 0 < place < place + width < 1
    pointers = [e.text.strip() for e in svg.all("text") if e.attributes.get("class") == "pointer"]
    assert pointers == ([pointer] if pointer else [])
    (stem,) = (e for e in svg.all("path") if "stem" in e.attributes["class"].split())
    assert ("beyond" in stem.attributes["class"].split()) == bool(pointer)
    marker = float(stem.attributes["d"].removeprefix("M").split()[0])
    numbers = [float(e.attributes["x"]) for e in svg.all("text") if e.attributes.get("class") != "pointer"]
    assert len(numbers) > 1
    assert not pointer or all(abs(x - marker) > 30 for x in numbers), "no number seems to be that of the marker"


def test_headings_go_down_by_one(full: Page) -> None:
    levels = [int(element.tag[1]) for element in full.elements if re.fullmatch("h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_paper_is_white_whatever_the_reader_prefers(full: Page) -> None:
    (style,) = (element for element in full.elements if element.tag == "style")
    dark = style.text.index("#05070d")
    assert "@media screen and (prefers-color-scheme:dark)" in style.text[:dark]
    assert style.text.count("#05070d") == 1
