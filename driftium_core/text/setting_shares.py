"""What the answers of two pools were made with: model, backend, system prompt, temperature, token limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from driftium_core.formats import fmt_n, fmt_name, fmt_value
from driftium_core.response import Response, text_hash
from driftium_core.stats.chi_square import chi_square_test
from driftium_core.text.report import SettingShare

__all__ = ["NO_SYSTEM", "setting_shares"]

NO_SYSTEM = "none"
"""Stands for the system prompt of an answer that was made without one."""

LONGEST = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """A setting, and its value in one response as one line; None where it is not known."""

    name: Literal["model", "backend", "system", "temperature", "max_tokens"]
    label: str
    value: Callable[[Response], str | None]


def setting_shares(baseline: Sequence[Response], current: Sequence[Response]) -> tuple[SettingShare, ...]:
    """The most common value of each setting in both pools, and the value that current gained most of.

    A setting that neither pool knows is left out. An answer of which the token limit is known and the system prompt
    is not was made by Driftium without one. Seeds are left out: every answer may have its own.

    Parameters
    ----------
    baseline, current : sequence of Response
        All of them, also those that failed.
    """
    shares = (_share(setting, baseline, current) for setting in _SETTINGS)
    return tuple(share for share in shares if share is not None)


def _share(setting: _Setting, baseline: Sequence[Response], current: Sequence[Response]) -> SettingShare | None:
    before, now = (
        Counter(value for value in map(setting.value, pool) if value is not None) for pool in (baseline, current)
    )
    if not before and not now:
        return None
    n, m = before.total(), now.total()
    names = sorted(before | now)
    gained = max(names, key=lambda name: now[name] / m - before[name] / n) if n and m else None
    if gained is not None and now[gained] * n <= before[gained] * m:
        gained = None
    was, is_now = (max(names, key=lambda name: pool[name]) if pool else None for pool in (before, now))
    return SettingShare(
        name=setting.name,
        label=setting.label,
        baseline=was,
        baseline_share=None if was is None else before[was] / n,
        current=is_now,
        current_share=None if is_now is None else now[is_now] / m,
        n_baseline=n,
        n_current=m,
        gained=gained,
        gained_before=None if gained is None else before[gained] / n,
        gained_now=None if gained is None else now[gained] / m,
        pvalue=chi_square_test([before[name] for name in names], [now[name] for name in names]).pvalue,
        apart=bool(before) and bool(now) and not before.keys() & now.keys(),
    )


def _system(response: Response) -> str | None:
    if response.system is None:
        return None if response.max_tokens is None else NO_SYSTEM
    return _line(response.system) if response.system.strip() else NO_SYSTEM


def _named(name: str | None) -> str | None:
    return _line(name) if name and name.strip() else None


def _line(text: str) -> str:
    """A text as a short line; where that is not all of it, with its digest, by which it is told from its like."""
    line = fmt_name(text, limit=LONGEST)
    return line if line == text else f"{line} (#{text_hash(text)[:8]})"


_SETTINGS = (
    _Setting("model", "model", lambda item: _named(item.model)),
    _Setting("backend", "backend", lambda item: _named(item.backend)),
    _Setting("system", "system prompt", _system),
    _Setting(
        "temperature", "temperature", lambda item: None if item.temperature is None else fmt_value(item.temperature)
    ),
    _Setting("max_tokens", "token limit", lambda item: None if item.max_tokens is None else fmt_n(item.max_tokens)),
)
"""In the order in which they are told."""
