"""Milliseconds of a search for similar responses, and of storing and reading the vectors of texts.

    python -m benchmarks.similar_speed [--points 100000] [--texts 40000] [--searches 200] [--folder FOLDER]

Random unit vectors of 384 dimensions, the worst case: they have no structure that an index could use. The points are
of two projects with three baselines each; a search names both. The store is the embedded one, in a temporary folder
(in FOLDER where given).
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
import uuid
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driftium_core.embeddings.encoder import DIMENSION
from driftium_core.vectors.open import open_vectors
from driftium_core.vectors.port import PointFacts, VectorStore


def _unit_rows(n_rows: int, seed: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((n_rows, DIMENSION), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _texts(store: VectorStore, n_texts: int) -> None:
    hashes = [hashlib.sha256(str(i).encode()).hexdigest() for i in range(n_texts)]
    start = time.perf_counter()
    store.put_texts(hashes, _unit_rows(n_texts, seed=1))
    stored = time.perf_counter()
    found = store.get_texts(hashes[: n_texts // 2])
    read_s = time.perf_counter() - stored
    print(f"put_texts  {n_texts:7} texts  {stored - start:6.2f} s")
    print(f"get_texts  {len(found):7} texts  {read_s:6.2f} s")


def _responses(store: VectorStore, n_points: int, n_searches: int) -> None:
    facts = [PointFacts(f"project {i % 2}", f"baseline {i % 3}", "0" * 64, "1" * 64) for i in range(n_points)]
    points = {str(uuid.UUID(int=i + 1)): fact for i, fact in enumerate(facts)}
    rows = _unit_rows(n_points, seed=2)
    start = time.perf_counter()
    store.put_responses("baseline", points, rows, rows)
    print(f"put_resp.  {n_points:7} points {time.perf_counter() - start:6.2f} s")
    start = time.perf_counter()
    n_facts = len(store.facts("baseline"))
    print(f"facts      {n_facts:7} points {time.perf_counter() - start:6.2f} s")
    took_ms = []
    cpu_start = time.process_time()
    for query in _unit_rows(n_searches, seed=3):
        start = time.perf_counter()
        store.nearest("baseline", query, project="project 1", baseline_id="baseline 2")
        took_ms.append(1000 * (time.perf_counter() - start))
    cpu_ms = 1000 * (time.process_time() - cpu_start) / n_searches
    p50_ms, p95_ms = np.percentile(took_ms, [50, 95])
    print(f"nearest    {n_points:7} points  p50 {p50_ms:.1f} ms  p95 {p95_ms:.1f} ms  CPU {cpu_ms:.1f} ms")


def main() -> None:
    """Print one line per operation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--texts", type=int, default=40_000)
    parser.add_argument("--searches", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        store = open_vectors(folder)
        print(store.where.split(" in ")[0])
        store.reset("random/fp32")
        _texts(store, options.texts)
        _responses(store, options.points, options.searches)
        store.close()


if __name__ == "__main__":
    main()
