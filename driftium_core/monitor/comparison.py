"""Comparing responses that are not stored: for Python users and the command line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Protocol

from driftium_core.embeddings.encoder import MiniLM
from driftium_core.errors import InputError
from driftium_core.formats import fmt_n
from driftium_core.response import Response
from driftium_core.settings import Settings
from driftium_core.text.pool import Pool, texts_of
from driftium_core.text.report import Encoder, TextReport

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from driftium_core.monitor.checks import ProgressCallback

__all__ = ["TextEncoder", "compare_responses"]


class EncoderName(Protocol):
    """What tells one encoder from another."""

    @property
    def id(self) -> str:
        """Model and weights."""

    @property
    def precision(self) -> str:
        """Of the calculation, e.g. fp32."""


class TextEncoder(Protocol):
    """What makes vectors of texts; `driftium_core.embeddings.encoder.MiniLM` is one."""

    @property
    def info(self) -> EncoderName:
        """Which encoder it is."""

    def encode(self, texts: Sequence[str], *, progress: ProgressCallback | None = None) -> NDArray[np.float32]:
        """Unit vectors, one row per text."""


def compare_responses(
    baseline: Iterable[Response | Mapping[str, object] | str],
    current: Iterable[Response | Mapping[str, object] | str],
    *,
    encoder: TextEncoder | None = None,
    n_resamples: int = 999,
    rng: int = 0,
    progress: ProgressCallback | None = None,
) -> TextReport:
    """Compare a model's current responses with a baseline: has it drifted, how sure is that, and why.

    Parameters
    ----------
    baseline, current : iterables
        Strings (responses alone), or mappings with ``response`` and, where known, ``prompt``, ``latency_ms``,
        ``tokens``, ``error`` and the other names of `Response`. With prompts the report also tells traffic from
        behaviour, and repeated prompts are compared in pairs.
    encoder : TextEncoder, optional
        all-MiniLM-L6-v2 on this machine by default; loading it takes some seconds.
    n_resamples : int
        Permutations of the drift test.
    rng : int
        Seed of everything random; part of the report.
    progress : callable, optional
        Called with steps done, steps in all and what is worked on; may raise `CancelledError`.

    Raises
    ------
    InputError
        A row is not a response; the message names the pool, the row and what is wrong.
    UnavailableError
        The encoder is not installed.
    """
    from driftium_core.text.compare import compare_pools

    pools = responses_of(baseline, "baseline"), responses_of(current, "current")
    encoder = encoder or _default_encoder()
    texts = {**texts_of(pools[0]), **texts_of(pools[1])}
    # A text's vector depends a little on its batch (most in bf16): by content the batches are always the same.
    digests = sorted(texts)
    made = encoder.encode([texts[digest] for digest in digests], progress=progress)
    vectors = dict(zip(digests, made, strict=True))
    return compare_pools(
        Pool.of(pools[0], vectors),
        Pool.of(pools[1], vectors),
        encoder=Encoder(encoder.info.id, encoder.info.precision),
        n_resamples=n_resamples,
        seed=rng,
        progress=progress,
    )


@cache
def _default_encoder() -> TextEncoder:
    """One per process, as loading it takes seconds."""
    settings = Settings()
    return MiniLM(threads=settings.threads, precision=settings.precision)


_FIELDS = {field.name for field in fields(Response)}
_TEXTS = ("prompt", "model", "backend", "error", "source", "key")
_NUMBERS = ("latency_ms", "tokens", "prompt_tokens")


def responses_of(rows: Iterable[Response | Mapping[str, object] | str], pool: str) -> list[Response]:
    """Rows of any accepted form as responses; `InputError` names the first that is none."""
    if isinstance(rows, str | Mapping):
        raise InputError(f"The {pool} is one {type(rows).__name__}; a list of responses is expected.")
    responses = [_response(row, f"Row {fmt_n(number)} of the {pool}") for number, row in enumerate(rows)]
    if not responses:
        raise InputError(f"The {pool} is empty; give at least one response.")
    return responses


def _response(row: Response | Mapping[str, object] | str, where: str) -> Response:
    if isinstance(row, Response):
        return row
    if isinstance(row, str):
        return Response(response=row)
    if not isinstance(row, Mapping):
        raise InputError(f"{where} is of type {type(row).__name__}; a text or a mapping with `response` is expected.")
    values = {str(name): value for name, value in row.items() if str(name) in _FIELDS and not _missing(value)}
    answer = values.pop("response", None)
    if answer is None and "error" not in values:
        raise InputError(f"{where} has no `response`. Its fields are: {', '.join(map(str, row)) or 'none'}.")
    if not isinstance(answer, str | None):
        raise InputError(f"{where} has a `response` of type {type(answer).__name__}; a text is expected.")
    for name, value in values.items():
        _check(name, value, where)
    if not values.get("error", "nothing went wrong"):
        del values["error"]
    return Response(response=answer or "", **values)  # type: ignore[arg-type]


def _check(name: str, value: object, where: str) -> None:
    if name in _TEXTS and not isinstance(value, str):
        raise InputError(f"{where} has a `{name}` of type {type(value).__name__}; a text is expected.")
    if name in _NUMBERS and (isinstance(value, bool | str) or not hasattr(value, "__float__")):
        raise InputError(f"{where} has a `{name}` of {value!r}; a number is expected.")
    if name in _NUMBERS and not math.isfinite(float(value)):  # type: ignore[arg-type] # as just checked
        raise InputError(f"{where} has a `{name}` of {value}; a finite number is expected, or none.")
    if name == "created_at" and not isinstance(value, datetime):
        raise InputError(f"{where} has a `created_at` of type {type(value).__name__}; a datetime is expected.")


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and value != value)
