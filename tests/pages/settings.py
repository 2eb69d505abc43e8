"""The Settings page in tests: opened by its link, its form filled in."""

from typing import Any

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import settle


def open_settings(app: AppTest, **query: str) -> AppTest:
    """The page, by its link."""
    app.run()
    app.switch_page("settings.py")
    for name, value in query.items():
        app.query_params[name] = value
    return settle(app.run())


def field(elements: Any, ending: str) -> Any:
    """The only one of some elements whose key ends so; of a draft, whose number is part of its keys."""
    (found,) = (element for element in elements if (element.key or "").endswith(ending))
    return found


def fill(app: AppTest, **values: str) -> AppTest:
    """Type into fields of the form, by the ends of their keys, and run."""
    for ending, value in values.items():
        fields = [*app.text_input, *app.text_area]
        field(fields, f"-{ending.replace('_', '-')}").set_value(value)
    return settle(app.run())


def choose(app: AppTest, ending: str, value: Any) -> AppTest:
    """Choose in a select box, a radio or a segmented control of the form, and run."""
    field([*app.selectbox, *app.radio, *app.segmented_control], f"-{ending}").set_value(value)
    return settle(app.run())
