"""The command line's promises, as a table: commands, options, keys of JSON, files, exit codes.

Scripts and CI rely on them, so a change here is a change of the interface.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from driftium_core import cli
from driftium_core.llm.port import AUTOMATIC, ModelChoice
from driftium_core.monitor import comparison
from tests.cli.test_generation import Answering, by_topic
from tests.html.page import Page
from tests.monitor.answers import answers
from tests.monitor.words import WordsEncoder

VERDICT = ("--json", "--html", "--summary", "--fail-on", "--fail-on-inconclusive")
RCA = ("--model", "--by-rules", "--deadline", "--evidence", "--trace", "--markdown", "--output", "--seed")

OPTIONS: dict[str, tuple[str, ...]] = {
    "tabular": (
        *("--p-threshold", "--columns", "--categorical", "--plain-p", "--no-attribution", "--seed"),
        *VERDICT,
    ),
    "text": ("--prompt-column", "--response-column", "--seed", *VERDICT),
    "rca tabular": ("--p-threshold", "--columns", "--categorical", "--plain-p", *RCA, *VERDICT),
    "rca text": ("--prompt-column", "--response-column", *RCA, *VERDICT),
    "rca stored": ("--project", "--run", "--calculation", *RCA, *VERDICT),
    "status": ("--project", "--seed", *VERDICT),
    "history": ("--project", "--limit", "--calculation", *VERDICT),
    "demo": ("--project", "--model", "--seed", *VERDICT),
    "generate": ("--project", "--model", "--system", "--temperature", "--max-tokens", "--seed", "--json"),
    "run": (
        *("--project", "--model", "--second-model", "--system", "--temperature", "--max-tokens", "--seed", "--save"),
        *("--to-current", "--keep", "--prompt-column", "--continue", "--json", "--fail-on", "--fail-on-inconclusive"),
    ),
    "promote": ("--project", "--note", "--json"),
    "undo": ("--project", "--json"),
    "baselines": ("--project", "--json"),
    "restore": ("--project", "--json"),
    "projects": ("--create", "--json"),
    "import": ("--to", "--name", "--project", "--prompt-column", "--response-column", "--json"),
    "sets": ("--project", "--json"),
    "runs": ("--project", "--limit", "--json"),
    "send": ("--arm", "--json"),
    "models": ("--json",),
    "pull": ("--json",),
    "doctor": ("--json",),
    "app": ("--port", "--host"),
    "completion": (),
}
"""What each command takes. Where there is no verdict, --fail-on has no meaning, nor --seed where nothing is random."""

TABULAR: dict[str, Any] = {
    "summary": {
        *("reference_rows", "current_rows", "monitored_feature_count", "numeric_feature_count", "drift_rate"),
        *("categorical_feature_count", "drifted_feature_count", "severity", "status"),
    },
    "columns": [
        {
            *("column", "kind", "test", "statistic", "p_value", "p_value_adjusted", "effect_size", "severity"),
            *("drifted", "missing_reference", "missing_current", "missing_p_value", "new_categories"),
            *("vanished_categories", "reference_summary", "current_summary", "notes"),
        }
    ],
    "attribution": {"roots": [{"column", "action", "explains", "description"}], "unexplained": [], "scope_note": None},
    "findings": [{"kind", "column", "text"}],
    "settings": None,
    "seed": None,
    "versions": None,
}
TEXT: dict[str, Any] = {
    **dict.fromkeys(
        (
            *("status", "design", "n_baseline", "n_current", "n_pairs", "p_value", "attainable_p", "severity"),
            *("verdict", "effect", "centroid_score", "mmd_score", "seed"),
        )
    ),
    "null_range": {"centroid_score", "mmd_score"},
    "detectable": {"text", "share"},
    "health_index": {"value", "low", "high", "baseline"},
    "flags": {name: {"baseline", "current"} for name in ("echo", "empty", "refusal", "low_alignment")},
    "traffic": {"verdict", "prompt_p_value", "behaviour_p_value"},
    "evidence": {
        "novel": [{"index", "text", "witness"}],
        "gone": [{"index", "text", "witness"}],
        "keywords_gained": [{"term", "z"}],
        "keywords_lost": [{"term", "z"}],
        "clusters": [],
    },
    "descriptors": [{"name", "baseline", "current", "p_value_adjusted"}],
    "encoder": {"id", "precision"},
}
INVESTIGATION: dict[str, Any] = {
    **dict.fromkeys(("severity", "triage", "diagnosis", "model")),
    "recommendations": [],
    "claims": [{"text", "evidence_ids", "source"}],
    "evidence": [{"id", "text", "value"}],
    "agent_collaboration_log": [{"agent", "started_at", "duration_ms", "source", "message", "rejected_reason"}],
}
STATUS = dict.fromkeys(
    (
        *("status", "message", "baseline", "baseline_size", "telemetry_size", "timestamp", "p_value", "severity"),
        *("centroid_score", "mmd_score", "health_index", "verdict", "evidence_score"),
    )
)
RECORD = {"timestamp", "centroid_score", "mmd_score", "severity", "health_index", "p_value", "id"}


def hold(document: object, shape: object, where: str = "document") -> None:
    """Fail unless a document has the keys of a shape: a set or dict of keys, or a list of one such for its items."""
    if isinstance(shape, list):
        assert isinstance(document, list), where
        for item in shape[:1]:
            assert document, f"{where} is empty, which shows nothing"
            for position, found in enumerate(document):
                hold(found, item, f"{where}[{position}]")
    elif isinstance(shape, set | dict):
        assert isinstance(document, dict), where
        assert set(shape) <= document.keys(), where
        for name in shape if isinstance(shape, dict) else ():
            hold(document[name], shape[name], f"{where}.{name}")


@pytest.fixture(autouse=True)
def _fresh_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTIUM_DATABASE_URL", f"sqlite:///{tmp_path / 'drift.db'}")
    monkeypatch.setenv("DRIFTIUM_QDRANT", str(tmp_path / "qdrant"))
    monkeypatch.setattr("driftium_core.services.MiniLM", lambda **_: WordsEncoder())
    monkeypatch.setattr(comparison, "_default_encoder", WordsEncoder)
    monkeypatch.setattr("driftium_core.services.Generators", lambda *_, **__: Answering(answered))
    monkeypatch.chdir(tmp_path)


def answered(prompt: str, choice: ModelChoice = AUTOMATIC) -> str | Exception:
    """By topic, as the demo needs it; a model called `b` answers as one that has drifted."""
    return "The stars are far away tonight." if choice.model == "b" else by_topic(prompt, choice)


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, _fresh_place: None) -> None:
    """Tables and logs: `same` has not drifted, `other` has, `few` cannot tell, `bad` is none."""
    rows = [f"{20 + n % 50},{('admin', 'technician')[n % 2]}\n" for n in range(1000)]
    extra = [f"{row.strip()},1\n" for row in rows if int(row[:2]) < 35]
    for name, header, lines in (
        ("reference", "age,job\n", rows),
        ("same", "age,job\n", rows[:500]),
        ("other", "age,job,extra\n", extra),
        ("few", "age,job\n", rows[10:45:15]),
    ):
        (tmp_path / f"{name}.csv").write_text(header + "".join(lines), "utf-8")
    (tmp_path / "bad.csv").write_text("", "utf-8")
    for name, topic, n, seed in (
        ("reference", "bread", 40, 1),
        ("same", "bread", 40, 2),
        ("other", "bicycle", 40, 3),
        ("three", "bread", 3, 4),
        ("few", "bicycle", 3, 5),
    ):
        lines = [json.dumps({"prompt": r.prompt, "response": r.response}) for r in answers(topic, n, seed=seed)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "bad.jsonl").write_text("", "utf-8")


def document(capsys: pytest.CaptureFixture[str], line: list[str], code: int = 0) -> Any:
    """The one JSON document that a command prints on stdout."""
    capsys.readouterr()
    assert cli.main([*line, "--json"]) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def pools(current: str, baseline: str = "reference") -> None:
    """A project with a baseline and current answers."""
    assert cli.main(["import", f"{baseline}.jsonl", "--to", "baseline", "--name", "good"]) == 0
    if current != "nothing":
        assert cli.main(["import", f"{current}.jsonl", "--to", "current"]) == 0


def test_the_table_has_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    from typer.main import get_command

    group: Any = get_command(cli.app)
    known = set(group.commands) - {"rca"} | {f"rca {name}" for name in group.commands["rca"].commands}
    assert OPTIONS.keys() <= known
    cli.main(["--help"])
    shown = capsys.readouterr().out
    for name in group.commands:
        assert f"\n  {name} " in shown


@pytest.mark.parametrize("command", OPTIONS)
def test_each_command_takes_its_options(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*command.split(), "--help"]) == 0
    shown = capsys.readouterr().out.replace(",", " ").replace("/", " ").split()
    assert [option for option in OPTIONS[command] if option not in shown] == []


@dataclass(frozen=True)
class Checking:
    """A command that comes to a verdict on pairs of files, and what its document holds."""

    name: str
    line: Callable[[str], list[str]]
    shape: dict[str, Any]
    heading: str


def stored(*line: str) -> Callable[[str], list[str]]:
    """A command on what is stored, once the files of that name are."""

    def prepared(current: str) -> list[str]:
        if current == "bad":
            return [*line, "--project", "nope"]
        pools(current, "three" if current == "few" else "reference")
        if line[0] == "history":
            cli.main(["status"])
        return list(line)

    return prepared


def of_files(suffix: str, *line: str) -> Callable[[str], list[str]]:
    """A command on two files; two small ones, where a large reference would settle it."""

    def prepared(current: str) -> list[str]:
        reference = "three" if (current, suffix) == ("few", "jsonl") else "reference"
        return [*line, f"{reference}.{suffix}", f"{current}.{suffix}"]

    return prepared


VERDICTS = [
    Checking("tabular", of_files("csv", "tabular"), TABULAR, "Drift: CRITICAL."),
    Checking("text", of_files("jsonl", "text"), TEXT, "Drift: CRITICAL."),
    Checking("rca tabular", of_files("csv", "rca", "tabular", "--by-rules"), INVESTIGATION, "CRITICAL, look"),
    Checking("rca text", of_files("jsonl", "rca", "text", "--by-rules"), INVESTIGATION, "CRITICAL, look"),
    Checking("rca stored", stored("rca", "stored", "--by-rules"), INVESTIGATION, "CRITICAL, look"),
    Checking("status", stored("status"), STATUS, "Drift: CRITICAL."),
    Checking("history", stored("history"), {"history": [RECORD]}, "Drift: CRITICAL."),
]


@pytest.mark.parametrize("checking", VERDICTS, ids=lambda checking: checking.name)
def test_drift_is_one_document_a_page_a_summary_and_1(
    checking: Checking, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = checking.line("other")
    page, summary = tmp_path / "page.html", tmp_path / "summary.md"
    files = ["--html", str(page), "--summary", str(summary)]
    found = document(capsys, [*line, *files, "--fail-on", "critical", "--fail-on-inconclusive"], code=1)
    hold(found, checking.shape)
    assert checking.heading in Page(page.read_text("utf-8")).text
    assert "CRITICAL" in summary.read_text("utf-8")
    assert document(capsys, line) is not None  # not judged: 0


@pytest.mark.parametrize("checking", VERDICTS, ids=lambda checking: checking.name)
@pytest.mark.parametrize(
    ("current", "options", "code"),
    [
        ("same", ["--fail-on", "medium", "--fail-on-inconclusive"], 0),
        ("few", ["--fail-on", "medium"], 0),
        ("few", ["--fail-on-inconclusive"], 3),
    ],
)
def test_without_drift_the_code_is_0_and_without_evidence_3_where_asked(
    checking: Checking, current: str, options: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    document(capsys, [*checking.line(current), *options], code=code)


@pytest.mark.parametrize("checking", VERDICTS, ids=lambda checking: checking.name)
@pytest.mark.parametrize(
    "options",
    [[], ["--json"], ["--fail-on", "none"], ["--html", "no/such/folder.html"], ["--summary", "no/such/folder.md"]],
)
def test_bad_input_is_2_one_sentence_and_nothing_on_stdout(
    checking: Checking, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    line = checking.line("bad")
    capsys.readouterr()
    assert cli.main([*line, *options]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1


def test_a_project_without_a_comparison_is_inconclusive(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("status", "history"):
        document(capsys, [command, "--fail-on", "medium"])
        document(capsys, [command, "--fail-on-inconclusive"], code=3)


def test_the_demo_is_a_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    found = document(capsys, ["demo", "--seed", "2", "--html", str(page), "--fail-on", "critical"], code=1)
    hold(found, {**STATUS, "answered_by": [{"model", "backend"}]})
    assert "baseline “Cooking answers”" in Page(page.read_text("utf-8")).text


def test_two_models_are_judged_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    two = ["run", "Example: cooking", "--model", "a", "--second-model"]
    assert document(capsys, [*two, "b", "--fail-on", "high"], code=1)["comparison"]["verdict"] == "drift"
    assert document(capsys, [*two, "c", "--fail-on", "medium"])["comparison"]["verdict"] == "no_drift"
    assert cli.main(["run", "Example: cooking", "--fail-on", "high"]) == 2
    assert "name the other one with --second-model" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        (
            ["generate", "How do I bake?", "--seed", "1"],
            dict.fromkeys(("id", "prompt", "response", "timestamp", "model")),
        ),
        (["promote", "v2"], dict.fromkeys(("message", "baseline_size", "id", "name", "version", "cautions"))),
        (["import", "same.jsonl", "--to", "current"], dict.fromkeys(("rows", "added", "known", "skipped"))),
        (["projects"], {"projects": [{"project", "status", "baseline", "baseline_size", "telemetry_size"}]}),
        (["baselines"], {"baselines": [{"id", "name", "version", "size", "active"}]}),
        (["restore", "1"], dict.fromkeys(("message", "baseline_size", "name"))),
        (["models"], {"models": [{"model", "label", "detail"}]}),
        (["sets"], {"sets": []}),
        (["runs"], {"runs": []}),
        (["doctor"], {"parts": [{"name", "status", "detail", "hint"}], "settings": None, "unknown_variables": []}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_other_commands_print_one_document(
    line: list[str], shape: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pools("other")
    if line[0] == "doctor":
        monkeypatch.undo()
    hold(document(capsys, line), shape)


FORMS: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    "t.csv": lambda table, file: table.to_csv(file, index=False),
    "t.csv.gz": lambda table, file: file.write_bytes(gzip.compress(table.to_csv(index=False).encode())),
    "t.tsv": lambda table, file: table.to_csv(file, index=False, sep="\t"),
    "t.parquet": lambda table, file: table.to_parquet(file),
    "t.jsonl": lambda table, file: table.to_json(file, orient="records", lines=True),
    "t.jsonl.gz": lambda table, file: table.to_json(file, orient="records", lines=True, compression="gzip"),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("stdin", [False, True], ids=["file", "stdin"])
def test_every_form_of_file_is_read_from_a_path_and_from_standard_input(
    name: str, stdin: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for source, command, key in (
        (pd.read_csv("other.csv"), "tabular", "summary"),
        (pd.read_json("other.jsonl", lines=True), "text", "n_current"),
    ):
        FORMS[name](source, tmp_path / name)
        reference = "reference.csv" if command == "tabular" else "reference.jsonl"
        with (tmp_path / name).open("rb") as opened:
            monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": opened})())
            found = document(capsys, [command, reference, "-" if stdin else name, "--fail-on", "critical"], code=1)
        assert (found[key]["current_rows"] if key == "summary" else found[key]) == len(source)


def test_the_same_seed_gives_the_same_document(capsys: pytest.CaptureFixture[str]) -> None:
    for line in (["tabular", "reference.csv", "other.csv"], ["text", "reference.jsonl", "other.jsonl"]):
        first, again = (document(capsys, [*line, "--seed", "7"]) for _ in range(2))
        assert first == again
        assert first["seed"] == 7
