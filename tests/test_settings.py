"""Settings: defaults, sources, and one sentence for what cannot be used."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from driftium_core.errors import SettingsError
from driftium_core.settings import Settings, settings_table, unknown_variables


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [n for n in os.environ if n.startswith("DRIFTIUM_") or n == "OLLAMA_HOST"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_defaults_are_the_documented_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # pytest sets it anew for each phase of a test
    settings = Settings()
    assert settings.database_url == "sqlite:///drift_history.db"
    assert settings.qdrant == "qdrant_db/"
    assert settings.model == "smollm:135m"
    assert settings.ollama_host == "http://127.0.0.1:11434"
    assert (settings.max_upload_mb, settings.max_upload_bytes) == (500, 524_288_000)
    assert settings.history_limit == 1000
    assert settings.threads == os.cpu_count()
    assert settings.gguf is None
    assert not settings.testing


def test_the_environment_wins_over_the_env_file_and_arguments_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("DRIFTIUM_HISTORY_LIMIT=7\nDRIFTIUM_MODEL=qwen3:4b\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("DRIFTIUM_HISTORY_LIMIT", "8")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    settings = Settings(threads=3)
    assert (settings.history_limit, settings.model, settings.threads) == (8, "qwen3:4b", 3)
    sources = {row[0]: row[2] for row in settings.in_force()}
    assert sources["DRIFTIUM_HISTORY_LIMIT"] == "environment"
    assert sources["DRIFTIUM_MODEL"] == ".env file or program"
    assert sources["DRIFTIUM_QDRANT"] == "default"


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("DRIFTIUM_MAX_UPLOAD_MB", "lots", "a whole number from 1 to 10000"),
        ("DRIFTIUM_MAX_UPLOAD_MB", "0", "a whole number from 1 to 10000"),
        ("DRIFTIUM_HISTORY_LIMIT", "-5", "a whole number from 1 to 1000000"),
        ("DRIFTIUM_THREADS", "1.5", "a whole number from 1 to 1024"),
        ("DRIFTIUM_DATABASE_URL", "history.db", "a URL such as sqlite:///drift_history.db"),
        ("DRIFTIUM_QDRANT", "", "a folder, or a URL such as http://127.0.0.1:6333"),
        ("DRIFTIUM_ALLOWED_HOSTS", "a,,b", "host names without a port, separated by commas"),
        ("DRIFTIUM_TESTING", "perhaps", "true or false"),
        ("OLLAMA_HOST", "host:99999", "host, host:port or http(s)://host:port with a port from 1 to 65535"),
        ("OLLAMA_HOST", "ftp://host", "host, host:port or http(s)://host:port with a port from 1 to 65535"),
    ],
)
def test_a_bad_value_names_variable_value_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert str(caught.value) == f"{variable} is {value!r}, which cannot be used; allowed: {allowed}."


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("http://0.0.0.0:1234", "http://127.0.0.1:1234"),
        ("[::]:1234", "http://127.0.0.1:1234"),
        ("gpu-box", "http://gpu-box:11434"),
        ("gpu-box:8080", "http://gpu-box:8080"),
        ("https://ollama.example/base/", "https://ollama.example:443/base"),
        ("[::1]:99", "http://[::1]:99"),
    ],
)
def test_ollama_host_becomes_a_url_that_a_client_can_use(monkeypatch: pytest.MonkeyPatch, given: str, url: str) -> None:
    monkeypatch.setenv("OLLAMA_HOST", given)
    assert Settings().ollama_host == url


def test_tests_never_touch_the_users_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "tests/test_x.py::test_y (call)")
    assert Settings().testing
    assert "driftium-test-" in Settings().database_url
    assert Settings().qdrant == "qdrant_test_db/"
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.setenv("DRIFTIUM_TESTING", "1")
    assert "driftium-test-" in Settings().database_url
    monkeypatch.setenv("DRIFTIUM_DATABASE_URL", "sqlite:///mine.db")
    assert Settings().database_url == "sqlite:///mine.db"


def test_settings_are_frozen_and_typing_errors_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.threads = 3
    with pytest.raises(SettingsError, match="`thread` is not a setting"):
        Settings(thread=3)
    monkeypatch.setenv("DRIFTIUM_HISTORY", "3")
    assert unknown_variables() == ["DRIFTIUM_HISTORY"]


def test_the_table_describes_every_setting() -> None:
    rows = settings_table()
    assert [row[0] for row in rows[:3]] == ["DRIFTIUM_DATABASE_URL", "DRIFTIUM_QDRANT", "OLLAMA_HOST"]
    assert all(description.endswith(".") for _, _, description in rows)
    assert {name: default for name, default, _ in rows}["DRIFTIUM_THREADS"] == "number of cores"


def test_passwords_are_not_shown() -> None:
    shown = Settings(database_url="postgresql://me:s3cret@host/db").in_force()
    assert shown[0][1] == "postgresql://me:***@host/db"
