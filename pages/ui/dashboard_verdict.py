"""The dashboard's verdict line: what it is, how sure, since when, and what these sizes could have seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftium_core import monitor
from driftium_core.formats import fmt_effect, fmt_n, fmt_p, fmt_percent, fmt_time
from pages.ui.dashboard_baseline import baseline_label
from pages.ui.drift_now import changed_words, show_check_problems, waiting_words
from pages.ui.widgets import verdict

if TYPE_CHECKING:
    from driftium_core.monitor import LiveCheck
    from driftium_core.services import Services
    from driftium_core.text.report import Detectable, TextReport
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_live_verdict", "show_past_verdict"]


def show_live_verdict(services: Services, live: LiveCheck, shown: Shown | None) -> None:
    """The verdict on the pools as they are; an older one is called so while a new one is computed."""
    if live.status.status == "ready":
        if shown:
            _draw(services, shown, "" if live.current else waiting_words(live))
        elif not live.error:
            verdict(None, "○ Not calculated yet.", live.status.message, waiting_words(live))
    show_check_problems(services, live)


def show_past_verdict(services: Services, shown: Shown) -> None:
    """The verdict of a calculation of the history."""
    when = f"Calculation of {fmt_time(shown.calculation.created_at)}." if shown.calculation else ""
    _draw(services, shown, when)


def _draw(services: Services, shown: Shown, first: str) -> None:
    drift = shown.report.drift
    sentences = [first, _since(services, shown), *_why(shown.report), _how(shown)]
    verdict(drift.severity, drift.headline, _sentence(shown.report), " ".join(filter(None, sentences)))


def _sentence(report: TextReport) -> str:
    """Sizes, design, p-value, and what these sizes can detect."""
    drift = report.drift
    pairs = f"paired in {fmt_n(drift.n_pairs)} prompts" if drift.design == "paired" else "unpaired"
    sizes = f"{fmt_n(drift.n_current)} current against {fmt_n(drift.n_baseline)} baseline answers, {pairs}"
    if drift.verdict == "drift":
        found = f"{fmt_p(drift.pvalue)}, effect {fmt_effect(drift.effect_size)}"
        return f"{sizes}, {found}{_detectable(drift.detectable)}."
    return f"{sizes}. {drift.reason}"


def _detectable(detectable: Detectable) -> str:
    if detectable.share is None:
        return "; these sizes can detect a full change of topic at best"
    return f"; these sizes can detect about {fmt_percent(round(detectable.share, 2))} of answers on a new topic"


def _since(services: Services, shown: Shown) -> str:
    if shown.report.drift.verdict != "drift" or shown.calculation is None:
        return ""
    since = monitor.drifting_since(services, shown.calculation)
    return f"Drifting since {fmt_time(since.created_at)}." if since.id != shown.calculation.id else ""


def _why(report: TextReport) -> list[str]:
    """What moved, where something did."""
    if report.drift.verdict != "drift":
        return []
    return [report.traffic.text, changed_words(report)]


def _how(shown: Shown) -> str:
    """When, with which baseline, how tested."""
    report, parts = shown.report, []
    if shown.live and shown.calculation:
        parts.append(f"Calculated {fmt_time(shown.calculation.created_at)}")
    parts.append(f"baseline {baseline_label(shown.baseline)}" if shown.baseline else "its baseline was deleted since")
    parts += [report.drift.method, f"{report.encoder.id.rsplit('/', 1)[-1]} embeddings"]
    text = " · ".join(parts)
    return f"{text[0].upper()}{text[1:]}."
