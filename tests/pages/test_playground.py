"""The Playground: a prompt, its answer, the model that gave it, and the telemetry it became."""

import threading

import pytest

from driftium_core import monitor
from driftium_core.errors import GeneratorUnavailableError, StorageError
from driftium_core.llm.ollama import PullProgress
from driftium_core.llm.streaming import Ending
from driftium_core.monitor import ModelChoice
from driftium_core.response import Response
from tests.monitor.test_answers import script
from tests.pages.conftest import settle
from tests.pages.playground import done, has_button, model_texts, open_playground, pick, press, said, send, table, until

MISCHIEF = (
    "# Big <script>alert(1)</script> **bold** $x^2$ ![i](http://evil.example/a.png) :red[x] `a` [l](javascript:x)"
)


def kept(services, **where):
    return [item.content for item in monitor.current_responses(services, limit=500, **where)]


def record(services, *replies, project="default"):
    for reply in replies:
        monitor.record_response(
            services, Response(response=reply, prompt=f"Say {reply}"), project=project, with_vectors=False
        )


def test_an_empty_install_says_what_to_do(app, services):
    script(services, lambda *_: "Yes.")
    page = open_playground(app)
    assert "See a drift of your own in three steps" in said(page)
    assert "No current answers. Send a prompt, run a prompt set, or import logged answers." in said(page)
    assert page.button(key="play-guide-run-1").label == "Run 16 prompts"
    assert not has_button(page, "play-promote")


def test_an_answer_is_shown_stored_and_listed(app, services):
    script(services, lambda *_: "Flour and water.", Ending(tokens=4, prompt_tokens=9, tokens_per_s=50.0))
    page = send(open_playground(app), services, "What is bread?")
    assert model_texts(page) == ["Flour and water."]
    assert "● finished" in said(page)
    assert "Kept as telemetry." in said(page)
    metrics = {metric.label: metric.value for metric in page.metric}
    assert (metrics["Tokens in / out"], metrics["Speed"]) == ("9 / 4", "50.0 tok/s")
    assert metrics["Total"].endswith(" s")
    listed = table(page, "play_telemetry").value.iloc[0]
    assert (listed["Prompt"], listed["Answer"], listed["Tok"]) == ("What is bread?", "Flour and water.", 4)
    assert [answer.prompt for answer in kept(services)] == ["What is bread?"]


def test_unknown_figures_are_dashes(app, services):
    script(services, lambda *_: "Yes.")
    page = send(open_playground(app), services, "Hi")
    metrics = {metric.label: metric.value for metric in page.metric}
    assert (metrics["Tokens in / out"], metrics["Speed"]) == ("– / –", "–")


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("", "The prompt is empty. Write what the model should answer."),
        ("  \n\t ", "The prompt is empty. Write what the model should answer."),
        ("\x00\x01PNG", "The prompt is not text: it has a control character at position 1"),
        ("x" * 1_000_001, "The prompt has 1 000 001 bytes, and at most 1 000 000 are sent."),
    ],
    ids=["empty", "blank", "binary", "1 MB"],
)
def test_a_prompt_that_cannot_be_sent_gets_a_sentence(app, services, prompt, sentence):
    scripted = script(services, lambda *_: "never")
    monitor.record_response(services, Response(response="Kept."), with_vectors=False)
    page = send(open_playground(app), services, prompt)
    assert len(page.error) == 1
    assert sentence in said(page)
    assert scripted.asked == []
    assert [answer.response for answer in kept(services)] == ["Kept."]
    if not prompt.strip():
        assert not has_button(page, "play-again")


def test_settings_reach_the_model_and_the_record(app, services):
    scripted = script(services, lambda *_: "Yes.")
    page = open_playground(app)
    page.text_area(key="play_system").set_value("Be brief.")
    page.slider(key="play_temperature").set_value(0.3)
    page.number_input(key="play_max_tokens").set_value(64)
    page.number_input(key="play_seed").set_value(7)
    page = send(page, services, "Hi")
    for known in (*scripted.options, *kept(services)):
        assert (known.system, known.temperature, known.max_tokens, known.seed) == ("Be brief.", 0.3, 64, 7)
    page = press(page, "play-again")
    done(page, services)
    assert scripted.asked == ["Hi", "Hi"]
    assert scripted.options[0] == scripted.options[1]


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_any_seed_that_can_be_typed_can_be_sent(app, services, seed):
    script(services, lambda *_: "Yes.")
    page = open_playground(app)
    page.number_input(key="play_seed").set_value(seed)
    page = send(page, services, "Hi")
    assert not page.error
    assert kept(services)[0].seed == seed


def test_settings_survive_a_visit_to_another_page(app, services):
    script(services, lambda *_: "Yes.")
    page = open_playground(app)
    page.text_area(key="play_prompt").set_value("half a thou")
    page.slider(key="play_temperature").set_value(0.1)
    page.run()
    page.switch_page("settings.py").run()
    page.switch_page("playground.py").run()
    assert page.text_area(key="play_prompt").value == "half a thou"
    assert page.slider(key="play_temperature").value == 0.1


def test_what_has_come_is_seen_while_it_streams_and_a_stop_keeps_nothing(app, services):
    scripted = script(services, lambda *_: "one two three")
    scripted.gate.clear()
    page = open_playground(app)
    page.text_area(key="play_prompt").set_value("Count.")
    page = until(press(page, "play-send"), model_texts)
    assert model_texts(page) == ["one"]
    stop = next(button for button in page.button if button.label == "Stop")
    stop.click()
    page = done(page.run(), services)
    scripted.gate.set()
    assert "○ stopped: partial" in said(page)
    assert "This is a part of an answer. It is shown, and not stored." in said(page)
    assert model_texts(page) == ["one"]
    assert kept(services) == []


def test_sending_again_while_an_answer_streams_stops_the_first(app, services):
    scripted = script(services, lambda prompt, _: f"{prompt} again")
    scripted.gate.clear()
    page = open_playground(app)
    page.text_area(key="play_prompt").set_value("one")
    page = press(page, "play-send")
    scripted.gate.set()
    page = send(page, services, "two")
    assert model_texts(page) == ["two again"]
    assert {answer.prompt for answer in kept(services)} <= {"one", "two"}


def test_an_answer_that_breaks_off_says_so(app, services):
    script(services, lambda *_: "half an", Ending(stop_reason="interrupted"))
    page = send(open_playground(app), services, "Hi")
    assert "✕ broke off: partial" in said(page)
    assert kept(services) == []


def test_an_answer_out_of_time_says_which_limit_it_was(app, services):
    script(services, lambda *_: "half an", Ending(stop_reason="deadline"))
    page = send(open_playground(app), services, "Hi")
    assert "▲ out of time: partial" in said(page)
    assert "No whole answer came within 300 s (DRIFTIUM_ANSWER_TIMEOUT_S)." in said(page)


def test_how_close_an_answer_is_to_the_baseline_is_searched_once(app, services, monkeypatch):
    script(services, lambda *_: "Bake the bread in a hot oven.")
    record(services, *(f"Bake the bread for {n} minutes." for n in range(20)))
    baseline = monitor.promote(services, "bread")
    asked = []

    def search(_services, response_id):
        asked.append(response_id)
        near = monitor.Closeness(0.9, 0.8, 0.95, baseline.version)
        return services.answering.start(lambda _progress: near, title="Near")

    monkeypatch.setattr(monitor, "start_closeness", search)
    page = send(open_playground(app), services, "How do I bake?")
    page.run()
    assert "Against baseline v1: nearest answer 0.90, inside the usual range (0.80 to 0.95)." in said(page)
    assert len(asked) == 1


def test_an_answer_cut_off_at_the_limit_is_kept_and_marked(app, services):
    script(services, lambda *_: "half an", Ending(stop_reason="length"))
    page = send(open_playground(app), services, "Hi")
    assert "◆ cut off at the token limit" in said(page)
    assert table(page, "play_telemetry").value["State"].tolist() == ["◆"]


def test_an_answer_that_could_not_be_stored_can_be_stored_later(app, services, monkeypatch):
    script(services, lambda *_: "Flour.")

    def full(*_args, **_kwargs):
        raise StorageError("The disk is full. Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(services.store.responses, "add", full)
        page = send(open_playground(app), services, "Hi")
        assert "The answer is complete and not stored. The disk is full. Free some space." in said(page)
    page = press(page, "play-store")
    assert "Kept as telemetry." in said(page)
    assert len(kept(services)) == 1


def test_a_failure_is_a_sentence(app, services):
    script(services, lambda *_: GeneratorUnavailableError("Ollama does not answer. Start it with `ollama serve`."))
    page = send(open_playground(app), services, "Hi")
    assert "Ollama does not answer. Start it with `ollama serve`." in said(page)
    assert kept(services) == []


def test_without_any_model_the_page_says_why_and_offers_nothing_that_fails(app, services):
    script(services, lambda *_: "never", nobody="Ollama does not answer, and there is no embedded model.")
    page = open_playground(app)
    assert "No model answers. Ollama does not answer, and there is no embedded model. Start Ollama" in said(page)
    assert "✕ No model answers" in said(page)
    assert page.button(key="play-guide-run-1").disabled
    assert page.button(key="play-send").disabled
    page.query_params["view"] = "Prompt sets"
    page = open_playground(app)
    page.segmented_control(key="view").set_value("Prompt sets")
    assert page.run().button(key="play-run-set").disabled


def test_a_chosen_model_that_went_away_stays_chosen_and_is_said_to_be_gone(app, services):
    scripted = script(services, lambda _, choice: f"by {choice}", models=["qwen3:0.6b"])
    page = open_playground(app)
    page.selectbox(key="play_model").set_value("ollama:qwen3:0.6b")
    page = send(page.run(), services, "Hi")
    assert model_texts(page) == ["by ollama:qwen3:0.6b"]
    scripted.models.clear()
    page.run()
    picker = page.selectbox(key="play_model")
    assert picker.value == "ollama:qwen3:0.6b"
    assert "qwen3:0.6b (not there now)" in picker.options
    assert "No model answers. Ollama is without qwen3:0.6b. Run `ollama pull qwen3:0.6b`." in said(page)
    assert page.button(key="play-send").disabled


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("qwen3:0.6b", "qwen3:0.6b is there and can be chosen."), ("nope", "Ollama's library has no model nope.")],
)
def test_a_model_is_downloaded_or_the_reason_why_not_is_given(app, services, name, sentence):
    script(services, lambda *_: "Yes.")
    page = open_playground(app)
    page.text_input(key="play_pull_name").set_value(name)
    next(button for button in page.button if button.label == "Download").click()
    page = done(page.run(), services)
    assert ("ollama:qwen3:0.6b" in {str(offer.choice) for offer in monitor.models(services)}) == (name != "nope")
    assert sentence in said(page) or name in " ".join(page.selectbox(key="play_model").options)
    if name == "nope":
        assert sentence in said(page)
        assert sentence not in said(press(page, "play-pull-close"))


def test_a_stopped_download_stays_stopped(app, services):
    begun, go_on = threading.Event(), threading.Event()

    def pull(_model):
        for _ in range(2):
            yield PullProgress("pulling", 1, 2)
            begun.set()
            go_on.wait(10)

    script(services, lambda *_: "Yes.").pull = pull
    page = open_playground(app)
    page.text_input(key="play_pull_name").set_value("qwen3:0.6b")
    next(button for button in page.button if button.label == "Download").click()
    page.run()
    assert begun.wait(10)
    (job,) = services.answering.all()
    page.button(key=f"cancel-{job.id}").click()
    page.run()
    go_on.set()
    assert job.wait(10)
    services.answering._jobs.clear()  # as it is forgotten some time after its end
    page = settle(page.run())
    assert "Downloading qwen3:0.6b was stopped." in said(page)
    assert services.answering.all() == []


def test_text_of_people_and_models_is_shown_as_text(app, services):
    script(services, lambda *_: MISCHIEF)
    page = send(open_playground(app), services, MISCHIEF)
    page = pick(page, "play_telemetry", 0)
    assert model_texts(page) == [MISCHIEF] * 3, "the answer, and the picked row's prompt and answer"
    words = "\n".join(element.value for element in (*page.markdown, *page.caption))
    assert "<script>" not in words
    assert "![i](" not in words


def test_telemetry_is_searched(app, services):
    script(services, lambda *_: "Yes.")
    record(services, "about bread", "about wheels", "more bread")
    page = open_playground(app)
    page.text_input(key="play_search").set_value("bread")
    page.run()
    assert table(page, "play_telemetry").value["Answer"].tolist() == ["more bread", "about bread"]
    page.text_input(key="play_search").set_value("nothing like it")
    assert "Nothing found." in said(page.run())


def test_picked_rows_stay_the_right_ones_when_answers_come_on_top(app, services):
    script(services, lambda *_: "Yes.")
    record(services, "zero", "one", "two", "three")
    page = pick(open_playground(app), "play_telemetry", 1, 3)
    assert "2 picked" in said(page)
    record(services, "on top", "on top of that")
    page.run()
    assert "2 picked" in said(page)
    page = press(page, "play-delete")
    assert [answer.response for answer in kept(services)] == ["on top of that", "on top", "three", "one"]
    assert "picked" not in said(page)


def test_a_logged_failure_is_marked_and_says_why(app, services):
    monitor.record_response(services, Response(response="", prompt="Hi", error="429 <too many>"), with_vectors=False)
    page = open_playground(app)
    assert table(page, "play_telemetry").value["State"].tolist() == ["✕"]
    assert "429 <too many>" in said(pick(page, "play_telemetry", 0))


def test_picks_outlive_a_search_and_go_when_somebody_deletes_them(app, services):
    script(services, lambda *_: "Yes.")
    record(services, "zero", "one", "two")
    page = pick(open_playground(app), "play_telemetry", 2)
    page.text_input(key="play_search").set_value("two")
    page = pick(page.run(), "play_telemetry", 0)
    assert "2 picked" in said(page)
    page.text_input(key="play_search").set_value("")
    assert "2 picked" in said(page.run())
    zero = next(item for item in monitor.current_responses(services) if item.content.response == "zero")
    monitor.delete_responses(services, [zero.id])
    assert "1 picked" in said(page.run())
    page = press(page, "play-clear")
    assert "picked" not in said(page)


def test_many_answers_come_in_pages_and_picks_on_another_page_stay(app, services):
    script(services, lambda *_: "Yes.")
    services.store.responses.add([Response(response=f"answer {n}") for n in range(120)])
    page = open_playground(app)
    assert len(table(page, "play_telemetry").value) == 50
    page = pick(page, "play_telemetry", 0)
    page.main.get("pagination")[0].set_value(3)
    page.run()
    assert len(table(page, "play_telemetry").value) == 20
    page = pick(page, "play_telemetry", 19)
    assert "2 picked" in said(page)
    press(page, "play-delete")
    left = {answer.response for answer in kept(services)}
    assert left == {f"answer {n}" for n in range(1, 119)}


def test_telemetry_and_answers_stay_in_their_project(app, services):
    monitor.create_project(services, "other")
    script(services, lambda *_: "Only here.")
    page = send(open_playground(app), services, "Hi")
    page.text_input(key="play_search").set_value("Only")
    page.run()
    record(services, "Elsewhere.", project="other")
    page.selectbox(key="project").set_value("other")
    page = done(page.run(), services)
    assert model_texts(page) == []
    assert table(page, "play_telemetry").value["Answer"].tolist() == ["Elsewhere."]
    assert len(kept(services, project="other")) == 1


def test_the_choice_of_a_model_is_sent_with_every_prompt(app, services):
    asked = []
    script(services, lambda _, choice: asked.append(choice) or "Yes.", models=["a", "b"])
    page = open_playground(app)
    for name in ("a", "b"):
        page.selectbox(key="play_model").set_value(f"ollama:{name}")
        page = send(page.run(), services, "Hi")
    assert asked == [ModelChoice("ollama", "a"), ModelChoice("ollama", "b")]
