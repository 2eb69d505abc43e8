"""The program around its commands: help, version, completion, and starting the app."""

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from driftium_core import __version__, cli
from driftium_core.cli.layout import SUBJECTS
from driftium_core.cli.options import with_options
from driftium_core.command import command

ROOT = Path(__file__).parents[2]


def test_help_lists_every_command_once_below_its_subject(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    titles = [f"\n{title}:\n" for title in ("To begin", "Compare two files", "Watch a model's answers", "Ask models")]
    places = [out.index(title) for title in titles]
    assert places == sorted(places)
    assert "\nMore:\n" not in out, f"give the new command a place in {SUBJECTS}"
    assert "..." not in out.partition("\nTo begin:")[2].partition("Examples")[0], "a first sentence is too long"
    for line in ("demo", "tabular reference.csv current.csv --html report.html"):
        assert f"{command()} {line}" in " ".join(out.split())


def test_without_arguments_the_help_is_shown_and_it_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    out, error = capsys.readouterr()
    assert "Compare two files:" in out + error


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr() == (f"Driftium {__version__}\n", "")


def test_the_app_starts_on_the_port_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, line: started.append(line))
    assert cli.main(["app", "--port", "9000"]) == 0
    (line,) = started
    assert line[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert Path(line[4]) == ROOT / "app.py"
    assert line[5:] == ["--server.address", "127.0.0.1", "--server.port", "9000"]


def test_without_a_clone_there_is_no_app_and_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = import_module("driftium_core.cli.program")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "driftium_core" / "cli" / "program.py"))
    assert cli.main(["app"]) == 2
    assert capsys.readouterr().err == (
        "The app's pages are not part of the installed package. Clone the repository and run `make run` in it.\n"
    )


def test_bash_completes_commands_and_choices(tmp_path: Path) -> None:
    """In the shell itself: the script is what `completion` prints, the program any path that ends in its name."""
    path = tmp_path / "driftium"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m driftium_core "$@"\n', "utf-8")
    path.chmod(0o755)
    script = f"""
        eval "$({path} completion bash)"
        complete -p driftium >&2
        COMP_WORDS=(driftium prom) COMP_CWORD=1
        _driftium_completion {path}
        echo "${{COMPREPLY[@]}}"
        COMP_WORDS=(driftium tabular --fail-on "") COMP_CWORD=3
        _driftium_completion {path}
        echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])},
        check=False,
    )
    assert done.stdout == "promote\nmedium high critical\n", done.stderr


@dataclass(frozen=True)
class Paint:
    """Options of a test."""

    colour: Annotated[str, typer.Option(help="Which one.")] = "red"
    thick: Annotated[bool, typer.Option("--thick", help="More of it.")] = False


def test_options_of_a_dataclass_become_options_of_the_command() -> None:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    @app.command()
    @with_options
    def draw(shape: str, size: int = 1, *, paint: Paint) -> None:
        """Draw a shape."""
        typer.echo(f"{shape} {size} {paint}")

    said = CliRunner().invoke(app, ["circle", "--thick", "--size", "3"]).output
    assert said == "circle 3 Paint(colour='red', thick=True)\n"
    shown = CliRunner().invoke(app, ["--help"]).output
    assert "Draw a shape." in shown
    assert "Which one." in shown
    assert shown.index("--size") < shown.index("--colour") < shown.index("--thick")
