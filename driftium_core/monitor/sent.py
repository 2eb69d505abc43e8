"""Where the answers of a run are that became telemetry before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from driftium_core.services import Services

__all__ = ["SentAnswers", "sent_answers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAnswers:
    """How many answers of one arm were sent, by where they are now.

    Attributes
    ----------
    current : int
        Still current telemetry.
    baselines : tuple of (int, int)
        Version and answers of each baseline they were promoted to, oldest first.
    deleted : int
        Deleted since; sending does not bring them back.
    """

    current: int
    baselines: tuple[tuple[int, int], ...]
    deleted: int


def sent_answers(services: Services, run_id: str, arm: int) -> SentAnswers:
    """Look where the answers of one arm are that became telemetry; `NotFoundError` when the run is not stored."""
    answers = services.store.prompt_runs.answers(run_id)
    ids = [answer.response_id for answer in answers if answer.arm == arm and answer.response_id]
    found = services.store.responses.by_ids(ids)
    pools = Counter(item.baseline_id for item in found.values())
    project = services.store.prompt_runs.get(run_id).project
    versions = {item.id: item.version for item in services.store.baselines.all(project=project)}
    promoted = {versions[id_]: n for id_, n in pools.items() if id_ in versions}
    return SentAnswers(current=pools[None], baselines=tuple(sorted(promoted.items())), deleted=len(ids) - len(found))
