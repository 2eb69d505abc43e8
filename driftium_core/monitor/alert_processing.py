"""New checks looked at once by every rule, whichever process stored them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from driftium_core.monitor.alert_decisions import decide
from driftium_core.services import Services

__all__ = ["process_alerts"]

_log = logging.getLogger(__name__)

MOST_TURNS = 100
"""Of one rule in one call: a backlog of many thousand checks, or somebody who changes the rule all the time, is left
to the next."""


def process_alerts(services: Services, *, now: datetime | None = None) -> int:
    """Look at the checks that were stored since the last time, and queue the messages they are worth.

    Cheap when nothing is new; whichever process stored a check, it is looked at once. Returns the number of messages
    queued.
    """
    at = now or datetime.now(UTC)
    return sum(_process(services, rule_id, at) for rule_id in services.store.alert_turns.due(at))


def _process(services: Services, rule_id: str, at: datetime) -> int:
    """Let one rule see what it has not; a record of it that cannot be read costs no other rule."""
    queued = 0
    try:
        for _ in range(MOST_TURNS):
            turn = services.store.alert_turns.read(rule_id, at)
            if turn is None:
                break
            decision = decide(services, turn, at)
            if not (turn.fresh or turn.checks_seen or decision.incidents):
                break
            if services.store.alert_turns.keep(decision, at):
                queued += len(decision.messages)
    except (ValueError, TypeError) as error:
        _log.error("Rule %s was not looked at, as a record cannot be read: %s", rule_id, type(error).__name__)
    return queued
