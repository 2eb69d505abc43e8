"""The verbs: everything that a page, the API or the CLI can ask for, on open services."""

from driftium_core.monitor.baselines import active_baseline, baselines, delete_baseline, promote, restore_baseline
from driftium_core.monitor.checks import CheckedRun, ProgressCallback, check_table, compare, fingerprint
from driftium_core.monitor.comparison import compare_responses
from driftium_core.monitor.evidence import (
    count_table,
    dismiss_alarm,
    evidence_looks,
    evidence_sentence,
    evidence_state,
    update_evidence,
)
from driftium_core.monitor.parts import health, preload
from driftium_core.monitor.pools import (
    PoolCheck,
    PoolStatus,
    check_responses,
    open_calculation,
    pool_history,
    pool_status,
)
from driftium_core.monitor.projects import create_project, project_version, projects
from driftium_core.monitor.responses import (
    ImportReport,
    Similar,
    current_responses,
    delete_responses,
    import_log,
    record_response,
    similar,
)
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
from driftium_core.monitor.vectors import Reconciled, catch_up, reconcile, start_reconcile

__all__ = [
    "CheckedRun",
    "ImportReport",
    "PoolCheck",
    "PoolStatus",
    "ProgressCallback",
    "Reconciled",
    "Similar",
    "TableMonitor",
    "active_baseline",
    "baselines",
    "catch_up",
    "check_responses",
    "check_table",
    "compare",
    "compare_responses",
    "count_table",
    "create_project",
    "current_responses",
    "delete_baseline",
    "delete_reference",
    "delete_responses",
    "delete_run",
    "dismiss_alarm",
    "evidence_looks",
    "evidence_sentence",
    "evidence_state",
    "export_run",
    "filter_options",
    "find_run",
    "fingerprint",
    "health",
    "import_log",
    "open_calculation",
    "open_reference",
    "open_run",
    "pool_history",
    "pool_status",
    "preload",
    "project_version",
    "projects",
    "promote",
    "read_upload",
    "reconcile",
    "record_response",
    "references",
    "restore_baseline",
    "sample_table",
    "save_reference",
    "similar",
    "simulate",
    "start_reconcile",
    "table_monitors",
    "table_runs",
    "update_evidence",
]
