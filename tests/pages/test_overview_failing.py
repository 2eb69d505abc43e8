"""Sources that keep failing are told on the Overview until they work again."""

from driftium_core import monitor
from driftium_core.origin import FileOrigin
from tests.monitor.scheduled import made, ran
from tests.pages.conftest import texts
from tests.pages.playground import press


def test_a_source_that_failed_three_times_is_told_until_it_works(app, services, tmp_path):
    log = tmp_path / "chat.jsonl"
    task = made(services, name="chat <b>", origin=FileOrigin(path=str(log)))
    for _ in range(2):
        ran(services, task)
    before = monitor.overview_version(services)
    assert "times in a row" not in texts(app.run())
    ran(services, task)
    assert monitor.overview_version(services) != before
    page = app.run()
    (warning,) = (item.value.replace("\\", "") for item in page.warning if "times in a row" in item.value)
    assert warning.startswith("`chat <b>` of the project `default` has failed 3 times in a row.")
    assert "chat.jsonl" in warning
    page = press(page, "failing-open-0")
    assert page.title[0].value == "Settings"
    log.write_text('{"prompt": "a", "response": "b"}\n', "utf-8")
    ran(services, task)
    assert monitor.failing_tasks(services) == []


def test_a_paused_source_is_not_told(services, tmp_path):
    task = made(services, origin=FileOrigin(path=str(tmp_path / "chat.jsonl")))
    for _ in range(3):
        ran(services, task)
    assert [item.n_runs for item in monitor.failing_tasks(services)] == [3]
    monitor.change_task(services, task.id, paused=True)
    assert monitor.failing_tasks(services) == []
