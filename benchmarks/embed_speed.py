"""Texts per second of the encoder, against plain ``SentenceTransformer.encode`` in fp32.

    python -m benchmarks.embed_speed --data FOLDER [--texts 600] [--repeated 0.3] [--threads 1] [--repeat 2]

Embeds the answers of the ``tp_*.jsonl`` files in FOLDER, of which the given share repeats others, shuffled. The
encoders take turns in one process, models loaded beforehand; the fastest turn of each counts, in CPU time. Cosine:
mean and lowest over the texts, against the vectors of the peer.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driftium_core.embeddings.encoder import MiniLM
from driftium_core.embeddings.precision import has_bf16
from driftium_core.embeddings.state import weights_file

Encode = Callable[[list[str]], NDArray[np.float32]]


def _corpus(folder: Path, n_texts: int, repeated: float) -> list[str]:
    answers = [
        json.loads(line)["response"]
        for file in sorted(folder.glob("tp_*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    if not answers:
        raise SystemExit(f"{folder} holds no tp_*.jsonl.")
    rng = np.random.default_rng(1)
    distinct = rng.permutation(sorted(set(answers)))[: round(n_texts * (1 - repeated))].tolist()
    texts = distinct + rng.choice(distinct, n_texts - len(distinct)).tolist()
    return list(rng.permutation(texts).tolist())


def _peer(threads: int) -> Encode:
    import torch
    from sentence_transformers import SentenceTransformer

    weights = weights_file()
    if weights is None:
        raise SystemExit("The weights are not installed.")
    torch.set_num_threads(threads)
    model = SentenceTransformer(str(weights.parent), device="cpu", local_files_only=True)
    return lambda texts: model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


def _timed(encode: Encode, texts: list[str]) -> tuple[float, float, NDArray[np.float32]]:
    """CPU seconds, seconds and vectors."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    vectors = encode(texts)
    return time.process_time() - cpu_s, time.perf_counter() - wall_s, vectors


def main() -> None:
    """Print one line per encoder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--repeated", type=float, default=0.3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=2)
    options = parser.parse_args()
    texts = _corpus(options.data, options.texts, options.repeated)
    encoders: dict[str, Encode] = {
        "sentence-transformers fp32": _peer(options.threads),
        "driftium fp32": MiniLM(threads=options.threads, precision="fp32").encode,
        "driftium bf16": MiniLM(threads=options.threads, precision="bf16").encode,
    }
    for encode in encoders.values():
        encode(texts[:2])
    turns = [{name: _timed(encode, texts) for name, encode in encoders.items()} for _ in range(options.repeat)]
    best = {name: min((turn[name] for turn in turns), key=lambda run: run[0]) for name in encoders}
    hardware = "has bf16 in hardware" if has_bf16() else "has no bf16 in hardware"
    print(
        f"{len(texts)} answers, {len(set(texts))} distinct, {options.threads} thread(s), best of {options.repeat}; "
        f"this CPU {hardware}"
    )
    peer_cpu_s, peer_wall_s, peer = best["sentence-transformers fp32"]
    for name, (cpu_s, wall_s, vectors) in best.items():
        cosine = (vectors * peer).sum(1)
        print(
            f"{name:27} {cpu_s:6.2f} CPU s  {wall_s:6.2f} s  {len(texts) / cpu_s:6.1f} texts per CPU s  "
            f"{peer_cpu_s / cpu_s:5.2f} x (wall {peer_wall_s / wall_s:.2f} x)  "
            f"cosine {cosine.mean():.5f}, lowest {cosine.min():.5f}"
        )


if __name__ == "__main__":
    main()
