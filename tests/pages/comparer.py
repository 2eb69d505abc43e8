"""The response comparer by itself: a page that shows it alone, of a real check of two small pools."""

from dataclasses import dataclass, replace

import streamlit as st

from driftium_core import monitor
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.text.differences import AnswerPair, Witnesses
from pages.ui.dashboard_comparer import show_comparer
from pages.ui.dashboard_shown import Picked, Shown
from pages.ui.dashboard_similar import show_linked_answer
from tests.monitor.conftest import settle


@dataclass
class Stage:
    """What the page shows; tests change it between two runs."""

    services: Services
    shown: Shown
    picked: Picked | None = None

    def unpick(self) -> None:
        """Forget the pick, as the map does, which is not on this page."""
        self.picked = None


stage: Stage


def page() -> None:
    """The page's script."""
    from tests.pages import comparer

    comparer.draw(comparer.stage)


def draw(on: Stage) -> None:
    """Draw the comparer and the linked answer, as the dashboard does."""
    st.title("Comparer")
    show_comparer(on.services, on.shown, picked=on.picked)
    show_linked_answer(on.services, on.shown.baseline)


def check(services: Services, baseline: list[Response], current: list[Response]) -> Shown:
    """Store both pools, compare them, and fill the fields that a comparer shows beside a report's texts."""
    services.store.responses.add(baseline)
    monitor.promote(services, "March")
    services.store.responses.add(current)
    settle(services)
    monitor.reconcile(services)
    found = monitor.check_responses(services)
    assert found.report is not None
    pools = services.store.pools()
    usable = [
        [at for at, item in enumerate(pool) if item.content.usable]
        for pool in (pools.baseline_responses, pools.current_responses)
    ]
    # Rising with the position, so that tests know the order.
    witnesses = Witnesses(
        tuple(usable[0]), tuple(usable[1]), tuple(at / 100 for at in usable[0]), tuple(at / 100 for at in usable[1])
    )
    prompts = {item.content.prompt: at for at, item in enumerate(pools.baseline_responses)}
    pairs = tuple(
        AnswerPair(prompts[item.content.prompt], at, at / 10)
        for at, item in enumerate(pools.current_responses)
        if item.content.prompt in prompts
    )
    evidence = found.report.evidence
    evidence = replace(
        evidence,
        witnesses=witnesses,
        novel=tuple(replace(item, nearest=0.41) for item in evidence.novel),
        gone=tuple(replace(item, nearest=0.39) for item in evidence.gone),
    )
    return Shown(
        report=replace(found.report, evidence=evidence, pairs=pairs),
        calculation=found.calculation,
        baseline=found.status.baseline,
        ids=found.ids,
    )
