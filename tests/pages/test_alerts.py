"""The section Alerts: channels, rules beside their backtest, incidents with their messages; and what goes wrong."""

from datetime import time

import pandas as pd
import pytest

from driftium_core import monitor
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, NewRule
from driftium_core.tabular.table import Table
from tests.pages.conftest import settle, texts
from tests.pages.playground import has_button, pick, press, press_label, table
from tests.pages.settings import open_settings
from tests.pages.webhook import SECRET, webhook

ODD = "#ops <script>alert(1)</script> `x` 🥐"


@pytest.fixture
def hook():
    with webhook() as listening:
        yield listening


def everything(app):
    """All texts of the page, and what the session keeps."""
    shown = [element.value for kind in (app.text, app.success, app.toast, app.code) for element in kind]
    return "\n".join([texts(app), *map(str, shown), repr(app.session_state)])


def open_alerts(app, project="default"):
    query = {} if project == "default" else {"project": project}
    return open_settings(app, section="alerts", **query)


def checked(services, *, shift=1000, n=500, project="default", name="today.csv"):
    """A stored check of a table, CRITICAL when it is shifted."""
    reference = Table("orders.csv", pd.DataFrame({"x": [i * 37 % 400 for i in range(500)]}), "r")
    current = Table(name, pd.DataFrame({"x": [shift + i * 37 % 400 for i in range(n)]}), f"c{shift}{n}")
    return monitor.check_table(services, reference, current, project=project).run_id


def fill(app, prefix, **values):
    """Type into the fields of a form by the ends of their keys."""
    for name, value in values.items():
        kinds = (app.text_input, app.number_input, app.selectbox, app.multiselect, app.toggle, app.checkbox)
        kinds += (app.segmented_control, app.time_input)
        (found,) = (item for kind in kinds for item in kind if item.key == f"{prefix}-{name.replace('_', '-')}")
        found.set_value(value)
    return app


def test_a_new_install_says_what_alerts_are_for(app):
    page = open_alerts(app)
    assert "Nobody is told yet" in texts(page)
    assert "No channel yet. A channel is where messages go" in texts(page)
    assert "No rule yet." in texts(page)
    assert {"rule-add", "channel-add"} <= {button.key for button in page.button}


def test_a_channel_is_added_tested_and_never_shows_its_secret(app, services, hook):
    page = press(open_alerts(app), "channel-add")
    page = settle(page.selectbox(key="alerts_channel-kind").set_value("webhook").run())
    fill(page, "alerts_channel", name=ODD, address_webhook=hook.url)
    page = press(page, "channel-save")
    assert not page.error
    (channel,) = monitor.channels(services)
    assert channel.name == ODD
    assert ODD in texts(page)
    assert SECRET not in everything(page)
    assert "Nothing delivered yet." in texts(page)
    page = settle(press(page, f"test-{channel.id}"))
    assert "The test arrived" in page.success[0].value
    assert hook.messages[0]["event"] == "test"
    assert "Last delivered" in texts(page)


def test_a_test_that_does_not_arrive_says_why_in_place(app, services, hook):
    hook.status = 500
    channel = monitor.add_channel(services, "webhook", hook.url, name="ops")
    page = settle(press(open_alerts(app), f"test-{channel.id}"))
    assert "500" in page.error[-1].value
    assert SECRET not in everything(page)


def test_what_is_typed_stays_when_a_channel_is_refused(app, services):
    page = press(open_alerts(app), "channel-add")
    fill(page, "alerts_channel", name="ops", address_slack="not a URL")
    page = press(page, "channel-save")
    (error,) = page.error
    assert "not a URL" not in error.value
    assert page.text_input(key="alerts_channel-name").value == "ops"
    assert page.text_input(key="alerts_channel-address-slack").value == "not a URL"
    assert monitor.channels(services) == []
    page = settle(page.selectbox(key="alerts_channel-kind").set_value("pagerduty").run())
    assert not page.error, "the sentence was about the other kind"
    page = press(page, "channel-cancel")
    assert not [field for field in page.text_input if (field.key or "").startswith("alerts_channel")]
    assert "not a URL" not in everything(page)


def test_an_email_channel_is_made_from_its_fields(app, services):
    page = press(open_alerts(app), "channel-add")
    page = settle(page.selectbox(key="alerts_channel-kind").set_value("email").run())
    fill(page, "alerts_channel", name="mail", host="smtp.example.org", user="me", password="swordfish")
    fill(page, "alerts_channel", **{"from": "driftium@example.org", "to": "ops@example.org, me@example.org"})
    page = press(page, "channel-save")
    assert not page.error
    (channel,) = monitor.channels(services)
    assert channel.kind == "email"
    assert "swordfish" not in everything(page)


def test_deleting_a_channel_names_the_rules_that_use_it(app, services, hook):
    channel = monitor.add_channel(services, "webhook", hook.url, name="ops")
    monitor.save_rule(services, NewRule(name="night watch", channel_ids=(channel.id,)))
    page = open_alerts(app)
    assert "Used by night watch. night watch then only records" in texts(page).replace("`", "")
    page = press(page, f"delete-channel-now-{channel.id}")
    assert monitor.channels(services) == []
    assert "only records" in texts(page)


def test_a_rule_is_made_beside_its_backtest(app, services, hook):
    channel = monitor.add_channel(services, "webhook", hook.url, name="ops")
    checked(services)
    page = press(open_alerts(app), "rule-add")
    assert page.multiselect(key="alerts_rule-channels").value == [channel.id]
    assert "When any monitor is CRITICAL: tell ops" in texts(page).replace("`", "")
    assert list(page.dataframe[0].value["Message"]) == ["Opened"]
    assert "reminder every 24 h until somebody acknowledges it; a message when it is over." in texts(page)
    page = settle(page.number_input(key="alerts_rule-consecutive").set_value(2).run())
    assert "CRITICAL at 2 checks in a row: tell ops" in texts(page).replace("`", "")
    assert not page.dataframe, "two checks in a row have not been that bad"
    fill(page, "alerts_rule", consecutive=1, quiet=True)
    page = settle(page.run())
    fill(page, "alerts_rule", **{"from": time(22, 0), "to": time(7, 0)}, zone="Europe/Berlin", remind=None)
    page = press(page, "rule-save")
    assert not page.error
    (rule,) = monitor.alert_rules(services)
    assert (rule.name, rule.quiet_from, rule.quiet_to) == ("Critical drift", "22:00", "07:00")
    assert (rule.timezone, rule.remind_after_h, rule.channel_ids) == ("Europe/Berlin", None, (channel.id,))
    assert "quiet 22:00 to 07:00 Europe/Berlin; no reminder; a message when it is over." in texts(page)


def test_a_backtest_without_history_says_so(app):
    page = press(open_alerts(app), "rule-add")
    assert "Without a channel the rule only records" in texts(page)
    assert "Had it been there from the start" in texts(page)
    assert not page.dataframe


def test_a_rule_is_changed_paused_and_deleted(app, services):
    rule = monitor.save_rule(services, NewRule(name="night watch", monitor=ANSWERS))
    page = press(open_alerts(app), f"edit-rule-{rule.id}")
    assert page.text_input(key="alerts_rule-name").value == "night watch"
    fill(page, "alerts_rule", name="day watch", severity=Severity.HIGH)
    page = press(page, "rule-save")
    assert "When the answers are HIGH or worse: record it, and tell nobody." in texts(page)
    page = press(page, f"pause-rule-{rule.id}")
    (changed,) = monitor.alert_rules(services)
    assert (changed.id, changed.name, changed.paused, changed.monitor) == (rule.id, "day watch", True, ANSWERS)
    page = press(page, f"delete-rule-now-{rule.id}")
    assert monitor.alert_rules(services) == []


def test_a_name_that_is_taken_is_told_and_nothing_is_lost(app, services):
    monitor.save_rule(services, NewRule(name="night watch"))
    page = press(open_alerts(app), "rule-add")
    fill(page, "alerts_rule", name="night watch", consecutive=3)
    page = press(page, "rule-save")
    assert "night watch" in page.error[-1].value
    assert page.number_input(key="alerts_rule-consecutive").value == 3


def test_what_was_deleted_in_another_browser_is_told_in_a_sentence(app, services, hook):
    channel = monitor.add_channel(services, "webhook", hook.url, name="ops")
    rule = monitor.save_rule(services, NewRule(name="night watch", channel_ids=(channel.id,)))
    page = press(open_alerts(app), f"edit-rule-{rule.id}")
    monitor.delete_channel(services, channel.id)
    page = settle(page.run())
    assert "1 channel of this rule was deleted." in texts(page)
    monitor.delete_rule(services, rule.id)
    page = press(page, "rule-save")
    assert "Save it once more to make it a new rule" in page.error[-1].value
    page = press(page, "rule-save")
    assert [rule.name for rule in monitor.alert_rules(services)] == ["night watch"]


def test_an_incident_shows_its_messages_and_can_be_acknowledged(app, services, hook):
    channel = monitor.add_channel(services, "webhook", hook.url, name="ops")
    monitor.save_rule(services, NewRule(name="night watch", channel_ids=(channel.id,)))
    run_id = checked(services)
    monitor.process_alerts(services)
    assert monitor.send_due_messages(services) == 1
    page = open_alerts(app)
    (incident,) = monitor.incidents(services)
    assert ":red-badge[✕ CRITICAL] Tables against “orders.csv”: open since" in texts(page)
    assert "Opened: told `ops` at" in texts(page)
    page = press(page, f"acknowledge-{incident.id}")
    assert "no more reminders" in texts(page)
    assert not has_button(page, f"acknowledge-{incident.id}")
    page = press(page, f"report-{incident.id}")
    assert page.title[0].value == "Tabular"
    assert page.query_params["run"] in (run_id, [run_id])


def test_an_incident_leads_to_its_cause(app, services):
    monitor.save_rule(services, NewRule(name="night watch"))
    run_id = checked(services)
    monitor.process_alerts(services)
    page = open_alerts(app)
    assert "No message: its rule has no channel" in texts(page)
    (incident,) = monitor.incidents(services)
    page = press(page, f"cause-{incident.id}")
    assert page.title[0].value == "Agentic RCA"
    assert page.query_params["run"] in (run_id, [run_id])


def test_a_message_that_was_refused_can_be_tried_again(app, services, hook):
    hook.status = 404
    channel = monitor.add_channel(services, "webhook", hook.url, name="ops")
    monitor.save_rule(services, NewRule(name="night watch", channel_ids=(channel.id,)))
    checked(services)
    monitor.process_alerts(services)
    monitor.send_due_messages(services)
    (delivery,) = monitor.deliveries(services)
    page = open_alerts(app)
    assert "404" in texts(page)
    hook.status = 200
    page = press(page, f"retry-{delivery.id}")
    assert monitor.send_due_messages(services) == 1
    assert "Opened: told `ops`" in texts(page.run())


def test_an_incident_that_ended_is_in_the_table_with_its_messages(app, services):
    monitor.save_rule(services, NewRule(name="night watch"))
    checked(services)
    monitor.process_alerts(services)
    checked(services, shift=0, n=400)
    monitor.process_alerts(services)
    page = open_alerts(app)
    assert "No incident is open." in texts(page)
    frame = table(page, "past-incidents").value
    assert list(frame["Worst"]) == [["✕ CRITICAL"]]
    page = pick(page, "past-incidents", 0)
    assert "No message" in texts(page)


def test_fifty_rules_are_shown_in_parts(app, services):
    for number in range(50):
        monitor.save_rule(services, NewRule(name=f"rule {number:02} <b>`x`</b>"))
    page = open_alerts(app)
    assert "rule 09 <b>`x`</b>" in texts(page)
    assert "rule 10" not in texts(page)
    page = press_label(page, "Show all 50 rules")
    assert "rule 49 <b>`x`</b>" in texts(page)


def test_the_alerts_of_another_project_are_not_shown(app, services):
    monitor.create_project(services, "bank")
    monitor.save_rule(services, NewRule(name="of the bank"), project="bank")
    assert "of the bank" not in texts(open_alerts(app))
