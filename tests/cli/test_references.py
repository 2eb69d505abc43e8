"""Commands on saved references, as a shell sees them."""

import json
from pathlib import Path

import pytest

from driftium_core import cli


@pytest.fixture(autouse=True)
def _fresh_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTIUM_DATABASE_URL", f"sqlite:///{tmp_path / 'drift.db'}")
    monkeypatch.setenv("DRIFTIUM_QDRANT", str(tmp_path / "qdrant"))


@pytest.fixture
def people(tmp_path: Path) -> str:
    """A table of 300 rows."""
    path = tmp_path / "people.csv"
    path.write_text("age,job\n" + "".join(f"{20 + n % 50},{'ab'[n % 2]}\n" for n in range(300)), "utf-8")
    return str(path)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert cli.main(["references", *arguments]) == 0
    return capsys.readouterr().out


def test_a_reference_is_saved_listed_used_and_removed(people: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No reference is saved." in said(capsys, "list")
    assert said(capsys, "save", "March", people) == "Saved reference “March”: 300 rows, 2 columns.\n"
    assert "March" in said(capsys, "list")
    assert cli.main(["tasks", "add-file", "sales", people, "--against", "March"]) == 0
    (saved,) = json.loads(said(capsys, "list", "--json"))["references"]
    assert (saved["name"], saved["rows"], saved["columns"]) == ("March", 300, ["age", "job"])
    assert json.loads(said(capsys, "remove", "March", "--json")) == {"removed": saved["id"]}
    assert "No reference is saved." in said(capsys, "list")


def test_what_cannot_be_saved_or_found_is_told(people: str, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "save", "March", people)
    assert cli.main(["references", "save", "March", people]) == 2
    assert "'March' already; choose another name" in capsys.readouterr().err
    assert cli.main(["references", "save", "May", "nowhere.csv"]) == 2
    assert "nowhere.csv" in capsys.readouterr().err
    assert cli.main(["references", "remove", "June"]) == 2
    assert "It has `March`." in capsys.readouterr().err
