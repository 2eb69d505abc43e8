"""Plain properties of responses, each tested against the baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from driftium_core.formats import UNKNOWN, fmt_n, fmt_p, fmt_percent, fmt_value
from driftium_core.response import Response
from driftium_core.severity import Severity
from driftium_core.stats.chi_square import chi_square_test, shares_test
from driftium_core.stats.effect import smallest_ks_pvalue
from driftium_core.stats.ks import ks_test
from driftium_core.stats.multiplicity import benjamini_hochberg
from driftium_core.stats.result import Measure
from driftium_core.text.properties import NUMBERS, SHARES, VALID_JSON, NumberProperty, ShareProperty, known_language
from driftium_core.text.report import Descriptor, Shape
from driftium_core.text.shapes import category_shape, number_shape, share_shape

__all__ = ["ALPHA", "JSON_SHARE", "descriptors"]

ALPHA = 0.05
"""Level of the adjusted p-values."""

JSON_SHARE = 0.5
"""Share of valid JSON in either pool from which JSON is taken to be what is, or was, asked for."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A descriptor before its verdict, with the words for a change and for none, both without a full stop.

    ``constant``: the same in every response of both pools. It cannot differ, so it stays out of the family of tests,
    where it would only cost the others power.
    """

    name: str
    label: str
    kind: Literal["number", "share", "category"]
    baseline: float | str | None
    current: float | str | None
    measure: Measure
    constant: bool
    changed: str
    unchanged: str
    shape: Shape | None

    @property
    def pvalue(self) -> float | None:
        return None if self.constant else self.measure.pvalue


def descriptors(baseline: Sequence[Response], current: Sequence[Response]) -> tuple[Descriptor, ...]:
    """Compare plain properties of the responses of two pools.

    Numbers (length, tokens, latency) by the two-sample Kolmogorov–Smirnov test, shares (errors, empty responses,
    refusals, code blocks, lists, valid JSON) by the 2 × 2 chi-square test, exact at small counts, the language by the
    chi-square test over all languages. p-values are adjusted together by Benjamini–Hochberg at 5 %. Severity needs
    significance and an effect (KS D, difference of the shares, Cramer's V). A property that is the same in every
    response of both pools is not tested, and LOW.

    Responses with an error count towards errors only, empty ones not towards length, refusals, format and language.
    Tokens, latency and language are listed when they are known of any response, code and lists when any has them, JSON
    when at least half of either pool is JSON.

    Parameters
    ----------
    baseline, current : sequence of Response

    Returns
    -------
    tuple of Descriptor
        ``severity`` is None where a pool has no values, or where so few are known that no difference, however large,
        could be significant; ``text`` says so. ``shape`` holds both pools' distributions.
    """
    drafts = [
        *(_number(number, baseline, current) for number in NUMBERS),
        *(_share(share, baseline, current) for share in SHARES),
        _json(baseline, current),
        _language(baseline, current),
    ]
    listed = [draft for draft in drafts if draft is not None]
    adjusted = benjamini_hochberg([draft.pvalue for draft in listed])
    level = ALPHA / max(1, sum(p is not None for p in adjusted))
    return tuple(_judged(draft, p, level) for draft, p in zip(listed, adjusted, strict=True))


def _judged(draft: _Draft, adjusted: float | None, level: float) -> Descriptor:
    """Give severity and sentence; ``level`` is what a single change has to reach to be found."""
    measure, tested = draft.measure, draft.pvalue is not None
    if adjusted is not None and adjusted <= ALPHA:
        severity: Severity | None = Severity.from_effect(measure.effect_size)
        text = f"{draft.changed} (adjusted {fmt_p(adjusted)})."
    elif not measure.n_reference or not measure.n_current:
        pool = "the current pool" if measure.n_reference else "the baseline"
        severity, text = None, f"{draft.label} cannot be compared: {pool} has no values."
    elif smallest_ks_pvalue(measure.n_reference, measure.n_current) > level:
        sizes = f"{fmt_n(measure.n_reference)} baseline and {fmt_n(measure.n_current)} current values"
        severity, text = None, f"{draft.unchanged}; {sizes} are too few to tell a change from chance."
    else:
        severity, text = Severity.LOW, f"{draft.unchanged}."
    return Descriptor(
        name=draft.name,
        label=draft.label,
        kind=draft.kind,
        baseline=draft.baseline,
        current=draft.current,
        n_baseline=measure.n_reference,
        n_current=measure.n_current,
        statistic=measure.statistic if tested else None,
        pvalue=draft.pvalue,
        pvalue_adjusted=adjusted,
        effect_size=measure.effect_size if tested else None,
        severity=severity,
        method=measure.method if tested else "not tested",
        text=text,
        shape=draft.shape,
    )


def _number(number: NumberProperty, baseline: Sequence[Response], current: Sequence[Response]) -> _Draft | None:
    before, now = (
        np.array([value for value in map(number.value, pool) if value is not None], dtype=float)
        for pool in (baseline, current)
    )
    if not before.size and not now.size:
        return None
    was, is_now = (float(np.median(values)) if values.size else None for values in (before, now))
    medians = f"median {fmt_value(is_now)} {number.unit}, was {fmt_value(was)}"
    if was is None or is_now is None or was == is_now:
        changed = f"{number.noun.capitalize()}: the spread changed, {medians}"
    else:
        changed = f"Responses are {number.more if is_now > was else number.less}: {medians}"
    unchanged = f"No change in {number.noun} detected: {medians}"
    constant = np.ptp(np.concatenate([before, now])) == 0
    measure = ks_test(before, now)
    words = changed, unchanged
    shape = number_shape(before, now)
    return _Draft(number.name, number.label, "number", was, is_now, measure, bool(constant), *words, shape)


def _share(share: ShareProperty, baseline: Sequence[Response], current: Sequence[Response]) -> _Draft | None:
    before, now = ([held for held in map(share.holds, pool) if held is not None] for pool in (baseline, current))
    n_with, n_total = (sum(before), sum(now)), (len(before), len(now))
    if not any(n_total) or (not share.always and not any(n_with)):
        return None
    was, is_now = (k / n if n else None for k, n in zip(n_with, n_total, strict=True))
    shares = f"{fmt_percent(is_now)}, was {fmt_percent(was)}"
    more = "More" if (is_now or 0) > (was or 0) else "Fewer"
    measure = shares_test(n_with, n_total, method="chi-square")
    return _Draft(
        share.name,
        share.label,
        "share",
        was,
        is_now,
        measure,
        sum(n_with) in (0, sum(n_total)),
        f"{more} {share.subject} {share.predicate}: {shares}",
        f"No change in {share.noun} detected: {shares}",
        share_shape(n_with, n_total, (share.with_it, share.without_it)),
    )


def _json(baseline: Sequence[Response], current: Sequence[Response]) -> _Draft | None:
    draft = _share(VALID_JSON, baseline, current)
    if draft is None:
        return None
    shares = (share for share in (draft.baseline, draft.current) if isinstance(share, float))
    return draft if max(shares, default=0.0) >= JSON_SHARE else None


def _language(baseline: Sequence[Response], current: Sequence[Response]) -> _Draft | None:
    before, now = (
        Counter(language for language in map(known_language, pool) if language) for pool in (baseline, current)
    )
    names = sorted(before | now)
    if not names:
        return None
    counts = [[pool[name] for name in names] for pool in (before, now)]
    was, is_now = (max(names, key=lambda name: pool[name]) if pool else None for pool in (before, now))
    return _Draft(
        "language",
        "Language",
        "category",
        was,
        is_now,
        chi_square_test(*counts),
        len(names) == 1,
        _language_changed(before, now, was, is_now),
        f"No change in language detected: {_portion(is_now, now)}, was {_portion(was, before)}",
        category_shape(before, now),
    )


def _language_changed(before: Counter[str], now: Counter[str], was: str | None, is_now: str | None) -> str:
    if was != is_now:
        return f"The language of responses changed: mostly {_portion(is_now, now)}, was {_portion(was, before)}"

    def gain(name: str) -> float:
        return now[name] / max(1, now.total()) - before[name] / max(1, before.total())

    gained = max(sorted(before | now), key=gain)
    share = fmt_percent(before[gained] / max(1, before.total()))
    return f"The mix of languages changed: {_portion(gained, now)}, was {share}"


def _portion(name: str | None, counts: Counter[str]) -> str:
    return f"{name} ({fmt_percent(counts[name] / counts.total())})" if name else UNKNOWN
