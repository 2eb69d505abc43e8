"""Investigations: what every database must do."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from driftium_core.errors import NotFoundError, StorageError
from driftium_core.store import Store, open_store
from driftium_core.store.schema import InvestigationRow
from tests.store.make import new_investigation


def test_an_investigation_comes_back_as_it_went_in(store: Store) -> None:
    before = datetime.now(UTC)
    full = store.investigations.add(new_investigation(model="m · Ollama", source="llm"))
    bare = store.investigations.add(new_investigation("c1", kind="text", severity=None, status="inconclusive"))
    assert store.investigations.get(full.id) == full
    assert store.investigations.newest() == [bare, full]
    assert (full.kind, full.report_id, full.model, full.source, full.done) == ("table", "r1", "m · Ollama", "llm", ())
    assert (full.cause, full.confidence, full.summary) == ("selection", "high", "Rows with age ≥ 35 are gone.")
    assert (bare.severity, bare.model, bare.project) == (None, None, "default")
    assert before - timedelta(seconds=1) <= full.created_at <= datetime.now(UTC)
    assert store.investigations.document(full.id) == new_investigation().document


def test_every_investigation_of_a_report_is_kept_and_the_newest_found(store: Store) -> None:
    first, second = store.investigations.add(new_investigation()), store.investigations.add(new_investigation())
    other = store.investigations.add(new_investigation("r2"))
    text_too = store.investigations.add(new_investigation(kind="text"))  # an id is of a kind
    assert first.id != second.id
    assert store.investigations.newest(kind="table", report_id="r1") == [second, first]
    assert store.investigations.newest(kind="table", report_id="r1", limit=1) == [second]
    assert store.investigations.newest(kind="text") == [text_too]
    assert store.investigations.newest(limit=2) == [text_too, other]
    assert store.investigations.newest(report_id="r3") == []


def test_the_newest_investigations_are_kept_per_project(store: Store) -> None:
    store.create_project("quiet")
    kept = store.investigations.add(new_investigation(), project="quiet")
    ids = [store.investigations.add(new_investigation(f"r{i}")).id for i in range(8)]
    assert [item.id for item in store.investigations.newest()] == ids[:2:-1]
    assert (store.investigations.count(), store.investigations.newest(project="quiet")) == (5, [kept])
    for ask in (store.investigations.get, store.investigations.document):
        with pytest.raises(NotFoundError, match="not stored, or no longer: it was deleted, or made room"):
            ask(ids[0])
    with pytest.raises(NotFoundError, match="no project called 'third'"):
        store.investigations.add(new_investigation(), project="third")


def test_an_action_is_ticked_and_the_tick_taken_away(store: Store) -> None:
    added = store.investigations.add(new_investigation())
    for position in (2, 0, 2):
        ticked = store.investigations.tick(added.id, position, done=True)
    assert ticked.done == store.investigations.get(added.id).done == (0, 2)
    assert store.investigations.tick(added.id, 2, done=False).done == (0,)
    assert store.investigations.tick(added.id, 5, done=False).done == (0,)
    with pytest.raises(NotFoundError, match="Investigation nope is not stored"):
        store.investigations.tick("nope", 0, done=True)


def test_two_who_tick_at_once_both_have_their_tick(store: Store) -> None:
    added = store.investigations.add(new_investigation())
    threads = [
        threading.Thread(target=store.investigations.tick, args=(added.id, position), kwargs={"done": True})
        for position in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert store.investigations.get(added.id).done == tuple(range(12))


def test_a_deleted_investigation_is_gone_and_costs_no_other(store: Store) -> None:
    kept, gone = store.investigations.add(new_investigation()), store.investigations.add(new_investigation())
    store.investigations.delete(gone.id)
    assert store.investigations.newest() == [kept]
    with pytest.raises(NotFoundError, match="is not stored, or no longer"):
        store.investigations.delete(gone.id)


def test_every_change_is_seen_in_the_version_and_only_of_its_project(store: Store) -> None:
    store.create_project("other")
    seen = [store.version()]
    added = store.investigations.add(new_investigation())
    seen.append(store.version())
    store.investigations.tick(added.id, 0, done=True)
    seen.append(store.version())
    store.investigations.delete(added.id)
    seen.append(store.version())
    numbers = [version.investigations for version in seen]
    assert numbers == sorted(set(numbers))
    assert store.version("other").investigations == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [("severity", "AWFUL"), ("kind", "picture"), ("done", b"\x00 no zlib"), ("done", b"")],
)
def test_a_damaged_record_costs_no_other(store: Store, column: str, value: object) -> None:
    ids = [store.investigations.add(new_investigation(f"r{i}")).id for i in range(4)]
    assert store.investigations.notice is None
    _change(store, ids[2], column, value)
    assert [item.id for item in store.investigations.newest()] == [ids[3], ids[1], ids[0]]
    assert [item.id for item in store.investigations.newest(limit=2)] == [ids[3], ids[1]]
    assert "investigations of project “default” cannot be read" in (store.investigations.notice or "")
    for act in (store.investigations.get, lambda id_: store.investigations.tick(id_, 0, done=True)):
        with pytest.raises(StorageError, match=f"Investigation {ids[2]} cannot be read from the database"):
            act(ids[2])
    store.investigations.delete(ids[2])
    assert len(store.investigations.newest()) == 3


def test_a_damaged_document_leaves_its_record_in_the_list(store: Store) -> None:
    added = store.investigations.add(new_investigation())
    _change(store, added.id, "document", b"\x00\x01 no zlib")
    assert store.investigations.newest() == [added]
    with pytest.raises(StorageError, match=r"is damaged, or was changed by hand .* Investigate the report again"):
        store.investigations.document(added.id)


@pytest.mark.parametrize("name", ["nul \x00 in it", "half \ud83d", "<script>", "a\nb", "'; DROP TABLE investigations"])
def test_any_text_is_kept_as_it_is(store: Store, name: str) -> None:
    added = store.investigations.add(new_investigation(title=name, summary=name, model=name, document={"text": name}))
    assert store.investigations.get(added.id) == added
    assert (added.title, added.summary, added.model) == (name, name, name)
    assert store.investigations.document(added.id) == {"text": name}


def test_a_list_does_not_read_the_documents(tmp_path: Path) -> None:
    """SQLite reads through what stands before a column; a document is many pages."""
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store, store.session() as session:
        columns = [row[1] for row in session.execute(text("PRAGMA table_info(investigations)"))]
    assert columns[-1] == InvestigationRow.document.key == "document"


def _change(store: Store, id_: str, column: str, value: Any) -> None:
    with store.session(write=True) as session:
        session.execute(text(f"UPDATE investigations SET {column} = :v WHERE id = :id"), {"v": value, "id": id_})
