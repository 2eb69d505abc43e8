"""A log from a file: its columns chosen, its first answers seen, and imported in the background."""

import gzip
import io
import json
import threading
import zipfile
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from driftium_core import logs, monitor
from driftium_core.logs import Log
from driftium_core.monitor import ImportReport
from driftium_core.services import Services
from pages.ui import playground_import
from tests.pages.conftest import settle
from tests.pages.playground import has_button, open_playground, press, said

CLEAR = b"question,answer\nWhat is a loaf?,Bread.\nWhat is a star?,A sun.\nWhy?,Because.\nHow?,So.\n"
UNCLEAR = b"asked,said,who\nWhat is a loaf?,Bread.,ann\nWhat is a star?,A sun.,bob\n"


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].upload(name, data)
    return settle(app.run())


def choice(app: AppTest, label: str) -> Any:
    (found,) = (box for box in app.selectbox if box.label == label)
    return found


def choose(app: AppTest, label: str, column: str) -> AppTest:
    choice(app, label).select(column)
    return settle(app.run())


def preview(app: AppTest) -> list[list[str | None]]:
    """The rows of the table with the first answers."""
    (found,) = (item.value for item in app.dataframe if list(item.value.columns) == ["Prompt", "Response"])
    return [[None if pd.isna(value) else value for value in row] for row in found.to_numpy().tolist()]


def stored(services: Services, project: str = "default") -> list[tuple[str | None, str]]:
    found = services.store.responses.current(project=project)
    return [(response.content.prompt, response.content.response) for response in found]


def test_columns_that_are_found_stand_in_the_selects_and_the_first_answers_are_shown(
    app: AppTest, services: Services
) -> None:
    page = upload(open_playground(app), "log.csv", CLEAR)
    assert choice(page, "Response column").value == "answer"
    assert choice(page, "Prompt column").value == "question"
    assert "4 answers in log.csv." in said(page)
    assert preview(page) == [["What is a loaf?", "Bread."], ["What is a star?", "A sun."], ["Why?", "Because."]]
    page = press(page, "play-import")
    assert stored(services)[0] == ("What is a loaf?", "Bread.")
    assert page.success[0].value == "4 answers added to current."
    assert page.file_uploader[0].value is None


def test_a_log_without_a_known_response_column_is_read_from_the_one_that_is_chosen(
    app: AppTest, services: Services
) -> None:
    page = upload(open_playground(app), "log.csv", UNCLEAR)
    assert "Choose the response column by its name." in said(page)
    assert choice(page, "Response column").value is None
    assert choice(page, "Prompt column").value == ""
    assert not has_button(page, "play-import")
    page = choose(page, "Response column", "said")
    assert preview(page) == [[None, "Bread."], [None, "A sun."]]
    page = choose(page, "Prompt column", "asked")
    assert preview(page) == [["What is a loaf?", "Bread."], ["What is a star?", "A sun."]]
    press(page, "play-import")
    assert stored(services) == [("What is a loaf?", "Bread."), ("What is a star?", "A sun.")]


def test_two_response_columns_are_a_question_and_not_a_dead_end(app: AppTest) -> None:
    page = upload(open_playground(app), "log.csv", b"prompt,answer,response\np,first,second\n")
    assert "several columns that may hold the responses" in said(page)
    assert choice(page, "Prompt column").value == "prompt"
    page = choose(page, "Response column", "response")
    assert preview(page) == [["p", "second"]]


def test_prompts_can_be_left_out(app: AppTest, services: Services) -> None:
    page = upload(open_playground(app), "log.csv", CLEAR)
    box = choice(page, "Prompt column")
    assert box.options == ["none", "question"]
    page = choose(page, "Prompt column", "none")
    assert preview(page)[0] == [None, "Bread."]
    press(page, "play-import")
    assert stored(services)[0] == (None, "Bread.")


def test_the_response_column_is_not_read_as_prompts_too(app: AppTest) -> None:
    page = choose(upload(open_playground(app), "log.csv", CLEAR), "Response column", "question")
    assert choice(page, "Prompt column").value == ""
    assert preview(page)[0] == [None, "What is a loaf?"]
    page = choose(page, "Prompt column", "answer")
    assert preview(page)[0] == ["Bread.", "What is a loaf?"]


def test_a_column_of_chats_gives_prompts_and_responses(app: AppTest) -> None:
    chat = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}]
    page = upload(open_playground(app), "log.jsonl", json.dumps({"messages": chat}).encode())
    assert (choice(page, "Response column").value, choice(page, "Prompt column").value) == ("messages", "messages")
    assert preview(page) == [["Why?", "Because."]]


def test_a_column_without_responses_is_said_and_another_can_be_chosen(app: AppTest) -> None:
    page = upload(open_playground(app), "log.csv", b"response,note\n,fine\n,good\n")
    assert "holds no responses in `response`" in said(page)
    page = choose(page, "Response column", "note")
    assert preview(page) == [[None, "fine"], [None, "good"]]


def test_the_file_is_parsed_once_for_all_choices(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    read_records = logs.read_records

    def counted(data: bytes, name: str, **options: Any) -> Any:
        parsed.append(threading.current_thread().name)
        return read_records(data, name, **options)

    monkeypatch.setattr(logs, "read_records", counted)
    page = upload(open_playground(app), "log.csv", UNCLEAR)
    for column in ("said", "who", "said"):
        page = choose(page, "Response column", column)
    assert len(parsed) == 1
    assert parsed[0].startswith("driftium-job")


def test_text_of_a_log_is_shown_as_text(app: AppTest) -> None:
    mischief = "<script>alert(1)</script> **bold** ![x](http://a/b.png)"
    page = upload(open_playground(app), "log.jsonl", json.dumps({mischief: "x", "response": mischief}).encode())
    assert preview(page) == [[None, mischief]]
    assert not [element for element in page.markdown if mischief in element.value]


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("log.csv", lambda frame: frame.to_csv(index=False).encode()),
        ("log.tsv", lambda frame: frame.to_csv(index=False, sep="\t").encode()),
        ("log.jsonl", lambda frame: frame.to_json(orient="records", lines=True).encode()),
        ("log.json", lambda frame: frame.to_json(orient="records").encode()),
        ("log.parquet", lambda frame: parquet_of(frame)),
        ("log.zip", lambda frame: zip_of(frame)),
        ("log.csv.gz", lambda frame: gzip.compress(frame.to_csv(index=False).encode())),
    ],
)
def test_the_formats_that_the_page_names_are_read(
    app: AppTest, name: str, pack: Callable[[pd.DataFrame], bytes]
) -> None:
    page = open_playground(app)
    assert "CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too." in said(page)
    page = upload(page, name, pack(pd.DataFrame({"prompt": ["p"], "response": ["r"]})))
    assert preview(page) == [["p", "r"]]


def zip_of(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("log.csv", frame.to_csv(index=False))
    return out.getvalue()


def parquet_of(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


def test_a_file_that_is_called_parquet_and_is_none(app: AppTest) -> None:
    page = upload(open_playground(app), "log.parquet", b"version https://git-lfs.github.com/spec/v1\nsize 12\n")
    assert "log.parquet is not a Parquet file." in said(page)


def test_an_import_as_a_baseline(app: AppTest, services: Services) -> None:
    page = upload(open_playground(app), "log.csv", CLEAR)
    (into,) = (group for group in page.segmented_control if group.label == "Into")
    into.set_value("New baseline")
    page = settle(page.run())
    (name,) = (field for field in page.text_input if field.label == "Name of the baseline")
    name.set_value("week 1")
    page = press(page, "play-import")
    assert page.success[0].value == "4 answers added to the baseline “week 1”."
    (baseline,) = monitor.baselines(services)
    assert (baseline.name, baseline.size) == ("week 1", 4)


def test_a_refused_import_keeps_its_sentence_and_its_file(app: AppTest, services: Services) -> None:
    page = upload(open_playground(app), "log.csv", CLEAR)
    (into,) = (group for group in page.segmented_control if group.label == "Into")
    into.set_value("New baseline")
    page = settle(page.run())
    (name,) = (field for field in page.text_input if field.label == "Name of the baseline")
    name.set_value("   ")
    page = press(page, "play-import")
    for _ in range(2):
        (error,) = page.error
        assert "name" in error.value
        page = settle(page.run())
    assert monitor.baselines(services) == []
    assert preview(page)
    (name,) = (field for field in page.text_input if field.label == "Name of the baseline")
    name.set_value("week 1")
    page = press(page, "play-import")
    assert not page.error
    assert page.success[0].value == "4 answers added to the baseline “week 1”."


class SlowImport:
    """The import, held after its last answer until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = threading.Event()
        self._add = monitor.import_log
        monkeypatch.setattr(playground_import, "GRACE_S", 0.05)
        monkeypatch.setattr(monitor, "import_log", self._held)

    def _held(self, services: Services, log: Log, *, progress: Any, **options: Any) -> ImportReport:
        def stored(done: int, total: int, message: str) -> None:
            progress(done, total, message)
            assert self.go_on.wait(30)
            progress(done, total, message)

        return self._add(services, log, progress=stored, **options)


def test_an_import_shows_progress_and_can_be_cancelled(
    app: AppTest, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowImport(monkeypatch)
    page = upload(open_playground(app), "log.csv", CLEAR)
    page.button(key="play-import").click()
    page.run()
    assert page.get("progress")
    assert not has_button(page, "play-import")
    (cancel,) = (button for button in page.button if button.label == "Cancel")
    cancel.click()
    page.run()
    slow.go_on.set()
    page = settle(page)
    assert "Importing log.csv was cancelled. Nothing was stored." in said(page)
    assert stored(services) == []
    page = press(page, "play-import")
    assert page.success[0].value == "4 answers added to current."
    assert len(stored(services)) == 4


def test_an_import_and_its_report_stay_in_their_project(
    app: AppTest, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.create_project(services, "other")
    slow = SlowImport(monkeypatch)
    page = upload(open_playground(app), "log.csv", CLEAR)
    page.button(key="play-import").click()
    page.run()
    page.selectbox(key="project").select("other")
    page.run()
    assert not page.get("progress")
    slow.go_on.set()
    assert services.jobs.all()[-1].wait(30)
    page = settle(page.run())
    assert not page.success
    page.selectbox(key="project").select("default")
    page = settle(page.run())
    assert page.success[0].value == "4 answers added to current."
    assert (len(stored(services)), stored(services, "other")) == (4, [])
