"""Work on the network that ends in time, whatever the other side does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from driftium_core.errors import DeliveryError
from driftium_core.notify.quiet import quiet

__all__ = ["within"]

_MOST_AT_ONCE = 32

_free = threading.BoundedSemaphore(_MOST_AT_ONCE)


def within(timeout_s: float, service: str, work: Callable[[], DeliveryError | None]) -> None:
    """Do work in a thread of its own, and wait for it no longer than this; raise the error that it returns.

    Timeouts of sockets bound one read, so a server that sends a byte now and then is never late; the thread that reads
    from it is left alone then, and at most 32 such threads exist. Errors are returned and raised here, as one that is
    raised while another is handled carries that along, with the address in it.

    Raises
    ------
    DeliveryError
        It took too long, failed, or too much such work hangs already.
    """
    if not _free.acquire(blocking=False):
        raise DeliveryError(
            f"{service} was not tried: {_MOST_AT_ONCE} messages still hang at servers that neither answer nor hang up."
        )
    future: Future[DeliveryError | None] = Future()
    # A daemon: a server that holds the line must not keep the process from ending.
    thread = threading.Thread(target=_run, args=(future, service, work), name="driftium-notify", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        _free.release()
        raise DeliveryError(f"{service} was not tried: this machine can start no more threads.") from None
    if error := _outcome(future, service, timeout_s):
        raise error


def _outcome(future: Future[DeliveryError | None], service: str, timeout_s: float) -> DeliveryError | None:
    try:
        return future.result(timeout_s)
    except TimeoutError:
        return DeliveryError(f"{service} did not take the message within {timeout_s:g} s.")


def _run(future: Future[DeliveryError | None], service: str, work: Callable[[], DeliveryError | None]) -> None:
    try:
        with quiet():
            error = work()
    except BaseException as failure:  # noqa: BLE001 - of any library; its text may hold the address
        error = DeliveryError(f"{service} could not be told: {type(failure).__name__}.")
    finally:
        _free.release()
    future.set_result(error)
