"""``driftium tasks`` as a shell sees it; the encoder is the one that loads no model."""

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from driftium_core import cli, monitor
from driftium_core.scheduler import Scheduler
from driftium_core.services import Services, open_services
from tests.monitor.answers import answers
from tests.monitor.words import WordsEncoder


@pytest.fixture(autouse=True)
def _fresh_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTIUM_DATABASE_URL", f"sqlite:///{tmp_path / 'drift.db'}")
    monkeypatch.setenv("DRIFTIUM_QDRANT", str(tmp_path / "qdrant"))
    monkeypatch.setattr("driftium_core.services.MiniLM", lambda **_: WordsEncoder())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of forty answers that is going to grow."""
    path = tmp_path / "chat.jsonl"
    append(path, 40, seed=1)
    return path


def append(path: Path, count: int, *, seed: int, topic: str = "bread") -> None:
    with path.open("a", encoding="utf-8") as file:
        for item in answers(topic, count, seed=seed):
            file.write(json.dumps({"prompt": item.prompt, "response": item.response}) + "\n")


def document(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    """The JSON that a command prints."""
    capsys.readouterr()
    assert cli.main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """What a command prints on stdout and stderr."""
    capsys.readouterr()
    assert cli.main([*arguments]) == code
    return tuple(capsys.readouterr())  # type: ignore[return-value]


def test_a_log_is_collected_checked_and_its_runs_are_told(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = document(capsys, "tasks", "add-file", "chat", str(log), "--schedule", "15m")
    assert (made["name"], made["kind"], made["schedule"], made["paused"]) == (
        "chat",
        "collect",
        "every 15 minutes",
        False,
    )
    assert made["next_run_at"] is not None
    assert str(log) in made["description"]
    run = document(capsys, "tasks", "run", "chat")
    assert (run["task"], run["state"], run["n_new"], run["cause"]) == ("chat", "done", 40, "manual")
    assert cli.main(["promote", "March"]) == 0
    append(log, 50, seed=2, topic="bicycle")
    with log.open("a", encoding="utf-8") as file:
        file.write("no json\n")
    out, _ = said(capsys, "tasks", "run", "chat")
    assert "“chat” done: 51 records read, 50 new, 0 stored already, 1 skipped." in out
    assert "– 1 record was skipped" in out
    with open_services() as services:
        (calculation,) = monitor.pool_history(services)
        assert calculation.n_current == 50
    told = document(capsys, "tasks", "runs", "chat")
    assert [each["n_new"] for each in told["runs"]] == [50, 40]
    (listed,) = document(capsys, "tasks", "list")["tasks"]
    assert (listed["id"], listed["last_run"]["n_new"]) == (made["id"], 50)
    out, _ = said(capsys, "tasks", "list")
    assert all(word in out for word in ("chat", "every 15 minutes", "done", "50"))


def test_what_is_due_is_run_for_cron(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "tasks", "run", "--due") == {"runs": []}
    said(capsys, "tasks", "add-file", "chat", str(log), "--schedule", "1d")
    said(capsys, "tasks", "add-file", "by hand", str(log))
    (run,) = document(capsys, "tasks", "run", "--due")["runs"]
    assert (run["task"], run["n_new"]) == ("chat", 40)
    out, _ = said(capsys, "tasks", "run", "--due")
    assert out == "Nothing was due.\n"


def test_a_run_that_fails_is_told_and_exits_with_two(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "tasks", "add-file", "chat", str(log))
    log.unlink()
    run = document(capsys, "tasks", "run", "chat", code=2)
    assert run["state"] == "failed"
    assert "chat.jsonl" in run["error"]
    out, _ = said(capsys, "tasks", "run", "chat", code=2)
    assert "“chat” failed." in out
    assert run["error"] in out
    out, _ = said(capsys, "tasks", "list")
    assert "(2 in a row)" in out


def test_pausing_renaming_rescheduling_and_removing(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "tasks", "add-file", "chat", str(log), "--schedule", "15m", "--paused")
    out, _ = said(capsys, "tasks", "list")
    assert "paused" in out
    assert document(capsys, "tasks", "resume", "chat")["next_run_at"] is not None
    assert document(capsys, "tasks", "pause", "chat")["next_run_at"] is None
    out, _ = said(capsys, "tasks", "rename", "chat", "log")
    assert out.startswith("“log”: ")
    assert "It is paused; its schedule is: every 15 minutes." in " ".join(out.split())
    changed = document(capsys, "tasks", "reschedule", "log", "daily at 6:00", "--timezone", "Europe/Berlin")
    assert changed["schedule"] == "0 6 * * * (Europe/Berlin)"
    out, _ = said(capsys, "tasks", "runs", "log")
    assert out == "It has not run yet.\n"
    out, _ = said(capsys, "tasks", "remove", "log")
    assert out == "Removed the task “log”. What it collected stays.\n"
    out, _ = said(capsys, "tasks", "list")
    assert "There is no task yet." in out


def test_a_look_stores_no_task(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "tasks", "add-file", "chat", str(log), "--probe")
    assert found["columns"] == ["prompt", "response"]
    assert len(found["sample"]) > 0
    assert document(capsys, "tasks", "list") == {"tasks": []}
    said(capsys, "tasks", "add-file", "chat", str(log))
    out, _ = said(capsys, "tasks", "probe", "chat")
    assert "with `prompt` and `response`." in out
    assert "response: `response`" in out
    said(capsys, "tasks", "add-answers", "check")
    out, _ = said(
        capsys, "tasks", "add-answers", "nightly", "--schedule", "daily at 2:00", "--timezone", "Europe/Berlin"
    )
    assert "It runs daily at 02:00 (Europe/Berlin), first at once." in out
    _, error = said(capsys, "tasks", "probe", "check", code=2)
    assert "reads the project's own answers" in error


def test_a_table_is_checked_against_a_saved_reference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    current = tmp_path / "sales.csv"
    current.write_text("x\n" + "\n".join(str(number % 7 + 20) for number in range(300)), "utf-8")
    _, error = said(capsys, "tasks", "add-file", "sales", str(current), "--against", "March", code=2)
    assert "has no saved reference 'March'" in error
    with open_services() as services:
        data = ("x\n" + "\n".join(str(number % 7) for number in range(300))).encode()
        monitor.save_reference(services, monitor.read_upload(services, data, "march.csv"), name="March")
    made = document(capsys, "tasks", "add-file", "sales", str(current), "--against", "March", "--p-threshold", "0.01")
    assert (made["kind"], made["reference"], made["p_threshold"]) == ("table", "March", 0.01)
    run = document(capsys, "tasks", "run", "sales")
    assert (run["state"], run["report_kind"], run["n_read"]) == ("done", "table", 300)
    with open_services() as services:
        assert monitor.open_run(services, run["report_id"])[1].summary.status == "drift"


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_watching_runs_what_is_due_until_it_is_told_to_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, ending: signal.Signals
) -> None:
    said(capsys, "tasks", "add-answers", "check", "--schedule", "1d")
    told = threading.Event()
    run_due, handlers = monitor.run_due_tasks, [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]

    def look_and_end(services: Services) -> None:
        for job in run_due(services):
            job.wait()
        if not told.is_set():
            told.set()
            os.kill(os.getpid(), ending)

    monkeypatch.setattr(monitor, "run_due_tasks", look_and_end)
    _, error = said(capsys, "watch")
    assert error.splitlines() == ["Running what is due of 1 task; Ctrl-C ends.", "Ended."]
    assert len(document(capsys, "tasks", "runs", "check")["runs"]) == 1
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == handlers


def test_ctrl_c_while_watching_begins_is_an_end_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scheduler, "start", lambda _self: os.kill(os.getpid(), signal.SIGINT))
    _, error = said(capsys, "watch")
    assert error.endswith("\nEnded.\n")


def test_no_secret_is_shown_again(capsys: pytest.CaptureFixture[str]) -> None:
    url = "postgresql://reader:hunter2@db.example/logs"
    shown = [
        *said(capsys, "tasks", "add-sql", "sql", url, "SELECT * FROM logs", "--watermark", "id"),
        *said(
            capsys,
            *("tasks", "add-http", "http", "https://logs.example/v1?api_key=hunter2"),
            *("--header", "Authorization: Bearer hunter2", "--since", "after", "--watermark", "id"),
        ),
        json.dumps(document(capsys, "tasks", "list")),
        *said(capsys, "tasks", "list"),
        *said(capsys, "tasks", "add-http", "bad", "https://logs.example", "--header", "hunter2", code=2),
    ]
    assert "hunter2" not in " ".join(shown)
    assert "db.example" in shown[0]
    assert "logs.example" in shown[2]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run",), "Give the name of a task, or --due."),
        (("run", "chat", "--due"), "Give the name of a task, or --due."),
        (("run", "chat"), "Project 'default' has no task called “chat”."),
        (("runs", "chat"), "has no task called “chat”"),
        (("remove", "chat"), "has no task called “chat”"),
        (("add-file", "chat", "x.jsonl", "--schedule", "soon"), "“soon” is no schedule."),
        (("add-file", "chat", "x.jsonl", "--column", "reply=x"), "`reply` is no role of a column"),
        (("add-file", "chat", "x.jsonl", "--column", "reply"), "--column takes a name and a value with “=”"),
        (("add-answers", "chat", "--timezone", "Mars"), "There is no time zone “Mars”"),
        (("list", "--project", "none"), "There is no project called 'none'."),
    ],
)
def test_what_cannot_be_meant_is_said(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, error = said(capsys, "tasks", *arguments, code=2)
    assert out == ""
    assert sentence in error
