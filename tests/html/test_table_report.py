"""The HTML report of a table check as its reader, a browser, a printer and a mail filter see it."""

import json
import re
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from driftium_core.html.run_trend import run_trend
from driftium_core.html.table_report import TableOrigin, table_report_html
from driftium_core.severity import Severity
from driftium_core.tabular.attribution_report import Attribution, Root
from driftium_core.tabular.column_result import CategoryDistribution, NumberDistribution
from driftium_core.tabular.report import CompareSettings, Finding, FindingKind, TableReport
from tests.html.page import Element, Page
from tests.html.tables import AGES, ATTRIBUTION, EMPTY, FULL, HISTORY, ORIGIN, column, large


@pytest.fixture(scope="module")
def full() -> Page:
    return Page(table_report_html(FULL, origin=ORIGIN, history=HISTORY))


def page_of(report: TableReport, **changes: object) -> Page:
    html = table_report_html(report, origin=replace(ORIGIN, **changes))  # type: ignore[arg-type]
    html.encode("utf-8")
    return Page(html)


def classes(element: Element) -> list[str]:
    return element.attributes.get("class", "").split()


def cards(page: Page) -> dict[str, str]:
    """Text of the card of each drifted column, by the column."""
    found = (element for element in page.elements if element.tag == "article")
    return {card.all("h3")[0].text.strip(): " ".join(card.text.split()) for card in found}


def test_it_loads_nothing_and_runs_nothing(full: Page) -> None:
    tags = {element.tag for element in full.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "use", "image"}
    ids = {element.attributes["id"] for element in full.elements if "id" in element.attributes}
    for element in full.elements:
        for name, value in element.attributes.items():
            assert not name.startswith("on"), element
            assert name not in ("src", "xlink:href", "action", "data"), element
            assert not re.search(r"https?:|//|javascript:", value), element
            assert name != "href" or (value[0] == "#" and value[1:] in ids), "links stay in the file"
    (style,) = (element for element in full.elements if element.tag == "style")
    assert not re.search(r"@import|https?:|url\((?!#)", style.text)
    (policy,) = (e for e in full.elements if e.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@pytest.mark.parametrize(
    "shown",
    [
        "✕ Drift: CRITICAL. 3 of 4 columns drifted",
        "800 current against 1\u202f200 reference rows",
        "Current data lacks branch.",
        "explain 3 of the 3: age moved and carries job with it",
        "Project credit scoring · “april.csv” against “march.csv” · 23 Nov 2025 14:02 UTC",
        "Drifted columns3 of 4age, job …",
        "Drift rate75\u202f%of monitored columns",
        "Largest effect0.40age",
        "age rows with age ≥ 60 are gone Root; it explains job.",
        "Measurement shift; it explains no other column.",
        "jobExplained by age",
        "0.270.040.06p\u00a0=\u00a00.37",
        "Among the 5 columns given; an association, not proof of cause.",
        "✕ CRITICALage",
        "▲ HIGHjob",
        "missing +12 points",
        "● LOWbalance",
        "– NOT TESTEDnote",
        "median 40, 20 to 80",
        "Missing columnbranchCurrent data lacks branch, which the reference has.",
        "Largest effect and share of drifted columns over 4 runs",
        "The dashed line marks this report.",
        "saved run 9c41f07a22",
        "march.csv, 1\u202f200 rows",
        "only age and job were asked for; taken as categories: job",
        "Adjusted p (Benjamini–Hochberg over all tests) below 0.01",
        "Seed7",
        "numpy 2.4.6, scipy 1.17.1",
        "a" * 64,
        "c" * 64,
    ],
)
def test_it_says(full: Page, shown: str) -> None:
    assert " ".join(shown.split()) in full.text


def test_every_column_is_in_the_table_and_every_drifted_one_has_a_card(full: Page) -> None:
    (table,) = (element for element in full.elements if "ranked" in classes(element))
    names = [row.all("th")[0].all("bdi")[0].text for row in table.all("tr")[1:]]
    assert names == ["age", "job", "income", "balance", "note"]
    assert list(cards(full)) == ["age", "job", "income"]
    links = {link.attributes["href"] for link in table.all("a")}
    assert links == {f"#{element.attributes['id']}" for element in full.elements if element.tag == "article"}


def test_a_card_holds_the_numbers_behind_its_drawing(full: Page) -> None:
    age, job, income = cards(full).values()
    assert "largest gap 0.40, at 40" in age
    assert "Jensen–Shannon: 0.418" in age
    assert "Ages above 120 were left out." in age
    assert "statistic 61.30 with 2 degrees of freedom, effect 0.26" in job
    for words in ("New in current: 1.", "streamer", "Gone from the reference: 73.", "guild 9", "and 63 more"):
        assert words in job
    assert "guild 10" not in job
    assert "missing +12 points" in income
    assert "Missing against present: effect 0.12, p < 0.001." in income


def test_every_drawing_says_in_words_what_it_shows(full: Page) -> None:
    drawings = [element for element in full.elements if element.tag == "svg"]
    spoken = [svg for svg in drawings if svg.attributes.get("role") == "img"]
    assert all(svg.attributes.get("aria-hidden") == "true" for svg in drawings if svg not in spoken)
    words = {svg.all("title")[0].text: " ".join(svg.all("desc")[0].text.split()) for svg in spoken}
    assert words["Distribution of age"] == (
        "Histograms and cumulative curves of reference and current: largest gap 0.40, at 40, where 50 % of the "
        "reference and 90 % of current values lie at or below."
    )
    assert words["job"] == "Reference most often clerk (60 %); current most often clerk (45 %)."
    trend = words["Largest effect and share of drifted columns over 4 runs"]
    assert "20 Nov 2025 14:02: ● LOW, no column drifted, 0 % of columns drifted." in trend
    assert "22 Nov 2025 14:02: ○ INCONCLUSIVE." in trend


def test_an_outline_is_as_high_as_its_shares(full: Page) -> None:
    (svg,) = (
        e for e in full.elements if e.tag == "svg" and [t.text for t in e.all("title")] == ["Distribution of age"]
    )
    (drawn,) = (path.attributes["d"] for path in svg.all("path") if classes(path) == ["over-current"])
    # From the floor up to 90 %, across a third, down to 10 %, across, down to 0 %: heights as 9 to 8 to 1.
    up, down, rest = (int(step) for step in re.findall(r"v(-?\d+)", drawn))
    assert up + down + rest == 0
    assert down / -up == pytest.approx(8 / 9, abs=0.01)
    assert rest / -up == pytest.approx(1 / 9, abs=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</title></style></svg><script src=//x.example>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }} {% raw %} {# no #}",
        "&lt;b&gt; &amp;",
        "`code` and `more",
    ],
)
def test_markup_in_a_name_is_shown_and_not_obeyed(text: str) -> None:
    page, plain = (page_of(named(FULL, name), **origin_of(name)) for name in (text, "plain"))
    assert [e.tag for e in page.elements if e.tag != "code"] == [e.tag for e in plain.elements if e.tag != "code"]
    assert page.text.count(text[:30]) >= 12


def named(report: TableReport, name: str) -> TableReport:
    """The report with a text of a stranger in every place that can hold one."""
    first, second, *rest = report.columns
    jobs = second.distribution
    assert isinstance(jobs, CategoryDistribution)
    hostile = {
        "new_categories": (name,),
        "vanished_categories": (name,),
        "distribution": replace(jobs, categories=(name, *jobs.categories[1:])),
        "reference_summary": f"{name} 60 %",
        "shift": f"{name} −3 points",
    }
    attribution = Attribution(
        roots=(Root(name, "reweight", (second.column,), f"rows with {name} are gone"),),
        columns=tuple(replace(item, column=name) if item.role == "root" else item for item in ATTRIBUTION.columns[1:]),
        unexplained=(name,),
        summary=name,
        scope_note=name,
    )
    return replace(
        report,
        columns=(replace(first, column=name, notes=(name,)), replace(second, **hostile), *rest),  # type: ignore[arg-type]
        findings=(Finding(FindingKind.CONSTANT, name, f"{name} has a single value."),),
        missing_columns=(name,),
        attribution=attribution,
        settings=CompareSettings(columns=(name,), categorical=(name,)),
        versions={"numpy": name},
    )


def origin_of(name: str) -> dict[str, object]:
    return {"reference_name": name, "current_name": name, "project": name, "simulated": name}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("half \ud83d of a face", "half of a face"),
        ("a\x00b\x1b[31m", "a b [31m"),
        ("two\nlines\r\nhere", "two lines here"),
        ("left\u202eright\u2066", "left right"),
        ("שלום 👍 漢字", "שלום 👍 漢字"),
        ("   ", "(empty text)"),
    ],
)
def test_a_strange_name_is_one_line_of_plain_text(name: str, shown: str) -> None:
    report = replace(
        FULL,
        columns=(replace(FULL.columns[0], column=name), *FULL.columns[1:]),
        attribution=replace(ATTRIBUTION, roots=(replace(ATTRIBUTION.roots[0], column=name),)),
    )
    page = page_of(report, **origin_of(name))
    assert page.text.count(shown) >= 6
    assert not {"\x00", "\x1b", "\u202e", "\u2066"} & set(page.text)


def test_a_name_of_ten_thousand_characters_is_cut_wherever_it_stands() -> None:
    page = page_of(named(FULL, "x" * 10_000), **origin_of("x" * 10_000))
    assert len(page.text) < 12_000
    (heading,) = (
        e for e in page.elements if e.tag == "h3" and e.text.strip().startswith("xx") and "term" in classes(e)
    )
    assert len(heading.text.strip()) == 160


def test_names_keep_their_direction_to_themselves(full: Page) -> None:
    (table,) = (element for element in full.elements if "ranked" in classes(element))
    for row in table.all("tr")[1:]:
        (name,) = row.all("th")
        assert name.all("bdi"), "a right-to-left name does not turn the row around"
    assert all(
        code.attributes.get("dir") == "auto" for code in full.elements if code.tag == "code" and code.text == "age"
    )


def test_two_hundred_drifted_columns_are_a_small_file_made_soon() -> None:
    report, origin = large(200), TableOrigin(created_at=ORIGIN.created_at, reference_name="a", current_name="b")
    json.dumps(report.to_dict())  # both are warm
    table_report_html(large(2), origin=origin)
    start = time.process_time()
    html = table_report_html(report, origin=origin)
    seconds = time.process_time() - start
    start = time.process_time()
    json.dumps(report.to_dict())
    as_json = time.process_time() - start
    assert len(html.encode()) < 1_600_000
    assert seconds < max(1.0, 20 * as_json)  # 0.13 s and 0.02 s on a quiet machine
    page = Page(html)
    assert len(cards(page)) == 200
    assert "and 187 more" in page.text, "a root names the first columns that it explains"


def test_numbers_at_the_ends_of_the_floats_have_a_place() -> None:
    edges = (-1.7e308, 0.0, 1.7e308)
    wide = NumberDistribution(edges, (0.5, 0.5), (0.0, 1.0), edges, (0.0, 0.5, 1.0), (0.0, 0.0, 1.0), 0.0)
    tiny = replace(wide, edges=(0.0, 2.5e-324, 5e-324), grid=(0.0, 2.5e-324, 5e-324))
    one = NumberDistribution((4.0, 5.0), (1.0,), (0.0,), (4.0,), (1.0,), (0.0,), float("nan"))
    columns = [column(f"c{i}", distribution=drawn) for i, drawn in enumerate((wide, tiny, one, AGES))]
    page = page_of(replace(FULL, columns=tuple(columns), attribution=None))
    assert not re.search(r"\b(nan|inf)\b", " ".join(e.attributes.get("d", "") for e in page.elements))
    assert "−1.7e+308" in page.text


def test_when_almost_everything_is_missing() -> None:
    page = page_of(EMPTY, project=None, run_id=None)
    assert "○ Inconclusive." in page.text
    assert "No column is in both tables." in page.text
    assert "not computed for this report" in page.text
    for absent in ("one by one", "Findings", "Runs against", "None", "nan", "Project", "saved run"):
        assert absent not in page.text


def test_without_a_root_the_card_says_why() -> None:
    none = Attribution(
        roots=(), columns=(), unexplained=(), summary="Too few rows to attribute.", scope_note="Among 4."
    )
    page = page_of(replace(FULL, attribution=none))
    assert "Root cause Too few rows to attribute." in page.text
    assert not [element for element in page.elements if "dumbbell" in classes(element)]


def test_a_single_root_has_nothing_else_to_hold(full: Page) -> None:
    one = replace(ATTRIBUTION, roots=ATTRIBUTION.roots[:1], columns=(ATTRIBUTION.columns[0], ATTRIBUTION.columns[2]))
    for page, held in ((page_of(replace(FULL, attribution=one)), ["job"]), (full, ["age", "income", "job"])):
        (table,) = (element for element in page.elements if "held-effects" in classes(element))
        assert [row.all("th")[0].text.strip() for row in table.all("tr")[1:]] == held


def test_a_dot_stands_left_of_its_ring_where_the_effect_fell(full: Page) -> None:
    (table,) = (element for element in full.elements if "held-effects" in classes(element))
    row = table.all("tr")[3]
    places = {classes(circle)[0]: float(circle.attributes["cx"]) for circle in row.all("circle")}
    (chance,) = (path.attributes["d"] for path in row.all("path") if classes(path) == ["band"])
    assert places["held"] < float(chance.split("H")[1].split("V")[0]) < places["alone"], "explained: within chance"


def test_every_finding_has_a_heading() -> None:
    findings = tuple(Finding(kind, "age", f"`age` of {kind}.") for kind in FindingKind)
    page = page_of(replace(FULL, findings=findings))
    (table,) = (element for element in page.elements if "findings" in classes(element))
    headings = [row.all("td")[0].text for row in table.all("tr")[1:]]
    assert len(set(headings)) == len(FindingKind)


def test_a_simulation_is_said_to_be_one() -> None:
    page = page_of(FULL, simulated="age < 40", current_name="simulated sample")
    assert "simulated: the rows of “march.csv” with age < 40" in page.text
    assert "Simulated data: p-values are cautious" in page.text
    assert "the reference filtered by age < 40" in page.text


def test_the_plain_rule_is_not_called_adjusted() -> None:
    page = page_of(replace(FULL, settings=CompareSettings(correction="none")))
    assert "Adjusted p" not in page.text
    assert "Each column's own p, not adjusted, below 0.05" in page.text


def test_the_verdict_has_glyph_word_and_class() -> None:
    for report, name in ((FULL, "critical"), (EMPTY, "inconclusive")):
        (verdict,) = (element for element in page_of(report).elements if "verdict" in classes(element))
        assert name in classes(verdict)


def test_the_trend_is_never_joined_over_an_inconclusive_run() -> None:
    trend = run_trend(HISTORY, shown="9c41f07a22")
    assert trend is not None
    assert (trend.effect.count("M"), trend.effect.count("L")) == (2, 1), "a gap before the last"
    low, _, unclear, newest = trend.marks
    assert unclear.y > low.y + 8, "below the zero of the scale"
    assert trend.shown == newest.x
    assert [band.severity for band in trend.bands] == list(Severity)


def test_one_run_is_no_trend() -> None:
    assert run_trend(HISTORY[:1]) is None


def test_tables_name_what_their_rows_and_columns_are(full: Page) -> None:
    for table in (element for element in full.elements if element.tag == "table"):
        head, body = table.all("thead")[0], table.all("tbody")[0]
        assert all(cell.attributes.get("scope") == "col" and cell.text.strip() for cell in head.all("th"))
        assert all(cell.attributes.get("scope") == "row" for cell in body.all("th"))


def test_headings_go_down_by_one_and_ids_are_unique(full: Page) -> None:
    levels = [int(element.tag[1]) for element in full.elements if re.fullmatch("h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [element.attributes["id"] for element in full.elements if "id" in element.attributes]
    assert len(set(ids)) == len(ids)
    labels = {element.attributes.get("aria-labelledby") for element in full.elements} - {None}
    assert labels <= set(ids)


def test_paper_is_white_and_breaks_in_no_card(full: Page) -> None:
    (style,) = (element for element in full.elements if element.tag == "style")
    dark = style.text.index("#05070d")
    assert "@media screen and (prefers-color-scheme:dark)" in style.text[:dark]
    assert style.text.count("#05070d") == 1
    paper = style.text.partition("@media print{")[2]
    assert re.search(r"\.card,[^{]*\{break-inside:avoid\}", paper)
    # Without this a grid breaks inside its items all the same.
    assert "main{display:block}" in paper
    assert {"long"} <= {name for e in full.elements if e.tag == "section" for name in classes(e)}
    assert all("long" not in classes(element) for element in full.elements if element.tag == "article")


def test_the_pair_is_told_without_colour(full: Page) -> None:
    (style,) = (element for element in full.elements if element.tag == "style")
    for name in ("over-reference", "curve-reference", "shape-baseline"):
        assert re.search(rf"\.{name}{{[^}}]*stroke-dasharray", style.text)
    for name in ("over-current", "curve-current"):
        assert not re.search(rf"\.{name}{{[^}}]*stroke-dasharray", style.text)
    assert "fill:url(#hatch)" in re.findall(r"\.bar-lost{[^}]*}", style.text)[0]
    assert any(element.attributes.get("id") == "hatch" for element in full.elements)


def test_a_report_makes_its_own_page() -> None:
    page = Page(FULL.to_html(reference_name="last month"))
    assert "“current” against “last month”" in page.text
    assert "3 of 4 columns drifted" in page.text
