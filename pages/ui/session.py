"""The services of this process: one object for every page, every browser and the API."""

from __future__ import annotations

import asyncio
import importlib
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from driftium_core.errors import DriftiumError
from driftium_core.services import Services, open_services

__all__ = ["get_services", "lifespan"]

_log = logging.getLogger(__name__)

_FIRST_PAGE_NEEDS = ("pandas", "pyarrow", "plotly.graph_objects", "driftium_core.tabular.drift")


@st.cache_resource(show_spinner=False, on_release=Services.close)
def get_services() -> Services:
    """Open the services at the first call; a failure is not kept, so the next call tries again."""
    return open_services()


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Warm up in a thread while the server starts; close the services when it stops."""
    threading.Thread(target=_warm_up, name="driftium-warm-up", daemon=True).start()
    try:
        yield
    finally:
        # Takes as long as the running job needs to its next progress call; the loop must stay free meanwhile.
        await asyncio.to_thread(get_services.clear)


def _warm_up() -> None:
    try:
        get_services().generator.state()
    except DriftiumError as error:
        _log.error("%s", error)  # every page says the same
    for name in _FIRST_PAGE_NEEDS:
        importlib.import_module(name)
