"""Facts on what the answers were made with, as far as it was recorded."""

from __future__ import annotations

from collections.abc import Iterator

from driftium_core.formats import fmt_p, fmt_percent
from driftium_core.rca.facts import Fact, FactKind
from driftium_core.rca.names import shown
from driftium_core.text.report import SettingShare, TextReport

__all__ = ["setting_facts"]

LONGEST = 80
"""Characters of a value: it is short already, and may have a digest at its end."""


def setting_facts(report: TextReport) -> Iterator[Fact]:
    """One for each setting that is known of both pools or of one; none where nothing was recorded."""
    for item in report.settings:
        if item.baseline is None or item.current is None:
            yield _known_of_one(item)
        elif item.changed:
            yield _changed(item)
        else:
            yield _not_changed(item)


def _changed(item: SettingShare) -> Fact:
    now, before = _name(item.gained or ""), _name(item.baseline or "")
    if item.gained == item.baseline:
        shares = f"{fmt_percent(item.gained_now)} of the current answers, {fmt_percent(item.gained_before)} before"
        text = f"The {item.label} is {now} for {shares}."
    elif item.gained_now == item.baseline_share == 1:
        text = f"The {item.label} differs: {now} for every current answer, {before} for every one of the baseline."
    else:
        text = (
            f"The {item.label} differs: {now} in {fmt_percent(item.gained_now)} of the current answers "
            f"({fmt_percent(item.gained_before)} in the baseline), where the baseline mostly had {before} "
            f"({fmt_percent(item.baseline_share)})."
        )
    if not item.apart:
        text = f"{text[:-1]}; {fmt_p(item.pvalue)}."
    return _fact(item, text, detail_names=(item.gained, item.baseline), changed=True)


def _not_changed(item: SettingShare) -> Fact:
    value = _name(item.baseline or "")
    if item.baseline == item.current and item.baseline_share == item.current_share == 1:
        text = f"The {item.label} is {value} in both pools."
    elif item.baseline == item.current:
        shares = f"{fmt_percent(item.current_share)} of the current answers, {fmt_percent(item.baseline_share)} before"
        text = f"The {item.label} is mostly {value} in both pools: {shares}."
    else:
        text = (
            f"The {item.label} varies: most often {_name(item.current or '')} in current "
            f"({fmt_percent(item.current_share)}) and {value} in the baseline ({fmt_percent(item.baseline_share)}), "
            "a difference that may be chance."
        )
    return _fact(item, text, detail_names=(item.current, item.baseline), changed=False)


def _known_of_one(item: SettingShare) -> Fact:
    if item.current is None:
        where, value, share = "the baseline", item.baseline, item.baseline_share
        other = "the current answers"
    else:
        where, value, share = "the current answers", item.current, item.current_share
        other = "the baseline"
    text = (
        f"The {item.label} is known of {where} alone, mostly {_name(value or '')} ({fmt_percent(share)}); of {other} "
        "it was not recorded."
    )
    return _fact(item, text, detail_names=(value,), changed=False)


def _fact(item: SettingShare, text: str, *, detail_names: tuple[str | None, ...], changed: bool) -> Fact:
    return Fact(
        id="",
        kind=FactKind.SETTING,
        subject=item.label,
        text=text,
        value=item.gained if changed else item.current,
        before=item.baseline,
        direction="changed" if changed else "same",
        pvalue=item.pvalue,
        significant=changed,
        detail=item.name,
        names=tuple(dict.fromkeys(shown(name, limit=LONGEST) for name in detail_names if name)),
    )


def _name(value: str) -> str:
    return f"`{shown(value, limit=LONGEST)}`"
