"""The Playground in tests: opened, asked, its tables picked from; and everything that the page says."""

import time
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from driftium_core.services import Services
from tests.monitor.conftest import settle as settle_background
from tests.pages.conftest import settle, texts


def open_playground(app: AppTest, **query: str) -> AppTest:
    """The page, by its link."""
    app.run()
    app.switch_page("playground.py")
    for name, value in query.items():
        app.query_params[name] = value
    return settle(app.run())


def done(app: AppTest, services: Services) -> AppTest:
    """The page once every answer has come and every comparison is made."""
    for _ in range(3):  # a finished run starts a comparison, whose end changes the page once more
        for job in services.answering.all():
            assert job.wait(60)
        settle_background(services)
        app.run()
    return settle(app)


def press(app: AppTest, key: str) -> AppTest:
    """Press a button by its key, and run."""
    app.button(key=key).click()
    return settle(app.run())


def until(app: AppTest, seen: Callable[[AppTest], object]) -> AppTest:
    """Run again, as the browser's polling does, until something is seen."""
    for _ in range(100):
        if seen(app):
            return app
        time.sleep(0.05)
        app.run()
    raise AssertionError("it never came")


def press_label(app: AppTest, label: str) -> AppTest:
    """Press the only button with this label, and run."""
    (button,) = (button for button in app.button if button.label == label)
    button.click()
    return settle(app.run())


def has_button(app: AppTest, key: str) -> bool:
    return any(button.key == key for button in app.button)


def send(app: AppTest, services: Services, prompt: str) -> AppTest:
    """Send a prompt and wait for the end."""
    app.text_area(key="play_prompt").set_value(prompt)
    return done(press(app, "play-send"), services)


def table(app: AppTest, key: str) -> Any:
    """The only table whose key begins so."""
    (found,) = (item for item in app.dataframe if (item.key or "").startswith(key))
    return found


def pick(app: AppTest, key: str, *rows: int) -> AppTest:
    """Pick these rows of a table and no others, as the mouse does."""
    app.session_state[table(app, key).key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return settle(app.run())


def said(app: AppTest) -> str:
    """All words of the page but those of models, with plain spaces."""
    toasts = "\n".join(toast.value for toast in app.toast).replace("\\", "")
    return f"{texts(app)}\n{toasts}".replace("\xa0", " ").replace("\u202f", " ")


def model_texts(app: AppTest) -> list[str]:
    """Every text that is shown as the text of a model or of a person."""
    return [block.value for block in app.code]
