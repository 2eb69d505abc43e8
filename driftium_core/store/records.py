"""Responses, baselines, calculations and evidence as they go into the store and come out of it.

No SQLAlchemy object leaves this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from driftium_core.response import Response
from driftium_core.severity import Severity

__all__ = [
    "DEFAULT_PROJECT",
    "Added",
    "AlarmLook",
    "AlarmState",
    "Baseline",
    "Calculation",
    "LookResult",
    "NewCalculation",
    "NewLook",
    "ResponseFacts",
    "StoredResponse",
]

DEFAULT_PROJECT = "default"
"""The project that exists from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """A response with its place in the store.

    Attributes
    ----------
    id : str
        UUID, also the key of its vectors.
    seq : int
        Order of arrival.
    baseline_id : str or None
        The baseline it belongs to; None while it is current telemetry.
    response_hash, prompt_hash : str or None
        Content hashes of the texts.
    digest : str
        Digest of everything in the content that a report can depend on: neither ``key`` nor ``source``, nor the
        seed and how it ended.
    """

    id: str
    seq: int
    project: str
    baseline_id: str | None
    stored_at: datetime
    response_hash: str
    prompt_hash: str | None
    digest: str
    content: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFacts:
    """What the vectors of a stored response depend on, without its texts; ``usable`` as in `Response`."""

    project: str
    baseline_id: str | None
    response_hash: str
    prompt_hash: str | None
    usable: bool


@dataclass(frozen=True, slots=True)
class Added:
    """What became of responses that were to be stored.

    Attributes
    ----------
    stored : tuple of StoredResponse
        The new ones, in the order given.
    known : int
        Left out, as the project has their key already or it came before in the same call.
    ids_reused : int
        Stored ones whose own id (a key ``id:<id>:<digest>``) the project has with other content.
    """

    stored: tuple[StoredResponse, ...]
    known: int
    ids_reused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A named version of what a project's answers should look like; its responses never change.

    ``version`` counts from 1 within the project; ``active`` says whether current telemetry is compared with it.
    """

    id: str
    project: str
    name: str
    version: int
    note: str
    created_at: datetime
    size: int
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculationFacts:
    """What is known of a check of two pools besides its report.

    Attributes
    ----------
    fingerprint : str
        Digest of both pools' content, the encoder and the settings; what comes before a colon is the report's format.
    baseline_id : str
        Stays when the baseline is deleted.
    severity : Severity or None
        None when inconclusive.
    pvalue, effect_size, centroid_score, mmd_score, health_index : float or None
        None where they could not be computed.
    mmd_low, mmd_high : float or None
        The range of the MMD when nothing changed.
    health_low, health_high : float or None
        The 95 % interval of the Health Index.
    n_baseline, n_current : int
        Responses of each pool that were compared: neither empty nor failed ones.
    current_size : int
        Responses in the current pool, the unusable ones too.
    """

    fingerprint: str
    baseline_id: str
    verdict: str
    design: str
    severity: Severity | None
    pvalue: float | None
    effect_size: float | None
    centroid_score: float | None
    mmd_score: float | None
    health_index: float | None
    n_baseline: int
    n_current: int
    encoder: str
    precision: str
    seed: int
    duration_ms: float
    mmd_low: float | None = None
    mmd_high: float | None = None
    health_low: float | None = None
    health_high: float | None = None
    current_size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCalculation(CalculationFacts):
    """A finished check of two pools, about to be stored; ``report`` holds JSON values."""

    report: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation(CalculationFacts):
    """A stored check of two pools without its report; ``created_at`` is in UTC."""

    id: str
    project: str
    created_at: datetime

    @property
    def mmd_range(self) -> tuple[float, float] | None:
        """Both ends of the range of the MMD when nothing changed; None where they were not kept."""
        return None if self.mmd_low is None or self.mmd_high is None else (self.mmd_low, self.mmd_high)

    @property
    def drawn_health(self) -> float | None:
        """The Health Index where it is shown among others; an inconclusive calculation is a gap."""
        return None if self.severity is None else self.health_index

    @property
    def drawn_mmd(self) -> float | None:
        """The MMD where it is shown among others: never of an inconclusive calculation, never without its range."""
        return None if self.severity is None or self.mmd_range is None else self.mmd_score


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """The evidence score of one monitor against one baseline.

    Attributes
    ----------
    monitor : str
        ``llm`` for the pools, ``table:`` and the saved reference for tables.
    evidence : float
        The score now, at least 0.
    looks : int
        Blocks counted.
    last_block : int
        Number of the newest counted block; -1 before the first.
    last_seq : int
        Arrival number of the last response that was counted; 0 before the first, and for tables.
    threshold : float
    alarmed_at_block : int or None
        Where the score first crossed the line; stays until it is dismissed.
    """

    monitor: str
    baseline_id: str
    evidence: float
    looks: int
    last_block: int
    last_seq: int
    threshold: float
    alarmed_at_block: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLook:
    """One counted block: its p-value and effect, what it added, and the score after it."""

    block: int
    created_at: datetime
    fingerprint: str
    pvalue: float
    effect_size: float | None
    e_value: float
    evidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLook:
    """A block that was tested and may now be counted.

    Attributes
    ----------
    block : int
        Its number: one more than ``last_block`` of the state it was cut after.
    after_seq, last_seq : int
        ``last_seq`` of that state, and arrival number of the block's last response; both 0 for tables.
    fingerprint : str
        What tells this block from any other: the same one is counted once per monitor and baseline.
    digests : tuple of str
        Of its responses' contents, as short as tells them apart; none for tables.
    """

    block: int
    after_seq: int
    last_seq: int
    fingerprint: str
    pvalue: float
    effect_size: float | None
    e_value: float
    digests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookResult:
    """The state after a look, and whether this look is what counted; if not, cut blocks anew after the state."""

    state: AlarmState
    counted: bool
