"""How close an answer is to the baseline, beside how close the baseline's answers are to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftium_core.formats import fmt_effect
from driftium_core.monitor.responses import similar
from driftium_core.monitor.vectors import embed
from driftium_core.services import Services
from driftium_core.store.records import Baseline
from driftium_core.text.pool import texts_of

if TYPE_CHECKING:
    from driftium_core.jobs import Job

__all__ = ["Closeness", "closeness", "start_closeness"]

MOST = 2_000
"""Answers of a baseline that make its range: its oldest, as reading all of 100,000 for a caption is not worth it."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """Cosine similarity of an answer to the nearest one of the baseline.

    Attributes
    ----------
    similarity : float
    low, high : float
        Where nine of ten answers of the baseline are, each against the others.
    version : int
        Of the baseline.
    """

    similarity: float
    low: float
    high: float
    version: int

    @property
    def text(self) -> str:
        """A sentence on it; what is outside the range is no alarm by itself."""
        usual = f"the usual range ({fmt_effect(self.low)} to {fmt_effect(self.high)})"
        where = "below" if self.similarity < self.low else "above" if self.similarity > self.high else "inside"
        return f"Against baseline v{self.version}: nearest answer {fmt_effect(self.similarity)}, {where} {usual}."


def closeness(services: Services, response_id: str) -> Closeness | None:
    """How close a stored answer is to the active baseline of its project; None without one, or with too small a one.

    Looks up vectors; what has none yet is embedded, so ask after the answer was checked.

    Raises
    ------
    NotFoundError
        The answer is not stored, or no longer.
    InputError
        It is empty.
    StorageError, UnavailableError
        Vectors cannot be read or made.
    """
    asked = services.store.responses.get(response_id)
    baseline = services.store.baselines.active(project=asked.project)
    usual = _usual_range(services, baseline) if baseline else None
    if baseline is None or usual is None:
        return None
    nearest = similar(services, response_id, pool="baseline", limit=1)
    return Closeness(nearest[0].similarity, *usual, baseline.version) if nearest else None


def start_closeness(services: Services, response_id: str) -> Job[Closeness | None]:
    """`closeness` in the background, as it may wait for texts that are being embedded."""
    return services.answering.start(lambda _progress: closeness(services, response_id), title="Looking for the nearest")


def _usual_range(services: Services, baseline: Baseline) -> tuple[float, float] | None:
    """A baseline never changes, so its range is computed once per encoder."""
    import numpy as np

    from driftium_core.text.closeness import usual_range

    key = f"{baseline.id} {services.encoder.tag}"
    known: tuple[tuple[float, float] | None] | None = services.usual_ranges.get(key)
    if known is None:
        responses = services.store.baselines.responses(baseline.id, limit=MOST)
        usable = [item for item in responses if item.content.usable]
        vectors = embed(services, texts_of([item.content for item in usable]))
        rows = [vectors[item.response_hash] for item in usable]
        known = services.usual_ranges.put(key, (usual_range(np.stack(rows)) if rows else None,))
    return known[0]
