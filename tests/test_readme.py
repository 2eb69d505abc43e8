"""What the README says is true: its table, its Python example, its commands."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from driftium_core import monitor
from driftium_core.services import open_services
from driftium_core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def code_blocks(language: str) -> list[str]:
    """Fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


LINES = [line for block in code_blocks("sh") for line in block.replace("\\\n", " ").splitlines()]
COMMANDS = [line.partition("#")[0].strip() for line in LINES]
CLI = [line for line in COMMANDS if line.startswith((".venv/bin/driftium ", ".venv/bin/python -m driftium_core "))]
FIRST = ("tabular", "doctor")
ANSWERS = ("text", "import", "status", "history", "promote", "baselines", "restore")
PLAYGROUND = ("demo", "models", "generate", "sets", "run", "runs")
RCA = ("rca",)
ALERTS = ("alerts",)
TASKS = ("tasks",)


def verb(line: str) -> str:
    """The command of a line."""
    return words(line)[0]


def words(line: str) -> list[str]:
    """What follows the program in a line."""
    program, *rest = shlex.split(line)
    return rest if program == ".venv/bin/driftium" else rest[2:]


NAMES_OF_FORMATS = (
    *("README.md", "driftium_core/cli/project.py", "driftium_core/cli/tabular.py", "driftium_core/cli/text.py"),
    *("pages/ui/playground_import.py", "pages/ui/playground_upload.py", "pages/ui/tabular_inputs.py"),
)


@pytest.mark.parametrize("path", NAMES_OF_FORMATS)
def test_formats_of_files_are_named_alike_everywhere(path: str) -> None:
    words = " ".join((ROOT / path).read_text("utf-8").split())
    assert "CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too" in words


def test_settings_table_is_the_one_the_code_has() -> None:
    from driftium_core.settings import settings_table

    rows = ["| Variable | Default | What it does |", "|---|---|---|"]
    for name, default, description in settings_table():
        rows.append(f"| `{name}` | {f'`{default}`' if default else '–'} | {description} |")
    wanted = "\n".join(rows)
    written = README.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0].strip()
    assert written == wanted, f"put this between the settings markers:\n{wanted}"


def test_python_example_runs_and_finds_its_planted_drift(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    exec(compile(code_blocks("python")[0], "README.md", "exec"), names)
    # Ages below 35 are 15 of 50 equally frequent ages: D = 1 - 15/50 = 0.70, past CRITICAL's 0.30; job is balanced.
    assert capsys.readouterr().out.strip() == "CRITICAL ['age']"
    attribution = names["report"].attribution
    (root,) = attribution.roots
    assert (root.column, root.explains, attribution.unexplained) == ("age", (), ())
    assert "`report.attribution` says which" in README
    assert root.description == "rows with age ≥ 35 are gone"


@pytest.mark.models
@pytest.mark.slow
def test_python_example_of_answers_finds_its_planted_drift(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code_blocks("python")[1], "README.md", "exec"), {})
    assert capsys.readouterr().out.strip() == "drift paired CRITICAL"


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line in CLI if verb(line) in FIRST])
def test_cli_example_runs(line: str, tmp_path: Path) -> None:
    write_tables(tmp_path)
    done = shell(line, tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert ("age" if "tabular" in line else "database") in done.stdout
    if "--json" in line:
        assert json.loads(done.stdout)["summary"]["reference_rows"] == 1000


@pytest.mark.slow
def test_commands_on_answers_run_in_the_order_given(tmp_path: Path) -> None:
    """One after the other, as a newcomer types them; the encoder is the real one."""
    write_answers(tmp_path)
    said = {}
    for line in CLI:
        command = verb(line)
        if command in ANSWERS:
            done = shell(line, tmp_path)
            assert done.returncode == 0, done.stderr
            said[command] = done.stdout
    assert said.keys() == set(ANSWERS)
    assert "✕ Drift: CRITICAL." in said["text"]
    assert "✕ Drift: CRITICAL." in said["status"]
    assert "✕ CRITICAL" in said["history"]
    assert "week 1" in said["restore"]


@pytest.mark.slow
def test_commands_that_say_why_run_in_the_order_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTIUM_RCA_DEADLINE_S", "1")
    write_tables(tmp_path)
    write_answers(tmp_path)
    for line in CLI:
        if verb(line) == "import":
            assert shell(line, tmp_path).returncode == 0
    lines = [line for line in CLI if verb(line) in RCA]
    assert [words(line)[1] for line in lines] == ["tabular", "text", "stored"]
    for line in lines:
        done = shell(line, tmp_path)
        assert done.returncode == 0, done.stderr
        assert "✕ CRITICAL" in done.stdout
        assert "What to do" in done.stdout
    assert (tmp_path / "why.md").read_text("utf-8") == done.stdout


@pytest.mark.slow
def test_commands_of_alerts_run_in_the_order_given(tmp_path: Path) -> None:
    said = []
    for line in CLI:
        if verb(line) in ALERTS:
            done = shell(line, tmp_path)
            assert done.returncode == 0, done.stderr
            said.append(done.stdout)
    assert said[0].startswith("Added channel ops")
    assert said[1:] == [
        "Added rule critical.\n",
        "No check is stored yet, so there is nothing to try the rule on.\n",
        "There is no incident.\n",
        "There is no message.\n",
        "0 messages queued, 0 sent.\n",
    ]


@pytest.mark.slow
def test_commands_of_tasks_run_in_the_order_given(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/chat.jsonl").write_text("", "utf-8")
    with open_services(Settings(database_url=f"sqlite:///{tmp_path / 'drift.db'}")) as services:
        monitor.save_reference(services, monitor.sample_table(services, 1000), name="March")
    said = []
    for line in CLI:
        if verb(line) in TASKS:
            done = shell(line, tmp_path)
            assert done.returncode == 0, done.stderr
            said.append(done.stdout)
    assert len(said) == 7
    for part in ("every 15 minutes", "hourly", "10 minutes", "“March”", "daily at 02:00 (Europe/Berlin)"):
        assert part in "".join(said[:5]).replace("0 * * * *", "hourly")
    assert all(name in said[5] for name in ("chat", "answers", "gateway", "sales", "nightly"))
    assert said[6].startswith("“chat” done")


def write_tables(folder: Path) -> None:
    """The two tables that the README compares."""
    header = "age,job\n"
    rows = [f"{20 + n % 50},{('admin', 'technician')[n % 2]}\n" for n in range(1000)]
    (folder / "reference.csv").write_text(header + "".join(rows), "utf-8")
    (folder / "current.csv").write_text(header + "".join(r for r in rows if int(r[:2]) < 35), "utf-8")


def write_answers(folder: Path) -> None:
    """The two logs that it compares."""
    for name, answer in (("good", "{n} plus {n} is {m}."), ("today", "Bake bread number {n} for {m} minutes.")):
        lines = [
            json.dumps({"prompt": f"How much is {n} + {n}?", "response": answer.format(n=n, m=2 * n)})
            for n in range(30)
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")


@pytest.mark.models
@pytest.mark.slow
def test_commands_of_the_playground_run_in_the_order_given(tmp_path: Path) -> None:
    """On the embedded model, as on a machine without Ollama. `demo` has a test of its own, which takes as long."""
    (tmp_path / "prompts.csv").write_text("id,question\n1,What is rain?\n2,What is snow?\n", "utf-8")
    said = ""
    lines = [line for line in CLI if verb(line) in PLAYGROUND]
    assert {verb(line) for line in lines} == set(PLAYGROUND)
    for line in lines:
        if verb(line) != "demo":
            done = shell(line, tmp_path)
            assert done.returncode == 0, done.stderr
            said += done.stdout
    for words in (
        "SmolLM2-135M-Instruct.Q4_1 · embedded",
        "Example: cooking",
        "16 of 16 prompts answered",
        "B: 2 of 2 prompts answered",
    ):
        assert words in said


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command of the README, run in a folder of its own."""
    path = os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])
    place = {"DRIFTIUM_TESTING": "0", "DRIFTIUM_DATABASE_URL": "sqlite:///drift.db", "DRIFTIUM_QDRANT": "qdrant"}
    return subprocess.run(
        [sys.executable, "-m", "driftium_core", *words(line)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path} | place,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_readme_has_both_forms_of_the_cli() -> None:
    assert len(CLI) >= 2
    assert any("--json" in line for line in CLI)
