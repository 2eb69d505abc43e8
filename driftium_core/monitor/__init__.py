"""The verbs: everything that a page, the API or the CLI can ask for, on open services."""

from driftium_core.monitor.checks import CheckedRun, ProgressCallback, check_table, compare, fingerprint
from driftium_core.monitor.parts import health, preload
from driftium_core.monitor.runs import (
    TableMonitor,
    delete_run,
    export_run,
    find_run,
    open_run,
    table_monitors,
    table_runs,
)
from driftium_core.monitor.tables import (
    delete_reference,
    filter_options,
    open_reference,
    read_upload,
    references,
    sample_table,
    save_reference,
    simulate,
)

__all__ = [
    "CheckedRun",
    "ProgressCallback",
    "TableMonitor",
    "check_table",
    "compare",
    "delete_reference",
    "delete_run",
    "export_run",
    "filter_options",
    "find_run",
    "fingerprint",
    "health",
    "open_reference",
    "open_run",
    "preload",
    "read_upload",
    "references",
    "sample_table",
    "save_reference",
    "simulate",
    "table_monitors",
    "table_runs",
]
