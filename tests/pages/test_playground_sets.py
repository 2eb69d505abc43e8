"""The Playground: prompt sets, the runs made of them, and two models side by side."""

import pytest

from driftium_core import monitor
from driftium_core.errors import GeneratorUnavailableError, InputError, StorageError
from driftium_core.examples import COOKING
from driftium_core.logs import read_prompts
from driftium_core.monitor import GenerationOptions, ModelChoice
from tests.monitor.test_answers import script
from tests.monitor.test_prompt_runs import AUTO, OTHER, PROMPTS, ended
from tests.pages.conftest import settle
from tests.pages.playground import (
    done,
    has_button,
    model_texts,
    open_playground,
    pick,
    press,
    said,
    table,
)
from tests.pages.test_playground import MISCHIEF


def open_sets(app, **query):
    return open_playground(app, view="Prompt sets", **query)


def paste(app, *lines):
    (box,) = (area for area in app.text_area if (area.key or "").startswith("play_pasted"))
    box.set_value("\n".join(lines))
    return press(app.run(), "play-add-lines")


def prompts(app):
    return table(app, "play_editor").value["Prompt"].tolist()


def type_prompt(app, text):
    """Type a prompt into the last row of the editor, as the keyboard does."""
    key = table(app, "play_editor").key
    before = app.session_state[key]
    app.session_state[key] = {**before, "added_rows": [*before["added_rows"], {"Prompt": text}]}
    return app.run()


def show_view(app, view):
    app.segmented_control(key="view").set_value(view)
    return settle(app.run())


def name_set(app, name):
    app.text_input(key="play_set_name").set_value(name)
    return app.run()


def new_set(app, name, *lines):
    app.selectbox(key="play_set").set_value("new")
    return name_set(paste(app.run(), *lines), name)


def run_of(services, *arms, to_current=False, asked=PROMPTS, project="default"):
    run = monitor.start_run(services, "Bread", asked, arms or [AUTO], to_current=to_current, project=project)
    return ended(services, run)


def test_the_examples_are_there_to_begin_with(app, services):
    script(services, lambda *_: "Yes.")
    page = open_sets(app)
    assert page.selectbox(key="play_set").options == [COOKING.name, "Example: astronomy", "New set"]
    assert prompts(page) == list(COOKING.prompts)
    assert page.button(key="play-run-set").label == "Run 16 prompts"
    assert "No prompt set was run yet." in said(page)


def test_a_list_is_pasted_saved_changed_and_saved_as_the_next_version(app, services):
    script(services, lambda *_: "Yes.")
    page = open_sets(app)
    page.selectbox(key="play_set").set_value("new")
    page.run()
    assert prompts(page) == []
    assert page.button(key="play-save-set").disabled
    page = paste(page, "What is a loaf?", "  ", " What is a crust? ")
    assert prompts(page) == ["What is a loaf?", "What is a crust?"]
    assert page.button(key="play-save-set").disabled, "it has no name"
    page = press(name_set(page, "Bread"), "play-save-set")
    assert "Saved as version 1 of Bread." in said(page)
    assert page.selectbox(key="play_set").value == "set Bread"
    assert (page.button(key="play-save-set").label, page.button(key="play-save-set").disabled) == ("Saved", True)
    page = paste(page, "What is yeast?")
    assert "3 prompts, not saved" in said(page)
    page = press(page, "play-save-set")
    assert "Saved as version 2 of Bread." in said(page)
    assert "3 prompts, version 2" in said(page)
    assert [item.version for item in monitor.prompt_set_versions(services, "Bread")] == [2, 1]


def test_a_former_version_can_be_loaded(app, services):
    script(services, lambda *_: "Yes.")
    monitor.save_prompt_set(services, "Bread", PROMPTS[:1])
    monitor.save_prompt_set(services, "Bread", PROMPTS)
    page = open_sets(app)
    assert prompts(page) == list(PROMPTS)
    (versions,) = (box for box in page.selectbox if (box.key or "").startswith("play_version"))
    versions.set_value(monitor.prompt_set_versions(services, "Bread")[1].id)
    assert prompts(page.run()) == list(PROMPTS[:1])


def test_a_deleted_set_is_gone_and_its_runs_are_not(app, services):
    script(services, lambda *_: "Yes.")
    saved = monitor.save_prompt_set(services, "Bread", PROMPTS)
    ended(services, monitor.start_run(services, "Bread", PROMPTS, [AUTO], to_current=False, set_id=saved.id))
    page = open_sets(app)
    page = press(page, "play-delete-set")
    assert monitor.prompt_sets(services) == []
    assert "set Bread" not in page.selectbox(key="play_set").options
    assert table(page, "play_runs").value["Set"].tolist() == ["Bread"]


def test_prompts_come_from_a_column_of_a_file(app, services):
    script(services, lambda *_: "Yes.")
    page = open_sets(app)
    page.selectbox(key="play_set").set_value("new")
    page.run()
    (upload,) = page.file_uploader
    upload.upload("prompts.csv", b"id,question\n1,What is a loaf?\n2,What is a crust?\n")
    settle(page.run())
    (column,) = (box for box in page.selectbox if (box.key or "").startswith("play_column"))
    column.set_value("question")
    page = press(page.run(), "play-add-file")
    assert prompts(page) == ["What is a loaf?", "What is a crust?"]


def test_a_file_is_read_once_for_all_runs_of_the_page(app, services, monkeypatch):
    script(services, lambda *_: "Yes.")
    names = []

    def read(data, name, *rest, **options):
        names.append(name)
        return read_prompts(data, name, *rest, **options)

    monkeypatch.setattr("pages.ui.playground_upload.read_prompts", read)
    page = open_sets(app)
    page.file_uploader[0].upload("prompts.csv", b"question\nWhat is a loaf?\n")
    for _ in range(3):
        settle(page.run())
    assert "First: What is a loaf?" in said(page)
    assert names == ["prompts.csv"]


def test_a_file_that_is_none_gets_a_sentence(app, services):
    script(services, lambda *_: "Yes.")
    page = open_sets(app)
    page.file_uploader[0].upload("prompts.csv", b"\x00\x01\x02\xff" * 50)
    settle(page.run())
    assert len(page.error) == 1
    assert not page.exception


def test_a_set_is_run_into_telemetry_with_its_settings(app, services):
    scripted = script(services, lambda prompt, _: f"Answer to {prompt}")
    page = new_set(open_sets(app), "Bread", *PROMPTS)
    page.number_input(key="play_run_max_tokens").set_value(33)
    page = press(page.run(), "play-run-set")
    page = done(page, services)
    assert scripted.asked == list(PROMPTS)
    assert {options.max_tokens for options in scripted.options} == {33}
    assert len(monitor.current_responses(services)) == 3
    assert table(page, "play_runs").value.iloc[0][["State", "Answered"]].tolist() == ["done", "3 of 3"]
    assert table(page, "play_answers").value["Prompt"].tolist() == list(PROMPTS)
    assert "3 of 3 answered. Answers became telemetry as they came." in said(page)


def test_failures_are_listed_and_only_they_are_asked_again(app, services):
    scripted = script(services, lambda prompt, _: InputError("Too long.") if "crust" in prompt else "Yes.")
    run = run_of(services, to_current=True)
    page = open_sets(app, prompt_run=run.id)
    assert "2 of 3 answered, 1 failed." in said(page)
    assert table(page, "play_answers").value["answer"].tolist() == ["Yes.", "✕ Too long.", "Yes."]
    page = pick(page, "play_answers", 1)
    assert model_texts(page) == ["What is a crust?"]
    assert any("Too long" in error.value for error in page.error)
    assert page.button(key="play-continue").label == "Continue: 1 to go"
    scripted.script = lambda *_: "Now it goes."
    scripted.asked.clear()
    page = done(press(page, "play-continue"), services)
    assert scripted.asked == ["What is a crust?"]
    assert "3 of 3 answered." in said(page)
    assert not has_button(page, "play-continue")


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (
            GeneratorUnavailableError("Ollama is gone."),
            "The run stopped after 3 failures in a row. Ollama is gone. Continue the run then.",
        ),
        (StorageError("The disk is full."), "The disk is full."),
    ],
)
def test_a_run_that_ended_by_itself_says_why_until_it_goes_on(app, services, monkeypatch, trouble, why):
    scripted = script(services, lambda *_: "Yes.")

    def fails(*_):
        raise trouble

    with monkeypatch.context() as patched:
        patched.setattr(services.store.prompt_runs, "add_answer", fails)
        if isinstance(trouble, GeneratorUnavailableError):
            scripted.script = lambda *_: trouble
        run = run_of(services, to_current=True)
    page = open_sets(app, prompt_run=run.id)
    assert why in [error.value.replace("\\", "") for error in page.error]
    scripted.script = lambda *_: "Yes."
    page = done(press(page, "play-continue"), services)
    assert not page.error
    assert "3 of 3 answered." in said(page)


def test_half_a_character_in_a_saved_set_does_not_break_the_page(app, services):
    """The database keeps it as it is; the browser cannot be sent it."""
    script(services, lambda *_: "Yes.")
    saved = monitor.save_prompt_set(services, "Half", ["a \ud83d b"], system="half \udfff")
    run = run_of(services, asked=saved.prompts)
    page = pick(open_sets(app, prompt_run=run.id), "play_answers", 0)
    assert prompts(page) == ["a \ufffd b"]
    assert model_texts(page)[0] == "a \ufffd b"


def test_a_running_batch_is_stopped_and_continued(app, services):
    scripted = script(services, lambda *_: "one two")
    scripted.gate.clear()
    page = new_set(open_sets(app), "Bread", *PROMPTS)
    page.button(key="play-run-set").click()
    page.run()
    assert table(page, "play_runs").value["State"].tolist() == ["running"]
    next(button for button in page.button if button.label == "Stop the run").click()
    page = done(page.run(), services)
    scripted.gate.set()
    assert table(page, "play_runs").value["State"].tolist() == ["stopped"]
    assert monitor.current_responses(services) == []
    page = done(press(page, "play-continue"), services)
    assert [item.content.prompt for item in monitor.current_responses(services)] == list(PROMPTS[::-1])


def test_two_models_side_by_side_are_compared_and_one_is_sent_once(app, services):
    words = {"": "dough yeast flour oven", "other": "chain brake wheel pedal"}
    script(services, lambda prompt, choice: f"{words[choice.model]} {prompt}", models=["other"])
    page = new_set(open_sets(app), "Words", *(f"Question {n} on {n % 4}?" for n in range(24)))
    page.toggle(key="play_second").set_value(True)
    page.run()
    page.selectbox(key="play_second_model").set_value("ollama:other")
    page = done(press(page.run(), "play-run-set"), services)
    assert monitor.current_responses(services) == []
    answers = table(page, "play_answers").value
    assert answers["A: answer"][0] == "dough yeast flour oven Question 0 on 0?"
    assert answers["B: answer"][0] == "chain brake wheel pedal Question 0 on 0?"
    (verdict,) = page.header
    assert "B differs from A" in verdict.value or "difference" in verdict.value
    assert "A is taken for the baseline, B for current." in said(page)
    page = pick(page, "play_answers", 3)
    assert model_texts(page)[1:] == [f"{text} Question 3 on 3?" for text in words.values()]

    page = press(page, "play-send-0")
    assert "24 answers are telemetry now." in said(page)
    assert {item.content.response.split()[0] for item in monitor.current_responses(services)} == {"dough"}
    sent = page.button(key="play-send-0")
    assert (sent.label, sent.disabled) == ("A sent to current", True)
    assert page.button(key="play-send-1").label == "Send B to current (24)"


def test_a_run_by_its_link_brings_its_project(app, services):
    monitor.create_project(services, "other")
    script(services, lambda *_: "Yes.")
    run = run_of(services, project="other")
    page = open_playground(app, prompt_run=run.id)
    assert page.selectbox(key="project").value == "other"
    assert page.segmented_control(key="view").value == "Prompt sets"
    assert table(page, "play_answers").value["answer"].tolist() == ["Yes."] * 3
    page.selectbox(key="project").set_value("default")
    page = done(page.run(), services)
    assert "prompt_run" not in page.query_params
    assert "No prompt set was run yet." in said(page)


def test_a_link_to_no_run_gets_a_sentence(app, services):
    script(services, lambda *_: "Yes.")
    page = open_sets(app, prompt_run="nope")
    assert any("nope" in error.value for error in page.error)
    assert page.button(key="play-run-set")


def test_a_run_is_opened_from_the_list_and_deleted(app, services):
    script(services, lambda *_: "Yes.")
    run_of(services, to_current=True)
    page = pick(open_sets(app), "play_runs", 0)
    assert table(page, "play_answers").value["answer"].tolist() == ["Yes."] * 3
    page = press(page, "play-delete-run")
    assert monitor.prompt_runs(services) == []
    assert "No prompt set was run yet." in said(page)
    assert len(monitor.current_responses(services)) == 3


def test_text_in_runs_and_sets_is_shown_as_text(app, services):
    script(services, lambda *_: MISCHIEF)
    run = monitor.start_run(services, MISCHIEF, [MISCHIEF], [AUTO, OTHER], to_current=False)
    ended(services, run)
    page = pick(done(open_sets(app, prompt_run=run.id), services), "play_answers", 0)
    assert model_texts(page) == [MISCHIEF] * 3
    words = "\n".join(element.value for element in (*page.markdown, *page.caption, *page.subheader))
    for token in ("<script>", "![i](", "$x^2$", ":red[x]"):
        assert token not in words, token


def test_a_second_model_that_went_away_does_not_break_the_page(app, services):
    scripted = script(services, lambda *_: "Yes.", models=["other"])
    page = open_sets(app)
    page.toggle(key="play_second").set_value(True)
    page.run()
    page.selectbox(key="play_second_model").set_value("ollama:other")
    page.run()
    scripted.models.clear()
    page.run()
    assert not page.exception
    second = page.selectbox(key="play_second_model")
    assert (second.value, "other (not there now)" in second.options) == ("ollama:other", True)
    run = page.button(key="play-run-set")
    assert run.disabled
    assert "Ollama is without other" in run.help.replace("\\", "")


def test_a_system_prompt_of_a_set_is_loaded_and_asked_with(app, services):
    scripted = script(services, lambda *_: "Yes.")
    monitor.save_prompt_set(services, "Bread", PROMPTS, system="You are a baker.")
    page = open_sets(app)
    assert page.text_area(key="play_run_system").value == "You are a baker."
    done(press(page, "play-run-set"), services)
    assert scripted.options == [GenerationOptions(system="You are a baker.", max_tokens=128)] * 3


@pytest.mark.parametrize("choice", [ModelChoice(), ModelChoice("ollama", "other")])
def test_a_run_asks_the_chosen_model(app, services, choice):
    asked = []
    script(services, lambda _, who: asked.append(who) or "Yes.", models=["other"])
    page = open_sets(app)
    page.selectbox(key="play_model").set_value(str(choice))
    page = new_set(page.run(), "Bread", *PROMPTS)
    done(press(page, "play-run-set"), services)
    assert asked == [choice] * 3


def test_a_set_leaves_the_system_prompt_of_the_single_prompt_alone(app, services):
    script(services, lambda *_: "Yes.")
    monitor.save_prompt_set(services, "Bread", PROMPTS, system="You are a baker.")
    page = open_playground(app)
    page.text_area(key="play_system").set_value("Be brief.")
    page = show_view(page.run(), "Prompt sets")
    assert page.text_area(key="play_run_system").value == "You are a baker."
    assert show_view(page, "Prompt").text_area(key="play_system").value == "Be brief."


def test_a_system_prompt_that_was_changed_is_a_version_to_save(app, services):
    script(services, lambda *_: "Yes.")
    monitor.save_prompt_set(services, "Bread", PROMPTS, system="You are a baker.")
    page = open_sets(app)
    page.text_area(key="play_run_system").set_value("You are a miller.")
    page = press(page.run(), "play-save-set")
    assert "Saved as version 2 of Bread." in said(page)
    assert monitor.prompt_sets(services)[0].system == "You are a miller."


def test_prompts_that_are_typed_outlive_another_view_and_more_prompts(app, services):
    script(services, lambda *_: "Yes.")
    page = new_set(open_sets(app), "Bread", *PROMPTS[:1])
    page = type_prompt(page, "What is yeast?")
    page = show_view(show_view(page, "Prompt"), "Prompt sets")
    assert prompts(page) == [PROMPTS[0], "What is yeast?"]
    page = paste(type_prompt(page, "What is dough?"), "What is a crumb?")
    assert prompts(page) == [PROMPTS[0], "What is yeast?", "What is dough?", "What is a crumb?"]


def test_a_version_that_somebody_else_saves_does_not_replace_what_is_edited(app, services):
    script(services, lambda *_: "Yes.")
    monitor.save_prompt_set(services, "Bread", PROMPTS)
    page = paste(open_sets(app), "What is yeast?")
    monitor.save_prompt_set(services, "Bread", ["What is rye?"])
    page.run()
    assert prompts(page) == [*PROMPTS, "What is yeast?"]
    page = press(page, "play-save-set")
    assert "Saved as version 3 of Bread." in said(page)
    assert "4 prompts, version 3" in said(page)
    assert prompts(page) == [*PROMPTS, "What is yeast?"]
