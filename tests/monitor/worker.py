"""Records, promotes and reconciles until it is killed: ``python -m tests.monitor.worker FOLDER SEED``."""

import itertools
import sys
from pathlib import Path

from driftium_core import monitor
from driftium_core.settings import Settings
from tests.monitor.answers import answers
from tests.monitor.conftest import open_with_words


def main(folder: Path, seed: int) -> None:
    """Say each batch that is stored, so that the test knows what must not be lost."""
    settings = Settings(database_url=f"sqlite:///{folder / 'drift.db'}", qdrant=str(folder / "qdrant"))
    with open_with_words(settings) as services:
        for number in itertools.count():
            added = services.store.responses.add(answers("bread", 40, seed=1000 * seed + number))
            print(" ".join(item.id for item in added.stored), flush=True)
            if number % 3 == 2:
                monitor.promote(services, f"{seed}-{number}")
            monitor.reconcile(services)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
