"""``driftium doctor``: the parts and what they lack."""

from __future__ import annotations

from typing import Annotated

import typer

from driftium_core.cli.streams import on_stdout, print_json, say

__all__ = ["doctor"]


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show what each part uses, what it lacks, and how to get that.

    Exits with 1 when a part does not work.
    """
    from dataclasses import asdict

    from driftium_core import monitor
    from driftium_core.services import open_services
    from driftium_core.settings import Settings, unknown_variables

    settings = Settings()
    with open_services(settings) as services:
        parts = monitor.health(services, verify=True)
        if services.store.notice:
            say(services.store.notice)
    unknown = unknown_variables()
    with on_stdout():
        if as_json:
            rows = [{"variable": name, "value": value, "set_by": by} for name, value, by, _ in settings.in_force()]
            print_json({"parts": [asdict(part) for part in parts], "settings": rows, "unknown_variables": unknown})
        else:
            from driftium_core.terminal import print_parts

            print_parts(parts)
    if unknown:
        say(f"Not a setting of Driftium, and ignored: {', '.join(unknown)}.")
    raise typer.Exit(any(part.status == "error" for part in parts))
