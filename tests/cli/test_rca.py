"""``rca`` as a shell sees it: what is printed, written and kept, and the exit code; the model is scripted."""

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from driftium_core import cli, monitor
from driftium_core.llm.port import AUTOMATIC, ModelChoice
from driftium_core.monitor import comparison
from driftium_core.services import open_services
from tests.monitor.answers import answers
from tests.monitor.scripted import ScriptedGenerators
from tests.monitor.test_investigations import checked_table, reworded
from tests.monitor.words import WordsEncoder

KEYS = {
    "severity", "triage", "diagnosis", "recommendations", "claims", "evidence", "agent_collaboration_log", "model",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTIUM_DATABASE_URL", f"sqlite:///{tmp_path / 'drift.db'}")
    monkeypatch.setenv("DRIFTIUM_QDRANT", str(tmp_path / "qdrant"))
    monkeypatch.setattr("driftium_core.services.MiniLM", lambda **_: WordsEncoder())
    monkeypatch.setattr(comparison, "_default_encoder", WordsEncoder)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedGenerators:
    """A model that words every statement."""
    scripted = ScriptedGenerators(lambda prompt, choice: reworded(prompt, choice), models=["qwen3:0.6b"])
    monkeypatch.setattr("driftium_core.services.Generators", lambda *_, **__: scripted)
    return scripted


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Two tables and two logs by name, the second of each with drift."""
    header = "age,job\n"
    rows = [f"{20 + n % 50},{('admin', 'technician')[n % 2]}\n" for n in range(1000)]
    (tmp_path / "march.csv").write_text(header + "".join(rows), "utf-8")
    (tmp_path / "april.csv").write_text(header + "".join(r for r in rows if int(r[:2]) < 35), "utf-8")
    (tmp_path / "tiny.csv").write_text(header + "".join(rows[10:45:15]), "utf-8")
    for name, topic, seed in (("good", "bread", 1), ("today", "bicycle", 2)):
        lines = [json.dumps({"prompt": r.prompt, "response": r.response}) for r in answers(topic, 40, seed=seed)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    return {path.name: str(path) for path in tmp_path.iterdir()}


def document(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """The JSON that a command prints; there is nothing else on stdout."""
    capsys.readouterr()
    assert cli.main(["rca", *arguments, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def pools() -> None:
    """A project with a baseline and current answers on another topic."""
    with open_services() as services:
        services.store.responses.add(answers("bread", 40))
        monitor.promote(services, "launch")
        services.store.responses.add(answers("bicycle", 40, seed=1))


def kept() -> list[Any]:
    """The investigations that are stored."""
    with open_services() as services:
        return monitor.investigations(services)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [(("tabular", "march.csv", "april.csv"), "table"), (("text", "good.jsonl", "today.jsonl"), "text")],
)
def test_two_files_give_one_document_and_leave_nothing_behind(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], kind: str
) -> None:
    command, *names = arguments
    before = set(tmp_path.iterdir())
    found = document(capsys, command, *(files[name] for name in names), "--model", "embedded")
    assert found.keys() >= KEYS
    assert "about" not in found
    assert (found["kind"], found["severity"], found["status"]) == (kind, "CRITICAL", "drift")
    assert found["title"] == f"“{names[1]}” against “{names[0]}”"
    ids = {fact["id"] for fact in found["evidence"]}
    assert all(claim["evidence_ids"] and ids >= set(claim["evidence_ids"]) for claim in found["claims"])
    assert found["recommendations"]
    assert found["model"] == "scripted · embedded"
    assert "llm" in {claim["source"] for claim in found["claims"]}
    assert {step["agent"] for step in found["agent_collaboration_log"]} >= {"triage", "diagnosis", "recommendation"}
    assert set(tmp_path.iterdir()) == before


def test_by_rules_or_with_the_same_seed_it_says_the_same_again(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], model: ScriptedGenerators
) -> None:
    tables = ("tabular", files["march.csv"], files["april.csv"])
    ruled = [document(capsys, *tables, "--by-rules") for _ in range(2)]
    assert ruled[0]["claims"] == ruled[1]["claims"]
    assert (ruled[0]["model"], model.asked) == (None, [])
    worded = [document(capsys, *tables, "--seed", "5", "--model", "qwen3:0.6b") for _ in range(2)]
    assert worded[0]["claims"] == worded[1]["claims"]
    assert worded[0]["model"] == "qwen3:0.6b · Ollama"
    assert {options.seed for options in model.options} == {5}
    assert worded[0]["recommendations"] == ruled[0]["recommendations"]


def test_a_person_reads_what_why_and_what_to_do(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rca", "tabular", files["march.csv"], files["april.csv"], "--by-rules"]) == 0
    out, error = capsys.readouterr()
    assert error == ""
    assert out.startswith("✕ CRITICAL, look now. “april.csv” against “march.csv”\n")
    places = [out.index(f"\n{title}\n") for title in ("What happened", "Why", "What to do", "Evidence")]
    assert places == sorted(places)
    assert "  ☐ " in out
    assert "[E1" in out
    assert "Written by rules from the computed facts. Investigated " in out
    assert "Trace (UTC)" not in out


def test_each_cause_that_fits_is_named_and_no_reason_is_printed_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(5)
    reference = pd.DataFrame({"warm": rng.normal(20, 5, 600), "visits": rng.poisson(4, 600).astype(float)})
    current = pd.DataFrame({"warm": rng.normal(20, 5, 600) * 1.8 + 32, "visits": rng.poisson(4, 600).astype(float)})
    current.loc[::3, "visits"] = np.nan
    for name, table in (("before.csv", reference), ("after.csv", current)):
        table.to_csv(tmp_path / name, index=False)
    assert cli.main(["rca", "tabular", str(tmp_path / "before.csv"), str(tmp_path / "after.csv"), "--by-rules"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    why = out.partition(" Why ")[2].partition(" What to do ")[0]
    assert "Also fits: the share of missing values changed. Confidence: high." in why
    assert why.count("`visits` is missing in 33") == 1


def test_trace_and_evidence_are_shown_when_asked_for(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    tables = (files["march.csv"], files["april.csv"])
    n_facts = len(document(capsys, "tabular", *tables, "--by-rules")["evidence"])
    assert cli.main(["rca", "tabular", *tables, "--trace", "--evidence", "--model", "embedded"]) == 0
    out = capsys.readouterr().out
    trace = out.partition("\nTrace (UTC)\n")[2]
    assert all(agent in trace for agent in ("orchestrator", "triage", "diagnosis", "recommendation"))
    assert "scripted · embedded was asked to word" in trace
    shown = out.partition("\nEvidence\n")[2].partition("\nTrace (UTC)\n")[0]
    assert all(f"\n  E{number} " in f"\n{shown}" for number in range(1, n_facts + 1))


def test_markdown_is_printed_or_written(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = (files["march.csv"], files["april.csv"])
    assert cli.main(["rca", "tabular", *tables, "--by-rules", "--markdown", "--output", str(tmp_path / "why.md")]) == 0
    out, error = capsys.readouterr()
    assert out.startswith("# ")
    assert "\n- [ ] " in out
    assert (tmp_path / "why.md").read_text("utf-8") == out
    assert error == f"Wrote {tmp_path / 'why.md'}.\n"


def test_a_stored_report_is_checked_investigated_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    pools()
    found = document(capsys, "stored", "--model", "embedded")
    (record,) = kept()
    assert (found["about"]["id"], found["about"]["kind"]) == (record.id, "text")
    assert found["title"].startswith("Answers of “default” against “launch”, version 1, ")
    assert record.source == "llm"
    again = document(capsys, "stored", "--calculation", record.report_id, "--by-rules")
    assert again["about"]["report_id"] == record.report_id
    assert [item.id for item in kept()] == [again["about"]["id"], record.id]


def test_the_newest_report_is_taken_or_the_one_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with open_services() as services:
        first, second = checked_table(services), checked_table(services, "age >= 60")
    assert document(capsys, "stored", "--by-rules")["about"]["report_id"] == second
    assert document(capsys, "stored", "--by-rules", "--run", first)["about"]["report_id"] == first
    pools()
    assert document(capsys, "stored", "--by-rules")["kind"] == "text"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["april.csv", "--fail-on", "critical"], 1),
        (["april.csv", "--fail-on-inconclusive"], 0),
        (["march.csv", "--fail-on", "medium"], 0),
        (["tiny.csv", "--fail-on", "medium"], 0),
        (["tiny.csv", "--fail-on-inconclusive"], 3),
    ],
)
def test_exit_codes_are_those_of_a_check(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], options: list[str], code: int
) -> None:
    name, *rest = options
    for shown in ([], ["--json"], ["--markdown"]):
        assert cli.main(["rca", "tabular", files["march.csv"], files[name], "--by-rules", *rest, *shown]) == code
        assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tabular", "-", "-"], "Only one of the two tables can come from standard input."),
        (["text", "-", "-"], "Only one of the two files can come from standard input."),
        (["tabular", "nope.csv", "nope.csv"], "nope.csv"),
        (["tabular", "a", "b", "--json", "--markdown"], "--markdown prints a page and --json a document"),
        (["tabular", "a", "b", "--output", "no/where/why.md"], "The folder of no/where/why.md does not exist."),
        (["stored"], "Project 'default' has no report to investigate yet."),
        (["stored", "--run", "x", "--calculation", "y"], "--run names a table check and --calculation"),
        (["stored", "--run", "nope"], "Run nope is not stored"),
        (["stored", "--calculation", "nope"], "Calculation nope is not stored"),
        (["stored", "--project", "nope"], "There is no project called 'nope'."),
        (["stored", "--deadline", "0"], "Invalid value for '--deadline'"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str], model: ScriptedGenerators
) -> None:
    assert cli.main(["rca", *arguments]) == 2
    out, error = capsys.readouterr()
    assert (out, model.asked) == ("", [])
    assert sentence in error
    assert error.count("\n") == 1


def test_without_ollama_the_rules_speak_at_once_and_say_how_to_ask_the_embedded_model(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], model: ScriptedGenerators
) -> None:
    found = document(capsys, "tabular", files["march.csv"], files["april.csv"])
    assert found["worded_by"] == "Written by rules: the embedded model is too small to word them; choose it to try."
    assert (found["model"], model.asked) == (None, [])


def test_a_model_that_is_not_there_is_named_and_the_rules_speak(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = document(capsys, "tabular", files["march.csv"], files["april.csv"], "--model", "gone")
    assert found["worded_by"] == "Written by rules. Ollama is without gone. Run `ollama pull gone`."


def test_a_model_that_hangs_is_waited_for_no_longer_than_asked(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], model: ScriptedGenerators
) -> None:
    model.gate.clear()
    began_s = time.monotonic()
    found = document(
        capsys, "tabular", files["march.csv"], files["april.csv"], "--model", "embedded", "--deadline", "1"
    )
    assert time.monotonic() - began_s < 10
    assert {claim["source"] for claim in found["claims"]} == {"rules"}
    assert "did not answer within" in found["worded_by"]


def test_ctrl_c_stops_at_once_and_keeps_nothing(capsys: pytest.CaptureFixture[str], model: ScriptedGenerators) -> None:
    with open_services() as services:
        checked_table(services)
    model.gate.clear()

    def interrupt(prompt: str, choice: ModelChoice = AUTOMATIC) -> str:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        return reworded(prompt, choice)

    model.script = interrupt
    began_s = time.monotonic()
    assert cli.main(["rca", "stored", "--model", "embedded"]) == 130
    assert time.monotonic() - began_s < 10
    assert capsys.readouterr() == ("", "Stopped. Nothing was stored.\n")
    assert kept() == []


@pytest.mark.parametrize("name", ["[bold]x[/bold]", "<b>x</b>", "a\x1b[31mb", "half"])
def test_hostile_names_are_printed_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    for file, least in (("a.csv", 0), ("b.csv", 50)):
        rows = "".join(f"{n}\n" for n in range(least, 100) for _ in range(10))
        (tmp_path / file).write_text(f'"{name}"\n{rows}', "utf-8")
    assert cli.main(["rca", "tabular", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), "--by-rules"]) == 0
    assert name.replace("\x1b", " ") in capsys.readouterr().out
