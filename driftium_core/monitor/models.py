"""Which language models can answer, and getting another one."""

from __future__ import annotations

from driftium_core.formats import fmt_n
from driftium_core.llm.generators import Offer
from driftium_core.monitor.checks import ProgressCallback
from driftium_core.services import Services

__all__ = ["models", "pull_model"]


def models(services: Services) -> list[Offer]:
    """Every model that can be chosen now, automatic choice first."""
    return services.generators.offers()


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
