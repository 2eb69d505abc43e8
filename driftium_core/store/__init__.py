"""The SQL store: the one place that imports SQLAlchemy and Alembic."""

from driftium_core.store.records import NewRun, ReferenceRecord, RunRecord
from driftium_core.store.store import Store, open_store

__all__ = ["NewRun", "ReferenceRecord", "RunRecord", "Store", "open_store"]
