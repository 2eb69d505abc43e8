"""Stores checks, looks at them and sends: ``python -m tests.monitor.alert_worker FOLDER SEED [CHECKS]``."""

import itertools
import random
import sys
import threading
from pathlib import Path
from typing import Any

from driftium_core import monitor
from driftium_core.notify import port
from driftium_core.notify.message import Message
from driftium_core.settings import Settings
from tests.monitor.conftest import open_with_words
from tests.store.make import new_run


def main(folder: Path, seed: int, n_checks: int | None) -> None:
    """Say each message that is sent, so that the test knows which ones arrived."""
    rng, lock = random.Random(seed), threading.Lock()

    def send(_kind: str, address: str, message: Message, **_options: Any) -> None:
        with lock:
            print(message.incident_id, message.event, message.severity, address.rpartition("/")[2], flush=True)

    port.send = send
    settings = Settings(database_url=f"sqlite:///{folder / 'drift.db'}", qdrant=str(folder / f"qdrant{seed}"))
    with open_with_words(settings) as services:
        for number in itertools.count():
            if number == n_checks:
                break
            severity = rng.choice(["LOW", "HIGH", "CRITICAL", None])
            services.store.runs.add(
                new_run(f"{seed}-{number}", reference_name=f"t{rng.randrange(3)}", severity=severity)
            )
            monitor.process_alerts(services)
            monitor.send_due_messages(services)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if sys.argv[3:] else None)
