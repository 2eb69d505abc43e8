"""Commands on responses, as a shell sees them; the encoder is the one that loads no model."""

import json
from pathlib import Path
from typing import Any

import pytest

from driftium_core import cli, monitor
from driftium_core.command import command
from driftium_core.monitor import comparison
from driftium_core.services import open_services
from tests.html.page import Page
from tests.monitor.answers import answers
from tests.monitor.words import WordsEncoder


@pytest.fixture(autouse=True)
def _fresh_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTIUM_DATABASE_URL", f"sqlite:///{tmp_path / 'drift.db'}")
    monkeypatch.setenv("DRIFTIUM_QDRANT", str(tmp_path / "qdrant"))
    monkeypatch.setattr("driftium_core.services.MiniLM", lambda **_: WordsEncoder())
    monkeypatch.setattr(comparison, "_default_encoder", WordsEncoder)


@pytest.fixture
def logs(tmp_path: Path) -> dict[str, str]:
    """Files of responses by name."""
    contents = {
        "bread": answers("bread", 40, seed=1),
        "more bread": answers("bread", 40, seed=2),
        "bicycle": answers("bicycle", 40, seed=3),
        "three": answers("bread", 3, seed=4),
        "other three": answers("bicycle", 3, seed=5),
    }
    paths = {}
    for name, responses in contents.items():
        lines = [json.dumps({"prompt": item.prompt, "response": item.response}) for item in responses]
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(lines), "utf-8")
        paths[name] = str(path)
    return paths


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The JSON that a command prints, once it has succeeded."""
    capsys.readouterr()
    assert cli.main([*arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_text_has_every_key_of_its_document(logs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    report = document(capsys, "text", logs["bread"], logs["bicycle"])
    keys = {
        "status", "design", "n_baseline", "n_current", "n_pairs", "p_value", "attainable_p", "severity", "verdict",
        "effect", "centroid_score", "mmd_score", "null_range", "detectable", "health_index", "flags", "traffic",
        "evidence", "descriptors", "encoder", "seed",
    }  # fmt: skip
    assert keys <= report.keys()
    assert (report["status"], report["verdict"], report["severity"]) == ("ready", "drift", "CRITICAL")
    assert (report["design"], report["n_baseline"], report["n_current"]) == ("unpaired", 40, 40)
    assert set(report["null_range"]) == {"centroid_score", "mmd_score"}
    assert report["flags"].keys() == {"echo", "empty", "refusal", "low_alignment"}
    assert report["evidence"]["novel"][0].keys() == {"index", "text", "prompt", "witness", "nearest"}
    assert report["encoder"] == {"id": "words", "precision": "fp32"}


def test_text_writes_a_page(logs: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.html"
    report = document(capsys, "text", logs["bread"], logs["bicycle"], "--html", str(file))
    page = Page(file.read_text("utf-8")).text
    assert "Drift: CRITICAL." in page
    assert "bicycle.jsonl against baseline “bread.jsonl”" in page
    assert report["evidence"]["novel"][0]["text"].split()[0] in page


def test_a_page_has_no_place_in_a_folder_that_is_not_there(
    logs: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["text", logs["bread"], logs["bicycle"], "--html", str(tmp_path / "no" / "report.html")]) == 2
    assert "does not exist. Make it" in capsys.readouterr().err


def test_history_prints_a_calculation_as_a_page(logs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    document(capsys, "import", logs["bread"], "--to", "baseline", "--name", "good")
    document(capsys, "import", logs["bicycle"], "--to", "current")
    document(capsys, "status")
    (newest,) = document(capsys, "history")["history"]
    assert cli.main(["history", "--html", newest["id"]]) == 0
    assert "baseline “good”, version 1" in Page(capsys.readouterr().out).text
    assert cli.main(["history", "--html", newest["id"], "--json"]) == 2
    assert cli.main(["history", "--html", "0" * len(newest["id"])]) == 2
    assert "is not stored, or no longer" in capsys.readouterr().err


def test_history_writes_the_page_of_the_newest_calculation_or_of_the_one_named(
    logs: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.html"
    assert document(capsys, "history", "--html", str(file)) == {"history": []}
    assert not file.exists()
    document(capsys, "import", logs["bread"], "--to", "baseline", "--name", "good")
    for name in ("more bread", "bicycle"):
        document(capsys, "import", logs[name], "--to", "current")
        document(capsys, "status")
    first, second = document(capsys, "history")["history"]
    assert (first["verdict"], second["verdict"]) == ("no_drift", "drift")
    assert cli.main(["history", "--html", str(file), "--fail-on", "medium"]) == 1
    assert f"calculation {second['id']}" in Page(file.read_text("utf-8")).text
    assert cli.main(["history", "--html", str(file), "--fail-on", "medium", "--calculation", first["id"]]) == 0
    assert f"calculation {first['id']}" in Page(file.read_text("utf-8")).text
    assert document(capsys, "history", "--calculation", first["id"]) == {"history": [first]}


def test_status_and_rca_write_pages_and_summaries(
    logs: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, summary = tmp_path / "report.html", tmp_path / "summary.md"
    files = ["--html", str(page), "--summary", str(summary)]
    assert document(capsys, "status", *files)["status"] == "not_initialized"
    assert (page.exists(), summary.read_text("utf-8").startswith("Nothing is stored yet.")) == (False, True)
    document(capsys, "import", logs["bread"], "--to", "baseline", "--name", "good")
    document(capsys, "import", logs["bicycle"], "--to", "current")
    checked = document(capsys, "status", *files)
    assert f"calculation {checked['id']}" in Page(page.read_text("utf-8")).text
    assert "\n## ✕ Drift: CRITICAL.\n\nProject “default” against baseline “good”.\n" in summary.read_text("utf-8")
    document(capsys, "rca", "text", logs["bread"], logs["bicycle"], "--by-rules", *files)
    assert "✕ CRITICAL, look now." in Page(page.read_text("utf-8")).text
    assert "\n## What to do\n" in summary.read_text("utf-8")


def test_another_seed_is_another_calculation(logs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    document(capsys, "import", logs["bread"], "--to", "baseline")
    document(capsys, "import", logs["more bread"], "--to", "current")
    first, second = document(capsys, "status"), document(capsys, "status", "--seed", "9")
    assert first["id"] != second["id"]
    assert first["mmd_score"] == second["mmd_score"]
    assert document(capsys, "status", "--seed", "9")["id"] == second["id"]


@pytest.mark.parametrize(
    ("current", "options", "code"),
    [
        ("bicycle", [], 0),
        ("bicycle", ["--fail-on", "critical"], 1),
        ("more bread", ["--fail-on", "medium"], 0),
        ("more bread", ["--fail-on-inconclusive"], 0),
    ],
)
def test_exit_codes_of_text(logs: dict[str, str], current: str, options: list[str], code: int) -> None:
    assert cli.main(["text", logs["bread"], logs[current], *options]) == code


def test_three_against_three_settle_nothing(logs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    report = document(capsys, "text", logs["three"], logs["other three"])
    assert (report["verdict"], report["severity"]) == ("inconclusive", None)
    assert report["attainable_p"] == pytest.approx(0.1)
    assert cli.main(["text", logs["three"], logs["other three"], "--fail-on", "medium"]) == 0
    assert cli.main(["text", logs["three"], logs["other three"], "--fail-on-inconclusive"]) == 3


def test_the_order_of_rows_changes_nothing(
    logs: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Path(logs["bicycle"]).read_text("utf-8").splitlines()
    (tmp_path / "turned.jsonl").write_text("\n".join(reversed(lines)), "utf-8")
    report = document(capsys, "text", logs["bread"], logs["bicycle"])
    turned = document(capsys, "text", logs["bread"], str(tmp_path / "turned.jsonl"))
    for key in ("p_value", "effect", "centroid_score", "mmd_score", "health_index", "traffic", "descriptors"):
        assert report[key] == turned[key], key


def test_from_import_to_drift_to_a_new_baseline(logs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "status")["status"] == "not_initialized"
    imported = document(capsys, "import", logs["bread"], "--to", "baseline", "--name", "good")
    assert (imported["rows"], imported["added"], imported["baseline"]["name"]) == (40, 40, "good")
    assert document(capsys, "status")["status"] == "waiting_for_telemetry"
    document(capsys, "import", logs["bicycle"], "--to", "current")
    again = document(capsys, "import", logs["bicycle"], "--to", "current")
    assert (again["added"], again["known"]) == (0, 40)
    status = document(capsys, "status")
    assert (status["status"], status["severity"], status["telemetry_size"]) == ("ready", "CRITICAL", 40)
    assert status["evidence_score"]["looks"] == 2
    assert cli.main(["status", "--fail-on", "high"]) == 1
    capsys.readouterr()
    history = document(capsys, "history")["history"]
    assert len(history) == 1
    assert history[0]["p_value"] == status["p_value"]
    promoted = document(capsys, "promote", "wheels", "--note", "new product")
    assert (promoted["message"], promoted["baseline_size"]) == ("Baseline set successfully", 40)
    assert document(capsys, "restore", "1")["name"] == "good"
    names = [(item["name"], item["active"]) for item in document(capsys, "baselines")["baselines"]]
    assert names == [("wheels", False), ("good", True)]


def test_a_promotion_says_what_speaks_against_it_and_the_way_back(
    logs: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    document(capsys, "projects", "--create", "two words")
    there = ["--project", "two words"]
    document(capsys, "import", logs["bread"], "--to", "current", *there)
    first = document(capsys, "promote", "good", *there)
    assert first["former_version"] is None
    assert [caution[:23] for caution in first["cautions"]] == ["40 responses are few: a"]
    document(capsys, "import", logs["more bread"], "--to", "current", *there)
    document(capsys, "import", logs["bicycle"], "--to", "current", *there)
    with open_services() as services:
        preview = monitor.preview_promotion(services, project="two words")
    assert preview.mixture is not None
    assert preview.mixture.mixed
    capsys.readouterr()
    assert cli.main(["promote", "mixed", *there]) == 0
    captured = capsys.readouterr()
    assert captured.out == "Baseline set successfully: “mixed”, version 2, 80 responses.\n"
    assert captured.err.splitlines() == [*preview.cautions, f"Undo with `{command('undo', '--project', 'two words')}`."]
    undone = document(capsys, "undo", *there)
    assert (undone["now_current"], undone["baseline"]["name"]) == (80, "good")
    assert document(capsys, "promote", "third", *there)["former_version"] == 1
    assert document(capsys, "restore", "1", *there)["name"] == "good"
    assert cli.main(["undo", *there]) == 2
    assert "no promotion to undo" in capsys.readouterr().err


def test_projects_are_made_and_listed(logs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["projects", "--create", " support bot "]) == 0
    assert capsys.readouterr().out == ("Made project 'support bot'. Commands on it take `--project 'support bot'`.\n")
    document(capsys, "import", logs["three"], "--to", "baseline", "--name", "good", "--project", "support bot")
    found = document(capsys, "projects")["projects"]
    assert [item["project"] for item in found] == ["default", "support bot"]
    assert [item["baseline_size"] for item in found] == [0, 3]
    cli.main(["projects"])
    assert "support bot  “good” (version 1)" in capsys.readouterr().out
    assert cli.main(["projects", "--create", "support bot"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_people_get_sentences(logs: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["status"])
    assert "Nothing is stored yet" in capsys.readouterr().out
    cli.main(["import", logs["bread"], "--to", "baseline"])
    assert "40 rows read: 40 added to the baseline “bread.jsonl” (version 1)" in capsys.readouterr().out
    cli.main(["import", logs["bicycle"], "--to", "current"])
    cli.main(["status"])
    out = capsys.readouterr().out
    assert "✕ Drift: CRITICAL." in out
    assert "Words gained" in out
    cli.main(["history"])
    assert "✕ CRITICAL" in capsys.readouterr().out
    cli.main(["baselines"])
    assert "bread.jsonl" in capsys.readouterr().out


def test_an_import_beside_the_running_app_says_first_that_nothing_is_wrong(
    logs: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    document(capsys, "import", logs["bread"], "--to", "baseline")
    with open_services() as app:
        assert app.vectors.count("baseline") == 40  # the app has the vectors open
        assert cli.main(["import", logs["bicycle"], "--to", "current"]) == 0
        captured = capsys.readouterr()
        assert captured.out.startswith("40 rows read: 40 added to current")
        (notice,) = captured.err.splitlines()
        assert notice.startswith("Answers are stored as always, and the process that keeps the vectors, such as the ")
        assert notice.endswith("Vectors made here are not kept.")
        texts = [item.response_hash for item in monitor.current_responses(app)]
        assert app.vectors.get_texts(texts) == {}
        report = monitor.check_responses(app).report
        assert report is not None
        assert report.drift.verdict == "drift"
        assert app.vectors.get_texts(texts).keys() == set(texts)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["promote", "x"], "no current responses to promote"),
        (["promote", " "], "needs a name"),
        (["restore", "7"], "no baseline of version 7"),
        (["status", "--project", "nope"], "no project called 'nope'"),
        (["import", "missing.jsonl", "--to", "current"], "missing.jsonl does not exist"),
        (["text", "-", "-"], "Only one of the two"),
        (["text", "missing.jsonl", "missing.jsonl"], "does not exist"),
        (["import", "missing.jsonl", "--to", "elsewhere"], "elsewhere"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert captured.err.count("\n") == 1


def test_a_missing_response_column_names_the_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.csv"
    path.write_text("when,what\n1,2\n", "utf-8")
    assert cli.main(["import", str(path), "--to", "current"]) == 2
    error = capsys.readouterr().err
    assert "`when`" in error
    assert "`what`" in error
    assert cli.main(["import", str(path), "--to", "current", "--response-column", "what"]) == 0
