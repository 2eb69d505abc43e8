"""``driftium alerts rules``: when to tell whom."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from driftium_core.cli.options import with_options
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


@dataclass(frozen=True, slots=True)
class Replayed:
    """Terms of a rule that a backtest knows; None for those that were not given."""

    monitor: Annotated[
        str | None,
        typer.Option(help="answers, table:NAME for the tables checked against a reference, or all (the default)."),
    ] = None
    min_severity: Annotated[
        Level | None, typer.Option(help="The mildest that counts; critical unless told otherwise.")
    ] = None
    consecutive: Annotated[
        int | None,
        typer.Option(min=1, max=100, help="Checks in a row, of changed data, that must reach it; 1 usually."),
    ] = None
    remind: Annotated[
        float | None,
        typer.Option(min=0, help="Hours after which an open incident is told again, 24 usually; 0 for never."),
    ] = None
    tell_end: Annotated[
        bool | None, typer.Option("--tell-end/--no-tell-end", help="Whether the end is told; it usually is.")
    ] = None
    channel: Annotated[
        list[str] | None,
        typer.Option("--channel", metavar="NAME", help="Channel to tell; give it again for more of them."),
    ] = None

    def given(self, services: Services, project: str) -> dict[str, Any]:
        """Fields of a rule by name; `NotFoundError` when the project has no such channel."""
        from driftium_core.monitor import find_channel

        found: dict[str, Any] = {"consecutive": self.consecutive, "tell_resolved": self.tell_end}
        found["monitor"] = "" if self.monitor == "all" else self.monitor
        found["min_severity"] = Severity(self.min_severity.value.upper()) if self.min_severity else None
        found = {name: value for name, value in found.items() if value is not None}
        if self.remind is not None:
            found["remind_after_h"] = self.remind or None
        if self.channel:
            names = self.channel
            found["channel_ids"] = tuple(find_channel(services, name, project=project).id for name in names)
        return found


@dataclass(frozen=True, slots=True)
class Terms(Replayed):
    """All terms of a rule."""

    quiet: Annotated[
        str | None,
        typer.Option(metavar="FROM-TO", help="Hours in which nothing is sent, such as 22:00-07:00; or none."),
    ] = None
    timezone: Annotated[
        str | None, typer.Option(help="Zone of the quiet hours, such as Europe/Berlin; UTC usually.")
    ] = None
    no_channel: Annotated[
        bool, typer.Option("--no-channel", help="Tell nobody: incidents are only recorded and shown.")
    ] = False
    paused: Annotated[bool | None, typer.Option("--paused/--active", help="Whether the rule looks at anything.")] = None

    def given(self, services: Services, project: str) -> dict[str, Any]:
        """Fields of a rule by name, as in `Replayed`."""
        if self.channel and self.no_channel:
            raise InputError("--channel names whom to tell and --no-channel tells nobody: give one of them.")
        found = Replayed.given(self, services, project)
        if self.no_channel:
            found["channel_ids"] = ()
        if self.quiet is not None:
            start, _, end = ("", "", "") if self.quiet == "none" else self.quiet.partition("-")
            found |= {"quiet_from": start.strip(), "quiet_to": end.strip()}
        more = {"timezone": self.timezone, "paused": self.paused}
        return found | {name: value for name, value in more.items() if value is not None}


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
@with_options
def add(
    name: Name,
    *,
    terms: Terms,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Store a rule. It looks at the newest check of each monitor, and at every check from now on."""
    from driftium_core.monitor import save_rule
    from driftium_core.store.alert_records import NewRule

    with opened_services(project) as services:
        saved = save_rule(services, NewRule(name=name, **terms.given(services, project)), project=project)
    _show(saved, _saved(saved, "Added"), as_json=as_json)


@rules.command()
@with_options
def change(
    name: Name,
    rename: Annotated[str | None, typer.Option(metavar="NAME", help="Another name for it.")] = None,
    *,
    terms: Terms,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Change what is given of a rule; channels that are given take the place of the former ones."""
    from driftium_core.monitor import find_rule, save_rule

    with opened_services(project) as services:
        found = find_rule(services, name, project=project)
        changed = replace(_new(found), **terms.given(services, project))
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
@with_options
def backtest(
    name: Annotated[str, typer.Argument(help="Name of a rule to begin with; none begins with the usual terms.")] = "",
    *,
    terms: Replayed,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Replay a rule over the stored checks: how often it would have spoken. Nothing is sent or stored."""
    from driftium_core.monitor import backtest_rule, find_rule
    from driftium_core.monitor.alert_documents import backtest_document
    from driftium_core.store.alert_records import NewRule
    from driftium_core.terminal.alerts import print_backtest

    with opened_services(project) as services:
        rule = _new(find_rule(services, name, project=project)) if name else NewRule(name="tried")
        tested = backtest_rule(services, replace(rule, **terms.given(services, project)), project=project)
    with on_stdout():
        if as_json:
            print_json(backtest_document(tested))
        else:
            print_backtest(tested)


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
