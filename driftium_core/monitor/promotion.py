"""What current telemetry would be as a baseline, and what speaks against it: to be seen before promoting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from driftium_core.errors import InputError, StorageError, UnavailableError
from driftium_core.formats import fmt_n, fmt_percent
from driftium_core.monitor.checks import ProgressCallback
from driftium_core.monitor.vectors import embed
from driftium_core.services import Services
from driftium_core.stats.power import detectable_share, sample_size_for_share
from driftium_core.store.pool_records import Pools
from driftium_core.store.records import DEFAULT_PROJECT, Baseline, StoredResponse

if TYPE_CHECKING:
    from driftium_core.text.mixture import Mixture

__all__ = ["PromotionPreview", "preview_promotion"]

FEW = 64
"""Below so many usable responses, a baseline does not show a new topic in a quarter of the answers."""

MANY_REPEATS = 0.10
"""Share of responses that repeat the text of another, from which it is worth a word."""

N_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionPreview:
    """What a promotion would do to the pools of one revision.

    Attributes
    ----------
    n, n_usable, n_unusable : int
        Responses that would be promoted, and those of them that can be compared by meaning or cannot.
    next_version : int
        Of the baseline that would be made.
    replaces : Baseline or None
        The active baseline, which stays stored.
    n_prompts : int
        Distinct prompts.
    by_model, by_source : tuple of (str, int)
        Responses of each model and source that is known, the most frequent first.
    oldest, newest : datetime
        When the first and the last were answered or, where that is not known, stored.
    cut_off : int
        Answers known to have ended at the token limit.
    examples : tuple of StoredResponse
        The most typical ones: nearest to the mean, and unlike each other. Empty without vectors.
    cautions : tuple of str
        What to consider before promoting, a sentence or two each.
    mixture : Mixture or None
        Whether part is like the active baseline and part is new; None without a baseline or without vectors.
    revision : int
        Of the pools described: for `promote(…, expected_revision=…)`.
    """

    n: int
    n_usable: int
    n_unusable: int
    next_version: int
    replaces: Baseline | None
    n_prompts: int
    by_model: tuple[tuple[str, int], ...]
    by_source: tuple[tuple[str, int], ...]
    oldest: datetime
    newest: datetime
    cut_off: int
    examples: tuple[StoredResponse, ...]
    cautions: tuple[str, ...]
    mixture: Mixture | None
    revision: int


def preview_promotion(
    services: Services,
    *,
    ids: Sequence[str] | None = None,
    project: str = DEFAULT_PROJECT,
    progress: ProgressCallback | None = None,
) -> PromotionPreview:
    """Describe what promoting current telemetry, or the given responses of it, would make; nothing is changed.

    When vectors cannot be made, everything that does not need them is told all the same.

    Raises
    ------
    InputError
        There is nothing to promote, or one of the ids is not current.
    NotFoundError
        There is no such project.
    StorageError
        The database cannot be read.
    """
    pools = services.store.pools(project)
    chosen = _chosen(pools, ids)
    usable = [item for item in chosen if item.content.usable]
    times = [item.content.created_at or item.stored_at for item in chosen]
    seen = _look(services, pools, usable, progress)
    by_model = _counted(item.content.model for item in chosen)
    cut_off = sum(item.content.stop_reason == "length" for item in chosen)
    return PromotionPreview(
        n=len(chosen),
        n_usable=len(usable),
        n_unusable=len(chosen) - len(usable),
        next_version=services.store.baselines.next_version(project=project),
        replaces=pools.baseline,
        n_prompts=len({item.prompt_hash for item in chosen} - {None}),
        by_model=by_model,
        by_source=_counted(item.content.source for item in chosen),
        oldest=min(times),
        newest=max(times),
        cut_off=cut_off,
        examples=seen.examples,
        cautions=(*seen.cautions, *_cautions(chosen, usable, by_model, cut_off)),
        mixture=seen.mixture,
        revision=pools.revision,
    )


def _chosen(pools: Pools, ids: Sequence[str] | None) -> list[StoredResponse]:
    if ids is None:
        if not pools.current_responses:
            raise InputError("There are no current responses to promote. Generate or import some first.")
        return list(pools.current_responses)
    wanted = set(ids)
    if not wanted:
        raise InputError("No responses were chosen to promote. Choose at least one.")
    chosen = [item for item in pools.current_responses if item.id in wanted]
    if len(chosen) != len(wanted):
        raise InputError(
            f"{fmt_n(len(wanted) - len(chosen))} of the {fmt_n(len(wanted))} chosen responses are not, or no longer, "
            "current. Look at the current responses again and choose anew."
        )
    return chosen


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the vectors tell."""

    examples: tuple[StoredResponse, ...] = ()
    mixture: Mixture | None = None
    cautions: tuple[str, ...] = ()


def _look(
    services: Services, pools: Pools, usable: Sequence[StoredResponse], progress: ProgressCallback | None
) -> _Seen:
    import numpy as np

    from driftium_core.text.exemplars import pick_exemplars
    from driftium_core.text.mixture import mixture

    if not usable:
        return _Seen()
    old = [item for item in pools.baseline_responses if item.content.usable]
    texts = {item.response_hash: item.content.response for item in (*old, *usable)}
    try:
        vectors = embed(services, texts, progress=progress)
    except (StorageError, UnavailableError) as error:
        return _Seen(cautions=(f"Whether old and new answers are mixed could not be tested. {error}",))
    current = np.stack([vectors[item.response_hash] for item in usable])
    typical = pick_exemplars((current @ current.mean(axis=0)).astype(np.float64), current, limit=N_EXAMPLES)
    examples = tuple(usable[item.index] for item in typical)
    if not old:
        return _Seen(examples)
    found = mixture(np.stack([vectors[item.response_hash] for item in old]), current)
    return _Seen(examples, found, (found.text,) if found.mixed else ())


def _cautions(
    chosen: Sequence[StoredResponse],
    usable: Sequence[StoredResponse],
    by_model: Sequence[tuple[str, int]],
    cut_off: int,
) -> tuple[str, ...]:
    n, n_usable = len(chosen), len(usable)
    repeats = n_usable - len({item.response_hash for item in usable})
    said = []
    if not n_usable:
        said.append("All of these responses failed or are empty: no answer could be compared with such a baseline.")
    elif n_usable < n:
        are = "is" if n - n_usable == 1 else "are"
        said.append(
            f"{fmt_n(n - n_usable)} of {fmt_n(n)} responses failed or {are} empty. In the baseline they would count "
            "as the normal rate of failures."
        )
    if 0 < n_usable < FEW:
        said.append(_few(n_usable))
    if len(by_model) > 1:
        models = ", ".join(f"{name} ({fmt_n(count)})" for name, count in by_model)
        said.append(f"Answers of {len(by_model)} models: {models}. A change of model is hard to see against them.")
    if repeats and repeats >= MANY_REPEATS * n_usable:
        said.append(
            f"{fmt_n(repeats)} of {fmt_n(n_usable)} responses repeat the text of another word for word; they show less "
            "of what is normal than as many different ones."
        )
    if cut_off:
        were = "was" if cut_off == 1 else "were"
        said.append(f"{fmt_n(cut_off)} of {fmt_n(n)} responses {were} cut off at the token limit.")
    return tuple(said)


def _few(n: int) -> str:
    share, target = detectable_share(n, n), 0.1
    responses = "1 response is" if n == 1 else f"{fmt_n(n)} responses are"
    needed = sample_size_for_share(target)
    what = "even a full change of topic may not be seen" if share is None else _shows(share)
    more = f"; {fmt_percent(target)} would need about {fmt_n(round(needed, -1))} each" if needed else ""
    return f"{responses} few: against as many current ones, {what}{more}."


def _shows(share: float) -> str:
    return f"a new topic is seen when it makes up about {fmt_percent(round(share, 2))} of the answers"


def _counted(names: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    counts = Counter(name for name in names if name)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
