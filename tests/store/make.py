"""Runs for the tests of the store."""

from typing import Any

from driftium_core.severity import Severity
from driftium_core.store import NewRun


def new_run(fingerprint: str, **changes: Any) -> NewRun:
    """A plausible run; every field can be changed."""
    values: dict[str, Any] = {
        "reference_name": "march.csv",
        "current_name": "april.csv",
        "reference_rows": 400,
        "current_rows": 128,
        "severity": Severity.HIGH,
        "status": "drift",
        "drifted": 2,
        "monitored": 9,
        "drift_rate": 2 / 9,
        "max_effect": 0.27,
        "simulated": None,
        "duration_ms": 12.5,
        "fingerprint": fingerprint,
        "report": {"summary": {"severity": "HIGH"}, "columns": [{"column": "Größe", "statistic": 0.1 + 0.2}]},
    }
    return NewRun(**values | changes)
