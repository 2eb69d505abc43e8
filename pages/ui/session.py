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
from driftium_core.scheduler import Scheduler
from driftium_core.services import Services, open_services

__all__ = ["get_services", "lifespan"]

_log = logging.getLogger(__name__)

CATCH_UP_AFTER_S = 5.0
"""Whether 40,000 answers have their vectors takes a second of processor time to see; the first page goes first."""


@st.cache_resource(show_spinner=False, on_release=Services.close)
def get_services() -> Services:
    """Open the services at the first call; a failure is not kept, so the next call tries again."""
    services = open_services()
    services.address = services.settings.public_url or _address()
    return services


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Have ready what the first page needs, load the rest in a thread, run what is due, and close the services.

    The server says that it is up after the first part: a page that imports these itself, while the thread imports
    the rest, takes longer than both in turn.
    """
    await asyncio.to_thread(_open)
    ending, scheduler = threading.Event(), Scheduler(get_services)
    threading.Thread(target=_load_the_rest, args=(ending, scheduler), name="driftium-warm-up", daemon=True).start()
    try:
        yield
    finally:
        ending.set()
        await asyncio.to_thread(scheduler.stop)
        # Takes as long as the running job needs to its next progress call; the loop must stay free meanwhile.
        await asyncio.to_thread(get_services.clear)


def _open() -> None:
    monitor.preload()
    try:
        get_services().generators.state()
    except DriftiumError as error:
        _log.error("%s", error)  # every page says the same


def _address() -> str:
    """Where the server was told to listen, as a browser on this machine calls it."""
    host = st.get_option("server.address") or "localhost"
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    path = (st.get_option("server.baseUrlPath") or "").strip("/")
    where = f"[{host}]" if ":" in host else host
    return f"{scheme}://{where}:{st.get_option('server.port')}{f'/{path}' if path else ''}"


def _load_the_rest(ending: threading.Event, scheduler: Scheduler) -> None:
    import driftium_core.figures.distributions
    import driftium_core.figures.evidence
    import driftium_core.figures.null_range
    import driftium_core.figures.pool_map
    import driftium_core.figures.ring
    import driftium_core.figures.runs
    import driftium_core.figures.stability_trend
    import driftium_core.figures.terms  # noqa: F401 - all bring plotly

    if ending.wait(CATCH_UP_AFTER_S):
        return
    try:
        monitor.catch_up(get_services())
    except DriftiumError as error:
        _log.error("%s", error)  # every page says the same
    scheduler.start()
