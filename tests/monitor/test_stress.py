"""Eight threads at once: nothing is lost, nothing is doubled, and no state is computed twice."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from driftium_core import monitor
from driftium_core.errors import InputError
from driftium_core.logs import read_log
from driftium_core.response import Response
from driftium_core.services import Services
from tests.monitor.answers import answers


@pytest.mark.slow
def test_generating_importing_promoting_and_checking_at_once(services: Services) -> None:
    services.store.responses.add(answers("bread", 12, seed=99))
    monitor.promote(services, "first")
    lines = [json.dumps({"id": i, "prompt": f"q{i}", "response": f"dough {i} flour {i % 7}"}) for i in range(60)]
    log = read_log("\n".join(lines).encode(), "log.jsonl")
    start = threading.Barrier(8)
    failures: list[BaseException] = []
    recorded: list[str] = []

    def generate(worker: int) -> None:
        for number in range(15):
            answer = Response(response=f"chain {worker} {number} wheel", prompt=f"p{number}")
            recorded.append(monitor.record_response(services, answer).id)

    def import_same(_worker: int) -> None:
        for _ in range(3):
            monitor.import_log(services, log, to="current")

    def promote(worker: int) -> None:
        for number in range(4):
            with suppress(InputError):  # there may be nothing to promote just then
                monitor.promote(services, f"{worker}-{number}")

    def check(_worker: int) -> None:
        for _ in range(4):
            monitor.check_responses(services)
            monitor.update_evidence(services)

    def run(work: Callable[[int], None], worker: int) -> None:
        start.wait()
        try:
            work(worker)
        except BaseException as error:
            failures.append(error)
            raise

    roles = [generate, generate, generate, import_same, import_same, promote, promote, check]
    threads = [threading.Thread(target=run, args=(role, worker)) for worker, role in enumerate(roles)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    facts = services.store.responses.facts()
    assert len(facts) == 12 + 45 + 60
    assert set(recorded) <= facts.keys()
    sizes = {item.id: item.size for item in monitor.baselines(services)}
    for baseline_id, size in sizes.items():
        assert size == sum(fact.baseline_id == baseline_id for fact in facts.values())
    monitor.reconcile(services)
    stored = {**services.vectors.facts("baseline"), **services.vectors.facts("current")}
    assert {id_: fact.baseline_id for id_, fact in stored.items()} == {
        id_: fact.baseline_id for id_, fact in facts.items()
    }
    encoded = services.encoder.encoded  # type: ignore[attr-defined]
    assert len(encoded) == len(set(encoded))
    history = monitor.pool_history(services)
    fingerprints = [item.fingerprint for item in history]
    assert all(now != before for now, before in zip(fingerprints[1:], fingerprints[:-1], strict=True))
