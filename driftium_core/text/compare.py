"""Two pools with their vectors → the whole report."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
import numpy.typing as npt

from driftium_core.formats import fmt_count, fmt_n, fmt_p
from driftium_core.stats.null_range import NullRange
from driftium_core.text.clusters import in_pools
from driftium_core.text.descriptors import descriptors
from driftium_core.text.differences import Evidence, Exemplar, Projection
from driftium_core.text.drift import compare_embeddings
from driftium_core.text.drift_report import Detectable, EmbeddingReport
from driftium_core.text.health import alignment, flags, health
from driftium_core.text.pairs import answer_pairs
from driftium_core.text.pool import Pool, content_hash
from driftium_core.text.projection import project
from driftium_core.text.report import Encoder, TextReport, Traffic
from driftium_core.text.setting_shares import setting_shares
from driftium_core.text.traffic import traffic
from driftium_core.text.why import explain

__all__ = ["compare_pools"]

ProgressCallback = Callable[[int, int, str], None]
Positions = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

STEPS = 4


def compare_pools(
    baseline: Pool,
    current: Pool,
    *,
    encoder: Encoder,
    n_resamples: int = 999,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> TextReport:
    """Compare current responses with a baseline: tests, health, descriptors, traffic or behaviour, and why.

    Responses that failed or are empty have no meaning to compare; they count in the descriptors and flags only.

    Parameters
    ----------
    encoder : Encoder
        What made the vectors of both pools.
    n_resamples : int
        Permutations of the drift test.
    progress : callable, optional
        Told which of the four steps begins; may raise `CancelledError`.
    """
    tell = progress or (lambda _done, _total, _what: None)
    tell(0, STEPS, "Testing for drift")
    drift = _drift(baseline, current, n_resamples=n_resamples, seed=seed)
    tell(1, STEPS, "Telling traffic from behaviour")
    with_prompts = _Aligned.of(baseline), _Aligned.of(current)
    moved = _traffic(*with_prompts, drift=drift, seed=seed)
    tell(2, STEPS, "Measuring health and descriptors")
    index = health(*with_prompts[0].vectors, *with_prompts[1].vectors)
    flagged = flags(
        baseline.responses,
        current.responses,
        baseline_alignment=alignment(*with_prompts[0].vectors),
        current_alignment=alignment(*with_prompts[1].vectors),
    )
    described = descriptors(baseline.responses, current.responses)
    tell(3, STEPS, "Finding what changed")
    pairs, unlisted = answer_pairs(baseline, current)
    return TextReport(
        drift=drift,
        health=index,
        flags=flagged,
        descriptors=described,
        traffic=moved,
        evidence=_evidence(baseline, current, drift, n_resamples=n_resamples, seed=seed),
        projection=_projection(baseline, current, seed=seed),
        encoder=encoder,
        seed=seed,
        baseline_hash=content_hash(baseline.responses),
        current_hash=content_hash(current.responses),
        versions={name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
        pairs=pairs,
        notes=(*_left_out(baseline, "baseline"), *_left_out(current, "current"), *unlisted),
        settings=setting_shares(baseline.responses, current.responses),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Aligned:
    """The usable responses of a pool that have a prompt."""

    vectors: tuple[Vectors, Vectors]
    texts: tuple[list[str], list[str]]

    @classmethod
    def of(cls, pool: Pool) -> _Aligned:
        rows = pool.with_prompt
        chosen = [response for response in pool.usable if response.has_prompt]
        return cls(
            (pool.prompt_vectors[rows], pool.response_vectors[rows]),
            ([response.prompt or "" for response in chosen], [response.response for response in chosen]),
        )


def _drift(baseline: Pool, current: Pool, *, n_resamples: int, seed: int) -> EmbeddingReport:
    if not len(baseline.positions) or not len(current.positions):
        return _nothing_to_compare(baseline, current, seed=seed)
    return compare_embeddings(
        baseline.response_vectors,
        current.response_vectors,
        prompt_ids=(baseline.prompt_ids, current.prompt_ids),
        n_resamples=n_resamples,
        rng=seed,
    )


def _nothing_to_compare(baseline: Pool, current: Pool, *, seed: int) -> EmbeddingReport:
    sizes = {"baseline": len(baseline.positions), "current": len(current.positions)}
    empty = " and ".join(name for name, size in sizes.items() if not size)
    reason = (
        f"No usable responses in {empty}: all of them failed or are empty, so nothing can be compared by meaning. "
        "The descriptors below say how many."
    )
    unknown = NullRange(math.nan, math.nan, math.nan)
    return EmbeddingReport(
        design="unpaired",
        n_baseline=sizes["baseline"],
        n_current=sizes["current"],
        n_pairs=0,
        pvalue=None,
        attainable_pvalue=1.0,
        effect_size=math.nan,
        effect_raw=math.nan,
        severity=None,
        verdict="inconclusive",
        reason=reason,
        centroid=unknown,
        mmd=unknown,
        detectable=Detectable(None, "Without responses no change can be seen."),
        members=(),
        method="not tested",
        n_resamples=0,
        exact=False,
        seed=seed,
    )


def _traffic(baseline: _Aligned, current: _Aligned, *, drift: EmbeddingReport, seed: int) -> Traffic:
    found = traffic(
        *baseline.vectors,
        *current.vectors,
        baseline_texts=baseline.texts,
        current_texts=current.texts,
        seed=seed,
    )
    # Answers to one and the same prompt differ: whatever the conditional test could see, that is behaviour.
    if drift.design == "paired" and drift.verdict == "drift" and found.verdict in ("neither", "cannot_tell"):
        text = f"The same prompts are answered differently ({fmt_p(drift.pvalue)} in {fmt_n(drift.n_pairs)} prompts)."
        # The conditional test's statistic belongs to the p-value that is replaced, and of the drift test's five members
        # no one statistic belongs to its p-value.
        found = replace(found, verdict="behaviour", behaviour_pvalue=drift.pvalue, behaviour=None, text=text)
    if drift.n_left_out_current and found.verdict in ("neither", "behaviour"):
        found = replace(found, text=f"{found.text} {_new_prompts(drift)}")
    return found


def _new_prompts(drift: EmbeddingReport) -> str:
    """What a test of exchangeable prompts cannot see: equal prompts on both sides hide those of one side."""
    new, known = drift.n_left_out_current, drift.n_current
    verb = "has a prompt" if new == 1 else "have prompts"
    return (
        f"{fmt_n(new)} of {fmt_count(new + known, 'current answer')} {verb} that the baseline lacks: where most "
        "prompts repeat, the test of the prompts hardly sees the others."
    )


def _evidence(baseline: Pool, current: Pool, drift: EmbeddingReport, *, n_resamples: int, seed: int) -> Evidence:
    """Why, with positions in the whole pools."""
    old_ids, new_ids = baseline.prompt_ids, current.prompt_ids

    def pvalue_of(old: Positions, new: Positions) -> float | None:
        if not old.size or not new.size:
            return None
        return compare_embeddings(
            baseline.response_vectors[old],
            current.response_vectors[new],
            prompt_ids=([old_ids[i] for i in old], [new_ids[i] for i in new]),
            n_resamples=n_resamples,
            rng=seed,
        ).pvalue

    found = explain(
        baseline.response_vectors,
        current.response_vectors,
        [response.response for response in baseline.usable],
        [response.response for response in current.usable],
        reference_prompts=[response.prompt or "" for response in baseline.usable],
        current_prompts=[response.prompt or "" for response in current.usable],
        pvalue=drift.pvalue,
        drifted=drift.verdict == "drift",
        pvalue_of=pvalue_of,
        seed=seed,
    )
    return _moved(found, baseline.positions, current.positions)


def _moved(found: Evidence, old: Positions, new: Positions) -> Evidence:
    """Positions among the usable responses → positions in the pools."""

    def moved(exemplar: Exemplar, positions: Positions) -> Exemplar:
        return replace(exemplar, index=int(positions[exemplar.index]))

    removal, witnesses = found.removal, found.witnesses
    return replace(
        found,
        novel=tuple(moved(item, new) for item in found.novel),
        gone=tuple(moved(item, old) for item in found.gone),
        groups=tuple(in_pools(group, old, new) for group in found.groups),
        removal=removal and replace(removal, removed=tuple(new[list(removal.removed)].tolist())),
        witnesses=witnesses
        and replace(
            witnesses,
            baseline_index=tuple(old[list(witnesses.baseline_index)].tolist()),
            current_index=tuple(new[list(witnesses.current_index)].tolist()),
        ),
    )


def _projection(baseline: Pool, current: Pool, *, seed: int) -> Projection | None:
    if not len(baseline.positions) or not len(current.positions):
        return None
    found = project(baseline.response_vectors, current.response_vectors, seed=seed)
    return replace(
        found,
        baseline_index=tuple(baseline.positions[list(found.baseline_index)].tolist()),
        current_index=tuple(current.positions[list(found.current_index)].tolist()),
    )


def _left_out(pool: Pool, name: str) -> tuple[str, ...]:
    count = len(pool.responses) - len(pool.positions)
    if not count:
        return ()
    what = "response failed or is" if count == 1 else "responses failed or are"
    return (f"{fmt_n(count)} {name} {what} empty: counted in the descriptors, not compared by meaning.",)
