"""What every vector engine does for Driftium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["COLLECTIONS", "Collection", "Hit", "PointFacts", "VectorStore"]

Collection = Literal["baseline", "current"]
COLLECTIONS: tuple[Collection, ...] = ("baseline", "current")


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What is stored beside the vectors of one response; the key of the point is the response's id (a UUID).

    Attributes
    ----------
    project : str
    baseline_id : str or None
        None in the current collection.
    response_hash, prompt_hash : str or None
        Content hashes of the texts the vectors were made from; ``prompt_hash`` is None without a prompt.
    """

    project: str
    baseline_id: str | None
    response_hash: str
    prompt_hash: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A near response: its id, pool facts and cosine similarity (−1 to 1)."""

    id: str
    similarity: float
    facts: PointFacts


class VectorStore(Protocol):
    """Vectors of distinct texts by content hash, and of responses by pool. Thread-safe.

    All vectors come from one encoder, whose tag is kept with them. They are derived data: whoever reads must be
    ready to find them gone. Failures of the engine are raised as `StorageError` with a sentence for the user.
    """

    @property
    def where(self) -> str:
        """Engine and place, to be shown to the user."""

    @property
    def notice(self) -> str | None:
        """What was found lost or damaged since the store was opened, as a sentence; None when nothing was."""

    def encoder_tag(self) -> str | None:
        """Tag of the encoder that made the stored vectors; None for an empty store."""

    def reset(self, encoder_tag: str) -> None:
        """Drop everything and start anew for this encoder."""

    def put_texts(self, hashes: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep the vectors (n, d) of texts under their content hashes (SHA-256, hex)."""

    def get_texts(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Vectors of those texts that are known."""

    def put_responses(
        self,
        collection: Collection,
        points: Mapping[str, PointFacts],
        response_vectors: NDArray[np.float32],
        prompt_vectors: NDArray[np.float32] | None = None,
    ) -> None:
        """Keep responses in a collection; rows of the vectors follow the order of ``points``.

        A row of ``prompt_vectors`` is ignored where the point has no prompt hash.
        """

    def facts(self, collection: Collection) -> dict[str, PointFacts]:
        """Every point of a collection, without vectors: what is compared with SQL at start."""

    def remove(self, collection: Collection, ids: Sequence[str]) -> None:
        """Drop points; unknown ids are ignored."""

    def nearest(
        self,
        collection: Collection,
        vector: NDArray[np.float32],
        *,
        project: str,
        baseline_id: str | None = None,
        limit: int = 10,
        exclude: Sequence[str] = (),
    ) -> list[Hit]:
        """Most similar responses by response vector, most similar first."""

    def count(self, collection: Collection) -> int:
        """How many points a collection has."""

    def close(self) -> None:
        """Flush and release the folder or the connection; other calls fail from then on."""
