"""Everything that has state, assembled in one place and closed in one place."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from driftium_core.embeddings.encoder import MiniLM
from driftium_core.errors import VectorsBusyError
from driftium_core.jobs import Jobs
from driftium_core.llm.embedded import Embedded
from driftium_core.llm.generators import Generators
from driftium_core.llm.ollama import Ollama
from driftium_core.recent import Recent
from driftium_core.settings import Settings
from driftium_core.store import Store, open_store
from driftium_core.vectors.memory import MemoryVectors
from driftium_core.vectors.open import open_vectors

if TYPE_CHECKING:
    from driftium_core.rca.report import TraceStep
    from driftium_core.tabular.filter_options import FilterOption
    from driftium_core.tabular.report import TableReport
    from driftium_core.tabular.table import Table
    from driftium_core.text.report import TextReport
    from driftium_core.vectors.port import VectorStore

__all__ = ["Services", "TimedReport", "open_services"]


@dataclass(frozen=True, slots=True)
class TimedReport:
    """A report and how long it took to compute."""

    report: TableReport
    duration_ms: float


class Services:
    """Settings, stores, encoder, jobs, caches and probes of one process; every member is thread-safe.

    ``reports`` and ``text_reports`` are found by fingerprint, ``latest_checks`` by baseline, ``calculation_ids`` by
    calculation and revision, ``evidence_errors`` (why a score is behind) by project, ``rca_steps`` (the traces of
    investigations) by what they are about, ``tables`` (samples, simulations, opened references) by how they were made.
    ``jobs`` run what computes; ``background`` runs what nobody waits for, one job at a time; ``answering`` runs prompts
    and ``investigating`` investigations, whose threads mostly wait for a model; ``collecting`` runs scheduled tasks.
    ``address`` is where the app can be opened, for links; ``id`` tells who holds a task. ``starting`` is held by
    whoever starts work that must not be started twice. Whoever computes a check of pools holds ``checking``, so that
    one state is computed once; the vectors of one text are made under ``embedding``, and moved between collections
    under ``indexing``.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.id = secrets.token_hex(5)
        self.settings = settings
        self.store = store
        self.jobs = Jobs()
        self.background = Jobs(1)
        self.answering = Jobs(16, keep=100)
        self.investigating = Jobs(8)
        self.collecting = Jobs(4)
        self.address = settings.public_url or "http://localhost:8501"
        self.encoder = MiniLM(precision=settings.precision, threads=settings.threads)
        self.checking = threading.Lock()
        self.embedding = threading.Lock()
        self.indexing = threading.Lock()
        self.starting = threading.Lock()
        self.text_reports: Recent[TextReport] = Recent(16)
        self.latest_checks: Recent[Any] = Recent(32)  # of monitor.live, which is above this module
        self.calculation_ids: Recent[Any] = Recent(8)  # of monitor.calculations; up to 80 bytes per response
        self.evidence_errors: Recent[str] = Recent(256)
        self.rca_steps: Recent[tuple[TraceStep, ...]] = Recent(64)
        self.usual_ranges: Recent[tuple[tuple[float, float] | None]] = Recent(16)
        self._vectors: VectorStore | None = None
        self._vectors_notice = ""
        self._opening = threading.Lock()
        self.reports: Recent[TimedReport] = Recent(32)
        self.tables: Recent[Table] = Recent(4)  # tables are large; four cover a reference and the slider's last stops
        self.filter_options: Recent[tuple[FilterOption, ...]] = Recent(32)
        self.generators = Generators(
            Ollama(settings.ollama_host), Embedded(settings.gguf, threads=settings.threads), model=settings.model
        )

    @property
    def vectors(self) -> VectorStore:
        """The vector store, opened at the first use.

        While another process has the folder open, vectors are kept in memory: they are derived, so nothing is lost
        but time.

        Raises
        ------
        StorageError
            The folder or server cannot be used.
        """
        with self._opening:
            if self._vectors is None:
                try:
                    self._vectors = open_vectors(self.settings.qdrant)
                except VectorsBusyError as error:
                    self._vectors = MemoryVectors()
                    self._vectors_notice = (
                        "Answers are stored as always, and the process that keeps the vectors, such as the running "
                        f"app, embeds them when it needs them. {error} Vectors made here are not kept."
                    )
            return self._vectors

    @property
    def opened_vectors(self) -> VectorStore | None:
        """The vector store if something has used it."""
        return self._vectors

    def notices(self) -> list[str]:
        """Sentences that the user must see, e.g. that a damaged database was kept aside."""
        lists = (self.store.runs, self.store.calculations, self.store.investigations)
        found = (self.store.notice, *(records.notice for records in lists))
        return [*(notice for notice in found if notice), *self.vector_notices()]

    def vector_notices(self) -> list[str]:
        """Those of them that are about the vectors."""
        found = self._vectors.notice if self._vectors else None
        return [notice for notice in (self._vectors_notice, found) if notice]

    def close(self) -> None:
        """Stop the jobs, then close the stores."""
        self.collecting.close()
        self.jobs.close()
        self.answering.close()
        self.investigating.close()
        self.background.close()
        self.generators.close()
        with self._opening:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None
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
