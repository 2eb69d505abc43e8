"""What docs/ci.md shows is run as it stands there: the hooks, the workflows' steps, and the script for cron."""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.html.page import Page

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "docs" / "ci.md").read_text("utf-8")
EXAMPLES: dict[str, str] = dict(re.findall(r"^<!-- example: (.+?) -->\n```\w+\n(.*?)^```$", GUIDE, re.M | re.S))

HOOK = yaml.safe_load(EXAMPLES[".pre-commit-config.yaml"])
OF_THIS_REPOSITORY = yaml.safe_load(EXAMPLES["hooks of this repository"])
DATA = yaml.safe_load(EXAMPLES[".github/workflows/data-drift.yml"])
ANSWERS = yaml.safe_load(EXAMPLES[".github/workflows/answer-drift.yml"])


@pytest.fixture(autouse=True)
def _driftium_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`driftium` as an installation puts it on PATH, for the code of this folder."""
    script = tmp_path / "bin" / "driftium"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m driftium_core "$@"\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(script.parent), os.environ["PATH"]]))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]]))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a reference and a baseline, and nothing to compare with them yet."""
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    (folder / "answers").mkdir()
    table(folder / "data" / "reference.csv", range(1000))
    log(folder / "answers" / "baseline.jsonl", "{n} plus {n} is {m}.", 30)
    return folder


def table(file: Path, rows: range, *, oldest: int = 70) -> None:
    """Ages from 20 on, and jobs."""
    lines = [f"{20 + n % 50},{('admin', 'technician')[n % 2]}\n" for n in rows if 20 + n % 50 < oldest]
    file.write_text("age,job\n" + "".join(lines), "utf-8")


def log(file: Path, answer: str, size: int) -> None:
    """Answers to questions on sums."""
    texts = [(f"How much is {n} + {n}?", answer.format(n=n, m=2 * n)) for n in range(size)]
    file.write_text("\n".join(json.dumps({"prompt": p, "response": r}) for p, r in texts), "utf-8")


def git(repository: Path, *arguments: str) -> str:
    """What git prints, away from the user's own settings."""
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=repository,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def pre_commit(repository: Path, config: dict[str, Any]) -> dict[str, int]:
    """Exit codes by hook, as pre-commit runs hooks of `language: system` on what is staged."""
    offered = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    staged = git(repository, "diff", "--cached", "--name-only", "--diff-filter=ACMRT", "-z").split("\0")[:-1]
    codes = {}
    for source in config["repos"]:
        for asked in source["hooks"]:
            hook = asked if source["repo"] == "local" else offered[asked["id"]] | asked
            assert hook["language"] == "system"
            matched = [name for name in staged if re.search(hook["files"], name)]
            if matched:
                names = matched if hook.get("pass_filenames", True) else []
                line = [*shlex.split(hook["entry"]), *hook.get("args", []), *names]
                codes[hook["id"]] = subprocess.run(line, cwd=repository, capture_output=True, check=False).returncode
    return codes


@pytest.mark.slow
def test_the_hook_refuses_a_commit_of_drifted_data_alone(project: Path) -> None:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    assert pre_commit(project, HOOK) == {}  # nothing that it looks at is staged
    git(project, "commit", "--quiet", "--message", "reference")
    table(project / "data" / "current.csv", range(300))
    git(project, "add", ".")
    assert pre_commit(project, HOOK) == {"data-drift": 0}
    table(project / "data" / "current.csv", range(1000), oldest=35)
    git(project, "add", ".")
    assert pre_commit(project, HOOK) == {"data-drift": 1}
    table(project / "data" / "reference.csv", range(1000), oldest=35)  # the change is meant
    assert pre_commit(project, HOOK) == {"data-drift": 0}
    (project / "data" / "current.csv").write_text("", "utf-8")
    assert pre_commit(project, HOOK) == {"data-drift": 2}


@pytest.mark.slow
@pytest.mark.models
def test_the_hook_of_this_repository_takes_files_as_arguments(project: Path) -> None:
    git(project, "init", "--quiet")
    log(project / "answers" / "current.jsonl", "Bake bread number {n} for {m} minutes.", 30)
    git(project, "add", ".")
    assert pre_commit(project, OF_THIS_REPOSITORY) == {"driftium-text": 1}


def test_hooks_have_what_pre_commit_asks_for() -> None:
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")):
        assert hook.keys() >= {"id", "name", "entry", "language"}
        assert hook["pass_filenames"] is False, "the files are arguments of the command"


@dataclass(frozen=True)
class Job:
    """What became of a job: its first exit code that was not 0, the steps that ran, what it said, and its summary."""

    code: int
    ran: list[str]
    output: str
    summary: str


def run_job(workflow: dict[str, Any], project: Path) -> Job:
    """The `run` steps in order, each by `bash -e` and under its condition, as a runner does where no shell is named."""
    (job,) = workflow["jobs"].values()
    summary = project / "summary.md"
    code, ran, output = 0, [], ""
    for step in job["steps"]:
        wanted = {"success()": code == 0, "failure()": code != 0, "always()": True}[step.get("if", "success()")]
        if "uses" in step or step["name"] == "Install Driftium" or not wanted:
            continue
        assert "${{" not in step["run"], "only a runner can fill this in"
        script = project.parent / "step.sh"
        script.write_text(step["run"], "utf-8")
        done = subprocess.run(
            ["bash", "-e", str(script)],
            cwd=project,
            env=os.environ | {"GITHUB_STEP_SUMMARY": str(summary), "CI": "true"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        ran.append(step["name"])
        output += done.stdout + done.stderr
        code = code or done.returncode
    return Job(code, ran, output, summary.read_text("utf-8") if summary.exists() else "")


@pytest.mark.slow
def test_drifted_data_fail_the_build_and_are_explained(project: Path) -> None:
    table(project / "data" / "current.csv", range(1000), oldest=35)
    job = run_job(DATA, project)
    assert (job.code, job.ran) == (1, ["Compare with the reference", "Say why"])
    assert "✕ Drift: CRITICAL." in job.output
    assert job.summary.startswith("## ✕ Drift: CRITICAL.\n")
    assert "| ✕ CRITICAL | age |" in job.summary
    assert "\n## What to do\n" in job.summary
    assert "Drift: CRITICAL." in Page((project / "report.html").read_text("utf-8")).text


@pytest.mark.slow
def test_clean_data_pass_and_leave_a_report(project: Path) -> None:
    table(project / "data" / "current.csv", range(300))
    job = run_job(DATA, project)
    assert (job.code, job.ran) == (0, ["Compare with the reference"]), job.output
    assert job.summary.startswith("## ● No drift found.\n")
    assert "No drift found." in Page((project / "report.html").read_text("utf-8")).text


@pytest.mark.slow
@pytest.mark.parametrize("content", [None, "", "age\n1,2,3\n"])
def test_bad_input_fails_with_a_code_of_its_own(project: Path, content: str | None) -> None:
    if content is not None:
        (project / "data" / "current.csv").write_text(content, "utf-8")
    job = run_job(DATA, project)
    assert job.code == 2
    assert "current.csv" in job.output
    assert job.summary == ""
    assert not (project / "report.html").exists()


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.parametrize(
    ("answer", "sizes", "code", "headline"),
    [
        ("Bake bread number {n} for {m} minutes.", (30, 30), 1, "✕ Drift: CRITICAL."),
        ("{n} plus {n} is {m}.", (30, 28), 0, "● No drift found."),
        ("Bake bread number {n} for {m} minutes.", (3, 3), 3, "○ Inconclusive."),
    ],
)
def test_answers_fail_the_build_on_drift_and_when_they_are_too_few(
    project: Path, answer: str, sizes: tuple[int, int], code: int, headline: str
) -> None:
    log(project / "answers" / "baseline.jsonl", "{n} plus {n} is {m}.", sizes[0])
    log(project / "answers" / "current.jsonl", answer, sizes[1])
    job = run_job(ANSWERS, project)
    assert job.code == code, job.output
    assert job.summary.startswith(f"## {headline}")
    assert "against baseline “baseline.jsonl”" in Page((project / "report.html").read_text("utf-8")).text


@pytest.mark.slow
@pytest.mark.parametrize(("oldest", "code"), [(70, 0), (35, 1)])
def test_the_script_for_cron_is_silent_unless_something_needs_a_look(project: Path, oldest: int, code: int) -> None:
    table(project / "data" / "current.csv", range(1000), oldest=oldest)
    (project / "drift-check").write_text(EXAMPLES["drift-check"], "utf-8")
    done = subprocess.run(["sh", "drift-check"], cwd=project, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code
    assert done.stderr == ""
    assert ("Drift: CRITICAL" in done.stdout) is bool(code)
    assert bool(done.stdout) is bool(code)


@pytest.mark.parametrize("workflow", [DATA, ANSWERS], ids=["data", "answers"])
def test_workflows_install_as_the_makefile_does_and_keep_the_report_when_they_fail(workflow: dict[str, Any]) -> None:
    (job,) = workflow["jobs"].values()
    (install,) = (step for step in job["steps"] if step.get("name") == "Install Driftium")
    assert "make -C .driftium install" in install["run"]
    assert ".driftium/.venv/bin" in install["run"]
    upload = job["steps"][-1]
    assert (upload["uses"], upload["if"], upload["with"]["path"]) == (
        "actions/upload-artifact@v4",
        "always()",
        "report.html",
    )
    assert re.fullmatch(r"\d+ \d+ \* \* \*", workflow[True]["schedule"][0]["cron"])  # YAML reads `on` as true


def test_every_yaml_of_the_guide_is_an_example_that_runs() -> None:
    assert len(re.findall(r"^```yaml$", GUIDE, re.M)) == 4
    assert len(EXAMPLES) == 5
