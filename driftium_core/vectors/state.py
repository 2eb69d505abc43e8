"""Which vector engine would serve, and whether anything is stored, told without opening it."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from driftium_core.parts import PartState
from driftium_core.vectors.folder import LOCK

__all__ = ["vectors_state"]

_INSTALL = "Run `make run`, or `pip install -r requirements.txt`."


def vectors_state(location: str) -> PartState:
    """State of the vector store at a folder, or at the URL of a Qdrant server."""
    if "://" in location:
        return _server(location)
    engine = "Qdrant Edge" if find_spec("qdrant_edge") else "qdrant-client" if find_spec("qdrant_client") else None
    if engine is None:
        return PartState("vectors", "missing", "Neither qdrant-edge-py nor qdrant-client is installed.", _INSTALL)
    folder = Path(location)
    if folder.exists() and not folder.is_dir():
        return PartState("vectors", "error", f"{location} is a file.", "Set DRIFTIUM_QDRANT to a folder.")
    nearest = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    if not os.access(nearest, os.W_OK):
        hint = "Make it writable, or set DRIFTIUM_QDRANT to another folder."
        return PartState("vectors", "error", f"The folder {location} cannot be written.", hint)
    stored = folder.is_dir() and any(entry.name != LOCK for entry in folder.iterdir())
    what = "holds collections; not opened" if stored else "nothing stored yet"
    return PartState("vectors", "idle", f"{engine}, embedded, in {location}: {what}.")


def _server(location: str) -> PartState:
    url = urlsplit(location)
    if url.scheme not in ("http", "https") or not url.hostname:
        return PartState("vectors", "error", f"{url.scheme}:// is no Qdrant address.", "Use http://host:6333.")
    if find_spec("qdrant_client") is None:
        return PartState("vectors", "missing", "qdrant-client is not installed.", _INSTALL)
    shown = f"{url.scheme}://{url.hostname}" + (f":{url.port}" if url.port else "")
    return PartState("vectors", "idle", f"Qdrant server at {shown}: not contacted yet.")
