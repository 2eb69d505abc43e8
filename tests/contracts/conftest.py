"""The databases over which the store's contracts run.

With ``TESTS_POSTGRESQL`` set to the URL of a server (``postgresql://user@host/postgres``, needs psycopg) they run
over a fresh database there too.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from driftium_core.store import Store, open_store

_SERVER = os.environ.get("TESTS_POSTGRESQL")


@pytest.fixture(params=["sqlite file", "sqlite memory", *(["postgresql"] if _SERVER else [])])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite file":
        yield f"sqlite:///{tmp_path / 'runs.db'}"
    elif request.param == "sqlite memory":
        yield "sqlite://"
    else:
        yield from _fresh_database(_SERVER or "")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url, history_limit=5) as opened:
        yield opened


def _fresh_database(server: str) -> Iterator[str]:
    name = f"tests_{uuid.uuid4().hex}"
    at = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(at, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
