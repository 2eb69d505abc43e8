from tests.pages.fake_tasks import FakeTasks
from tests.pages.conftest import texts, settle
from driftium_core.store.task_records import NewTask, TaskRun
from driftium_core.origin import FileOrigin
from driftium_core.schedule import Schedule
from datetime import UTC, datetime


def test_draft(app, services, monkeypatch):
    fake = FakeTasks()
    fake.patch(monkeypatch)
    app.run()
    page = app.switch_page("settings.py").run()
    assert not page.exception, page.exception
    print(texts(page))
    page.button(key="task-add").click()
    page.run()
    assert not page.exception, page.exception
    print(texts(page), page.query_params)
    for f in ["table", "answers", "collect"]:
        page.radio[0].set_value(f)
        page.run()
        assert not page.exception, page.exception
        print(texts(page))
    for f in ["sql", "http", "file"]:
        seg = [b for b in page.segmented_control if b.key.endswith("-from")][0]
        seg.set_value(f)
        page.run()
        assert not page.exception, page.exception
        print([t.label for t in page.text_input])
    [t for t in page.text_input if t.key.endswith("-path")][0].set_value("/x/y.jsonl")
    page.button(key="task-create").click()
    page.run()
    print([e.value for e in page.error])
    [t for t in page.text_input if t.key.endswith("-name")][0].set_value("log")
    page.button(key="task-create").click()
    page.run()
    assert not page.exception, page.exception
    print(page.query_params, fake.all, texts(page), [s.value for s in page.success])
    fake.runs["t0"] = [
        TaskRun(
            id="r",
            task_id="t0",
            cause="manual",
            state="done",
            started_at=datetime.now(UTC),
            finished_at=datetime.now(UTC),
            n_read=5,
            n_new=3,
            n_skipped=2,
            skipped_text="2 rows have no response.",
            reasons=("a", "b"),
            report_kind="table",
            report_id="x",
        )
    ]
    page.run()
    assert not page.exception, page.exception
    print(texts(page))
    print(page.dataframe[0].value.to_dict())
    print(page.dataframe[1].value.to_dict())
