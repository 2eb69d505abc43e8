"""Prompt sets: what every database must do for named, versioned lists of prompts."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from driftium_core.errors import InputError, NotFoundError
from driftium_core.store import Store, open_store

ODD = [
    "\ud800 lone \udfff",
    "\ud83d\ude00 two halves",
    "\U0001f600",
    "nul\x00byte",
    "\ufdd0d800",
    " a\r\n b\t",
    "'; --%_",
]


def test_a_set_comes_back_as_it_went_in(store: Store) -> None:
    before = datetime.now(UTC)
    saved = store.prompt_sets.save(" Baking ", ODD, system=ODD[0] + ODD[3], note=" of March ")
    assert (saved.project, saved.name, saved.version, saved.note) == ("default", "Baking", 1, "of March")
    assert (saved.prompts, saved.system) == (tuple(ODD), ODD[0] + ODD[3])
    assert before - timedelta(seconds=1) <= saved.created_at <= datetime.now(UTC)
    assert saved.created_at.tzinfo is UTC
    assert store.prompt_sets.get(saved.id) == saved
    assert store.prompt_sets.all() == [saved] == store.prompt_sets.versions("Baking")


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_any_name_is_found_again(store: Store, name: str) -> None:
    saved = store.prompt_sets.save(name, ["a"])
    assert saved.name == name.strip()
    assert store.prompt_sets.save(name, ["a"]) == saved
    store.prompt_sets.delete(name)
    assert store.prompt_sets.all() == []


def test_a_change_is_a_new_version_and_no_change_is_none(store: Store) -> None:
    first = store.prompt_sets.save("s", ["a", "b"])
    revision = store.playground_revision()
    assert store.prompt_sets.save("s ", ("a", "b"), note="another note") == first
    assert store.playground_revision() == revision
    reordered = store.prompt_sets.save("s", ["b", "a"])
    spoken = store.prompt_sets.save("s", ["b", "a"], system="Be brief.")
    back = store.prompt_sets.save("s", ["a", "b"])
    assert [v.version for v in (first, reordered, spoken, back)] == [1, 2, 3, 4]
    assert store.prompt_sets.versions("s") == [back, spoken, reordered, first]
    assert store.prompt_sets.get(first.id) == first
    assert store.playground_revision() == revision + 3
    assert store.revision() == 0


def test_the_newest_versions_are_listed_last_saved_first_and_by_project(store: Store) -> None:
    store.create_project("second")
    store.prompt_sets.save("old", ["a"])
    store.prompt_sets.save("new", ["a"])
    other = store.prompt_sets.save("old", ["c"], project="second")
    store.prompt_sets.save("old", ["b"])
    assert [(s.name, s.version) for s in store.prompt_sets.all()] == [("old", 2), ("new", 1)]
    assert store.prompt_sets.all(project="second") == [other]
    assert other.version == 1
    store.prompt_sets.delete("old")
    assert [s.name for s in store.prompt_sets.all()] == ["new"]
    assert store.prompt_sets.all(project="second") == [other]


def test_a_deleted_set_is_gone_with_its_versions(store: Store) -> None:
    versions = [store.prompt_sets.save("s", [text]) for text in "abc"]
    revision = store.playground_revision()
    store.prompt_sets.delete(" s ")
    assert store.playground_revision() == revision + 1
    assert store.prompt_sets.versions("s") == []
    with pytest.raises(NotFoundError, match="There is no prompt set called 's', or no longer"):
        store.prompt_sets.delete("s")
    for version in versions:
        with pytest.raises(NotFoundError, match=f"Prompt set {version.id} is not stored, or no longer"):
            store.prompt_sets.get(version.id)
    again = store.prompt_sets.save("s", ["c"])
    assert (again.version, again.id in {version.id for version in versions}) == (1, False)


@pytest.mark.parametrize(
    ("name", "prompts", "system", "sentence"),
    [
        (" ", ["a"], "", "A prompt set needs a name"),
        ("x" * 201, ["a"], "", "The name of a prompt set may have 200 characters, and this one has 201"),
        ("s", [], "", "There are no prompts. Give at least one"),
        ("s", ["a", " \u2003\n", "b"], "", "Prompt 2 of 3 is blank. Fill it in or leave it out"),
        ("s", ["a", "", " "], "", "2 of the 3 prompts are blank, the first of them is prompt 2. Fill them in"),
        ("s", ["a"] * 10_001, "", "There are 10\u202f001 prompts, where 10\u202f000 are the most. Split them"),
        ("s", ["a", "ä" * (2**19 + 1)], "", "Prompt 2 of 2 is longer than 1 MB. Shorten it"),
        ("s", ["x" * 2**20] * 65, "", "The 65 prompts are longer than 64 MB together. Split them"),
        ("s", ["a"], "x" * (2**20 + 1), "The system prompt is longer than 1 MB. Shorten it"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_what_cannot_be_saved_is_said(store: Store, name: str, prompts: list[str], system: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        store.prompt_sets.save(name, prompts, system=system)
    assert store.prompt_sets.all() == []
    assert store.playground_revision() == 0


def test_the_largest_that_is_allowed_is_kept(store: Store) -> None:
    many = store.prompt_sets.save("many", [f"prompt {i}" for i in range(10_000)])
    long = store.prompt_sets.save("long", ["ä" * 2**19])
    assert store.prompt_sets.get(many.id).prompts[9_999] == "prompt 9999"
    assert store.prompt_sets.get(long.id).prompts == ("ä" * 2**19,)


def test_unknown_projects_are_said(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no project called 'nope'"):
        store.prompt_sets.save("s", ["a"], project="nope")
    with pytest.raises(NotFoundError, match="no project called 'nope'"):
        store.playground_revision("nope")


def test_eight_threads_give_every_version_once_and_equal_ones_none(url: str) -> None:
    with open_store(url) as store:
        barrier = threading.Barrier(8)
        same: list[str] = []
        own: list[int] = []

        def save(worker: int) -> None:
            barrier.wait()
            same.append(store.prompt_sets.save("same", ["a", "b"]).id)
            own.extend(store.prompt_sets.save("own", [f"{worker} {i}"]).version for i in range(5))

        threads = [threading.Thread(target=save, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(same), len(set(same))) == (8, 1)
        assert sorted(own) == list(range(1, 41))
        assert [v.version for v in store.prompt_sets.versions("own")] == list(range(40, 0, -1))
        assert store.playground_revision() == 41
