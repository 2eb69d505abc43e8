"""Which language models can answer, and getting another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftium_core.errors import GeneratorUnavailableError
from driftium_core.formats import fmt_n
from driftium_core.llm.generators import Offer, Standing
from driftium_core.llm.port import AUTOMATIC, ModelChoice
from driftium_core.monitor.checks import ProgressCallback
from driftium_core.services import Services

if TYPE_CHECKING:
    from driftium_core.jobs import Job

__all__ = ["models", "pull_model", "require_model", "standing", "start_pull"]


def models(services: Services) -> list[Offer]:
    """Every model that can be chosen now, automatic choice first."""
    return services.generators.offers()


def standing(services: Services, choice: ModelChoice = AUTOMATIC) -> Standing:
    """Who would answer now, or why nobody would; loads nothing."""
    return services.generators.standing(choice)


def require_model(services: Services, choice: ModelChoice) -> Standing:
    """Who would answer now, for work that should not begin without one.

    Raises
    ------
    GeneratorUnavailableError
        Nobody would; the sentence says why and what to do.
    """
    found = standing(services, choice)
    if found.backend is None:
        raise GeneratorUnavailableError(found.text)
    return found


def pull_model(services: Services, name: str, *, progress: ProgressCallback | None = None) -> str:
    """Let Ollama download a model and return its name; a download that was stopped goes on where it was.

    Raises
    ------
    InputError
        The name is no name.
    ModelNotFoundError
        Ollama's library has no such model.
    GeneratorUnavailableError
        Ollama does not answer, or cannot download.
    """
    for part in services.generators.pull(name):
        if progress:
            megabytes = f", {fmt_n(part.done // 10**6)} of {fmt_n(part.total // 10**6)} MB" if part.total else ""
            progress(part.done, part.total, f"{part.status}{megabytes}")
    return name


def start_pull(services: Services, name: str) -> Job[str]:
    """Let Ollama download a model in the background, as `pull_model` does.

    It waits for Ollama, maybe for hours, so it takes no place from checks and imports, which compute.
    """
    name = name.strip()
    return services.answering.start(
        lambda progress: pull_model(services, name, progress=progress), title=f"Downloading {name}"
    )
