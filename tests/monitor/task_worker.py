"""Runs what is due until it is killed: ``python -m tests.monitor.task_worker FOLDER [BATCHES]``."""

import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import event

from driftium_core import monitor
from driftium_core.settings import Settings
from tests.monitor.conftest import open_with_words


def settings_of(folder: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{folder / 'drift.db'}", qdrant=str(folder / "qdrant"))


def main(folder: Path, n_batches: int | None) -> None:
    """Say each batch that is stored, and each run that ended; after so many batches wait within the next, unstored."""
    with open_with_words(settings_of(folder)) as services:
        add_step = services.store.task_runs.add_step
        n_stored, storing = 0, threading.local()

        def said(*args: Any, **options: Any) -> Any:
            nonlocal n_stored
            storing.last = n_stored == n_batches
            done = add_step(*args, **options)
            n_stored += 1
            print("stored", len(done[0].stored), flush=True)
            return done

        def wait(_connection: object) -> None:
            if getattr(storing, "last", False):
                print("storing", flush=True)
                threading.Event().wait()

        services.store.task_runs.add_step = said  # type: ignore[method-assign]
        event.listen(services.store.engine, "commit", wait)
        print("ready", flush=True)
        while sys.stdin.readline():
            for job in monitor.run_due_tasks(services):
                job.wait()
                print("ended", job.result.state if job.result else job.state, flush=True)
            print("looked", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else None)
