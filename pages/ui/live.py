"""Pages that keep up with what other browsers and processes store, without a manual refresh.

What Streamlit 1.67 does, found out in Chromium, and why `follow` is built as it is:

- A fragment with ``run_every`` that draws nothing costs 2.5 kB and 10 ms of processor time a poll, 150 ms more with
  ``runner.postScriptGC``; the page's elements are not touched, and an empty fragment takes no room. So polling is free
  of flicker.
- A fragment cannot keep what it shows: whatever it does not draw again is removed, also in containers outside of it.
  A section that redrew itself at every poll would send all it shows every two seconds.
- A rerun of the whole page keeps focus, open popovers and text that is typed and not sent yet, in text areas, text
  inputs, forms and chat inputs. So one rerun per change is the least work, and drawing stays where it is.
- When the server is busy, the start of a fragment's next run drops what the full run has drawn of it and has not sent
  yet. Its container is then missing, all that stands below moves up by one, and the next message of any fragment meets
  an element that is not there: the page goes blank ("Cannot set a node at a delta path"). So a fragment that runs by
  itself is called inside a container of the page's own, as its only content: that one is always sent.
- A poll waits for a script that runs: an answer that is being streamed is never cut off.
- The rerun closes a dialog, and removes what only the last run drew, such as an answer that was streamed: keep that in
  ``st.session_state`` and draw it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from driftium_core.errors import DriftiumError

__all__ = ["follow"]


def follow(token: Callable[[], object], *, key: str = "page", every_s: float = 2.0) -> None:
    """Run the whole page again, once, when what it shows has changed; draws nothing.

    Call it before the page reads what it shows: a change in between then costs a second run instead of being missed.
    A page that stores something itself runs once more.

    Parameters
    ----------
    token : callable
        What tells one state from another, e.g. ``monitor.project_version``; asked now and every ``every_s`` seconds,
        so it must be cheap. When it raises a `DriftiumError` the page stays as it is; the page's own reads say what is
        wrong. Once it answers again, a page that could not ask it runs again.
    key : str
        Tells two on one page apart; the stylesheet takes their room away by it.
    every_s : float
        Seconds between two polls.
    """
    with st.container(key=f"poll-{key}"):
        st.fragment(_poll, run_every=every_s)(_Watch(token, _ask(token)))


@dataclass(slots=True)
class _Watch:
    """What a full run of the page started from; ``seen`` is None when that could not be read."""

    token: Callable[[], object]
    seen: object | None
    polling: bool = False

    def changed(self) -> bool:
        """Whether the page shows an older state; asked first by the full run itself, which never does."""
        if not self.polling:
            self.polling = True
            return False
        now = _ask(self.token)
        return now is not None and now != self.seen


def _poll(watch: _Watch) -> None:
    if watch.changed():
        st.rerun()


def _ask(token: Callable[[], object]) -> object | None:
    try:
        return token()
    except DriftiumError:
        return None
