"""Alerts as the JSON documents of the command line and the API; there is no address in them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from driftium_core.documents import json_safe
from driftium_core.monitor.backtest import Backtest
from driftium_core.store.alert_records import AlertRule, Channel, Delivery, Incident

__all__ = ["backtest_document", "channel_document", "delivery_document", "incident_document", "rule_document"]

Document = dict[str, Any]


def channel_document(channel: Channel) -> Document:
    """A channel; ``shown`` is its address without what lets anybody send."""
    return _json_values(asdict(channel))


def rule_document(rule: AlertRule) -> Document:
    """A rule; its channels by their ids."""
    return _json_values(asdict(rule))


def incident_document(incident: Incident) -> Document:
    """An incident."""
    return {**_json_values(asdict(incident)), "open": incident.resolved_at is None}


def delivery_document(delivery: Delivery) -> Document:
    """A message, and what became of it."""
    return _json_values(asdict(delivery))


def backtest_document(tested: Backtest) -> Document:
    """What a rule would have told."""
    values = asdict(tested)
    firings = [_json_values(firing) for firing in values.pop("firings")]
    return {**_json_values(values), "firings": firings}


def _json_values(values: dict[str, Any]) -> Document:
    """Values with times in ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else json_safe(value) for name, value in values.items()
    }
