"""Investigates with a model that never ends: ``python -m tests.monitor.investigator FOLDER RUN``."""

import sys
import time
from pathlib import Path

from driftium_core import monitor
from driftium_core.llm.port import ModelChoice
from driftium_core.settings import Settings
from tests.monitor.conftest import open_with_words
from tests.monitor.scripted import ScriptedGenerators


def main(folder: Path, run_id: str) -> None:
    """Say when the model was asked, so that the test kills it in between."""
    settings = Settings(database_url=f"sqlite:///{folder / 'drift.db'}", qdrant=str(folder / "qdrant"))
    with open_with_words(settings) as services:
        generators = ScriptedGenerators(lambda _prompt, _choice: "one two", pause_s=60)
        services.generators = generators  # type: ignore[assignment]
        job = monitor.start_investigation(services, "table", run_id, choice=ModelChoice("embedded"))
        while not generators.asked:
            time.sleep(0.01)
        print("asked", flush=True)
        job.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
