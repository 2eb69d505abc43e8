"""Open services on a folder of their own, with the encoder that loads nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from driftium_core.services import Services, open_services
from driftium_core.settings import Settings
from tests.monitor.words import WordsEncoder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'drift.db'}", qdrant=str(tmp_path / "qdrant"))


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    with open_with_words(settings) as opened:
        yield opened


def open_with_words(settings: Settings, encoder: WordsEncoder | None = None) -> Services:
    """Services as the product opens them, but for the encoder."""
    opened = open_services(settings)
    opened.encoder = encoder or WordsEncoder()  # type: ignore[assignment]
    return opened


def settle(services: Services) -> None:
    """Wait for what runs in the background, and for what that starts."""
    while running := [job for job in services.background.all() if not job.finished]:
        assert running[0].wait(60)
