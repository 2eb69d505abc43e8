"""``driftium alerts rules``: when to tell whom."""

from __future__ import annotations

from dataclasses import fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json
from driftium_core.errors import InputError
from driftium_core.formats import fmt_name
from driftium_core.severity import Severity

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.alert_records import AlertRule, NewRule

__all__ = ["rules"]

rules = typer.Typer(help="When to tell whom.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="Name of the rule, unique in the project.")]


class Level(StrEnum):
    """Severity at which a rule begins."""

    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


Monitor = Annotated[
    str | None,
    typer.Option(help="answers, table:NAME for the tables checked against a reference, or all (the default)."),
]
MinSeverity = Annotated[Level | None, typer.Option(help="The mildest that counts; critical unless told otherwise.")]
Consecutive = Annotated[
    int | None, typer.Option(min=1, max=100, help="Checks in a row, of changed data, that must reach it; 1 usually.")
]
Quiet = Annotated[
    str | None, typer.Option(metavar="FROM-TO", help="Hours in which nothing is sent, such as 22:00-07:00; or none.")
]
Timezone = Annotated[str | None, typer.Option(help="Zone of the quiet hours, such as Europe/Berlin; UTC usually.")]
Remind = Annotated[
    float | None,
    typer.Option(min=0, help="Hours after which an open incident is told again, 24 usually; 0 for never."),
]
TellEnd = Annotated[
    bool | None, typer.Option("--tell-end/--no-tell-end", help="Whether the end is told; it usually is.")
]
ToChannels = Annotated[
    list[str] | None, typer.Option("--channel", metavar="NAME", help="Channel to tell; give it again for more of them.")
]
NoChannel = Annotated[bool, typer.Option("--no-channel", help="Tell nobody: incidents are only recorded and shown.")]
Paused = Annotated[bool | None, typer.Option("--paused/--active", help="Whether the rule looks at anything.")]


@rules.command("list")
def list_(project: Project = "default", as_json: AsJson = False) -> None:
    """List the rules of a project."""
    from driftium_core import monitor
    from driftium_core.monitor.alert_documents import rule_document
    from driftium_core.terminal.alerts import print_rules

    with opened_services(project) as services:
        found = monitor.alert_rules(services, project=project)
        names = {item.id: item.name for item in monitor.channels(services, project=project)}
    with on_stdout():
        if as_json:
            print_json({"rules": [rule_document(item) for item in found]})
        else:
            print_rules(found, names)


@rules.command()
def add(
    name: Name,
    monitor: Monitor = None,
    min_severity: MinSeverity = None,
    consecutive: Consecutive = None,
    quiet: Quiet = None,
    timezone: Timezone = None,
    remind: Remind = None,
    tell_end: TellEnd = None,
    channel: ToChannels = None,
    no_channel: NoChannel = False,
    paused: Paused = None,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Store a rule. It looks at the newest check of each monitor, and at every check from now on."""
    from driftium_core.monitor import save_rule
    from driftium_core.store.alert_records import NewRule

    terms = _Terms(monitor, min_severity, consecutive, quiet, timezone, remind, tell_end, channel, no_channel, paused)
    with opened_services(project) as services:
        saved = save_rule(services, terms.applied(services, NewRule(name=name), project), project=project)
    _show(saved, _saved(saved, "Added"), as_json=as_json)


@rules.command()
def change(
    name: Name,
    rename: Annotated[str | None, typer.Option(metavar="NAME", help="Another name for it.")] = None,
    monitor: Monitor = None,
    min_severity: MinSeverity = None,
    consecutive: Consecutive = None,
    quiet: Quiet = None,
    timezone: Timezone = None,
    remind: Remind = None,
    tell_end: TellEnd = None,
    channel: ToChannels = None,
    no_channel: NoChannel = False,
    paused: Paused = None,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Change what is given of a rule; channels that are given take the place of the former ones."""
    from driftium_core.monitor import find_rule, save_rule

    terms = _Terms(monitor, min_severity, consecutive, quiet, timezone, remind, tell_end, channel, no_channel, paused)
    with opened_services(project) as services:
        found = find_rule(services, name, project=project)
        changed = terms.applied(services, _new(found), project)
        changed = changed if rename is None else replace(changed, name=rename)
        saved = save_rule(services, changed, project=project, rule_id=found.id)
    _show(saved, _saved(saved, "Changed"), as_json=as_json)


@rules.command()
def remove(name: Name, project: Project = "default", as_json: AsJson = False) -> None:
    """Remove a rule; its open incidents end without a message."""
    from driftium_core.monitor import delete_rule, find_rule

    with opened_services(project) as services:
        found = find_rule(services, name, project=project)
        delete_rule(services, found.id)
    _show(found, f"Removed rule {fmt_name(found.name)}.", as_json=as_json)


@rules.command()
def backtest(
    name: Annotated[str, typer.Argument(help="Name of a rule to begin with; none begins with the usual terms.")] = "",
    monitor: Monitor = None,
    min_severity: MinSeverity = None,
    consecutive: Consecutive = None,
    remind: Remind = None,
    tell_end: TellEnd = None,
    channel: ToChannels = None,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Replay a rule over the stored checks: how often it would have spoken. Nothing is sent or stored."""
    from driftium_core.monitor import backtest_rule, find_rule
    from driftium_core.monitor.alert_documents import backtest_document
    from driftium_core.store.alert_records import NewRule
    from driftium_core.terminal.alerts import print_backtest

    terms = _Terms(monitor, min_severity, consecutive, None, None, remind, tell_end, channel)
    with opened_services(project) as services:
        rule = _new(find_rule(services, name, project=project)) if name else NewRule(name="tried")
        tested = backtest_rule(services, terms.applied(services, rule, project), project=project)
    with on_stdout():
        if as_json:
            print_json(backtest_document(tested))
        else:
            print_backtest(tested)


class _Terms:
    """The options that were given; None for those that were not."""

    def __init__(
        self,
        monitor: str | None,
        min_severity: Level | None,
        consecutive: int | None,
        quiet: str | None,
        timezone: str | None,
        remind: float | None,
        tell_end: bool | None,
        channels: list[str] | None,
        no_channel: bool = False,
        paused: bool | None = None,
    ) -> None:
        if channels and no_channel:
            raise InputError("--channel names whom to tell and --no-channel tells nobody: give one of them.")
        self._channels, self._no_channel = channels, no_channel
        given: dict[str, Any] = {"consecutive": consecutive, "timezone": timezone, "tell_resolved": tell_end}
        given |= {"paused": paused, "monitor": "" if monitor == "all" else monitor}
        given["min_severity"] = Severity(min_severity.value.upper()) if min_severity else None
        self._given = {name: value for name, value in given.items() if value is not None}
        if remind is not None:
            self._given["remind_after_h"] = remind or None
        if quiet is not None:
            start, _, end = ("", "", "") if quiet == "none" else quiet.partition("-")
            self._given |= {"quiet_from": start.strip(), "quiet_to": end.strip()}

    def applied(self, services: Services, rule: NewRule, project: str) -> NewRule:
        """The rule with what was given; `NotFoundError` when the project has no such channel."""
        from driftium_core.monitor import find_channel

        given = dict(self._given)
        if self._channels or self._no_channel:
            names = self._channels or []
            given["channel_ids"] = tuple(find_channel(services, name, project=project).id for name in names)
        return replace(rule, **given)


def _new(rule: AlertRule) -> NewRule:
    """A stored rule as one that is about to be."""
    from driftium_core.store.alert_records import NewRule

    return NewRule(**{item.name: getattr(rule, item.name) for item in fields(NewRule)})


def _show(rule: AlertRule, sentence: str, *, as_json: bool) -> None:
    from driftium_core.monitor.alert_documents import rule_document

    with on_stdout():
        if as_json:
            print_json(rule_document(rule))
        else:
            print(sentence)


def _saved(rule: AlertRule, verb: str) -> str:
    told = "" if rule.channel_ids else " It has no channel: incidents are recorded and shown, and nothing is sent."
    return f"{verb} rule {fmt_name(rule.name)}.{told}"
