"""The evidence score of repeated looks: each block of new data counts once, whoever looks and however often."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable

from driftium_core.monitor.checks import ProgressCallback
from driftium_core.monitor.vectors import embed
from driftium_core.services import Services
from driftium_core.stats.evidence_score import EvidenceScore, accumulate, alarm_threshold, block_size, e_value
from driftium_core.store.records import (
    DEFAULT_PROJECT,
    AlarmLook,
    AlarmState,
    Baseline,
    LookResult,
    NewLook,
    StoredResponse,
)
from driftium_core.text.blocks import Block, whole_blocks
from driftium_core.text.pool import Pool, texts_of

__all__ = [
    "dismiss_alarm",
    "evidence_looks",
    "evidence_sentence",
    "evidence_state",
    "table_score",
    "update_evidence",
]

LLM = "llm"
"""Monitor of the pools; its baseline is the active one."""


def update_evidence(
    services: Services,
    *,
    project: str = DEFAULT_PROJECT,
    progress: ProgressCallback | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> AlarmState | None:
    """Test and count every whole block of current telemetry that was not counted yet.

    Usable responses are cut in order of arrival; what does not fill a block waits. Whoever asks twice, or from two
    processes at once, counts nothing twice, and neither do responses that were counted, deleted, and imported again.
    Without a new block it costs a few look-ups.

    Parameters
    ----------
    interrupted : callable, optional
        Asked after each block: when it says True, the blocks that are left wait for the next call.

    Returns
    -------
    AlarmState or None
        None without an active baseline.
    """
    active = services.store.baselines.active(project=project)
    if active is None:
        return None
    state = _state(services, active.id, project)
    if not _has_new_block(services, active, state):
        return state
    pools = services.store.pools(project)
    if pools.baseline is None:
        return None
    state = _state(services, pools.baseline.id, project)
    reference = [item for item in pools.baseline_responses if item.content.usable]
    usable = [item for item in pools.current_responses if item.content.usable]
    current = _not_counted(services, pools.baseline, usable, state)
    blocks = whole_blocks(
        [item.seq for item in current],
        size=block_size(len(reference)),
        last_seq=state.last_seq,
        last_block=state.last_block,
    )
    if not blocks or not reference:
        return state
    baseline = _pool(services, reference)
    for done, block in enumerate(blocks):
        if progress:
            progress(done, len(blocks), "Counting blocks of new responses")
        look = _look(services, baseline, current[block.start : block.stop], block, after_seq=state.last_seq)
        result = _count(services, look, LLM, pools.baseline.id, project)
        state = result.state
        if not result.counted or (interrupted and interrupted()):  # not counted: another process counts the same
            break
    return state


def _not_counted(
    services: Services, baseline: Baseline, usable: list[StoredResponse], state: AlarmState
) -> list[StoredResponse]:
    """Those after the last counted one, without as many of each content as were counted and are there no more."""
    counted = services.store.alarms.counted(LLM, baseline.id, project=baseline.project)
    gone = counted - Counter(_short(item) for item in usable if item.seq <= state.last_seq)
    new = []
    for item in usable:
        if item.seq <= state.last_seq:
            continue
        if gone[_short(item)] > 0:
            gone[_short(item)] -= 1
        else:
            new.append(item)
    return new


def _short(item: StoredResponse) -> str:
    """64 bits of the content's digest."""
    return item.digest[:16]


def _has_new_block(services: Services, baseline: Baseline, state: AlarmState) -> bool:
    """Told without reading the responses."""
    responses, project = services.store.responses, baseline.project
    n_baseline = responses.count(project=project, baseline_id=baseline.id, usable=True)
    return responses.count(project=project, usable=True, after_seq=state.last_seq) >= block_size(n_baseline)


def evidence_state(
    services: Services, *, project: str = DEFAULT_PROJECT, reference: str | None = None
) -> AlarmState | None:
    """The evidence score as it stands; computes nothing.

    Parameters
    ----------
    reference : str, optional
        Name of the saved reference whose tables are meant; without it the pools are.

    Returns
    -------
    AlarmState or None
        None without an active baseline, or a saved reference of that name.
    """
    place = _place(services, project, reference)
    return services.store.alarms.state(*place, threshold=alarm_threshold(), project=project) if place else None


def evidence_looks(
    services: Services, *, project: str = DEFAULT_PROJECT, reference: str | None = None, limit: int | None = None
) -> list[AlarmLook]:
    """The blocks counted against the active baseline, or the saved reference of that name, newest first."""
    place = _place(services, project, reference)
    return services.store.alarms.looks(*place, project=project, limit=limit) if place else []


def dismiss_alarm(
    services: Services, *, project: str = DEFAULT_PROJECT, reference: str | None = None
) -> AlarmState | None:
    """Take a score to zero after its alarm was looked at; counted blocks stay counted.

    ``reference`` and the result are as in `evidence_state`.

    Raises
    ------
    NotFoundError
        Nothing was counted yet.
    """
    place = _place(services, project, reference)
    return services.store.alarms.dismiss(*place, project=project) if place else None


def evidence_sentence(state: AlarmState) -> str:
    """Where a score stands, and how often chance alone brings it over the line."""
    return EvidenceScore(
        evidence=state.evidence,
        looks=state.looks,
        last_block=state.last_block,
        threshold=state.threshold,
        alarmed_at_block=state.alarmed_at_block,
    ).text_on("answers" if state.monitor == LLM else "rows")


def table_score(reference_id: str) -> str:
    """The monitor under which the store keeps the score of a saved reference."""
    return f"table:{reference_id}"


def _place(services: Services, project: str, reference: str | None) -> tuple[str, str] | None:
    """Monitor and baseline of a score, as the store knows it."""
    if reference is None:
        active = services.store.baselines.active(project=project)
        return (LLM, active.id) if active else None
    saved = next((item for item in services.store.references.all(project=project) if item.name == reference), None)
    return (table_score(saved.id), saved.id) if saved else None


def _state(services: Services, baseline_id: str, project: str) -> AlarmState:
    return services.store.alarms.state(LLM, baseline_id, threshold=alarm_threshold(), project=project)


def _count(services: Services, look: NewLook, monitor: str, baseline_id: str, project: str) -> LookResult:
    return services.store.alarms.look(
        look,
        monitor=monitor,
        baseline_id=baseline_id,
        threshold=alarm_threshold(),
        accumulate=accumulate,
        project=project,
    )


def _pool(services: Services, responses: list[StoredResponse]) -> Pool:
    contents = [item.content for item in responses]
    return Pool.of(contents, embed(services, texts_of(contents)))


def _look(services: Services, baseline: Pool, block: list[StoredResponse], place: Block, *, after_seq: int) -> NewLook:
    from driftium_core.text.drift import compare_embeddings

    current = _pool(services, block)
    drift = compare_embeddings(
        baseline.response_vectors, current.response_vectors, prompt_ids=(baseline.prompt_ids, current.prompt_ids)
    )
    pvalue = 1.0 if drift.pvalue is None else drift.pvalue
    return NewLook(
        block=place.number,
        after_seq=after_seq,
        last_seq=place.last_seq,
        fingerprint=hashlib.sha256("".join(item.id for item in block).encode()).hexdigest(),
        pvalue=pvalue,
        effect_size=drift.effect_size,
        e_value=e_value(pvalue),
        digests=tuple(_short(item) for item in block),
    )
