"""Runs what is due until it is killed: ``python -m tests.monitor.task_worker FOLDER``."""

import sys
from pathlib import Path
from typing import Any

from driftium_core import monitor
from driftium_core.settings import Settings
from tests.monitor.conftest import open_with_words


def settings_of(folder: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{folder / 'drift.db'}", qdrant=str(folder / "qdrant"))


def main(folder: Path) -> None:
    """Say each batch that is stored, and each run that ended."""
    with open_with_words(settings_of(folder)) as services:
        add_step = services.store.task_runs.add_step

        def said(*args: Any, **options: Any) -> Any:
            done = add_step(*args, **options)
            print("stored", len(done[0].stored), flush=True)
            return done

        services.store.task_runs.add_step = said  # type: ignore[method-assign]
        print("ready", flush=True)
        while sys.stdin.readline():
            for job in monitor.run_due_tasks(services):
                job.wait()
                print("ended", job.result.state if job.result else job.state, flush=True)
            print("looked", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
