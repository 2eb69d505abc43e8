"""The Playground: from telemetry to a baseline and back, and the three steps of a newcomer."""

import pytest
from streamlit.testing.v1 import AppTest

from driftium_core import monitor
from driftium_core.errors import GeneratorUnavailableError
from driftium_core.examples import ASTRONOMY, COOKING
from driftium_core.response import Response
from tests.monitor.answers import TOPICS, answers
from tests.monitor.test_answers import script
from tests.pages.conftest import ROUTER, settle
from tests.pages.playground import (
    done,
    has_button,
    model_texts,
    open_playground,
    pick,
    press,
    press_label,
    said,
    table,
)
from tests.pages.test_playground import MISCHIEF


@pytest.fixture(autouse=True)
def scripted(services):
    """Answers in the words of the topic that is asked about, in an order that differs from prompt to prompt."""

    def answer(prompt, _choice):
        words = TOPICS["bread" if prompt in COOKING.prompts else "bicycle"]
        at = len(prompt) % len(words)
        return " ".join(words[at:] + words[:at])

    return script(services, answer)


def store(services, topic="bread", count=12, seed=0):
    services.store.responses.add(answers(topic, count, seed=seed))


def name_it(app, name, note=""):
    app.text_input(key="play_baseline_name").set_value(name)
    app.text_area(key="play_baseline_note").set_value(note)
    return app


def promote_now(app, services):
    return done(press(app, "play-promote-now"), services)


def test_the_preview_says_what_will_be_the_baseline(app, services):
    store(services)
    page = press(open_playground(app), "play-promote")
    assert "12 answers to 12 different prompts, by test (12)" in said(page).replace("**", "")
    assert "12 responses are few" in said(page)
    assert page.button(key="play-promote-now").label == "Promote 12 to version 1"
    typical = model_texts(page)
    assert len(typical) == 3
    assert set(typical) <= {item.content.response for item in monitor.current_responses(services)}


def test_typical_answers_are_shown_as_text(app, services):
    services.store.responses.add([Response(response=MISCHIEF, prompt=MISCHIEF, model=MISCHIEF)])
    page = press(open_playground(app), "play-promote")
    assert model_texts(page) == [MISCHIEF]
    words = "\n".join(element.value for element in (*page.markdown, *page.caption, *page.warning))
    assert "<script>" not in words
    assert "$x^2$" not in words


def test_a_promotion_needs_a_name_and_keeps_the_note(app, services):
    store(services)
    page = press(open_playground(app), "play-promote")
    page = promote_now(page, services)
    assert "Give the baseline a name first." in said(page)
    assert monitor.baselines(services) == []
    page = press(name_it(page, "March", "As agreed."), "play-promote-now")
    assert not page.error
    assert "Version 1, “March”, is the baseline now." in said(page)
    (baseline,) = monitor.baselines(services)
    assert (baseline.name, baseline.note, baseline.size) == ("March", "As agreed.", 12)
    page = done(page, services)
    assert "baseline v1" in said(page)
    assert "As agreed." in said(page)
    assert "The baseline “March” holds 12 responses." in said(page)
    assert not has_button(page, "play-promote-now")


def test_the_next_promotion_begins_with_an_empty_name(app, services):
    store(services)
    page = press(open_playground(app), "play-promote")
    page = promote_now(name_it(page, "March", "As agreed."), services)
    store(services, seed=1)
    page = press(page.run(), "play-promote")
    assert page.text_input(key="play_baseline_name").value == ""
    assert not page.text_area(key="play_baseline_note").value


def test_cancel_changes_nothing(app, services):
    store(services)
    page = press(open_playground(app), "play-promote")
    page = press(page, "play-promote-cancel")
    assert has_button(page, "play-promote")
    assert monitor.baselines(services) == []


def test_a_promotion_changes_the_verdict_and_undo_brings_it_back(app, services):
    store(services)
    monitor.promote(services, "bread")
    store(services, "bicycle", 12)
    page = done(open_playground(app), services)
    (verdict,) = page.header
    assert "✕ Drift: CRITICAL" in verdict.value.replace("\\", "")
    page = press(page, "play-promote")
    page = promote_now(name_it(page, "bicycles"), services)
    assert not page.header
    assert "The baseline “bicycles” holds 12 responses." in said(page)
    store(services, "bicycle", 12, seed=1)
    page = done(page, services)
    assert "CRITICAL" not in page.header[0].value

    page = press(page, "play-undo")
    assert "Undone: v1 is the baseline again, and 12 answers current." in said(page)
    page = done(page, services)
    assert "✕ Drift: CRITICAL" in page.header[0].value.replace("\\", "")
    assert [(item.version, item.active) for item in monitor.baselines(services)] == [(1, True)]
    assert monitor.count_current(services) == 24


def test_undo_undoes_what_was_shown_and_not_what_another_tab_promoted(app, services):
    for week in (1, 2):
        store(services)
        monitor.promote(services, f"week {week}")
    page = open_playground(app)
    store(services)
    monitor.promote(services, "week 3")
    page = press(page, "play-undo")
    assert [item.name for item in monitor.baselines(services) if item.active] == ["week 3"]
    assert "Nothing was undone" in page.toast[0].value.replace("\\", "")


def test_any_version_can_be_restored_from_the_list(app, services):
    for version in range(3):
        store(services, seed=version)
        monitor.promote(services, f"version <{version + 1}>", note=f"note {version + 1}")
    page = open_playground(app)
    assert "version <1>" in said(page)
    assert "note 2" in said(page)
    first = monitor.baselines(services)[-1]
    page = press(page, f"play-restore-{first.id}")
    assert monitor.active_baseline(services).id == first.id
    assert "baseline v1" in said(page)
    assert not has_button(page, "play-undo"), "what was restored is no promotion"


def test_only_the_picked_answers_are_promoted(app, services):
    store(services)
    page = pick(open_playground(app), "play_telemetry", 0, 2, 4)
    assert "Promote the 3 picked answers to baseline." in said(page)
    wanted = {monitor.current_responses(services)[row].content.response for row in (0, 2, 4)}
    page = press(page, "play-promote")
    monitor.record_response(services, Response(response="On top."), with_vectors=False)
    page = promote_now(name_it(settle(page.run()), "three"), services)
    (baseline,) = monitor.baselines(services)
    assert baseline.size == 3
    left = {item.content.response for item in monitor.current_responses(services)}
    assert len(left) == 10
    assert not left & wanted
    assert len(table(page, "play_telemetry").value) == 10


def test_a_mixed_pool_is_cautioned_about(app, services):
    store(services, count=40)
    monitor.promote(services, "bread")
    store(services, count=40, seed=1)
    store(services, "bicycle", 40)
    page = press(open_playground(app), "play-promote")
    warnings = [warning.value.replace("\\", "").replace("\xa0", " ") for warning in page.warning]
    sentence = "40 of 80 responses are of a kind that the baseline does not have"
    assert [warning for warning in warnings if warning.startswith(sentence)], warnings


def test_a_promotion_that_meets_a_change_is_refused_and_says_so(app, services, monkeypatch):
    monkeypatch.setattr("pages.ui.jobs.GRACE_S", 0.0)  # looking again takes the form away for a while
    store(services)
    page = press(open_playground(app), "play-promote")
    monitor.record_response(services, Response(response="Late."), with_vectors=False)
    page = promote_now(name_it(page, "March"), services)
    assert monitor.baselines(services) == [], "13 answers were never shown"
    assert "The pools changed since this preview: now 13 responses are current" in said(page)
    assert page.button(key="play-promote-now").label == "Promote 13 to version 1"
    assert page.text_input(key="play_baseline_name").value == "March"
    promote_now(page, services)
    assert monitor.baselines(services)[0].size == 13


def test_two_tabs_promote_and_one_wins(app, services):
    store(services)
    other = AppTest.from_file(str(ROUTER), default_timeout=60)
    pages = [name_it(press(open_playground(tab), "play-promote"), name) for tab, name in ((app, "A"), (other, "B"))]
    first = promote_now(pages[0], services)
    second = press(pages[1], "play-promote-now")
    assert [item.name for item in monitor.baselines(services)] == ["A"]
    assert "is the baseline now" not in said(second)
    assert "The pools changed since this preview: now 0 responses are current" in said(second)
    assert "“A” holds 12 responses" in said(first)
    assert "“A” holds 12 responses" in said(second)


def test_picks_that_another_tab_promoted_are_refused(app, services):
    store(services)
    page = press(pick(open_playground(app), "play_telemetry", 0, 1), "play-promote")
    monitor.promote(services, "all of them")
    page = promote_now(name_it(page, "two"), services)
    assert [item.name for item in monitor.baselines(services)] == ["all of them"]
    assert "no longer" in said(page)


def test_the_guide_leads_to_a_drift(app, services, scripted):
    page = open_playground(app)
    assert "1 · Answers as they should be** :blue-badge[next]" in said(page)
    page = press(page, "play-guide-run-1")
    page = done(page, services)
    assert "1 · Answers as they should be** :green-badge[● done]" in said(page)
    assert scripted.asked == list(COOKING.prompts)
    page = press_label(page, "Make 16 answers the baseline")
    assert "2 · Make them the baseline** :green-badge[● done]" in said(page)
    page = done(press(page, "play-guide-run-3"), services)
    assert scripted.asked == [*COOKING.prompts, *ASTRONOMY.prompts]
    assert "✕ Drift: CRITICAL" in page.header[0].value.replace("\\", "")
    assert "✕ CRITICAL] above is a drift you caused:** the same model, asked about another topic." in said(page)


def test_a_step_that_runs_says_so_and_offers_nothing_twice(app, services, scripted):
    scripted.gate.clear()
    page = open_playground(app)
    page.button(key="play-guide-run-1").click()
    page.run()
    assert "1 · Answers as they should be** :blue-badge[running]" in said(page)
    assert not has_button(page, "play-guide-run-1")
    assert not has_button(page, "play-promote"), "part of a batch is no baseline"
    (bar,) = page.get("progress")
    assert "0 of 16 done" in bar.proto.text.replace("\xa0", " ")
    scripted.gate.set()
    assert has_button(done(page, services), "play-guide-promote")


@pytest.mark.parametrize("step", [1, 3])
def test_a_step_that_was_stopped_is_not_done_and_goes_on(app, services, scripted, step):
    page = open_playground(app)
    if step == 3:
        page = press(done(press(page, "play-guide-run-1"), services), "play-guide-promote")
    asked = len(scripted.asked)
    scripted.script = lambda *_: GeneratorUnavailableError("Gone.") if len(scripted.asked) - asked > 2 else "Yes."
    page = done(press(page, f"play-guide-run-{step}"), services)
    assert page.button(key=f"play-guide-run-{step}").label == "Continue: 14 to go"
    assert not has_button(page, "play-guide-promote")
    scripted.script = lambda *_: "Yes."
    page = done(press(page, f"play-guide-run-{step}"), services)
    assert not has_button(page, f"play-guide-run-{step}")
    assert monitor.count_current(services) == 16


def test_the_guide_can_be_hidden_and_stays_away_from_other_uses(app, services):
    page = press(open_playground(app), "play-guide-hide")
    assert "three steps" not in said(page)
    assert "Nothing is stored yet." in said(page)
    store(services)
    assert "three steps" not in said(page.run())


def test_the_guide_is_not_for_a_project_with_answers_of_its_own(app, services):
    store(services)
    assert "three steps" not in said(open_playground(app))
