"""Channels, rules, incidents and messages as the command line draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from driftium_core.command import command
from driftium_core.formats import UNKNOWN, fmt_n, fmt_name, fmt_time, fmt_value
from driftium_core.monitor import Backtest
from driftium_core.severity import severity_label
from driftium_core.store.alert_records import (
    ANSWERS,
    EVERY_MONITOR,
    AlertRule,
    Channel,
    Delivery,
    Incident,
    table_monitor,
)
from driftium_core.terminal.console import STYLES, stdout

__all__ = ["print_backtest", "print_channels", "print_deliveries", "print_incidents", "print_rules"]


def print_channels(channels: Sequence[Channel]) -> None:
    """One line per channel, with the last outcome."""
    table = _table("name", "kind", "address", "last sent (UTC)", "last error")
    for item in channels:
        sent = fmt_time(item.last_sent_at) if item.last_sent_at else UNKNOWN
        table.add_row(Text(item.name), item.kind, Text(item.shown), sent, Text(item.last_error or UNKNOWN))
    add = command("alerts", "channels", "add", "NAME", "--kind", "slack")
    stdout().print(table if channels else Text(f"There is no channel yet. `{add}` makes one."))


def print_rules(rules: Sequence[AlertRule], channels: Mapping[str, str]) -> None:
    """One line per rule; ``channels`` are the names by id."""
    table = _table("name", "monitor", "from", "checks", "quiet", "remind", "tells", "state")
    for item in rules:
        quiet = f"{item.quiet_from}–{item.quiet_to} {item.timezone}" if item.quiet_from else UNKNOWN
        told = ", ".join(fmt_name(channels.get(id_, id_)) for id_ in item.channel_ids)
        table.add_row(
            Text(item.name),
            Text(_monitor(item.monitor)),
            _severity(item.min_severity),
            str(item.consecutive),
            quiet,
            f"{fmt_value(item.remind_after_h)} h" if item.remind_after_h else UNKNOWN,
            Text(told or "nobody: incidents are only recorded"),
            "paused" if item.paused else "active",
        )
    add = command("alerts", "rules", "add", "NAME")
    stdout().print(table if rules else Text(f"There is no rule yet. `{add}` makes one."))


def print_incidents(incidents: Sequence[Incident]) -> None:
    """One line per incident, newest first."""
    table = _table("id", "opened (UTC)", "ended (UTC)", "worst", "now", "checks", "monitor", "rule", "seen")
    for item in incidents:
        table.add_row(
            item.id,
            fmt_time(item.opened_at),
            fmt_time(item.resolved_at) if item.resolved_at else "open",
            _severity(item.worst),
            _severity(item.severity),
            fmt_n(item.n_checks),
            Text(_monitor(item.monitor)),
            Text(fmt_name(item.rule_name)),
            "✓" if item.acknowledged_at else "",
        )
    stdout().print(table if incidents else Text("There is no incident."))


def print_deliveries(deliveries: Sequence[Delivery]) -> None:
    """One line per message, newest first; below it why it has not arrived."""
    console = stdout()
    table = _table("id", "queued (UTC)", "state", "attempts", "next (UTC)", "channel", "message")
    for item in deliveries:
        following = fmt_time(item.next_attempt_at) if item.next_attempt_at else UNKNOWN
        table.add_row(
            item.id,
            fmt_time(item.created_at),
            item.state,
            str(item.n_attempts),
            following,
            Text(fmt_name(item.channel_name)),
            Text(fmt_name(item.title, limit=80)),
        )
    console.print(table if deliveries else Text("There is no message."))
    for item in deliveries:
        if item.error:
            console.print(Text(f"{item.id}: {item.error}"))


def print_backtest(tested: Backtest) -> None:
    """What a rule would have told, oldest first, and the sum."""
    console = stdout()
    if tested.firings:
        table = _table("time (UTC)", "event", "severity", "message")
        for item in tested.firings:
            title = Text(fmt_name(item.title, limit=100))
            table.add_row(fmt_time(item.at), item.event, _severity(item.severity), title)
        console.print(table)
    console.print(Text(tested.text))


def _monitor(monitor: str) -> str:
    if monitor == EVERY_MONITOR:
        return "all"
    return ANSWERS if monitor == ANSWERS else f"“{fmt_name(monitor.removeprefix(table_monitor('')))}”"


def _severity(severity: object) -> Text:
    for known, style in STYLES.items():
        if known is not None and known == severity:
            return Text(severity_label(known), style)
    return Text(UNKNOWN)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading)
    return table
