"""What the parts under the app say of themselves, and loading them ahead of need."""

from __future__ import annotations

from driftium_core.embeddings.state import embedder_state
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
        vectors_state(services.settings.qdrant),
        embedder_state(verify=verify),
        services.generator.state(),
    ]
