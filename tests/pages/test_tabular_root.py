"""Why a table drifted, on its page: roots, what is left over, an explanation with its evidence, and what to do next."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from driftium_core import monitor
from driftium_core.monitor import checks
from driftium_core.rca.report import Claim
from driftium_core.tabular.attribution_report import Attribution, ColumnAttribution, Root
from tests.monitor.scripted import ScriptedGenerators
from tests.pages.conftest import settle, texts
from tests.pages.playground import until
from tests.pages.test_tabular import line, open_page

SCOPE = "Among the 17 columns given; an association, not proof of cause."
AGE_MOVED = Attribution(
    roots=(Root("age", "reweight", ("marital", "job"), "rows with age ≥ 35 are gone"),),
    columns=(
        ColumnAttribution("age", "root", 0.69, 0.69, 0.02, 0.0),
        ColumnAttribution("marital", "explained", 0.3, 0.01, 0.02, 0.4),
        ColumnAttribution("job", "explained", 0.17, 0.01, 0.02, 0.4),
        ColumnAttribution("contact", "left_over", 0.11, 0.1, 0.02, 0.0),
    ),
    unexplained=("contact",),
    summary="age shifted; with its shift taken out, 2 of 3 other alarms vanish; contact stays.",
    scope_note=SCOPE,
)
NO_ROOT = Attribution(
    roots=(),
    columns=(),
    unexplained=(),
    summary="The drift is too weak to attribute to a column.",
    scope_note=SCOPE,
)


@pytest.fixture
def attribute(monkeypatch):
    """Give every check of the test this attribution, whatever its tables hold."""

    def give(attribution):
        compare = checks.compare
        monkeypatch.setattr(checks, "compare", lambda *a, **k: replace(compare(*a, **k), attribution=attribution))

    return give


def button(page, key):
    """The button with this key."""
    return next(found for found in page.button if found.key == key)


def keys(page):
    """Keys of all buttons."""
    return {found.key for found in page.button}


def detail(page):
    """The line under the verdict."""
    return next(caption.value for caption in page.caption if "Computed in" in caption.value).replace("\\", "")


def table_of(page):
    """The ranked table."""
    return next(frame.value for frame in page.dataframe if "Severity" in frame.value and "Role" in frame.value)


def test_the_verdict_the_card_and_the_table_name_the_root(app, attribute):
    attribute(AGE_MOVED)
    page = open_page(app)
    assert detail(page).startswith(
        "One cause explains 3 of the 4: `age` moved and carries `marital` and `job` with it; `contact` is left over. "
    )
    words = texts(page)
    assert "Hold `age` fixed, and two of the other three fall to chance:" in words
    assert ("**Root** `age`: rows with age ≥ 35 are gone → explains `marital` and `job` · left over `contact`") in words
    assert "an association, not proof of cause" in words
    roles = table_of(page).set_index("Column")["Role"]
    assert (roles["age"], roles["job"], roles["contact"]) == ("root", "explained", "left over")
    assert pd.isna(roles["balance"])


def test_the_sample_filtered_by_age_names_age_alone(app):
    page = open_page(app)
    assert re.match(r"One cause explains \d of the \d: `age` moved and carries ", detail(page))
    assert "**Root** `age`: rows with age ≥ 35 are gone → explains " in texts(page)
    assert list(table_of(page).set_index("Column")["Role"].eq("root").pipe(lambda role: role[role]).index) == ["age"]


def test_what_is_left_over_is_said_and_opens_by_its_button(app, attribute):
    attribute(AGE_MOVED)
    page = open_page(app)
    page.pills(key="tabular_show_severity").set_value(["✕ CRITICAL"])
    page = settle(page.run())
    assert ("`contact` keeps 0.10 of its 0.11 with `age` held: a second, separate cause. **Look here next.**") in texts(
        page
    )
    button(page, "open-left-over").click()
    page = settle(page.run())
    assert page.query_params["column"] == "contact"
    assert "contact" in texts(page).splitlines()
    assert "age, the root column" in texts(page)
    assert page.pills(key="tabular_show_severity").value == []


def test_where_no_root_was_found_it_says_why(app, attribute):
    attribute(NO_ROOT)
    page = open_page(app)
    assert "The drift is too weak to attribute to a column." in texts(page)
    assert "Left over" not in texts(page)
    assert "cause explains" not in detail(page)
    assert button(page, "download-rows-none").disabled
    assert "No root column was named" in button(page, "download-rows-none").help


def test_a_run_of_an_older_version_says_how_to_get_it(app, attribute):
    attribute(None)
    page = open_page(app)
    button(page, "save-run").click()
    page = settle(page.run())
    button(page, "open-saved").click()
    page = settle(page.run())
    assert "stored without an attribution" in texts(page)
    assert "Run the check again to see it." in texts(page)
    assert button(page, "download-rows-none").disabled


def test_all_columns_or_one_are_explained_with_their_evidence(app, attribute):
    attribute(AGE_MOVED)
    page = open_page(app, column="job")
    explain = page.segmented_control(key="tabular_why")
    assert explain.options == ["All columns", "Only job"]
    evidence = [found.label for found in page.expander if found.label.startswith("Evidence")]
    assert re.fullmatch(r"Evidence: \d+ facts?", evidence[0])
    assert "**Do next**" in texts(page)
    assert "by rules" in texts(page)
    asked = []

    def spy(*args, **options):
        asked.append(args[2])
        return explain_columns(*args, **options)

    explain_columns = monitor.explain_columns
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "explain_columns", spy)
        explain.set_value("one")
        settle(page.run())
    assert asked == [("job",)]


def test_a_column_that_did_not_drift_is_explained_too(app, attribute):
    attribute(AGE_MOVED)
    page = open_page(app, column="loan")
    page.segmented_control(key="tabular_why").set_value("one")
    page = settle(page.run())
    assert "**It did not drift\\.**" in "\n".join(found.value for found in page.markdown)


def test_a_model_is_asked_on_request_and_named_when_its_words_are_shown(app, attribute, monkeypatch):
    attribute(AGE_MOVED)
    by_rules, asked = monitor.explain_columns, []

    def explain(services, report, columns, *, title, **options):
        found = by_rules(services, report, columns, title=title, by_rules=True)
        if options.get("by_rules"):
            return found
        asked.append(columns)
        claim = Claim(text="Rows of older people are gone.", evidence_ids=("E1",), source="llm")
        return replace(found, claims=(claim,), model="smollm:135m", worded_by="Worded by smollm:135m; rules decided.")

    monkeypatch.setattr(monitor, "explain_columns", explain)
    page = open_page(app)
    assert asked == []
    button(page, "ask-model").click()
    page = settle(page.run())
    page = settle(page.run())
    assert "Rows of older people are gone." in texts(page)
    assert "Worded by smollm:135m" in texts(page)
    assert "ask-model" not in keys(page)
    settle(page.run())
    assert asked == [()], "the words are kept, not asked for again"


def test_without_ollama_the_embedded_model_is_not_asked_and_it_is_said_at_once(app, attribute, services):
    attribute(AGE_MOVED)
    services.generators = generators = ScriptedGenerators(lambda *_: "one two")
    page = open_page(app)
    button(page, "ask-model").click()
    page = until(page.run(), lambda page: "the embedded model is too small to word them" in texts(page))
    assert generators.asked == []
    assert ":gray-badge[by rules]" in texts(page)


def test_a_model_whose_words_were_refused_leaves_the_rules_words_and_can_be_asked_again(app, attribute, monkeypatch):
    attribute(AGE_MOVED)
    by_rules = monitor.explain_columns

    def explain(services, report, columns, *, title, **options):
        found = by_rules(services, report, columns, title=title, by_rules=True)
        refused = "Written by rules: what smollm:135m wrote was not grounded."
        return found if options.get("by_rules") else replace(found, model="smollm:135m", worded_by=refused)

    monkeypatch.setattr(monitor, "explain_columns", explain)
    page = open_page(app)
    before = texts(page)
    button(page, "ask-model").click()
    page = settle(page.run())
    page = settle(page.run())
    assert "was not grounded" in texts(page)
    assert ":gray-badge[by rules]" in texts(page)
    assert before.split("Do next")[0].splitlines()[0] in texts(page)
    assert button(page, "ask-model").label == "Ask the model again"


def test_the_agent_is_asked_with_the_run_which_is_saved_first(app, attribute, services):
    attribute(AGE_MOVED)
    page = open_page(app)
    assert button(page, "ask-agent").label == "Save run and ask the RCA agent"
    button(page, "ask-agent").click()
    page = settle(page.run())
    (run,) = monitor.table_runs(services)
    assert page.title[0].value == "Agentic RCA"
    (found,) = monitor.investigations(services)
    assert found.report_id == run.id


def test_the_rows_that_are_gone_are_offered_and_said_exactly(app, attribute):
    attribute(AGE_MOVED)
    page = open_page(app)
    (download,) = [found for found in page.get("download_button") if "gone" in found.proto.label]
    words = download.proto.help.replace("\\", "").replace("\u202f", " ")
    assert words.startswith("13 771 reference rows with `age` 35 to 92: values that are hardly there")


def test_names_with_markup_are_text_in_every_card(app, attribute):
    name = "<img src=x>![a](http://e.example/i.png)"
    attribute(
        replace(
            AGE_MOVED,
            roots=(Root(name, "reweight", ("b`c",), f"rows with {name} ≥ 3 are gone"),),
            columns=(
                ColumnAttribution(name, "root", 0.6, 0.6, 0.02, 0.0),
                ColumnAttribution("b`c", "left_over", 0.3, 0.3, 0.02, 0.0),
            ),
            unexplained=("b`c",),
        )
    )
    page = open_page(app)
    assert not page.exception
    assert not [element for element in page.markdown if element.allow_html]
    shown = "\n".join(element.value for kind in (page.markdown, page.caption) for element in kind)
    assert "![a](" not in re.sub(r"`[^`]*`", "", re.sub(r"\\.", "", shown))
    assert line(page)
