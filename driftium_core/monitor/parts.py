"""What the parts under the app say of themselves, and loading them ahead of need."""

from __future__ import annotations

from driftium_core.errors import StorageError
from driftium_core.formats import fmt_n
from driftium_core.parts import PartState
from driftium_core.services import Services
from driftium_core.vectors.state import vectors_state

__all__ = ["health", "preload"]


def preload() -> None:
    """Import what the first check needs, so that it does not wait for it; takes about a second."""
    import driftium_core.tabular.demographics
    import driftium_core.tabular.drift
    import driftium_core.tabular.simulate  # noqa: F401


def health(services: Services, *, verify: bool = False) -> list[PartState]:
    """State of each part, without loading any; ``verify`` also reads the encoder's weights (about 0.3 s)."""
    return [
        services.store.state(),
        _vectors(services),
        services.encoder.state(verify=verify),
        services.generators.state(),
    ]


def _vectors(services: Services) -> PartState:
    """What the vector store holds, or what would serve as one; and how far a rebuilding is."""
    opened = services.opened_vectors
    if opened is None:
        return vectors_state(services.settings.qdrant)
    try:
        baseline, current = opened.count("baseline"), opened.count("current")
    except StorageError as error:
        return PartState("vectors", "error", str(error), "Nothing is lost: vectors are made again from the responses.")
    detail = f"{opened.where}: {fmt_n(baseline)} baseline and {fmt_n(current)} current responses."
    working = next((job for job in services.background.all() if job.state == "running" and job.total), None)
    if working:
        detail += f" {working.title}: {fmt_n(working.done)} of {fmt_n(working.total)}."
    return PartState("vectors", "ok", detail, " ".join(services.vector_notices()))
