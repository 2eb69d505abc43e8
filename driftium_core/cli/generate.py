"""``driftium generate``: one answer of a real model, kept as telemetry."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from driftium_core.cli.project import AsJson, Project, opened_services
from driftium_core.cli.streams import on_stdout, print_json, say
from driftium_core.errors import CancelledError, GeneratorUnavailableError

if TYPE_CHECKING:
    from driftium_core.monitor import Generation, GenerationOptions, ModelChoice
    from driftium_core.services import Services

__all__ = ["generate"]


def generate(
    prompt: Annotated[str, typer.Argument(help="What the model should answer; - reads standard input.")],
    model: Annotated[
        str, typer.Option(help="auto (Ollama where it runs, else embedded), embedded, or the name of an Ollama model.")
    ] = "auto",
    system: Annotated[str, typer.Option(help="System prompt.")] = "",
    temperature: Annotated[float, typer.Option(min=0, max=2, help="0 always takes the likeliest token.")] = 0.7,
    max_tokens: Annotated[int, typer.Option(min=1, help="Most tokens of the answer.")] = 256,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed gives the same answer again.")] = None,
    project: Project = "default",
    as_json: AsJson = False,
) -> None:
    """Answer a prompt and keep the answer as current telemetry. A partial answer is shown and not kept."""
    from driftium_core import monitor
    from driftium_core.monitor import documents

    options = monitor.GenerationOptions(system=system, temperature=temperature, max_tokens=max_tokens, seed=seed)
    with opened_services(project) as services:
        text = _standard_input() if prompt == "-" else prompt
        generation = _answer(services, text, options, monitor.ModelChoice.parse(model), shown=not as_json)
        stored = monitor.record_response(
            services,
            monitor.telemetry(text, options, generation, source="terminal"),
            project=project,
            with_vectors=False,  # loading the encoder takes longer than the answer; the next check makes them
        )
    if as_json:
        with on_stdout():
            print_json(documents.answer_document(stored, generation))
    elif sys.stderr.isatty():
        from driftium_core.terminal import answer_line

        say(f"{answer_line(generation)}; kept as current telemetry of project {project!r}.")


def _answer(
    services: Services, prompt: str, options: GenerationOptions, choice: ModelChoice, *, shown: bool
) -> Generation:
    """The complete answer, on stdout as it comes when it is ``shown``."""
    from driftium_core import monitor
    from driftium_core.terminal import activity_on_stderr, plain

    generation = None
    try:
        with activity_on_stderr() as activity:
            for part in monitor.ask(services, prompt, options, choice=choice, on_activity=activity):
                if isinstance(part, monitor.Generation):
                    generation = part
                elif shown:
                    activity("")
                    with on_stdout():
                        sys.stdout.write(plain(part))
    except KeyboardInterrupt:
        if shown:
            _end_line()
        raise CancelledError("Stopped. The answer is partial and was not kept.") from None
    if shown:
        _end_line()
    if generation is None or not generation.complete:
        why = monitor.why_partial(services, generation) if generation else ""
        raise GeneratorUnavailableError(f"The answer is partial and was not kept. {why}".strip())
    if generation.note:
        say(generation.note)
    return generation


def _end_line() -> None:
    with on_stdout():
        print()


def _standard_input() -> str:
    from driftium_core.files import read_text_path

    # What `echo` and editors put at the end is no part of the prompt.
    return read_text_path("-", max_bytes=1_000_000).removesuffix("\n").removesuffix("\r")
