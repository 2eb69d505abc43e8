"""Driftium's ASGI entry: `streamlit run app.py`, `uvicorn app:app` or `python app.py`."""

from contextlib import suppress
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from driftium_core.api import create_api
from driftium_core.errors import SettingsError
from driftium_core.guard import Guard
from driftium_core.settings import Settings
from pages.ui.session import get_services, lifespan
from pages.ui.theme.head import HeadInject

try:
    settings = Settings()
except SettingsError as error:
    raise SystemExit(str(error)) from None


def api_root(_request: Request) -> RedirectResponse:
    """Without this, the page would answer under the API's own address."""
    return RedirectResponse("/api/health")


app = st.App(
    Path(__file__).parent / "pages" / "router.py",
    lifespan=lifespan,
    routes=[Route("/api", api_root), Mount("/api", create_api(get_services, settings=settings))],
    middleware=[Middleware(Guard, allowed_hosts=settings.allowed_hosts), Middleware(HeadInject)],
)

if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # raised again by uvicorn after it has stopped cleanly
        app.run()
