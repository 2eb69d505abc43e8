"""The command line as a shell sees it: stdout, stderr and exit code."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from driftium_core import cli
from driftium_core.command import command
from tests.html.page import Page

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    rng = np.random.default_rng(7)
    reference = pd.DataFrame({"age": rng.integers(18, 90, 800), "job": rng.choice(["a", "b", "c"], 800)})
    reference.to_csv(folder / "reference.csv", index=False)
    reference[reference["age"] < 45].to_csv(folder / "young.csv", index=False)
    reference.sample(400, random_state=1).to_csv(folder / "same.csv", index=False)
    reference.head(3).to_csv(folder / "tiny.csv", index=False)
    return folder


def run(*arguments: str | Path) -> int:
    return cli.main([str(argument) for argument in arguments])


def shell(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "driftium_core", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"DRIFTIUM_TESTING": "1", "OLLAMA_HOST": "127.0.0.1:9"} | environment,
        check=False,
    )


def test_json_is_the_only_thing_on_stdout(files: Path) -> None:
    done = shell("tabular", files / "reference.csv", files / "young.csv", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    document = json.loads(done.stdout)
    assert {"summary", "columns", "findings", "settings", "versions"} <= document.keys()
    assert document["summary"]["status"] == "drift"
    assert document["columns"][0]["column"] == "age"
    assert document["settings"]["correction"] == "bh"


def test_the_root_cause_is_told_in_the_terminal_and_in_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tabular", files / "reference.csv", files / "young.csv") == 0
    out = capsys.readouterr().out
    assert "Root cause: `age` moved; no other column did.\n  age: rows with age ≥ 45 are gone\n" in out
    assert "  Among the 2 columns given; an association, not proof of cause.\n" in out
    assert run("tabular", files / "reference.csv", files / "young.csv", "--json") == 0
    found = json.loads(capsys.readouterr().out)["attribution"]
    assert found["roots"] == [
        {
            "column": "age",
            "action": "reweight",
            "explains": [],
            "description": "rows with age ≥ 45 are gone",
            "gone": "ends",
        }
    ]
    assert found["unexplained"] == []


def test_the_search_for_root_causes_can_be_left_out(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tabular", files / "reference.csv", files / "young.csv", "--no-attribution") == 0
    assert "Root cause" not in capsys.readouterr().out
    assert run("tabular", files / "reference.csv", files / "young.csv", "--no-attribution", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["attribution"], document["settings"]["attribution"]) == (None, False)


def test_without_drift_no_root_cause_is_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tabular", files / "reference.csv", files / "same.csv") == 0
    assert "Root cause" not in capsys.readouterr().out


def test_the_table_names_severity_by_glyph_and_word(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tabular", files / "reference.csv", files / "young.csv") == 0
    out = capsys.readouterr().out
    assert out.startswith("✕ Drift: CRITICAL.")
    assert "✕ CRITICAL  age" in out
    assert "p < 0.001" in out.replace("\u00a0", " ")


def test_a_column_name_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file, shift in (("a.csv", 0), ("b.csv", 400)):
        rows = "\n".join(str(value % 50 + shift) for value in range(200))
        (tmp_path / file).write_text(f"\x1b[31mred \u202eltr\n{rows}\n", "utf-8")
    assert run("tabular", tmp_path / "a.csv", tmp_path / "b.csv") == 0
    out = capsys.readouterr().out
    assert "✕ CRITICAL  [31mred ltr" in out
    assert not {"\x1b", "\u202e"}.intersection(out)


def test_the_root_cause_stands_under_the_verdict_where_it_was_looked_for(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = (files / "reference.csv", files / "young.csv")
    assert run("tabular", *tables) == 0
    lines = capsys.readouterr().out.splitlines()
    told = next(place for place, line in enumerate(lines) if line.startswith("Root cause: "))
    assert told < next(place for place, line in enumerate(lines) if line.startswith("severity"))
    assert run("tabular", *tables, "--no-attribution") == 0
    assert "Root cause" not in capsys.readouterr().out
    assert run("tabular", files / "reference.csv", files / "same.csv") == 0
    assert "Root cause" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("current", "options", "code"),
    [
        ("young.csv", ["--fail-on", "medium"], 1),
        ("young.csv", ["--fail-on", "critical"], 1),
        ("young.csv", [], 0),
        ("same.csv", ["--fail-on", "medium"], 0),
        ("tiny.csv", ["--fail-on", "medium"], 0),
        ("tiny.csv", ["--fail-on-inconclusive"], 3),
        ("same.csv", ["--fail-on-inconclusive"], 0),
        ("young.csv", ["--fail-on-inconclusive", "--fail-on", "high"], 1),
        ("young.csv", ["--columns", "job", "--fail-on", "medium"], 0),
    ],
)
def test_exit_codes(files: Path, current: str, options: list[str], code: int) -> None:
    assert run("tabular", files / "reference.csv", files / current, *options) == code


def test_options_reach_the_report(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--p-threshold", "0.01", "--plain-p", "--categorical", "age", "--columns", "age, job", "--seed", "5"]
    assert run("tabular", files / "reference.csv", files / "young.csv", "--json", *options) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["settings"]["p_threshold"] == 0.01
    assert document["settings"]["correction"] == "none"
    assert document["settings"]["columns"] == ["age", "job"]
    assert {c["column"]: c["kind"] for c in document["columns"]}["age"] == "categorical"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_report_is_written_as_a_page_beside_what_is_printed(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    file = tmp_path / "report.html"
    arguments = ["tabular", files / "reference.csv", files / "young.csv", *options]
    assert run(*arguments, "--html", file, "--fail-on", "high") == 1
    captured = capsys.readouterr()
    assert captured.err == f"Wrote {file}.\n"
    page = Page(file.read_text("utf-8")).text
    assert "✕ Drift: CRITICAL." in page
    assert "“young.csv” against “reference.csv”" in page
    assert run(*arguments) == 0
    assert capsys.readouterr().out == captured.out


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (
            "no/report.html",
            "The folder of no/report.html does not exist. Make it, or name another file for the HTML page.",
        ),
        (".", ". could not be written: is a directory."),
    ],
)
def test_a_page_that_has_no_place_is_one_sentence(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: str, sentence: str
) -> None:
    monkeypatch.chdir(files)
    assert run("tabular", "reference.csv", "young.csv", "--html", place) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"{sentence}\n")


def test_a_dash_is_standard_input(files: Path) -> None:
    data = (files / "young.csv").read_bytes()
    done = shell("tabular", files / "reference.csv", "-", "--json", "--fail-on", "high", stdin=data)
    assert done.returncode == 1
    assert json.loads(done.stdout)["summary"]["current_rows"] == len(data.splitlines()) - 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tabular", "gone.csv", "same.csv"], "gone.csv does not exist. Check the path."),
        (["tabular", "-", "-"], "Only one of the two tables can come from standard input."),
        (["tabular", "reference.csv"], "Missing argument 'current'. See --help."),
        (
            ["tabular", "reference.csv", "current.csv", "--fail-on", "low"],
            "Invalid value for '--fail-on': 'low' is not one of 'medium', 'high', 'critical'. See --help.",
        ),
        (["tabular", "reference.csv", "same.csv", "--columns", "salary"], "Neither table has `salary`."),
        (["tabular", "reference.csv", "same.csv", "--p-threshold", "5"], "The p threshold must lie between 0 and 1"),
        (["tabular", "reference.csv", "same.csv", "--p-threshold", "low"], "Invalid value for '--p-threshold'"),
        (["tabular", "reference.csv", "same.csv", "--seed", "-1"], "Invalid value for '--seed'"),
        (["tabular", "reference.csv", "same.csv", "--fail-on", "low"], "Invalid value for '--fail-on'"),
        (["table"], "No such command 'table'."),
    ],
)
def test_bad_input_is_one_sentence_on_stderr_and_2(
    files: Path,
    arguments: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(files)
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(sentence)
    assert captured.err.count("\n") == 1


def test_a_bad_setting_is_one_sentence(files: Path) -> None:
    done = shell("tabular", files / "reference.csv", files / "same.csv", DRIFTIUM_THREADS="many")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"DRIFTIUM_THREADS is 'many', which cannot be used; allowed: a whole number from 1 to 1024.\n"


def test_a_closed_pipe_is_no_error(files: Path) -> None:
    command = f"{sys.executable} -m driftium_core tabular {files}/reference.csv {files}/young.csv --json | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=ROOT, check=False)
    assert (done.stdout, done.stderr) == (b"{", b"")


def test_doctor_tells_every_part() -> None:
    done = shell("doctor", "--json", DRIFTIUM_HISTROY_LIMIT="3")
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert [part["name"] for part in document["parts"]] == ["database", "vectors", "embedder", "generator"]
    assert document["unknown_variables"] == ["DRIFTIUM_HISTROY_LIMIT"]
    assert done.stderr == b"Not a setting of Driftium, and ignored: DRIFTIUM_HISTROY_LIMIT.\n"


def test_doctor_exits_with_1_when_a_part_does_not_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTIUM_GGUF", str(tmp_path / "gone.gguf"))
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    assert run("doctor") == 1
    out = capsys.readouterr().out
    assert "generator ✕ error" in out
    assert "Correct DRIFTIUM_GGUF, or remove it." in out


def test_help_comes_without_loading_the_heavy_parts() -> None:
    code = (
        "import sys; from driftium_core.cli import main; main(['--help'])\n"
        "print(sorted({'pandas', 'scipy', 'sqlalchemy', 'pydantic', 'torch'} & sys.modules.keys()))"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.endswith("[]\n")
    assert "tabular" in done.stdout
    assert time.perf_counter() - start < 5  # 0.1 s on a quiet machine


def test_a_column_that_is_not_judged_has_neither_effect_nor_p(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, year in (("reference", "2020"), ("current", "2024")):
        days = pd.date_range(year, periods=60).strftime("%Y-%m-%d")
        pd.DataFrame({"day": days, "age": range(60)}).sample(60, random_state=1).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    assert run("tabular", tmp_path / "reference.csv", tmp_path / "current.csv", "--categorical", "age") == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if " day " in line)
    assert row.split()[:5] == ["–", "NOT", "TESTED", "day", "–"]
    assert row.split()[5] == "–"


def bash(script: str, files: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which $D is the command and the tables are in the working directory."""
    return subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        cwd=files,
        text=True,
        env=os.environ
        | {"DRIFTIUM_TESTING": "1", "D": f"{sys.executable} -m driftium_core", "PYTHONPATH": str(ROOT)}
        | environment,
        check=False,
    )


SAME = "$D tabular reference.csv same.csv --fail-on high"
YOUNG = "$D tabular reference.csv young.csv --fail-on high"


@pytest.mark.parametrize(
    ("command", "code"), [(SAME, 0), (f"{SAME} --json", 0), (YOUNG, 1), (f"{YOUNG} --json", 1), ("$D --help", 0)]
)
def test_a_reader_that_has_seen_enough_changes_no_exit_code(files: Path, command: str, code: int) -> None:
    done = bash(f"{command} | true; echo ${{PIPESTATUS[0]}}", files)
    assert (done.stdout, done.stderr) == (f"{code}\n", "")


@pytest.mark.parametrize("options", ["", "--json"])
def test_a_result_that_cannot_be_written_is_told_and_is_2(files: Path, options: str) -> None:
    done = bash(f"{YOUNG} {options} >/dev/full", files)
    assert (done.returncode, done.stderr) == (2, "The result could not be written: no space left on device.\n")


def test_a_terminal_without_unicode_gets_escapes_and_whole_json(files: Path) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    table = bash(SAME, files, **ascii_only)
    assert (table.returncode, table.stderr) == (0, "")
    assert table.stdout.startswith(r"\u25cf No drift found.")
    document = bash(f"{SAME} --json", files, **ascii_only)
    assert document.returncode == 0
    assert json.loads(document.stdout)["headline"] == "● No drift found."


@pytest.mark.parametrize(
    ("command", "code", "error"),
    [
        (f"{SAME} >&-", 0, ""),
        (f"{YOUNG} >&- 2>&-", 1, ""),
        ("$D tabular - same.csv <&-", 2, "Standard input is closed; there is nothing to read from it.\n"),
        ("$D tabular gone.csv same.csv 2>&-", 2, ""),
        ("$D tabular gone.csv same.csv 2>/dev/full", 2, ""),
    ],
)
def test_closed_and_full_streams_leave_the_exit_code(files: Path, command: str, code: int, error: str) -> None:
    done = bash(command, files)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", error)


def test_what_nobody_foresaw_is_one_sentence_and_2(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("driftium_core.monitor.compare", broken)
    assert run("tabular", files / "reference.csv", files / "same.csv") == 2
    assert capsys.readouterr().err == (
        "Stopped on an unexpected ZeroDivisionError: division by zero. "
        f"`{command(python_options=('-X', 'dev'))}` shows where.\n"
    )
