"""Answers checked as if somebody had a page open."""

from __future__ import annotations

import logging

from driftium_core.errors import DriftiumError
from driftium_core.monitor.alert_rules import alert_rules
from driftium_core.monitor.live import live_check
from driftium_core.monitor.projects import projects
from driftium_core.monitor.prompt_runs import running_to_current
from driftium_core.monitor.vectors import vectors_behind
from driftium_core.services import Services
from driftium_core.store.alert_records import ANSWERS, EVERY_MONITOR

__all__ = ["check_unattended", "check_watched_answers"]

_log = logging.getLogger(__name__)


def check_unattended(services: Services, project: str) -> None:
    """Start a check of the answers if they changed since the last one, and let new ones have their vectors."""
    try:
        if live_check(services, project=project).job is None:
            vectors_behind(services)
    except DriftiumError as error:
        _log.warning("The new answers of project %s are not checked yet: %s", project, error)


def check_watched_answers(services: Services) -> None:
    """Start a check in every project whose answers a rule looks at; called by the scheduler every few minutes.

    Answers that come by the API, or from another process, are checked by nobody else while no page is open. A prompt
    run changes the pools with each answer, so its project waits for its end.
    """
    for project in projects(services):
        rules = alert_rules(services, project=project)
        if any(rule.monitor in (EVERY_MONITOR, ANSWERS) and not rule.paused for rule in rules) and not (
            running_to_current(services, project=project)
        ):
            check_unattended(services, project)
