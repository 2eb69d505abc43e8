"""Everything that has state, assembled in one place and closed in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from driftium_core.jobs import Jobs
from driftium_core.llm.state import GeneratorProbe
from driftium_core.recent import Recent
from driftium_core.settings import Settings
from driftium_core.store import Store, open_store

if TYPE_CHECKING:
    from driftium_core.tabular.filter_options import FilterOption
    from driftium_core.tabular.report import TableReport
    from driftium_core.tabular.table import Table

__all__ = ["Services", "TimedReport", "open_services"]


@dataclass(frozen=True, slots=True)
class TimedReport:
    """A report and how long it took to compute."""

    report: TableReport
    duration_ms: float


class Services:
    """Settings, store, jobs, caches and probes of one process; every member is thread-safe.

    ``reports`` are found by fingerprint; ``tables`` (samples, simulations, opened references) by how they were made.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.jobs = Jobs()
        self.reports: Recent[TimedReport] = Recent(32)
        self.tables: Recent[Table] = Recent(4)  # tables are large; four cover a reference and the slider's last stops
        self.filter_options: Recent[tuple[FilterOption, ...]] = Recent(32)
        self.generator = GeneratorProbe(settings.ollama_host, settings.model, settings.gguf)

    def close(self) -> None:
        """Stop the jobs, then close the store."""
        self.jobs.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def open_services(settings: Settings | None = None) -> Services:
    """Open everything that the verbs of `driftium_core.monitor` need; models stay unloaded.

    Raises
    ------
    SettingsError
        A setting cannot be used.
    StorageError
        The database cannot be opened.
    """
    settings = settings or Settings()
    return Services(settings, open_store(settings.database_url, history_limit=settings.history_limit))
