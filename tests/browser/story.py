"""Content for pictures of the app: the project's own texts and its built-in sample, checked for real.

Three monitors: a support bot whose traffic moves to a new topic, a rewritten model that answers the same prompts
differently, and a table of customers. Every number in the pictures is computed by the app from these.
"""

import pandas as pd

from driftium_core import monitor
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.tabular.table import Table
from tests.text.corpus import Answer, answers, other_model

NEW_MODEL, CUSTOMERS = "new model", "bank customers"
"""Projects beside the default one."""

USUAL = ("bicycle", "cooking", "first_aid", "gardening")
BASELINE_PER_TOPIC = 44


def tell(services: Services) -> None:
    """Fill an empty store; takes about a minute, as the texts are embedded and the checks computed."""
    _topic_shift(services, "default")
    _other_model(services, monitor.create_project(services, NEW_MODEL))
    _customers(services, monitor.create_project(services, CUSTOMERS))
    for project in monitor.projects(services):
        _investigate(services, project)


def _topic_shift(services: Services, project: str) -> None:
    """Usual questions for a while, then more and more on astronomy."""
    by_topic = {topic: [item for item in answers() if item.topic == topic] for topic in (*USUAL, "astronomy")}
    usual = [by_topic[topic][:BASELINE_PER_TOPIC] for topic in USUAL]
    _store(services, [item for topic in usual for item in topic], project)
    monitor.promote(services, "release 1", project=project)
    later = [
        item for row in zip(*(by_topic[topic][BASELINE_PER_TOPIC:] for topic in USUAL), strict=True) for item in row
    ]
    new = by_topic["astronomy"]
    batches = [later[start : start + 8] for start in range(0, len(later), 8)]
    batches += [new[start : start + 6] for start in range(0, 48, 6)]
    for batch in batches:
        _store(services, batch, project)
        monitor.check_responses(services, project=project)
    monitor.update_evidence(services, project=project)


def _other_model(services: Services, project: str) -> None:
    """Another model on prompts that the baseline has answers to: compared prompt by prompt."""
    changed = other_model()
    prompts = {item.prompt for item in changed}
    _store(services, [item for item in answers() if item.prompt in prompts], project)
    monitor.promote(services, "model A", project=project)
    for start in range(0, len(changed), 24):
        _store(services, changed[start : start + 24], project)
        monitor.check_responses(services, project=project)


def _customers(services: Services, project: str) -> None:
    """Months of a table: clean ones, then one in which the young are gone."""
    sample = monitor.sample_table(services, 20_000).frame
    months = {"2025": sample[:4_000], "January": sample[4_000:8_000], "February": sample[8_000:12_000]}
    last = sample[16_000:]
    months |= {"March": sample[12_000:16_000], "April": last[last["age"] >= 35]}
    reference, *current = (_table(services, rows, f"customers {name}") for name, rows in months.items())
    for table in current:
        monitor.check_table(services, reference, table, project=project)


def _investigate(services: Services, project: str) -> None:
    """Why the newest report of a project says what it does, by rules; the first thing to do is done."""
    newest = monitor.investigable(services, project=project, limit=1)[0]
    job = monitor.start_investigation(services, newest.kind, newest.id, project=project, by_rules=True)
    job.wait()
    if job.result and job.result.investigation:
        monitor.tick_action(services, job.result.investigation.id, 0, True)


def _table(services: Services, rows: pd.DataFrame, name: str) -> Table:
    return monitor.read_upload(services, rows.to_parquet(index=False), f"{name}.parquet")


def _store(services: Services, batch: list[Answer], project: str) -> None:
    rows = [Response(prompt=item.prompt, response=item.response, source="log") for item in batch]
    services.store.responses.add(rows, project=project)
