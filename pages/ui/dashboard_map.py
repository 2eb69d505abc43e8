"""Both pools on two axes; what is picked on it, by a lasso or a click, narrows the comparer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_percent
from pages.ui.dashboard_shown import Picked
from pages.ui.widgets import card, chart, drawn, prose, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.figures.pool_map import MapInfo
    from driftium_core.monitor import PoolIds
    from driftium_core.services import Services
    from driftium_core.text.differences import Cluster, Projection
    from pages.ui.dashboard_shown import Shown

__all__ = ["picked_on_map", "show_map", "unpick"]

LASSO = "Draw a lasso"
TIMES_UNPICKED = "map-unpicked"


def picked_on_map(shown: Shown) -> Picked | None:
    """What was picked when the map was drawn last; None for nothing."""
    selection = st.session_state.get(f"fig-{_key(shown)}-{theme()}", {}).get("selection", {})
    points = {tuple(point["customdata"]) for point in selection.get("points", ()) if point.get("customdata")}
    if not points:
        return None
    baseline, current = (tuple(sorted(at for pool, at in points if pool == name)) for name in ("baseline", "current"))
    return Picked(baseline, current)


def unpick() -> None:
    """Forget what was picked: the map is drawn anew, without a selection."""
    st.session_state[TIMES_UNPICKED] = st.session_state.get(TIMES_UNPICKED, 0) + 1


def show_map(services: Services, shown: Shown) -> None:
    """Draw the map with its legend; the caption says what it can and cannot tell."""
    from driftium_core.figures.pool_map import pool_map

    projection = shown.report.projection
    with card("map", "Map of both pools"):
        if projection is None:
            st.caption("Nothing to draw: no answers could be compared by meaning.")
            return
        share = fmt_percent(sum(projection.explained))
        st.caption(
            prose(
                f"Distances are approximate: these two axes hold {share} of the variance, and the tests run in all "
                "dimensions. Click an answer, or draw around some, to see them above."
            )
        )
        lasso = st.toggle(LASSO, key="map-lasso", help="Off, the page scrolls past the map; on, drawing picks answers.")
        info = _info(services, shown.ids, projection, shown.report.evidence.clusters)
        figure = drawn(pool_map, info, theme(), dragmode="lasso" if lasso else False)
        chart(figure, _key(shown), on_select="rerun", selection_mode=("points", "lasso", "box"))
        if picked := picked_on_map(shown):
            st.markdown(
                f":blue-badge[{prose(picked.label)}] They are listed above, under *What changed in the answers*."
            )


@lru_cache(maxsize=8)
def _info(services: Services, ids: PoolIds, projection: Projection, clusters: tuple[Cluster, ...]) -> MapInfo:
    """What the map shows; the texts of thousands of answers are looked up and wrapped once, not at every run."""
    from driftium_core.figures.pool_map import map_info

    return map_info(
        projection,
        clusters,
        baseline_texts=_starts(services, ids.baseline, projection.baseline_index),
        current_texts=_starts(services, ids.current, projection.current_index),
    )


def _starts(services: Services, ids: Sequence[str], positions: Sequence[int]) -> dict[int, str]:
    """How the answers at these positions begin, as far as it is still known which they are."""
    if not ids:
        return {}
    starts = monitor.response_starts(services, [ids[position] for position in positions])
    return {position: starts[ids[position]] for position in positions if ids[position] in starts}


def _key(shown: Shown) -> str:
    return f"map-{shown.key}-{st.session_state.get(TIMES_UNPICKED, 0)}"
