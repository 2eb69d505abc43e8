"""Options that several commands share: fields of a dataclass, which a command takes as one argument."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from driftium_core.cli.streams import require_folder
from driftium_core.cli.verdicts import FailOnInconclusive, FailOnOption, exit_code
from driftium_core.severity import Severity

__all__ = ["Html", "Outcome", "with_options"]

Html = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as one HTML page, too.")]
Summary = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Add a summary in Markdown to this file, such as $GITHUB_STEP_SUMMARY."),
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command that comes to a verdict leaves behind: documents, files, and the exit code."""

    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")] = False
    html: Html = None
    summary: Summary = None
    fail_on: FailOnOption = None
    fail_on_inconclusive: FailOnInconclusive = False

    def __post_init__(self) -> None:
        require_folder(self.html, "the HTML page")
        require_folder(self.summary, "the summary")

    def code(self, verdict: str, severity: Severity | None) -> int:
        """The exit code for ``"drift"``, ``"no_drift"`` or ``"inconclusive"``."""
        return exit_code(verdict, severity, self.fail_on, fail_on_inconclusive=self.fail_on_inconclusive)


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with a parameter per option, for Typer, in place of each that is a dataclass of options."""
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: item.annotation for name, item in signature.parameters.items() if is_dataclass(item.annotation)
    }

    @wraps(command)
    def called(**values: Any) -> None:
        bundles = {
            name: group(**{field.name: values.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        command(**values, **bundles)

    parameters = [
        spread
        for item in signature.parameters.values()
        for spread in (_parameters(item.annotation) if item.name in groups else [_by_keyword(item)])
    ]
    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {item.name: item.annotation for item in parameters}
    return called


def _by_keyword(parameter: inspect.Parameter) -> inspect.Parameter:
    """As Typer passes all of them, so that their order is free."""
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)


def _parameters(group: Any) -> Iterator[inspect.Parameter]:
    """The fields of a dataclass as parameters of a function."""
    annotations = get_type_hints(group, include_extras=True)
    for field in fields(group):
        yield inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=annotations[field.name]
        )
