"""``driftium alerts``: channels, rules, incidents and messages from the terminal, and no secret in what it prints."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from driftium_core import cli, monitor
from driftium_core.errors import DeliveryError
from driftium_core.notify import port
from driftium_core.services import open_services
from driftium_core.severity import Severity
from tests.monitor.alerting import SECRET, Sender, check_tables

ADDRESS = f"http://127.0.0.1:9/hooks/{SECRET}"


@pytest.fixture(autouse=True)
def sender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sender:
    """A store of the test's own, and nobody at the other end."""
    monkeypatch.setenv("DRIFTIUM_DATABASE_URL", f"sqlite:///{tmp_path / 'drift.db'}")
    monkeypatch.setenv("DRIFTIUM_QDRANT", str(tmp_path / "qdrant"))
    sender = Sender()
    monkeypatch.setattr(port, "send", sender)
    return sender


class Terminal:
    """Runs commands and keeps all that they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch
        self.printed = ""

    def __call__(self, *arguments: str, code: int = 0, typed: str = "") -> str:
        """What a command prints on stdout, or on stderr where it fails."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        self._capsys.readouterr()
        assert cli.main(["alerts", *arguments]) == code
        said = self._capsys.readouterr()
        self.printed += said.out + said.err
        return said.err if code else said.out

    def document(self, *arguments: str, typed: str = "") -> Any:
        return json.loads(self(*arguments, "--json", typed=typed))


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(capsys, monkeypatch)


def check(row: str) -> None:
    with open_services() as services:
        check_tables(services, row)


def test_a_channel_is_added_from_stdin_tried_and_removed(terminal: Terminal, sender: Sender) -> None:
    assert "There is no channel yet." in terminal("channels", "list")
    added = terminal("channels", "add", "ops", "--kind", "webhook", typed=f"{ADDRESS}\n")
    assert "Added channel ops" in added
    assert "alerts channels test ops" in added
    assert terminal("channels", "test", "ops") == "The test message has arrived at ops.\n"
    assert [(address, message.event) for address, message in sender.messages] == [(ADDRESS, "test")]
    (found,) = terminal.document("channels", "list")["channels"]
    assert (found["name"], found["kind"], found["last_error"]) == ("ops", "webhook", "")
    assert "ops" in terminal("channels", "list")
    assert terminal("channels", "remove", "ops") == "Removed channel ops.\n"
    assert "has no channel ops" in terminal("channels", "test", "ops", code=2)
    assert SECRET not in terminal.printed


def test_an_address_can_be_an_option_and_must_be_given(terminal: Terminal) -> None:
    assert terminal.document("channels", "add", "a", "--kind", "webhook", "--address", ADDRESS)["name"] == "a"
    assert "No address was given" in terminal("channels", "add", "b", "--kind", "slack", code=2, typed="\n")
    said = terminal("channels", "add", "c", "--kind", "webhook", code=2, typed=f"gopher://{SECRET}")
    assert "http" in said
    assert "a channel called a already" in terminal("channels", "add", "a", "--kind", "webhook", code=2, typed=ADDRESS)
    assert SECRET not in terminal.printed


def test_a_test_that_does_not_arrive_says_why(terminal: Terminal, sender: Sender) -> None:
    terminal("channels", "add", "ops", "--kind", "webhook", typed=ADDRESS)
    sender.fail = lambda _address, _message: DeliveryError("The webhook answered 500.")
    assert terminal("channels", "test", "ops", code=2) == "The webhook answered 500.\n"
    assert "The webhook answered 500." in terminal("channels", "list")


def test_a_rule_is_added_changed_and_removed(terminal: Terminal) -> None:
    for name in ("ops", "night"):
        terminal("channels", "add", name, "--kind", "webhook", typed=ADDRESS)
    assert "There is no rule yet." in terminal("rules", "list")
    assert "It has no channel: incidents are recorded" in terminal("rules", "add", "bare")
    terminal(
        *("rules", "add", "loud", "--monitor", "table:march.csv", "--min-severity", "high", "--consecutive", "2"),
        *("--quiet", "22:00-7:00", "--timezone", "Europe/Berlin", "--remind", "0", "--no-tell-end"),
        *("--channel", "ops", "--channel", "night"),
    )
    with open_services() as services:
        rule = monitor.find_rule(services, "loud")
    assert (rule.monitor, rule.min_severity, rule.consecutive) == ("table:march.csv", Severity.HIGH, 2)
    assert (rule.quiet_from, rule.quiet_to, rule.timezone) == ("22:00", "07:00", "Europe/Berlin")
    assert (rule.remind_after_h, rule.tell_resolved, len(rule.channel_ids)) == (None, False, 2)
    listed = terminal("rules", "list")
    for words in ("loud", "“march.csv”", "▲ HIGH", "22:00–07:00 Europe/Berlin", "ops, night", "nobody"):
        assert words in listed
    changed = terminal.document(
        *("rules", "change", "loud", "--rename", "calm", "--monitor", "all", "--quiet", "none", "--remind", "6"),
        *("--tell-end", "--no-channel", "--paused"),
    )
    assert (changed["id"], changed["name"], changed["monitor"], changed["quiet_from"]) == (rule.id, "calm", "", "")
    assert (changed["remind_after_h"], changed["tell_resolved"], changed["channel_ids"]) == (6.0, True, [])
    assert (changed["paused"], changed["min_severity"], changed["consecutive"]) == (True, "HIGH", 2)
    assert terminal("rules", "remove", "calm") == "Removed rule calm.\n"
    assert [item["name"] for item in terminal.document("rules", "list")["rules"]] == ["bare"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "r", "--channel", "nobody"), "has no channel nobody"),
        (("add", "r", "--quiet", "22:00"), "need both"),
        (("add", "r", "--monitor", "tables"), "tables is no monitor"),
        (("add", "r", "--min-severity", "low"), "'low' is not one of"),
        (("add", "r", "--channel", "a", "--no-channel"), "give one of them"),
        (("change", "r"), "has no rule r"),
        (("remove", "r"), "has no rule r"),
        (("add", "r", "--project", "none"), "no project called 'none'"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_said(terminal: Terminal, arguments: tuple[str, ...], says: str) -> None:
    assert says in terminal("rules", *arguments, code=2)


def test_from_a_check_to_a_message_an_end_and_an_acknowledgement(terminal: Terminal, sender: Sender) -> None:
    terminal("channels", "add", "ops", "--kind", "webhook", typed=ADDRESS)
    terminal("rules", "add", "critical", "--channel", "ops")
    assert "There is no incident." in terminal("incidents")
    check("C")
    assert terminal("send") == "1 message queued, 1 sent.\n"
    assert terminal.document("send") == {"queued": 0, "sent": 0, "failed": 0}
    (incident,) = terminal.document("incidents", "--open")["incidents"]
    assert (incident["open"], incident["worst"], incident["acknowledged_at"]) == (True, "CRITICAL", None)
    assert "✕ CRITICAL" in terminal("incidents")
    assert "is acknowledged" in terminal("acknowledge", incident["id"])
    check("L")
    terminal("send")
    assert terminal.document("incidents", "--open") == {"incidents": []}
    found = terminal.document("deliveries", "--incident", incident["id"])["deliveries"]
    assert [(item["event"], item["state"]) for item in found] == [("resolved", "sent"), ("opened", "sent")]
    assert sender.told == ["opened", "resolved"]
    assert "Incident nope is not stored" in terminal("acknowledge", "nope", code=2)
    assert SECRET not in terminal.printed


def test_a_failed_message_is_listed_and_tried_again(terminal: Terminal, sender: Sender) -> None:
    terminal("channels", "add", "ops", "--kind", "webhook", typed=ADDRESS)
    terminal("rules", "add", "critical", "--channel", "ops")
    check("C")
    sender.fail = lambda _address, _message: DeliveryError("There is no such webhook.", permanent=True)
    terminal("send")
    (failed,) = terminal.document("deliveries", "--state", "failed")["deliveries"]
    assert (failed["n_attempts"], failed["error"]) == (1, "There is no such webhook.")
    assert f"{failed['id']}: There is no such webhook." in terminal("deliveries")
    said = terminal("retry", failed["id"], code=2)
    assert said == f"Message {failed['id']} has failed for good. There is no such webhook.\n"
    sender.fail = lambda _address, _message: None
    assert "has arrived at ops" in terminal("retry", failed["id"])
    assert "it has arrived" in terminal("retry", failed["id"], code=2)
    assert terminal.document("deliveries", "--state", "failed") == {"deliveries": []}


def test_a_rule_is_tried_on_the_history(terminal: Terminal) -> None:
    said = "No check is stored yet, so there is nothing to try the rule on."
    assert terminal("rules", "backtest").strip() == said
    check("LHCLC")
    found = terminal.document("rules", "backtest", "--min-severity", "high", "--remind", "0")
    assert (found["n_checks"], found["n_incidents"]) == (5, 2)
    assert [item["event"] for item in found["firings"]] == ["opened", "worsened", "resolved", "opened"]
    terminal("rules", "add", "critical")
    said = terminal("rules", "backtest", "critical", "--consecutive", "2")
    assert "it would have found no incident" in " ".join(said.split())
    with open_services() as services:
        assert monitor.incidents(services) == []
