"""Location → vector store. Libraries are imported here, when one of them is wanted."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from driftium_core.errors import SettingsError, UnavailableError
from driftium_core.vectors.port import VectorStore

__all__ = ["open_vectors"]


def open_vectors(location: str) -> VectorStore:
    """Open the vectors at a folder, or at the URL of a Qdrant server (which is contacted at the first call).

    Raises
    ------
    SettingsError
        The URL is not one of a Qdrant server.
    UnavailableError
        The library is not installed.
    VectorsBusyError
        Another process uses the folder; `MemoryVectors` can serve meanwhile.
    StorageError
        The folder cannot be used.
    """
    if "://" in location:
        return _server(location)
    if find_spec("qdrant_edge"):
        from driftium_core.vectors.edge import EdgeVectors

        return EdgeVectors(Path(location))
    _require_client()
    from driftium_core.vectors.client import open_local

    return open_local(Path(location))


def _server(location: str) -> VectorStore:
    try:
        url = urlsplit(location)
        usable = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:  # a port that is no number
        usable = False
    if not usable:
        raise SettingsError(
            f"DRIFTIUM_QDRANT is {location.split('@')[-1]!r}, which is neither a folder nor the address of a Qdrant "
            "server; use one such as http://host:6333."
        )
    _require_client()
    from driftium_core.vectors.client import open_server

    return open_server(location)


def _require_client() -> None:
    if find_spec("qdrant_client") is None:
        raise UnavailableError(
            "Vectors cannot be stored, as neither qdrant-edge-py nor qdrant-client is installed. Run `make run`, or "
            "`pip install -r requirements.txt`."
        )
