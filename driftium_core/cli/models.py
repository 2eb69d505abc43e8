"""``driftium models`` and ``driftium pull``: who can answer, and getting another model."""

from __future__ import annotations

from typing import Annotated

import typer

from driftium_core.cli.project import AsJson, opened_services
from driftium_core.cli.streams import on_stdout, print_json, say
from driftium_core.command import command

__all__ = ["models", "pull"]


def models(as_json: AsJson = False) -> None:
    """List the models that can answer now.

    The automatic choice comes first; the first column is what --model takes.
    """
    from driftium_core import monitor
    from driftium_core.monitor import documents
    from driftium_core.terminal import print_models

    with opened_services() as services:
        offers = monitor.models(services)
        hint = monitor.standing(services).hint
    with on_stdout():
        if as_json:
            print_json({"models": [documents.offer_document(offer) for offer in offers]})
        else:
            print_models(offers)
    if hint:
        say(hint)


def pull(
    name: Annotated[str, typer.Argument(help="Name in Ollama's library, for example smollm:135m.")],
    as_json: AsJson = False,
) -> None:
    """Let Ollama download a model. A download that was stopped goes on where it was."""
    from driftium_core import monitor
    from driftium_core.terminal import progress_on_stderr

    with opened_services() as services, progress_on_stderr(f"Downloading {name}", counted=False) as progress:
        installed = monitor.pull_model(services, name, progress=progress)
    with on_stdout():
        if as_json:
            print_json({"model": installed})
        else:
            print(f"Ollama has {installed}. `{command('generate', 'PROMPT', '--model', installed)}` asks it.")
