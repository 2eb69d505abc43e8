"""Templates print texts only: a value that nobody formatted is an error, not a surprise in a report."""

import pytest
from jinja2 import UndefinedError

from driftium_core.html.render import _environment


@pytest.mark.parametrize("value", [None, 0.1, 3, ("a",)])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="format it, or say that it is unknown"):
        _environment().from_string("{{ value }}").render(value=value)


def test_a_missing_name_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="nobody"):
        _environment().from_string("{{ nobody }}").render()


def test_a_drawing_has_tenths_of_a_pixel() -> None:
    shown = _environment().from_string("{{ a|px }} {{ b|px }} {{ c|px }}").render(a=12.345, b=-0.04, c=7.0)
    assert shown == "12.3 0 7"
