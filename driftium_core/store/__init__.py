"""The SQL store: the one place that imports SQLAlchemy and Alembic."""

from driftium_core.store.records import NewRun, SavedReference, TableRun
from driftium_core.store.store import Store, open_store

__all__ = ["NewRun", "SavedReference", "Store", "TableRun", "open_store"]
