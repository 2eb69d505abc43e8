"""The messages of an incident: delivered when and by which channel, waiting, held, or failed with another try."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from pages.ui.alerts_words import deliveries_words, delivery_words
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.alert_records import Delivery

__all__ = ["show_messages"]

ICONS = {
    "sent": ":material/check_circle:",
    "waiting": ":material/schedule_send:",
    "held": ":material/bedtime:",
    "failed": ":material/error:",
    "dropped": ":material/block:",
}


def show_messages(services: Services, deliveries: Sequence[Delivery], *, key: str) -> None:
    """Draw the messages of one incident, newest first; closed unless one of them did not arrive."""
    if not deliveries:
        st.caption("No message: its rule has no channel, or had none then.")
        return
    failing = any(_can_retry(delivery) for delivery in deliveries)
    with st.expander(escape(deliveries_words(deliveries)), expanded=failing, key=f"messages-{key}"):
        for delivery in deliveries:
            _show(services, delivery)


def _can_retry(delivery: Delivery) -> bool:
    return delivery.state == "failed" or (delivery.state == "waiting" and delivery.n_attempts > 0)


def _show(services: Services, delivery: Delivery) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"message-{delivery.id}"):
        st.markdown(f"{ICONS[delivery.state]} {prose(delivery_words(delivery))}", width="stretch")
        if _can_retry(delivery):
            st.button(
                "Retry" if delivery.state == "failed" else "Try now",
                key=f"retry-{delivery.id}",
                icon=":material/replay:",
                on_click=_retry,
                args=(services, delivery.id),
            )


def _retry(services: Services, delivery_id: str) -> None:
    try:
        monitor.retry_delivery(services, delivery_id)
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
    else:
        st.toast("It is sent again within a few seconds.", icon=":material/schedule_send:")
