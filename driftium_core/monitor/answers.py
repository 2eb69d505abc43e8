"""Prompts answered by a model: watched while they stream, telemetry once they are complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from driftium_core.errors import DriftiumError, InputError, StorageError
from driftium_core.formats import fmt_n
from driftium_core.llm.port import AUTOMATIC, Generation, GenerationOptions, ModelChoice, ignore
from driftium_core.monitor.vectors import start_write
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT, StoredResponse

if TYPE_CHECKING:
    from driftium_core.jobs import Job, Progress

__all__ = ["PLAYGROUND", "Answer", "ask", "check_options", "keep_answer", "start_answer", "telemetry", "why_partial"]

PLAYGROUND = "playground"
"""Source of telemetry that was made here."""

AnswerState = Literal["waiting", "streaming", "complete", "partial", "failed"]


class Answer:
    """One answer as it comes. Written by its own thread, read by any; every attribute is a plain value.

    Attributes
    ----------
    prompt : str
    options : GenerationOptions
    choice : ModelChoice
        What was asked for; ``generation.model`` is what answered.
    project, source : str
        Where it is stored, and as what.
    generation : Generation or None
        The record, once the answer has ended; None as well when nothing of it came.
    stored : StoredResponse or None
        The telemetry that it became; only a complete answer does.
    error : str
        Why there is no answer, or why it is not stored; empty otherwise.
    activity : str
        What the model does while no text comes, e.g. reading a long prompt; empty when it has not said.
    """

    def __init__(
        self, prompt: str, options: GenerationOptions, choice: ModelChoice, project: str, source: str = PLAYGROUND
    ) -> None:
        self.prompt, self.options, self.choice, self.project = prompt, options, choice, project
        self.source = source
        self.generation: Generation | None = None
        self.stored: StoredResponse | None = None
        self.error = ""
        self.activity = ""
        self.job: Job[None] | None = None
        self._pieces: list[str] = []

    @property
    def id(self) -> str:
        """Names the answer within this process."""
        return self.job.id if self.job else ""

    @property
    def text(self) -> str:
        """What has come so far."""
        return "".join(self._pieces)

    @property
    def state(self) -> AnswerState:
        """Waiting for the first piece, streaming, or how it ended."""
        if self.generation is not None:
            return "complete" if self.generation.complete else "partial"
        if self.error or self.job is None or self.job.finished:
            return "failed"
        return "streaming" if self._pieces else "waiting"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.job is None or self.job.finished

    def stop(self) -> None:
        """End it within a moment; what has come stays to be read and is not stored."""
        if self.job:
            self.job.cancel()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; False when it has not come within the time."""
        return self.job is None or self.job.wait(timeout_s)


def ask(
    services: Services,
    prompt: str,
    options: GenerationOptions,
    *,
    choice: ModelChoice = AUTOMATIC,
    stopped: Callable[[], bool] = lambda: False,
    on_activity: Callable[[str], None] = ignore,
) -> Iterator[str | Generation]:
    """Yield an answer piece by piece and then its record; stores nothing.

    Raises
    ------
    InputError
        The prompt or a setting cannot be used.
    ModelNotFoundError
        The chosen model is not there.
    GeneratorUnavailableError
        Nobody can answer now.
    """
    check_options(options)
    return services.generators.stream(
        prompt,
        options,
        choice=choice,
        timeout_s=services.settings.answer_timeout_s,
        stopped=stopped,
        on_activity=on_activity,
    )


def start_answer(
    services: Services,
    prompt: str,
    options: GenerationOptions,
    *,
    choice: ModelChoice = AUTOMATIC,
    project: str = DEFAULT_PROJECT,
    source: str = PLAYGROUND,
) -> Answer:
    """Answer a prompt in a thread of its own, and store it as current telemetry if it is complete."""
    answer = Answer(prompt, options, choice, project, source)

    def note(activity: str) -> None:
        answer.activity = activity

    def work(progress: Progress) -> None:
        try:
            for part in ask(services, prompt, options, choice=choice, stopped=progress.cancelled, on_activity=note):
                if isinstance(part, Generation):
                    answer.generation = part
                else:
                    answer._pieces.append(part)
            if answer.generation and answer.generation.complete:
                keep_answer(services, answer)
        except DriftiumError as error:
            answer.error = answer.error or str(error)  # keeping it has said more
            raise

    answer.job = services.answering.start(work, title="Answering")
    return answer


def keep_answer(services: Services, answer: Answer) -> StoredResponse:
    """Store a complete answer, once, whoever asks again; its vectors follow in the background.

    Raises
    ------
    InputError
        The answer is partial, or still coming.
    StorageError
        The database cannot be written; the answer is still there to be kept later.
    """
    generation = answer.generation
    if generation is None or not generation.complete:
        raise InputError("Only a complete answer becomes telemetry; this one is not.")
    response = telemetry(answer.prompt, answer.options, generation, source=answer.source, key=f"answer:{answer.id}")
    try:
        added = services.store.responses.add([response], project=answer.project)
    except StorageError as error:
        answer.error = f"The answer is complete and not stored. {error}"
        raise
    answer.error = ""
    if added.stored:
        answer.stored = added.stored[0]
        start_write(services, [answer.stored.id])
    if answer.stored is None:
        raise InputError("The answer was stored already.")
    return answer.stored


def telemetry(
    prompt: str, options: GenerationOptions, generation: Generation, *, source: str = PLAYGROUND, key: str | None = None
) -> Response:
    """A complete answer as it is stored, with all that is needed to ask for it again."""
    return Response(
        response=generation.text,
        prompt=prompt,
        model=generation.model,
        backend=generation.backend,
        latency_ms=generation.latency_ms,
        first_token_ms=generation.first_token_ms,
        tokens=generation.tokens,
        prompt_tokens=generation.prompt_tokens,
        stop_reason="length" if generation.stop_reason == "length" else "stop",
        system=options.system or None,
        temperature=options.temperature,
        max_tokens=options.max_tokens,
        seed=options.seed,
        source=source,
        created_at=datetime.now(UTC),
        key=key,
    )


def why_partial(services: Services, generation: Generation) -> str:
    """Why an answer is not complete, and what to do, in a sentence; empty when it was stopped on request."""
    if generation.stop_reason == "deadline":
        seconds = fmt_n(round(services.settings.answer_timeout_s))
        return f"No whole answer came within {seconds} s (DRIFTIUM_ANSWER_TIMEOUT_S)."
    return generation.error


def check_options(options: GenerationOptions) -> None:
    """Look whether an answer can be asked for like this; `InputError` when a setting is out of its range."""
    if not 0 <= options.temperature <= 2:
        raise InputError(f"The temperature is {options.temperature}; it may be from 0 to 2.")
    if not 1 <= options.max_tokens <= 100_000:
        raise InputError(f"An answer may have from 1 to 100,000 tokens, not {options.max_tokens}.")
    if options.seed is not None and not 0 <= options.seed < 2**32:
        raise InputError(f"The seed is {options.seed}; it may be from 0 to {2**32 - 1}.")
