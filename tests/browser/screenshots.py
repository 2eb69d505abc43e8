"""Pictures of every page in both themes, for a desktop and a phone: `make screenshots SCREENS=folder`."""

import argparse
import tempfile
from pathlib import Path
from typing import get_args

from playwright.sync_api import sync_playwright

from tests.browser.app import ARTIFACTS, DESKTOP, PAGES, PHONE, App, Theme, new_context
from tests.browser.conftest import chromium_path
from tests.browser.server import running_app


def take_screenshots(folder: Path) -> list[Path]:
    """Start the app with an empty database and save `<page>-<theme>-<width>x<height>.png` files into `folder`."""
    saved = []
    with (
        tempfile.TemporaryDirectory() as data,
        running_app(Path(data)) as server,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"]) as browser,
    ):
        for size in (DESKTOP, PHONE):
            for theme in get_args(Theme):
                app = App(new_context(browser, size), server.url)
                for path in PAGES:
                    app.open(path).set_theme(theme)
                    app.page.mouse.move(0, 0)
                    name = path.strip("/").replace("/", "-") or "overview"
                    saved.append(app.screenshot(f"{name}-{theme}-{size['width']}x{size['height']}", folder))
                app.page.context.close()
    return saved


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ARTIFACTS / "screens")
    for picture in take_screenshots(parser.parse_args().folder):
        print(picture)
