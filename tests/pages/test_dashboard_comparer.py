"""The response comparer: what stands out, pair by pair, both pools, and the answer of a link."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from driftium_core import monitor
from driftium_core.errors import StorageError
from driftium_core.monitor import PoolIds
from driftium_core.response import Response
from driftium_core.store.responses import ResponseRepository
from pages.ui.dashboard_shown import Picked
from tests.monitor.answers import answers
from tests.monitor.conftest import settle as settle_background
from tests.pages import comparer
from tests.pages.conftest import settle, texts
from tests.pages.test_playground import MISCHIEF


@pytest.fixture
def pools(services):
    """Bread in the baseline, bicycles in current: drift."""
    return start(services, answers("bread", 30), answers("bicycle", 30, seed=1))


def start(services, baseline, current):
    comparer.stage = comparer.Stage(services, comparer.check(services, baseline, current))
    return comparer.stage


def open_comparer(**query):
    app = AppTest.from_function(comparer.page, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return settle(app.run())


def said(app):
    """All words of the page that are not texts of answers."""
    buttons = "\n".join(button.label for button in app.button)
    return f"{texts(app)}\n{buttons}".replace("\xa0", " ").replace("\u202f", " ").replace("\\", "")


def plain(app):
    """Texts of answers."""
    return [text.value for text in app.text]


def marked(app):
    return [element.proto.body for element in app.get("html")]


def press(app, label):
    (button,) = (button for button in app.button if button.label.replace("\\", "") == label)
    button.click()
    return settle(app.run())


def search(app, words, list_="browse"):
    app.text_input(key=f"llm_{list_}_search").set_value(words)
    return settle(app.run())


def contents(stage, pool):
    found = stage.services.store.pools()
    return [item.content for item in (found.current_responses if pool == "current" else found.baseline_responses)]


def test_novel_answers_stand_beside_gone_ones(pools):
    app = open_comparer()
    words = said(app)
    assert "Novel** · typical of the current answers only" in words
    assert "Gone** · typical of the baseline answers only" in words
    evidence = pools.shown.report.evidence
    assert plain(app) == [item.text for item in (*evidence.gone, *evidence.novel)]
    assert "1 · similarity to the nearest on the other side 0.41 · witness +0." in words
    assert "Similar to novel 1" in words
    assert "Similar to gone 1" in words
    assert evidence.novel[0].prompt in words
    assert len({button.label for button in app.button}) == len(app.button), "every button has a name of its own"


def test_without_drift_the_exemplars_claim_nothing(services):
    start(services, answers("bread", 30), answers("bread", 30, seed=1))
    words = said(open_comparer())
    assert "No drift was found: these are merely the least typical answers" in words
    assert "Novel" not in words
    assert "Gone" not in words


def test_an_inconclusive_comparison_says_so(services):
    start(services, answers("bread", 2), answers("bicycle", 2, seed=1))
    assert "Too little is known to tell drift from chance" in said(open_comparer())


def test_both_pools_are_read_through_page_by_page(pools):
    app = open_comparer(answers="Browse")
    words = said(app)
    assert "Baseline** · 30 answers" in words
    assert "Current** · 30 answers" in words
    old, new = contents(pools, "baseline"), contents(pools, "current")
    first = [item.response for item in old[:-11:-1]] + [item.response for item in new[:-11:-1]]
    assert plain(app) == first, "novel and gone first"
    assert "1 · " in words
    assert " · test · 129 ms · witness +0.290" in words
    app.selectbox(key="llm_browse_order").set_value("typical first")
    app = settle(app.run())
    assert plain(app)[0] == old[0].response
    (pager,) = app.get("pagination")
    app.session_state[pager.proto.id.split("-", 2)[2]] = 3
    app = settle(app.run())
    assert plain(app)[0] == old[20].response
    app = search(app, old[3].response)
    assert plain(app) == [old[3].response]
    words = said(app)
    assert "Baseline** · 1 of 30 answers" in words
    assert "No answer is like that." in words


def test_a_group_of_like_answers_narrows_both_pools(pools):
    cluster = pools.shown.report.evidence.clusters[0]
    app = open_comparer(answers="Browse")
    (choice,) = (box for box in app.selectbox if (box.key or "").startswith("llm_browse_group"))
    assert f"({cluster.n_baseline} → {cluster.n_current})" in choice.options[0]
    choice.select_index(0)
    words = said(settle(app.run()))
    assert f"Current** · {len(cluster.current_members)} of 30 answers" in words


def test_without_drift_groups_of_like_answers_can_be_chosen_too(services):
    stage = start(services, answers("bread", 30), answers("bread", 30, seed=1))
    evidence = stage.shown.report.evidence
    assert not evidence.clusters
    same = max(evidence.groups, key=lambda group: group.n_baseline)
    app = open_comparer(answers="Browse")
    (choice,) = (box for box in app.selectbox if (box.key or "").startswith("llm_browse_group"))
    choice.select(same)
    words = said(settle(app.run()))
    assert f"Baseline** · {same.n_baseline} of 30 answers" in words


def test_pools_that_cannot_be_compared_are_read_newest_first(services):
    failed = [Response(response="", error=f"timeout {number}") for number in range(12)]
    stage = start(services, answers("bread", 12), failed)
    found = monitor.check_responses(services).report
    stage.shown = replace(stage.shown, report=found)
    assert found.evidence.witnesses is None
    app = open_comparer(answers="Browse")
    words = said(app)
    assert "Newest first: on one side no answer can be compared by meaning, so none is ranked." in words
    assert plain(app)[0] == contents(stage, "baseline")[-1].response


def test_what_was_picked_on_the_map_is_shown_alone_until_it_is_dropped(pools, monkeypatch):
    monkeypatch.setattr("pages.ui.dashboard_pager.unpick", pools.unpick)
    app = open_comparer()
    pools.picked = Picked((0,), (1, 2))
    app = settle(app.run())
    new = contents(pools, "current")
    assert plain(app) == [contents(pools, "baseline")[0].response, new[2].response, new[1].response]
    assert "Current** · 2 of 30 answers" in said(app)
    app = press(app, "3 picked on the map")
    assert pools.picked is None
    assert "Current** · 30 answers" in said(app)
    assert "picked on the map" not in said(app)


def test_pairs_mark_the_words_that_differ(services):
    old = [Response(response=f"Take the red bread {at}.", prompt=f"Which {at}?") for at in range(8)]
    new = [Response(response=f"Take the blue bread {at}.", prompt=f"Which {at}?") for at in range(8)]
    start(services, old, new)
    app = open_comparer(answers="Pairs")
    assert len(marked(app)) == 10
    assert "Take the <del>red</del> bread 0." in marked(app)[0]
    assert "Take the <ins>blue</ins> bread 0." in marked(app)[1]
    assert "Pair 1** · similarity 0.00" in said(app)
    app = search(app, "blue bread 7", "pairs")
    assert "1 of 8 pairs" in said(app)
    assert "<ins>blue</ins> bread 7." in marked(app)[1]
    comparer.stage.picked = Picked((6,), ())
    app = settle(search(app, "", "pairs").run())
    assert "bread 6." in marked(app)[0]


def test_without_common_prompts_there_are_no_pairs(services):
    start(services, answers("bread", 12), answers("bicycle", 12, seed=1))
    app = open_comparer()
    assert app.button_group(key="answers").options == ["Exemplars", "Browse"]


def test_a_calculation_of_the_history_says_what_is_not_recorded(pools):
    pools.shown = replace(
        pools.shown, ids=PoolIds(pools.shown.ids.baseline, ()),
        report=replace(pools.shown.report, pairs=(comparer.AnswerPair(0, 0, 0.5),)),
    )  # fmt: skip
    app = open_comparer()
    words = said(app)
    assert "Similar to gone 1" in words
    assert "Similar to novel 1" not in words
    assert pools.shown.report.evidence.novel[0].text in plain(app)
    assert "Which current answers this calculation compared is not recorded" in said(open_comparer(answers="Browse"))
    assert "is not recorded any more" in said(open_comparer(answers="Pairs"))


def test_answers_of_any_kind_are_text(services):
    kinds = [
        MISCHIEF, "![](http://evil.example/x.png)", "y" * 10_240, "שלום (RTL)\nשורה", "half \ud83d", "👩‍👧🔥" * 30,
        "one\n    two\n\nthree", " \n",
    ]  # fmt: skip
    current = [Response(response=text, prompt=f"Kind {at}: {text[:40]}") for at, text in enumerate(kinds)]
    current.append(Response(response="", prompt="slow", error="timeout *after* 60 s"))
    old = [replace(item, response=f"{item.response} before", error=None) for item in current]
    stage = start(services, old, current)
    app = open_comparer(answers="Browse")
    shown = plain(app)
    assert MISCHIEF in shown
    assert "![](http://evil.example/x.png)" in shown
    assert "y" * 600 + " …" in shown
    assert "half �" in shown
    assert "one\n    two\n\nthree" in shown
    words = said(app)
    assert "✕ Failed: timeout *after* 60 s" in words
    assert "The model answered with white space only." in words
    assert "2 of these have no rank and come last" in words
    (unfolded,) = (box for box in app.expander if box.label.startswith("All 10\u202f240 characters of current "))
    assert not unfolded.text, "the whole text is sent only when it is asked for"
    html = "".join(marked(open_comparer(answers="Pairs")))
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;" in html
    assert stage.shown.report.pairs


def test_a_long_pair_is_cut_and_says_so(services):
    long = " ".join(f"word{at}" for at in range(1_000))
    start(services, [Response(response=long, prompt="q")], [Response(response=f"{long} more", prompt="q")])
    app = open_comparer(answers="Pairs")
    assert "The first 2 000 of 7 894 characters; Similar opens the whole answer." in said(app)
    assert len(marked(app)[1]) < 2_100


def test_similar_opens_an_answer_with_the_nearest_of_both_pools(pools):
    settle_background(pools.services)
    app = press(open_comparer(), "Similar to novel 1")
    evidence = pools.shown.report.evidence
    opened = pools.shown.ids.current[evidence.novel[0].index]
    assert app.query_params["response"] in (opened, [opened])
    assert evidence.novel[0].text in [block.value for block in app.code]
    words = said(app)
    assert "Nearest in current" in words
    assert "Nearest in baseline** “March”" in words
    assert "similarity 0." in words
    near = monitor.similar(pools.services, opened, limit=5)
    assert near[0].response.content.response in plain(app)
    assert "Current · " in words


def test_a_link_opens_an_answer_of_the_baseline_too(pools):
    opened = pools.shown.ids.baseline[4]
    app = open_comparer(response=opened)
    assert contents(pools, "baseline")[4].response in [block.value for block in app.code]
    assert "Baseline 1 “March” · " in said(app)


def test_a_link_to_an_answer_that_is_gone_says_so(pools):
    opened = pools.shown.ids.current[0]
    monitor.delete_responses(pools.services, [opened])
    app = open_comparer(response=opened)
    assert f"The answer {opened[:30]}" in said(app)
    assert "is not stored, or no longer" in said(app)
    app = press(app, "Close")
    assert "is not stored, or no longer" not in said(app)
    assert "response" not in app.query_params


def test_an_empty_answer_has_nothing_like_it(services):
    stage = start(services, answers("bread", 6), [*answers("bread", 6, seed=1), Response(response="", prompt="q")])
    app = open_comparer(response=stage.shown.ids.current[6])
    assert "The model answered with nothing." in said(app)
    assert "nothing is similar to it by meaning" in said(app)


@pytest.mark.usefixtures("pools")
def test_a_failing_database_is_said_in_the_card(monkeypatch):
    def fail(*_args, **_options):
        raise StorageError("The database cannot be read now.")

    monkeypatch.setattr(ResponseRepository, "by_ids", fail)
    assert "The database cannot be read now." in said(open_comparer(answers="Browse"))
