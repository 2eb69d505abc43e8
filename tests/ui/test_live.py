"""A page that follows a token runs again once per change, and never for a database that fails."""

from driftium_core.errors import StorageError
from pages.ui import live


def followed(monkeypatch, token):
    """What one poll after another does to a page that follows a token: True for a rerun."""
    polls, reruns = [], []
    monkeypatch.setattr(live.st, "fragment", lambda poll, **_every: lambda watch: (polls.append(watch), poll(watch)))
    monkeypatch.setattr(live.st, "rerun", lambda: reruns.append(True))
    live.follow(token)
    assert not reruns, "the run that draws the page is no news"

    def poll() -> bool:
        reruns.clear()
        live._poll(polls[0])
        return bool(reruns)

    return poll


def test_a_change_asks_for_a_rerun_and_no_change_for_none(monkeypatch):
    state = ["a"]
    poll = followed(monkeypatch, lambda: state[0])
    assert not poll()
    state[0] = "b"
    assert poll()


def test_a_database_that_fails_leaves_the_page_alone_until_it_is_back(monkeypatch):
    state = ["a"]

    def token():
        if state[0] == "broken":
            raise StorageError("The database is away.")
        return state[0]

    poll = followed(monkeypatch, token)
    state[0] = "broken"
    assert not poll()
    state[0] = "a"
    assert not poll()

    state[0] = "broken"
    poll = followed(monkeypatch, token)
    assert not poll()
    state[0] = "a"
    assert poll(), "a page that was drawn without the database is drawn again"
