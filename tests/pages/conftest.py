"""The app's script without a browser, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from driftium_core.services import Services
from driftium_core.settings import Settings
from pages.ui import session
from tests.monitor.conftest import open_with_words

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services on a temporary database, in place of the process's own."""
    session.get_services.clear()
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'test.db'}", qdrant=str(tmp_path / "qdrant"))
    with open_with_words(settings) as opened, pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "get_services", lambda: opened)
        yield opened


@pytest.fixture
def app(services: Services) -> AppTest:  # noqa: ARG001 - the services must be in place first
    """The app, not run yet."""
    return AppTest.from_file(str(ROUTER), default_timeout=60)


def texts(app: AppTest) -> str:
    """All words of the page that are not in tables or charts."""
    kinds = (app.header, app.markdown, app.caption, app.error, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "")


def settle(app: AppTest, n_runs: int = 40) -> AppTest:
    """Run again, as the browser's polling does, until no job is in progress."""
    import time

    for _ in range(n_runs):
        assert not app.exception, app.exception
        if not app.get("progress"):
            return app
        time.sleep(0.2)
        app.run()
    raise AssertionError("a job did not end")
