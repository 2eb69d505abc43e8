"""A deterministic encoder for tests: texts that share words have near vectors. No model is loaded."""

import hashlib
import re
import threading
from collections.abc import Callable, Sequence

import numpy as np

from driftium_core.parts import PartState
from driftium_core.text.report import Encoder

DIMENSION = 64


class WordsEncoder:
    """Mean of one random direction per word; counts what it was asked, to see that nothing is embedded twice."""

    def __init__(self, name: str = "words", precision: str = "fp32") -> None:
        self.info = Encoder(name, precision)
        self.tag = f"{name}:{precision}"
        self.encoded: list[str] = []
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str], *, progress: Callable[[int, int, str], None] | None = None) -> np.ndarray:
        with self._lock:
            self.encoded += texts
        if progress:
            progress(len(texts), len(texts), "Embedding")
        rows = np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(len(texts), DIMENSION)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def state(self, *, verify: bool = False) -> PartState:
        return PartState("embedder", "ok", f"words, {'verified' if verify else 'not verified'}")

    @staticmethod
    def _vector(text: str) -> np.ndarray:
        words = re.findall(r"\w+", text.lower()) or [""]
        seeds = (int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8]) for word in words)
        return sum(np.random.default_rng(seed).standard_normal(DIMENSION) for seed in seeds)  # type: ignore[return-value]
