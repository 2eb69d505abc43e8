"""The SQL store: the one place that imports SQLAlchemy and Alembic."""

from driftium_core.store.store import Store, open_store
from driftium_core.store.table_records import NewRun, SavedReference, TableRun

__all__ = ["NewRun", "SavedReference", "Store", "TableRun", "open_store"]
