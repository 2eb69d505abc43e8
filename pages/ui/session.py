"""The services of this process: one object for every page, every browser and the API."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.services import Services, open_services

__all__ = ["get_services", "lifespan"]

_log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False, on_release=Services.close)
def get_services() -> Services:
    """Open the services at the first call; a failure is not kept, so the next call tries again."""
    return open_services()


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Have ready what the first page needs, load the rest in a thread, and close the services at the end.

    The server says that it is up after the first part: a page that imports these itself, while the thread imports
    the rest, takes longer than both in turn.
    """
    await asyncio.to_thread(_open)
    threading.Thread(target=_load_the_rest, name="driftium-warm-up", daemon=True).start()
    try:
        yield
    finally:
        # Takes as long as the running job needs to its next progress call; the loop must stay free meanwhile.
        await asyncio.to_thread(get_services.clear)


def _open() -> None:
    monitor.preload()
    try:
        get_services().generators.state()
    except DriftiumError as error:
        _log.error("%s", error)  # every page says the same


def _load_the_rest() -> None:
    import driftium_core.figures.distributions
    import driftium_core.figures.runs  # noqa: F401 - both bring plotly

    try:
        monitor.catch_up(get_services())
    except DriftiumError as error:
        _log.error("%s", error)  # every page says the same
