"""Alerts in Chromium: from an empty section to a message that arrives, in two browsers and on a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from driftium_core import monitor
from driftium_core.services import Services, open_services
from driftium_core.settings import Settings
from driftium_core.store.alert_records import NewRule
from driftium_core.tabular.table import Table
from tests.browser.app import PHONE, App, axe
from tests.browser.server import Server, running_app
from tests.pages.webhook import SECRET, Webhook, webhook

ALERTS = "/settings?section=alerts"
ODD = "#ops <script>alert(1)</script> 🥐"
LIVE_MS = 10_000


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, as the Overview shows all projects."""
    with running_app(tmp_path) as server:
        yield server


@pytest.fixture
def watcher(own: Server, tmp_path: Path) -> Iterator[Services]:
    """Another process on the same database."""
    url = f"sqlite:///{own.folder / 'driftium.db'}"
    with open_services(Settings(database_url=url, qdrant=str(tmp_path / "beside"))) as services:
        yield services


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as listening:
        yield listening


def check(services: Services, *, shift: int = 1000) -> None:
    """A stored check of a table, CRITICAL when it is shifted."""
    reference = Table("orders.csv", pd.DataFrame({"x": [i * 37 % 400 for i in range(500)]}), "r")
    current = Table("today.csv", pd.DataFrame({"x": [shift + i * 37 % 400 for i in range(500)]}), f"c{shift}")
    monitor.check_table(services, reference, current)


def press(app: App, key: str) -> None:
    with app.rerun():
        app.key(key).get_by_role("button").click()


def flaws(app: App) -> list[str]:
    """What axe finds once Streamlit's own toasts, which have no name, are gone."""
    expect(app.page.get_by_test_id("stToast")).to_have_count(0, timeout=LIVE_MS)
    return axe(app.page)


def add_channel(app: App, url: str) -> None:
    press(app, "channel-add")
    app.page.get_by_role("combobox", name="Kind").click()
    with app.rerun():
        app.page.get_by_role("option", name="JSON webhook").click()
    app.key("alerts_channel-name").get_by_role("textbox").fill(ODD)
    app.key("alerts_channel-address-webhook").get_by_role("textbox").fill(url)
    press(app, "channel-save")


def test_from_an_empty_section_to_a_message_that_arrives(
    app: App, own: Server, watcher: Services, hook: Webhook
) -> None:
    app.url = own.url
    check(watcher)
    app.open(ALERTS)
    expect(app.key("banner-alerts")).to_contain_text("Nobody is told yet")
    assert flaws(app) == []
    add_channel(app, hook.url)
    expect(app.key("card-channels")).to_contain_text(ODD)
    (channel,) = monitor.channels(watcher)
    press(app, f"test-{channel.id}")
    expect(app.key("card-channels")).to_contain_text("The test arrived")
    press(app, "rule-add")
    expect(app.key("card-rule")).to_contain_text("it would have sent 1 message about 1 incident")
    with app.rerun():
        app.key("alerts_rule-consecutive").get_by_test_id("stNumberInputStepUp").click()
    expect(app.key("card-rule")).not_to_contain_text("1 message about 1 incident")
    with app.rerun():
        app.key("alerts_rule-consecutive").get_by_test_id("stNumberInputStepDown").click()
    assert flaws(app) == []
    press(app, "rule-save")
    expect(app.key("card-rules")).to_contain_text("When any monitor is CRITICAL: tell")
    monitor.process_alerts(watcher)
    monitor.send_due_messages(watcher)
    expect(app.key("card-incidents")).to_contain_text("1 message delivered", timeout=LIVE_MS)
    assert [message["event"] for message in hook.messages] == ["test", "opened"]
    assert SECRET not in app.page.content()
    assert flaws(app) == []
    app.open("/")
    (incident,) = monitor.incidents(watcher)
    press(app, f"acknowledge-{incident.id}")
    expect(app.key("card-open-incidents")).to_contain_text("1 open incident, seen")
    assert flaws(app) == []


def test_a_channel_that_is_deleted_in_another_browser(
    two_browsers: tuple[App, App], own: Server, watcher: Services, hook: Webhook
) -> None:
    one, other = two_browsers
    channel = monitor.add_channel(watcher, "webhook", hook.url, name="ops")
    rule = monitor.save_rule(watcher, NewRule(name="night watch", channel_ids=(channel.id,)))
    for app in two_browsers:
        app.url = own.url
        app.open(ALERTS)
    press(one, f"edit-rule-{rule.id}")
    name = one.key("alerts_rule-name").get_by_role("textbox")
    name.fill("typed and not sent yet")
    other.key(f"delete-channel-{channel.id}").get_by_role("button").click()
    expect(other.page.get_by_text("then only records")).to_be_visible()
    press(other, f"delete-channel-now-{channel.id}")
    expect(one.key("card-rules")).to_contain_text("only records", timeout=LIVE_MS)
    expect(name).to_have_value("typed and not sent yet")
    press(one, "rule-save")
    expect(one.key("card-rules")).to_contain_text("typed and not sent yet")
    assert monitor.alert_rules(watcher)[0].channel_ids == ()


def test_a_message_that_is_refused_is_seen_on_a_phone(
    open_browser: Callable[..., App], own: Server, watcher: Services, hook: Webhook
) -> None:
    hook.status = 404
    channel = monitor.add_channel(watcher, "webhook", hook.url, name=ODD)
    monitor.save_rule(watcher, NewRule(name="night watch <b>`x`</b> 🥐", channel_ids=(channel.id,)))
    check(watcher)
    monitor.process_alerts(watcher)
    monitor.send_due_messages(watcher)
    phone = open_browser(PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    phone.url = own.url
    phone.open("/")
    expect(phone.key("undelivered-0")).to_contain_text("could not be delivered")
    assert flaws(phone) == []
    press(phone, "undelivered-open-0")
    retry = phone.page.get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    assert flaws(phone) == []
    main = phone.page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth <= innerWidth")
    for button in main.locator("[data-testid^=stBaseButton], [data-testid=stPopoverButton]").all():
        box = button.bounding_box()
        assert box is None or box["height"] >= 44
    hook.status = 200
    with phone.rerun():
        retry.click()
    monitor.send_due_messages(watcher)
    expect(phone.key("card-incidents")).to_contain_text("1 message delivered", timeout=LIVE_MS)
