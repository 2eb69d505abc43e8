"""The sections of the Settings page, and those that only show what is."""

import pytest
from pydantic import SecretStr

from driftium_core import monitor
from tests.pages.conftest import texts
from tests.pages.fake_tasks import FakeTasks
from tests.pages.settings import open_settings


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    FakeTasks().patch(monkeypatch)


def test_a_section_is_part_of_the_link(app):
    page = open_settings(app)
    assert "section" not in page.query_params
    page.segmented_control(key="settings_section").set_value("installation")
    page.run()
    assert page.query_params["section"] in ("installation", ["installation"])
    assert "Settings in force" in texts(page)
    page = open_settings(app, section="api")
    assert page.segmented_control(key="settings_section").value == "api"
    page = open_settings(app, section="<b>nope</b>")
    assert page.segmented_control(key="settings_section").value == "sources"


def test_settings_in_force_are_listed(app):
    page = open_settings(app, section="installation")
    frame = page.dataframe[0].value
    assert frame.set_index("Setting").loc["DRIFTIUM_MAX_UPLOAD_MB", "Value"] == "500"


def test_the_first_calls_name_the_project_and_survive_a_shell(app, services):
    name = "it's $(rm) & co"
    app.query_params["project"] = monitor.create_project(services, name)
    page = open_settings(app, section="api")
    calls = [code.value for code in page.code]
    assert any("/api/responses?project=it%27s%20%24%28rm%29%20%26%20co" in call for call in calls)
    assert "No token is set" in texts(page)


def test_a_token_is_told_of_and_never_shown(app, services):
    token = "correct-horse-battery"
    object.__setattr__(services, "settings", services.settings.model_copy(update={"api_token": SecretStr(token)}))
    page = open_settings(app, section="api")
    assert "A token is set." in texts(page)
    assert any("$DRIFTIUM_API_TOKEN" in code.value for code in page.code)
    for section in ("api", "installation"):
        page = open_settings(app, section=section)
        assert token not in texts(page) + str([code.value for code in page.code])
        assert token not in str([frame.value.to_dict() for frame in page.dataframe])
