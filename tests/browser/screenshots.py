"""Pictures of every page, taken from the running app: `make screenshots SCREENS=folder`, and `make pictures`.

Without options: each page of an empty install and of the story in `tests.browser.story`, in both themes, for a
desktop and a phone. With ``--readme``: the pictures that the README shows.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from driftium_core import monitor
from driftium_core.services import open_services
from driftium_core.settings import Settings
from tests.browser import story
from tests.browser.app import ARTIFACTS, DESKTOP, PAGES, PHONE, App, Theme, new_context
from tests.browser.conftest import chromium_path
from tests.browser.server import ROOT, running_app

README_PICTURES = ROOT / "docs" / "pictures"

LANDED_MS = 1_500
"""Charts are drawn after the script has ended."""


@contextmanager
def _app(*, filled: bool) -> Iterator[tuple[str, Browser, dict[str, str]]]:
    """The running app's address, a Chromium, and the path of each page by its name."""
    with tempfile.TemporaryDirectory(prefix="driftium-") as data:
        paths = {path.strip("/") or "overview": path for path in PAGES}
        if filled:
            paths |= _tell(Path(data))
        with (
            running_app(Path(data)) as server,
            sync_playwright() as playwright,
            playwright.chromium.launch(
                executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"]
            ) as browser,
        ):
            yield server.url, browser, paths


def _tell(data: Path) -> dict[str, str]:
    """Fill the store; returns paths that lead to what is worth a look."""
    settings = Settings(database_url=f"sqlite:///{data / 'driftium.db'}", qdrant=str(data / "qdrant_test_db"))
    with open_services(settings) as services:
        story.tell(services)
        run = monitor.table_runs(services, project=story.CUSTOMERS)[0]
    return {"tabular": f"/tabular?project={story.CUSTOMERS.replace(' ', '+')}&run={run.id}"}


def take_screenshots(folder: Path) -> list[Path]:
    """Save ``<empty or story>-<page>-<theme>-<width>x<height>.png`` files into `folder`."""
    saved = []
    for name, filled in (("empty", False), ("story", True)):
        with _app(filled=filled) as (url, browser, paths):
            for size in (DESKTOP, PHONE):
                for theme in get_args(Theme):
                    app = App(new_context(browser, size), url)
                    for page, path in paths.items():
                        _land(app, path, theme)
                        saved.append(app.screenshot(f"{name}-{page}-{theme}-{size['width']}x{size['height']}", folder))
                    app.page.context.close()
    return saved


def take_readme_pictures(folder: Path = README_PICTURES) -> list[Path]:
    """Save ``<page>-<theme>.webp`` files into `folder`."""
    saved = []
    with _app(filled=True) as (url, browser, paths):
        for theme in get_args(Theme):
            app = App(new_context(browser, DESKTOP), url)
            for page, path in paths.items():
                _land(app, path, theme)
                saved.append(_as_webp(app.screenshot(f"{page}-{theme}", folder)))
            app.page.context.close()
    return saved


def _land(app: App, path: str, theme: Theme) -> None:
    app.open(path).set_theme(theme)
    app.page.mouse.move(0, 0)
    app.page.wait_for_timeout(LANDED_MS)
    app.idle()


def _as_webp(picture: Path) -> Path:
    """The same picture at a tenth of the size."""
    target = picture.with_suffix(".webp")
    with Image.open(picture) as image:
        image.convert("RGB").save(target, quality=88, method=6)
    picture.unlink()
    return target


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ARTIFACTS / "screens")
    parser.add_argument("--readme", action="store_true", help="take the README's pictures, into docs/pictures")
    chosen = parser.parse_args()
    for picture in take_readme_pictures() if chosen.readme else take_screenshots(chosen.folder):
        print(picture)
