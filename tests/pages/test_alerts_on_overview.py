"""What the Overview tells of alerts: open incidents, messages that did not arrive, and where nobody would be told."""

import pytest

from driftium_core import monitor
from driftium_core.store.alert_records import NewRule
from tests.pages.conftest import settle, texts
from tests.pages.playground import has_button, press, table
from tests.pages.test_alerts import checked
from tests.pages.webhook import webhook


@pytest.fixture
def hook():
    with webhook() as listening:
        yield listening


def told(services, hook, *, project="default"):
    """A rule with a channel, a CRITICAL check, and the message about it tried once."""
    channel = monitor.add_channel(services, "webhook", hook.url, name="ops `x` <b>", project=project)
    monitor.save_rule(services, NewRule(name="night watch", channel_ids=(channel.id,)), project=project)
    run_id = checked(services, project=project)
    monitor.process_alerts(services)
    monitor.send_due_messages(services)
    return run_id


def test_an_open_incident_stands_on_its_monitors_row_and_is_acknowledged(app, services, hook):
    project = monitor.create_project(services, "bank")
    told(services, hook, project=project)
    page = app.run()
    assert list(table(page, "overview-monitors").value["Severity"].iloc[0]) == ["✕ CRITICAL", "◈ INCIDENT"]
    assert "1 open incident" in texts(page)
    assert "Tables against “orders.csv” in `bank`: open since" in texts(page)
    assert "1 incident open." in texts(page)
    (incident,) = monitor.incidents(services, project=project)
    page = press(page, f"acknowledge-{incident.id}")
    assert "1 open incident, seen" in texts(page)
    assert not has_button(page, f"acknowledge-{incident.id}")
    page = press(page, "all-alerts")
    assert page.title[0].value == "Settings"
    assert page.selectbox(key="project").value == "bank"
    assert "Rules" in texts(page)


def test_incidents_are_events_with_who_was_told(app, services, hook):
    told(services, hook)
    checked(services, shift=0, n=400)
    monitor.process_alerts(services)
    page = app.run()
    events = list(table(page, "overview-events").value["Event"])
    assert "Incident of “orders.csv” opened by rule “night watch”; told ops `x` <b>" in events
    assert "Incident of “orders.csv” over, of rule “night watch”" in events
    assert "open incident" not in texts(page)


def test_messages_that_cannot_be_delivered_are_told_until_the_channel_works(app, services, hook):
    hook.status = 404
    told(services, hook)
    page = app.run()
    assert "1 alert message could not be delivered to" in page.warning[-1].value
    assert "404" in page.warning[-1].value
    page = press(page, "undelivered-open-0")
    assert page.title[0].value == "Settings"
    (channel,) = monitor.channels(services)
    hook.status = 200
    settle(press(page, f"test-{channel.id}"))
    app.switch_page("overview.py")
    assert not app.run().warning


def test_one_failure_is_no_news_yet(app, services, hook):
    hook.status = 500
    told(services, hook)
    assert not app.run().warning


def test_a_hint_stands_where_nobody_would_be_told(app, services):
    checked(services)
    page = app.run()
    assert "In `default` something is CRITICAL, and no rule tells anybody." in texts(page)
    page = press(page, "hint-alerts-open")
    assert page.title[0].value == "Settings"
    monitor.save_rule(services, NewRule(name="night watch"))
    app.switch_page("overview.py")
    assert "no rule tells anybody" not in texts(app.run())


def test_a_calm_monitor_needs_no_hint(app, services):
    checked(services, shift=0)
    assert "no rule tells anybody" not in texts(app.run())
