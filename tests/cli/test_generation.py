"""Answers, prompt sets, runs and the demo as a shell sees them; the model is scripted but where a test says so."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from driftium_core import cli, monitor
from driftium_core.command import command
from driftium_core.errors import GeneratorUnavailableError, InputError
from driftium_core.examples import ASTRONOMY, COOKING, MAX_TOKENS
from driftium_core.llm.generators import Offer, Standing
from driftium_core.llm.port import AUTOMATIC, ModelChoice
from driftium_core.llm.streaming import Ending
from driftium_core.services import open_services
from tests.llm.ollama_server import OllamaServer
from tests.llm.text_sources import FixedText
from tests.monitor.scripted import ScriptedGenerators
from tests.monitor.words import WordsEncoder

ROOT = Path(__file__).parents[2]

BAKE = "Bake the bread for an hour in a hot oven, then let it cool on a rack."
STARS = "A star is a ball of hot gas that shines in the night sky, far from the planets."


class Answering(ScriptedGenerators):
    """Scripted, and able to say that it is there."""

    def standing(self, choice: ModelChoice = AUTOMATIC) -> Standing:
        if choice.model == "gone":
            return Standing(None, "", "Ollama does not answer.", "Start it.")
        return Standing(choice.backend or "embedded", choice.model or "scripted", "The scripted model answers.")

    def offers(self) -> list[Offer]:
        return [Offer(AUTOMATIC, "Automatic: scripted · embedded", "The scripted model answers.")]


def by_topic(prompt: str, _choice: ModelChoice) -> str | Exception:
    if "unanswerable" in prompt:
        return InputError("The prompt is too long for the model.")
    number = (COOKING.prompts + ASTRONOMY.prompts).index(prompt) if prompt in COOKING.prompts + ASTRONOMY.prompts else 0
    return f"{STARS if prompt in ASTRONOMY.prompts else BAKE} {' '.join(prompt.split()[: 2 + number % 4])}"


@pytest.fixture(autouse=True)
def _fresh_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTIUM_DATABASE_URL", f"sqlite:///{tmp_path / 'drift.db'}")
    monkeypatch.setenv("DRIFTIUM_QDRANT", str(tmp_path / "qdrant"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Answering:
    scripted = Answering(by_topic)
    monkeypatch.setattr("driftium_core.services.MiniLM", lambda **_: WordsEncoder())
    monkeypatch.setattr("driftium_core.services.Generators", lambda *_, **__: scripted)
    return scripted


def document(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """The JSON that a command prints; there is nothing else on stdout."""
    capsys.readouterr()
    assert cli.main([*arguments, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def shell(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], input=stdin, capture_output=True, env=environment(), check=False)


COMMAND = [sys.executable, "-m", "driftium_core"]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])}


@pytest.mark.usefixtures("model")
def test_an_answer_is_printed_and_kept_with_what_made_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["generate", "How do I bake?", "--seed", "3", "--system", "Be brief."]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (f"{BAKE} How do\n", "")
    answer = document(capsys, "generate", "How do I bake?", "--max-tokens", "9")
    assert answer["response"] == f"{BAKE} How do"
    assert (answer["model"], answer["backend"], answer["max_tokens"]) == ("scripted", "embedded", 9)
    assert document(capsys, "status")["telemetry_size"] == 2


def test_a_partial_answer_is_shown_and_not_kept(model: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    model.ending = Ending(stop_reason="deadline")
    assert cli.main(["generate", "How do I bake?"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("Bake the bread")
    assert captured.err == (
        "The answer is partial and was not kept. No whole answer came within 300 s (DRIFTIUM_ANSWER_TIMEOUT_S).\n"
    )
    assert document(capsys, "status")["telemetry_size"] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["generate", "hi", "--project", "nope"], f"{command('projects', '--create', 'NAME')}` makes one"),
        (["generate", "hi", "--seed", "5000000000"], "The seed is 5000000000"),
        (["generate", "hi", "--temperature", "3"], "Invalid value for '--temperature'"),
        (["run"], "Give the name of a prompt set, a file or -"),
        (["run", "nothing"], "Project 'default' has no prompt set 'nothing', and there is no such file."),
        (["run", COOKING.name, "--model", "gone"], "Ollama does not answer. Start it."),
        (["run", COOKING.name, "--second-model", "b", "--to-current"], "two models cannot become current telemetry"),
        (["run", "--continue", "x"], "Prompt run x is not stored"),
        (["run", "--continue", "x", "--seed", "1"], "Leave the other options."),
        (["run", "--continue", "x", "--save", "Bread"], "Leave the other options."),
        (["run", COOKING.name, "--save", " "], "A prompt set needs a name."),
        (["send", "x"], "Prompt run x is not stored"),
        (["demo", "--model", "gone"], "Ollama does not answer. Start it."),
    ],
)
def test_bad_input_is_one_sentence_before_any_model_is_asked(
    model: Answering, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert model.asked == []


def test_the_demo_ends_in_a_critical_drift_and_says_each_step(
    model: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["demo", "--project", "first", "--fail-on", "critical"]) == 1
    captured = capsys.readouterr()
    assert "✕ Drift: CRITICAL." in captured.out
    steps = [line for line in captured.err.splitlines() if " of 4: " in line]
    assert [step[0] for step in steps] == ["1", "2", "3", "4"]
    assert model.asked == [*COOKING.prompts, *ASTRONOMY.prompts]
    assert {(options.system, options.max_tokens) for options in model.options} == {(COOKING.system, MAX_TOKENS)}
    assert cli.main(["demo", "--project", "first"]) == 2
    assert f"Give it a project of its own: `{command('demo', '--project', 'demo')}`." in capsys.readouterr().err
    again = document(capsys, "demo", "--project", "demo")
    assert again["answered_by"] == [{"model": "scripted", "backend": "embedded"}]
    assert (again["project"], again["severity"], again["baseline"]["name"]) == ("demo", "CRITICAL", "Cooking answers")
    assert document(capsys, "status", "--project", "demo")["p_value"] == again["p_value"]
    assert [item["name"] for item in document(capsys, "sets", "--project", "demo")["sets"]] == [
        ASTRONOMY.name,
        COOKING.name,
    ]


def test_a_demo_without_answers_says_why(model: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    model.script = lambda *_: GeneratorUnavailableError("The model is gone.")
    assert cli.main(["demo"]) == 2
    assert capsys.readouterr().err.endswith("16 of 16 prompts were not answered. The model is gone.\n")
    assert document(capsys, "status")["status"] == "not_initialized"


def test_a_set_runs_to_current_and_failures_are_told_and_asked_again(
    model: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ask.csv").write_text("id,question\n1,How do I bake?\n2,unanswerable\n3,\n4,What is rice?\n", "utf-8")
    assert cli.main(["run", "ask.csv", "--prompt-column", "question", "--seed", "1"]) == 2
    captured = capsys.readouterr()
    assert "2 of 3 prompts answered by scripted; current telemetry of project 'default'." in captured.out
    assert "Passed over: 1 row without a prompt.\n" in captured.err
    assert "Prompt 2: The prompt is too long for the model.\n" in captured.err
    (run,) = document(capsys, "runs")["runs"]
    assert f"1 of 3 answers are missing; `{command('run', '--continue', run['id'])}`" in captured.err
    model.script = lambda prompt, _: f"{prompt} {BAKE}"
    whole = document(capsys, "run", "--continue", run["id"])
    assert [answer["prompt"] for answer in whole["answers"]] == ["How do I bake?", "unanswerable", "What is rice?"]
    assert [answer["error"] for answer in whole["answers"]] == [None, None, None]
    assert whole["arms"][0]["seed"] == 1
    assert len(model.asked) == 4
    assert document(capsys, "status")["telemetry_size"] == 3
    sent = document(capsys, "send", run["id"])
    assert (sent["run"], sent["project"], sent["added"], sent["known"]) == (run["id"], "default", 0, 3)
    assert sent["known_in"] == {"current": 3, "baselines": [], "deleted": 0}


def test_two_models_are_compared_and_either_is_sent(model: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    model.script = lambda prompt, choice: (STARS if choice.model == "b" else BAKE) + " " + prompt
    run = document(capsys, "run", COOKING.name, "--model", "a", "--second-model", "b")
    assert (run["to_current"], run["comparison"]["verdict"], run["comparison"]["design"]) == (False, "drift", "paired")
    assert document(capsys, "status")["telemetry_size"] == 0
    assert document(capsys, "send", run["id"], "--arm", "B")["added"] == 16
    cli.main(["run", COOKING.name, "--model", "a", "--second-model", "b"])
    out = capsys.readouterr().out
    assert "✕ B differs from A: CRITICAL." in out
    assert "B: 16 of 16 prompts answered by b; kept in the run." in out


@pytest.mark.usefixtures("model")
def test_what_was_sent_before_is_said_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    run = document(capsys, "run", COOKING.name)
    assert cli.main(["send", run["id"]]) == 0
    assert capsys.readouterr().out == "0 added to current of project 'default', 16 were there already.\n"
    document(capsys, "promote", "first")
    kept = document(capsys, "run", ASTRONOMY.name, "--keep")
    assert cli.main(["send", kept["id"]]) == 0
    assert capsys.readouterr().out == "16 added to current of project 'default'.\n"
    with open_services() as services:
        current = monitor.current_responses(services)
        monitor.delete_responses(services, [item.id for item in current[:15]])
    assert cli.main(["send", kept["id"]]) == 0
    assert capsys.readouterr().out == (
        "0 added to current of project 'default', 1 was there already, 15 were sent before and deleted since.\n"
    )
    assert cli.main(["send", run["id"]]) == 0
    assert capsys.readouterr().out == "0 added to current of project 'default', 16 are in baseline v1 already.\n"
    assert document(capsys, "send", run["id"])["known_in"] == {
        "current": 0,
        "baselines": [{"version": 1, "answers": 16}],
        "deleted": 0,
    }


def test_prompts_are_saved_as_a_set_before_they_run(
    model: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ask.txt").write_text("How do I bake?\nWhat is rice?\n", "utf-8")
    assert cli.main(["run", "ask.txt", "--save", "Bread", "--model", "gone"]) == 2
    assert document(capsys, "sets")["sets"] == []  # nobody was there to answer
    assert cli.main(["run", "ask.txt", "--save", "Bread", "--system", "Be brief."]) == 0
    assert capsys.readouterr().err == "These prompts are version 1 of the prompt set “Bread”.\n"
    (tmp_path / "ask.txt").write_text("What is rye?\n", "utf-8")
    run = document(capsys, "run", "ask.txt", "--save", "Bread")
    (saved,) = document(capsys, "sets")["sets"]
    assert (saved["name"], saved["version"], saved["prompts"]) == ("Bread", 2, ["What is rye?"])
    assert (run["name"], run["set_id"]) == ("Bread", saved["id"])
    assert document(capsys, "run", "Bread")["set_id"] == saved["id"]
    assert model.options[0].system == "Be brief."


def test_a_column_of_prompts_that_cannot_be_told_is_asked_for(
    model: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ask.csv").write_text("nr,what\n1,How do I bake?\n", "utf-8")
    assert cli.main(["run", "ask.csv"]) == 2
    assert capsys.readouterr().err == (
        "ask.csv has no column that is known to hold prompts; it has `nr` and `what`. Choose with --prompt-column.\n"
    )
    assert model.asked == []
    assert cli.main(["run", "ask.csv", "--prompt-column", "what"]) == 0
    assert model.asked == ["How do I bake?"]


@pytest.mark.usefixtures("model")
def test_prompts_come_one_per_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ask.txt").write_text("\ufeffHow do I bake?\n\n  What is rice? \n", "utf-8")
    run = document(capsys, "run", "ask.txt", "--keep")
    assert [answer["prompt"] for answer in run["answers"]] == ["How do I bake?", "What is rice?"]
    (tmp_path / "blank.txt").write_text(" \n", "utf-8")
    assert cli.main(["run", "blank.txt"]) == 2
    assert capsys.readouterr().err == "There is no prompt in blank.txt. Write one per line.\n"


@pytest.mark.usefixtures("model")
def test_lists_are_readable_when_empty_and_when_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "models")["models"][0]["model"] == "auto"
    cli.main(["models"])
    cli.main(["sets"])
    cli.main(["runs"])
    out = capsys.readouterr().out
    for words in ("Automatic: scripted · embedded", "No prompt set is saved yet", "Nothing was run yet"):
        assert words in out
    cli.main(["demo"])
    capsys.readouterr()
    cli.main(["sets"])
    cli.main(["runs"])
    out = capsys.readouterr().out
    assert out.count(COOKING.name) == 2
    assert "16 of 16" in out


def test_a_model_is_pulled_from_ollama(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["pull", "smollm:135m"]) == 2
    assert "Start it with `ollama serve`" in capsys.readouterr().err
    with OllamaServer(FixedText()) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        assert document(capsys, "pull", "qwen3:0.6b") == {"model": "qwen3:0.6b"}
        assert "ollama:qwen3:0.6b" in [item["model"] for item in document(capsys, "models")["models"]]
        assert cli.main(["pull", "no such"]) == 2
        assert "Give the name of one model" in capsys.readouterr().err


def test_doctor_does_not_say_that_a_file_answers_that_is_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "junk.gguf").write_bytes(b"junk")
    monkeypatch.setenv("DRIFTIUM_GGUF", str(tmp_path / "junk.gguf"))
    part = document(capsys, "doctor", code=1)["parts"][3]
    assert part["status"] == "error"
    assert "does not answer, and junk.gguf (4 bytes) is not a GGUF model file." in part["detail"]


@pytest.mark.parametrize(
    ("stdin", "sentence"),
    [
        (b"", b"The prompt is empty. Write what the model should answer.\n"),
        (b"\xff\xfe\x00", b"Standard input is not text in UTF-8: byte 1 is not. Give a text file.\n"),
        (b"a\0b\n", b"The prompt is not text: it has a control character at position 2"),
        (b"x" * 1_100_000, "Standard input has more than 1\u202f000\u202f000 bytes".encode()),
    ],
)
def test_what_is_no_prompt_on_standard_input_is_refused(stdin: bytes, sentence: bytes) -> None:
    done = shell("generate", "-", stdin=stdin)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(sentence)
    assert done.stderr.count(b"\n") == 1


@pytest.mark.models
@pytest.mark.slow
def test_ctrl_c_and_closed_readers_around_a_real_answer() -> None:
    prompt = "Write a very long story about a dog."
    asked = [*COMMAND, "generate", prompt, "--max-tokens", "3000", "--seed", "1", "--model", "embedded"]
    going = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert going.stdout is not None
    assert going.stdout.read(1)  # it streams
    going.send_signal(signal.SIGINT)
    started_s = time.monotonic()
    _, error = going.communicate(timeout=30)
    assert (going.returncode, error) == (130, b"Stopped. The answer is partial and was not kept.\n")
    assert time.monotonic() - started_s < 10
    line = f"{sys.executable} -m driftium_core generate 'Say hello.' --max-tokens 8 --model embedded"
    script = f"{line} | true; echo ${{PIPESTATUS[0]}}; {line} --json; {line} --json | true; {line} > /dev/full; echo $?"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=environment(), check=False)
    code, _, rest = done.stdout.partition("\n")
    answer, end = json.JSONDecoder().raw_decode(rest)
    assert (code, rest[end:].strip()) == ("0", "2")
    assert (answer["backend"], answer["prompt"], answer["note"]) == ("embedded", "Say hello.", "")
    assert done.stderr == "The result could not be written: no space left on device.\n"
    kept = json.loads(shell("status", "--json").stdout)["telemetry_size"]
    assert kept == 3  # neither the one that was stopped nor the one that was not written


@pytest.mark.models
@pytest.mark.slow
def test_the_demo_on_the_real_model_is_critical() -> None:
    done = shell("demo", "--json", "--fail-on", "critical", "--project", "demo")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert (found["severity"], found["baseline_size"], found["telemetry_size"]) == ("CRITICAL", 16, 16)
    assert [item["backend"] for item in found["answered_by"]] == ["embedded"]
