"""How long the Overview takes to read all projects, and what every open page asks every other second.

    python -m benchmarks.overview_speed

Each project has 200 checks of its answers, 200 checks of tables against two references, and 200 answers in each pool,
all within the last day: more than most have, as the page shows the newest of them only. Processor time, median of
seven.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from driftium_core import monitor
from driftium_core.services import Services, open_services
from driftium_core.settings import Settings
from driftium_core.severity import Severity
from driftium_core.store.schema import BaselineRow, CalculationRow, ProjectRow, ResponseRow, TableRunRow
from tests.store.make import new_calculation, new_run

N_CHECKS, N_ANSWERS, REPEATS = 200, 200, 7
SEVERITIES = (Severity.LOW, Severity.LOW, Severity.HIGH, None)
REPORT = {"bytes": os.urandom(3000).hex()}


def fill(session: Session, project: int, now: datetime) -> None:
    """Write one project's records straight into the tables."""
    baseline = f"b{project}"
    session.execute(
        insert(BaselineRow).values(
            id=baseline, project_id=project, name="week 1", version=1, note="", created_at=now, size=N_ANSWERS
        )
    )
    session.execute(update(ProjectRow).where(ProjectRow.id == project).values(active_baseline_id=baseline))
    checks, runs = [], []
    for number in range(N_CHECKS):
        severity = SEVERITIES[number * 7 % len(SEVERITIES)]
        name, at = f"{project}-{number}", now - timedelta(minutes=5 * (N_CHECKS - number))
        common = {"id": name, "project_id": project, "created_at": at}
        check = new_calculation(name, severity=severity, baseline_id=baseline, report=REPORT)
        run = new_run(name, severity=severity, reference_name=f"reference {number % 2}", report=REPORT)
        checks.append(asdict(check) | common)
        runs.append(asdict(run) | common)
    session.execute(insert(CalculationRow), checks)
    session.execute(insert(TableRunRow), runs)
    answer = {"project_id": project, "response": "word " * 80, "response_hash": "h", "digest": "d", "source": "log"}
    answers = [
        answer | {"id": f"{project}-{n}", "baseline_id": baseline if n % 2 else None, "usable": True, "stored_at": now}
        for n in range(2 * N_ANSWERS)
    ]
    session.execute(insert(ResponseRow), answers)


def milliseconds(work: Callable[[Services], object], services: Services) -> float:
    """Median processor time of a call: nothing here waits but for that."""
    taken = []
    for _ in range(REPEATS):
        start = time.process_time()
        work(services)
        taken.append(1000 * (time.process_time() - start))
    return statistics.median(taken)


def main() -> None:
    """Print a table."""
    works = (monitor.overview, monitor.recent_events, monitor.counts_of_a_day, monitor.overview_version)
    print(f"{'projects':>8}{'monitors':>10}" + "".join(f"{work.__name__:>18}" for work in works) + "   ms")
    for n_projects in (20, 66, 200):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'driftium.db'}"
            with open_services(Settings(database_url=url, qdrant=str(Path(folder) / "qdrant"))) as services:
                for number in range(1, n_projects):
                    services.store.create_project(f"project {number}")
                with services.store.session(write=True) as session:
                    for project in range(1, n_projects + 1):
                        fill(session, project, datetime.now(UTC))
                n_monitors = len(monitor.overview(services))
                times = [milliseconds(work, services) for work in works]
                print(f"{n_projects:8}{n_monitors:10}" + "".join(f"{taken:18.1f}" for taken in times))


if __name__ == "__main__":
    main()
