"""Sources and scheduled checks: how each stands, what came of its runs, and what can be done with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from driftium_core import monitor
from driftium_core.errors import ConflictError, NotFoundError
from driftium_core.jobs import Job
from driftium_core.origin import FileOrigin
from driftium_core.schedule import Schedule
from driftium_core.store.task_records import NewTask, TaskRun
from tests.pages.conftest import texts
from tests.pages.fake_tasks import FakeTasks
from tests.pages.playground import has_button, pick, press, said, table
from tests.pages.settings import choose, field, fill, open_settings


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    tasks = FakeTasks()
    tasks.patch(monkeypatch)
    return tasks


def add(fake, name="bot log", project="default", **options):
    new = NewTask(name=name, kind=options.pop("kind", "collect"), origin=FileOrigin(path="/logs/a.jsonl"), **options)
    return fake.create_task(None, new, project=project)


def ran(fake, task, state="done", **facts):
    """A run of a minute, the newest of the task."""
    begun = datetime.now(UTC) - timedelta(minutes=2)
    ended = None if state == "running" else begun + timedelta(minutes=1)
    runs = fake.runs.setdefault(task.id, [])
    run = TaskRun(
        id=f"run-{task.id}-{len(runs)}",
        task_id=task.id,
        cause=facts.pop("cause", "schedule"),
        state=state,
        started_at=begun,
        finished_at=ended,
        **facts,
    )
    runs.insert(0, run)
    return run


def test_a_task_says_what_it_does_how_it_stands_and_what_came_of_it(app, fake):
    task = add(fake, schedule=Schedule(every_s=900))
    ran(fake, task, n_read=120, n_new=100, n_known=19, n_skipped=1, skipped_text="1 row was skipped: no response.")
    page = open_settings(app)
    assert "bot log :green-badge[● done]" in texts(page)
    assert "Collects answers from `/logs/a.jsonl`." in texts(page)
    assert "Every 15 minutes; next run within seconds." in texts(page)
    assert "120 records read: 100 new, 19 stored already. 1 row was skipped: no response." in said(page)
    row = table(page, "tasks-").value.iloc[0]
    assert (list(row["State"]), row["Name"], row["Schedule"]) == (["● done"], "bot log", "every 15 minutes")


def test_many_runs_without_work_do_not_bury_those_that_did_something(app, fake):
    task = add(fake, schedule=Schedule(every_s=10))
    ran(fake, task, n_read=40, n_new=40)
    for _ in range(20):
        ran(fake, task)
    page = open_settings(app)
    assert list(table(page, "task-runs-table-").value["Read"]) == [0, 40]
    toggle = next(each for each in page.toggle if "19 runs that found nothing to do" in each.label)
    page = toggle.set_value(True).run()
    assert len(table(page, "task-runs-table-").value) == 21


def test_runs_of_one_minute_are_told_apart_by_their_seconds(app, fake):
    task = add(fake)
    ran(fake, task)
    ran(fake, task)
    for run, second in zip(fake.runs[task.id], (47, 37), strict=True):
        at = datetime(2026, 3, 2, 14, 2, second, tzinfo=UTC)
        fake.runs[task.id][fake.runs[task.id].index(run)] = replace(run, started_at=at)
    started = table(open_settings(app), "task-runs-table-").value["Started"]
    assert [words[-8:] for words in started] == ["14:02:47", "14:02:37"]


def test_runs_are_listed_with_their_reasons_and_notes(app, fake):
    task = add(fake)
    older = ran(fake, task, n_read=2, n_skipped=2, reasons=("Line 1 has no response.",), notes=("It was rotated.",))
    ran(fake, task, cause="manual")
    page = open_settings(app)
    frame = table(page, "task-runs-table-").value
    assert list(frame["Begun"]) == ["by hand", "schedule"]
    assert frame["Outcome"][0] == "Nothing new."
    assert "Line 1" not in said(page)
    page = pick(page, "task-runs-table-", 1)
    assert "Line 1 has no response." in said(page)
    assert "It was rotated." in said(page)
    ran(fake, task)
    page.run()
    assert "Line 1 has no response." in said(page), f"{older.id} stays picked when a newer one comes"


@pytest.mark.parametrize(
    ("kind", "parameter", "heading"), [("table", "run", "Tabular"), ("text", "calculation", "LLM Dashboard")]
)
def test_a_report_is_opened_from_its_run(app, fake, kind, parameter, heading):
    run = ran(fake, add(fake, kind="table"), report_kind=kind, report_id="abc")
    page = open_settings(app)
    page.button(key=f"task-report-{run.id}").click()
    page = app.run()
    assert page.title[0].value == heading
    assert "abc" in page.query_params[parameter]


def test_what_failed_comes_first_and_says_why(app, fake):
    add(fake, "a fine one")
    failing = add(fake, "customers")
    ran(fake, failing, "failed", error="The file `/data/x.csv` does not exist.")
    fake.all[1] = replace(failing, failures=7)
    page = open_settings(app)
    assert "customers :red-badge[✕ failed]" in texts(page)
    (error,) = page.error
    assert "does not exist. 7 runs in a row did not end well." in error.value.replace("\\", "")
    assert "a fine one" in texts(pick(page, "tasks-", 0))


def test_run_pause_and_resume(app, fake):
    task = add(fake)
    page = press(open_settings(app), f"task-run-{task.id}")
    assert fake.calls == [("run", task.id)]
    page = press(page, f"task-pause-{task.id}")
    assert fake.all[0].paused
    assert page.button(key=f"task-pause-{task.id}").label == "Resume"
    assert "paused, so that it only runs by hand" in said(page)
    press(page, f"task-pause-{task.id}")
    assert not fake.all[0].paused


def test_name_and_schedule_are_edited(app, fake):
    task = add(fake, schedule=Schedule(cron="0 6 * * 1-5", timezone="Asia/Tokyo"))
    page = open_settings(app)
    field([*page.text_input], "-name").set_value("renamed")  # typed, and sent together with the press
    page = press(page, f"task-save-{task.id}")
    assert (fake.all[0].name, fake.all[0].schedule) == ("renamed", task.schedule)
    press(choose(page, "when", "1h"), f"task-save-{task.id}")
    assert fake.all[0].schedule == Schedule(every_s=3600)


def test_deleting_is_asked_for_and_done(app, fake):
    add(fake, "stays")
    task = add(fake, "goes")
    page = open_settings(app, task=task.id)
    assert "Delete goes with its history of runs? What it collected, and the reports it made, stay." in texts(page)
    page = press(page, f"task-delete-{task.id}")
    assert [left.name for left in fake.all] == ["stays"]
    assert "goes is deleted." in said(page)
    assert "task" not in page.query_params


@pytest.mark.parametrize("button", ["task-run", "task-pause", "task-delete", "task-save"])
def test_a_task_that_is_deleted_elsewhere_meanwhile_gets_a_sentence(app, fake, monkeypatch, button):
    task = add(fake)
    page = open_settings(app)

    def gone(*_args, **_options):
        fake.all.clear()
        raise NotFoundError("There is no such source any more.")

    for verb in ("run_task", "change_task", "delete_task"):
        monkeypatch.setattr(monitor, verb, gone)
    page = press(page, f"{button}-{task.id}")
    assert not page.exception
    assert "Nothing is collected or checked by itself yet" in texts(page)
    assert "There is no such source any more." in said(page)


def test_a_link_to_a_deleted_task_gets_a_sentence(app, fake):
    add(fake)
    page = open_settings(app, task="<b>gone</b>")
    assert "There is no source or check" in page.warning[0].value
    assert "bot log" in texts(page)


def test_a_link_turns_to_the_project_of_its_task(app, services, fake):
    add(fake)
    there = add(fake, "orders", project=monitor.create_project(services, "bank"))
    page = open_settings(app, task=there.id)
    assert page.selectbox(key="project").value == "bank"
    assert "orders" in texts(page)


def test_another_process_that_runs_it_is_told(app, fake, monkeypatch):
    task = add(fake)
    fake.all[0] = replace(task, running=True)
    page = open_settings(app)
    assert "Another process is running it" in page.info[0].value
    assert page.button(key=f"task-run-{task.id}").disabled
    fake.all[0] = task

    def busy(*_):
        raise ConflictError("Another process runs it.")

    monkeypatch.setattr(monitor, "run_task", busy)
    assert "Another process runs it." in said(press(page.run(), f"task-run-{task.id}"))


def test_a_run_in_progress_is_shown_and_stopped(app, fake):
    task = add(fake)
    ran(fake, task, "running")
    fake.all[0], job = replace(task, running=True), Job("Collecting")
    job.done, job.total, job.message = 3, 10, "<i>a.jsonl</i>"
    fake.jobs[task.id] = job
    app.run()
    app.switch_page("settings.py").run()
    assert "bot log :blue-badge[◌ running]" in texts(app)
    (bar,) = app.get("progress")
    assert "Running, 3 of 10: <i>a.jsonl</i>." in bar.proto.text.replace("\\", "")
    app.button(key=f"task-stop-{task.id}").click()
    app.run()
    assert fake.calls == [("stop", task.id)]
    job.cancel()
    app.run()
    assert "Stopping; what it has stored stays." in texts(app)
    assert not has_button(app, f"task-stop-{task.id}")


def test_names_of_any_kind_and_many_tasks(app, fake):
    name = "<script>alert(1)</script> 🥐 *bold* [x](http://evil.test)"
    task = add(fake, name)
    for number in range(100):
        add(fake, f"source {number}")
    page = open_settings(app, task=task.id)
    assert not page.exception
    assert "<script>alert(1)</script> 🥐 *bold*" in texts(page)
    assert not any("[x](http" in heading.value for heading in page.subheader), "no link of the user's"
    assert len(table(page, "tasks-").value) == 101
    assert "101 tasks; pick one" in said(page)


def test_the_last_task_made_elsewhere_shows_when_the_page_runs_again(app, fake):
    page = open_settings(app)
    add(fake, "from a terminal")
    assert "from a terminal" in texts(page.run())


def test_an_open_form_stays_when_tasks_change_elsewhere(app, fake):
    page = fill(open_settings(app, add="collect"), path="/logs/a.jsonl")
    add(fake, "from a terminal")
    page.run()
    assert has_button(page, "task-create")
    assert any(element.value == "/logs/a.jsonl" for element in page.text_input)
