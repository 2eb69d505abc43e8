"""Answers that come with no page open: checked where a rule wants to know, and nowhere else."""

import pytest

from driftium_core import monitor
from driftium_core.errors import StorageError
from driftium_core.monitor import LiveCheck, unattended
from driftium_core.services import Services
from driftium_core.store.alert_records import NewRule
from tests.monitor.answers import answers
from tests.monitor.conftest import settle


def posted(services: Services, project: str = "default") -> None:
    """A baseline on bread, and answers on bicycles as the API stores them."""
    services.store.responses.add(answers("bread", 12), project=project)
    monitor.promote(services, "week 1", project=project)
    monitor.record_responses(services, answers("bicycle", 12), project=project)
    settle(services)


def looked(services: Services) -> int:
    """Checks of the default project, once the scheduler has looked after its rules."""
    monitor.check_watched_answers(services)
    settle(services)
    return len(monitor.pool_history(services))


@pytest.mark.parametrize(("about", "n_checks"), [("", 1), ("answers", 1), ("table:March", 0)])
def test_answers_that_a_rule_looks_at_are_checked_with_no_page_open(
    services: Services, about: str, n_checks: int
) -> None:
    posted(services)
    assert looked(services) == 0
    monitor.save_rule(services, NewRule(name="critical", monitor=about))
    assert looked(services) == n_checks
    assert looked(services) == n_checks  # nothing has changed
    monitor.process_alerts(services)
    assert len(monitor.incidents(services)) == n_checks


def test_a_rule_that_pauses_looks_at_nothing(services: Services) -> None:
    posted(services)
    monitor.save_rule(services, NewRule(name="critical", paused=True))
    assert looked(services) == 0


def test_a_project_that_cannot_be_checked_holds_up_no_other(
    services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monitor.create_project(services, "second")
    for project in ("default", "second"):
        posted(services, project)
        monitor.save_rule(services, NewRule(name="critical"), project=project)
    real, broken = unattended.live_check, ["default"]

    def failing(services: Services, *, project: str) -> LiveCheck:
        if project in broken:
            raise StorageError("No.")
        return real(services, project=project)

    monkeypatch.setattr(unattended, "live_check", failing)
    assert looked(services) == 0
    assert len(monitor.pool_history(services, project="second")) == 1
    assert "The new answers of project default are not checked yet: No." in caplog.text
    broken.clear()
    assert looked(services) == 1
