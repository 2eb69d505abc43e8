"""Commands in hints: whoever types them gets this Python, wherever they stand."""

import json
import os
import re
import shlex
import site
import subprocess
import sys
from pathlib import Path

import pytest

from driftium_core.command import command
from tests.test_layers import FILES, ROOT


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A virtual environment's folder of programs, by whose Python this process claims to run; PATH is empty."""
    programs = tmp_path / "the project" / ".venv" / "bin"
    programs.mkdir(parents=True)
    (tmp_path / "python3.real").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "python3.real").chmod(0o755)
    for name in ("python", "python3"):
        (programs / name).symlink_to(tmp_path / "python3.real")
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    return programs


def test_below_the_working_directory_it_is_named_from_there(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(environment.parents[1])
    assert command("demo") == ".venv/bin/python -m driftium_core demo"
    assert command() == ".venv/bin/python -m driftium_core"
    assert command(python_options=("-X", "dev")) == ".venv/bin/python -X dev -m driftium_core"
    monkeypatch.chdir(environment)
    assert command("demo") == "./python -m driftium_core demo"


def test_elsewhere_bare_python_is_enough_where_it_is_this_one(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    absolute = f"'{environment / 'python'}' -m driftium_core demo"
    assert command("demo") == absolute
    monkeypatch.setenv("PATH", str(environment))
    assert command("demo") == "python -m driftium_core demo"
    monkeypatch.setattr(sys, "executable", str(environment / "python3"))
    assert command("demo") == "python -m driftium_core demo"
    # The Python that the environment was made from is the same file, and does not see the packages in it.
    monkeypatch.setattr(sys, "executable", str(environment / "python"))
    (away / "python").symlink_to(tmp_path / "python3.real")
    monkeypatch.setenv("PATH", str(away))
    assert command("demo") == absolute


@pytest.fixture
def script(environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The script as pip leaves it beside that Python, for this code."""
    (environment / "driftium").write_text("#!/bin/sh\n", "utf-8")
    (environment / "driftium").chmod(0o755)
    origin = tmp_path / "site-packages" / "driftium-0.1.0.dist-info" / "direct_url.json"
    origin.parent.mkdir(parents=True)
    origin.write_text(json.dumps({"dir_info": {"editable": True}, "url": ROOT.as_uri()}), "utf-8")
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(tmp_path / "site-packages")])
    return origin


@pytest.mark.usefixtures("script")
def test_the_script_is_named_where_it_is_installed(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("demo") == f"{shlex.quote('the project/.venv/bin/driftium')} demo"
    monkeypatch.chdir(environment.parents[1])
    assert command() == ".venv/bin/driftium"
    assert command(python_options=("-X", "dev")) == ".venv/bin/python -X dev -m driftium_core"
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    assert command("demo") == f"'{environment / 'driftium'}' demo"
    monkeypatch.setenv("PATH", str(environment))
    assert command("demo") == "driftium demo"


@pytest.mark.parametrize("origin", ['{"url": "file:///another/clone"}', "{}", "half of a fi"])
def test_a_script_of_another_clone_is_not_named(script: Path, origin: str) -> None:
    script.write_text(origin, "utf-8")
    assert command("demo") == f"{shlex.quote('the project/.venv/bin/python')} -m driftium_core demo"


def test_a_deleted_working_directory_is_no_reason_to_fail(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert command("demo") == f"'{environment / 'python'}' -m driftium_core demo"
    monkeypatch.chdir(tmp_path)


def test_words_are_quoted_for_the_shell() -> None:
    assert command("status", "--project", "it's two").endswith(""" status --project 'it'"'"'s two'""")
    assert command("generate", "PROMPT", "--model", "smollm:135m").endswith(" generate PROMPT --model smollm:135m")


def test_it_can_be_typed_and_its_usage_says_the_same(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]]), "COLUMNS": "500"}
    code = "from driftium_core.command import command; print(command(), command('status', '--help'), sep='\\n')"
    for folder in (tmp_path, ROOT):
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, env=environment)
        program, line = said.stdout.splitlines()
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=folder, env=environment)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"Usage: {program} status [OPTIONS]" in " ".join(done.stdout.split())  # a long line is wrapped


def test_no_hint_names_a_script_that_is_not_installed() -> None:
    named = re.compile(r"(?<!`)`driftium [a-z]")
    assert [str(file.relative_to(ROOT)) for file in FILES if named.search(file.read_text("utf-8"))] == []
