"""Waiting for a job without keeping a thread, for as long as the caller is there."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException

from driftium_core.errors import CancelledError, DriftiumError
from driftium_core.jobs import Job

__all__ = ["CLOSED", "finished"]

T = TypeVar("T")

LOOK_EVERY_S = 0.05

CLOSED = 499
"""The caller is gone, so nobody sees it; as web servers write it into their logs."""


async def finished(job: Job[T], request: Request, *, keep: bool = False) -> Any:
    """The result of a job once it is there.

    Parameters
    ----------
    keep : bool
        Let the job go on when the caller goes away, as others may wait for it.

    Raises
    ------
    DriftiumError
        What the job failed with.
    """
    try:
        while not job.finished:
            if await request.is_disconnected():
                raise HTTPException(CLOSED, "The connection was closed before the answer was there.")
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        if not keep:
            job.cancel()
    if job.failure is not None:
        raise job.failure
    if job.error is not None:
        raise DriftiumError(job.error)
    if job.state == "cancelled":
        raise CancelledError(f"{job.title} was cancelled, as Driftium is shutting down.")
    return job.result
