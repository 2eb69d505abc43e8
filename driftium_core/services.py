"""Everything that has state, assembled in one place and closed in one place."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Self

from driftium_core.jobs import Jobs
from driftium_core.llm.state import GeneratorProbe
from driftium_core.settings import Settings
from driftium_core.store import Store, open_store
from driftium_core.tabular.report import TableReport

__all__ = ["ReportCache", "Services", "open_services"]


class ReportCache:
    """The newest reports by fingerprint; the one used longest ago goes first. Thread-safe."""

    def __init__(self, size: int = 32) -> None:
        self._size = size
        self._reports: OrderedDict[str, TableReport] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, fingerprint: str) -> TableReport | None:
        """The report, or None."""
        with self._lock:
            if fingerprint in self._reports:
                self._reports.move_to_end(fingerprint)
            return self._reports.get(fingerprint)

    def put(self, fingerprint: str, report: TableReport) -> None:
        """Keep a report."""
        with self._lock:
            self._reports[fingerprint] = report
            self._reports.move_to_end(fingerprint)
            while len(self._reports) > self._size:
                self._reports.popitem(last=False)


class Services:
    """Settings, store, jobs, report cache and probes of one process; every member is thread-safe."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.jobs = Jobs()
        self.reports = ReportCache()
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
