"""all-MiniLM-L6-v2 on the CPU: texts in, unit vectors out; nothing is loaded before the first text."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from driftium_core.embeddings.precision import Precision, choose_precision
from driftium_core.embeddings.state import WEIGHTS_SHA256, embedder_state, weights_file
from driftium_core.errors import UnavailableError
from driftium_core.formats import whole
from driftium_core.parts import PartState

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

__all__ = ["DIMENSION", "MAX_TOKENS", "EncoderInfo", "MiniLM"]

DIMENSION = 384
MAX_TOKENS = 256
"""What the model was trained to read; the rest of a longer text is not seen."""

_READ_CHARS = 64 * MAX_TOKENS
"""Longer texts are cut here before they are split into tokens, so that a megabyte costs no more than a page. Ordinary
text has 1 to 6 characters a token; only one with more than 64 is read shorter than the model could."""

_BATCH_TOKENS = 2048
"""Tokens of one pass: activations stay in the cache (measured: 1,024 to 4,096 alike, 8,192 a fifth slower)."""

_TOKENISE_TEXTS = 512
"""Texts split at once; the tokenizer's own records take 15 KB a text and are dropped after each chunk."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """What made the vectors: ``id`` names model and weights, ``precision`` is fp32 or bf16."""

    id: str
    precision: Precision

    @property
    def tag(self) -> str:
        """One string for both; vectors with different tags must not be compared."""
        return f"{self.id}/{self.precision}"


class MiniLM:
    """The sentence encoder. Thread-safe; one pass of the model runs at a time.

    Parameters
    ----------
    threads : int
        Threads of one pass; a setting of the whole process, as torch has one number only.
    precision : {"auto", "fp32", "bf16"}
        ``auto`` is bf16 where the CPU has it in hardware: 2.5 times faster, mean cosine to fp32 0.99995.
    """

    def __init__(self, *, threads: int, precision: Literal["auto", "fp32", "bf16"] = "auto") -> None:
        self.info = EncoderInfo(f"all-MiniLM-L6-v2@{WEIGHTS_SHA256[:8]}", choose_precision(precision))
        self._threads = threads
        self._lock = threading.Lock()
        self._model: Any = None
        self._tokenizer: Any = None

    @property
    def tag(self) -> str:
        """Tag of this encoder for the vector store."""
        return self.info.tag

    @property
    def loaded(self) -> bool:
        """Whether the weights are in memory."""
        return self._model is not None

    def state(self, *, verify: bool = False) -> PartState:
        """State of the part, told without loading it; ``verify`` also reads the weights (about 0.3 s)."""
        return embedder_state(verify=verify, loaded=self.info.precision if self.loaded else None)

    def load(self) -> None:
        """Load the weights now (seconds), so that the first `encode` need not.

        Raises
        ------
        UnavailableError
            sentence-transformers or the weights are missing, or the weights are not the published ones.
        """
        with self._lock:
            if self._model is None:
                self._tokenizer, self._model = _load(self.info.precision, self._threads)

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> NDArray[np.float32]:
        """Unit vectors of texts, each distinct text computed once.

        Any string will do: an empty one has a vector too, NULs are ignored, lone surrogates are read as U+FFFD, and
        what follows the first 256 tokens is not seen.

        Parameters
        ----------
        texts : sequence of str
        progress : callable, optional
            Called between batches with distinct texts done, their number, and what is being done. An exception it
            raises ends the work and reaches the caller.

        Returns
        -------
        ndarray of shape (n, 384), float32

        Raises
        ------
        UnavailableError
            As for `load`.
        """
        position = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        if not position:
            return np.zeros((0, DIMENSION), np.float32)
        if progress:
            progress(0, len(position), "Loading the embedding model" if not self.loaded else "Embedding texts")
        self.load()
        tokens = [ids for chunk in _chunks(list(position), _TOKENISE_TEXTS) for ids in self._tokenise(chunk)]
        vectors = np.empty((len(tokens), DIMENSION), np.float32)
        done = 0
        for rows in _batches([len(ids) for ids in tokens]):
            if progress:
                progress(done, len(tokens), "Embedding texts")
            vectors[rows] = self._pass([tokens[row] for row in rows])
            done += len(rows)
        if progress:
            progress(done, len(tokens), "Embedding texts")
        return vectors[[position[text] for text in texts]]

    def _tokenise(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        # Token ids only: what else the tokenizer returns is not needed, and large.
        encodings = self._tokenizer.encode_batch_fast([_readable(text) for text in texts])
        return [np.array(encoding.ids, np.int64) for encoding in encodings]

    def _pass(self, tokens: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """Vectors of one batch: mean of the last layer over a text's tokens, scaled to length 1, in fp32."""
        import torch

        ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        with self._lock, torch.inference_mode():
            weight = torch.from_numpy(mask)
            # Without padding there is nothing to mask, and attention takes its faster way.
            given = None if mask.all() else weight
            last: torch.Tensor = self._model(input_ids=torch.from_numpy(ids), attention_mask=given).last_hidden_state
            summed = (last.float() * weight.unsqueeze(-1)).sum(1)
            unit: NDArray[np.float32] = torch.nn.functional.normalize(summed).numpy()  # a mean has the same direction
        return unit


def _load(precision: Precision, threads: int) -> tuple[Any, Any]:
    """Tokenizer and transformer of the verified weights; never asks a hub."""
    state = embedder_state(verify=True)
    file = weights_file()
    if state.status != "idle" or file is None:
        raise UnavailableError(f"Texts cannot be embedded. {state.detail} {state.hint}")
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except (ImportError, OSError) as error:  # OSError: a shared library of torch does not load
        raise UnavailableError(
            f"Texts cannot be embedded: sentence-transformers does not load ({error}). Run `make run`, or "
            "`pip install --force-reinstall -r requirements.txt`."
        ) from error
    logging.disable_progress_bar()  # type: ignore[no-untyped-call] # it writes to stderr
    torch.set_num_threads(threads)
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    model = SentenceTransformer(
        str(file.parent), device="cpu", local_files_only=True, model_kwargs={"dtype": dtype}
    ).eval()
    tokenizer = model.tokenizer.backend_tokenizer
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer, model[0].auto_model


def _readable(text: str) -> str:
    """What of a text the tokenizer is given: valid Unicode, and no more than can matter."""
    return whole(text[:_READ_CHARS])


def _chunks(texts: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def _batches(lengths: Sequence[int]) -> Iterator[NDArray[np.intp]]:
    """Rows in order of length, cut so that a batch, padded to its longest text, has at most `_BATCH_TOKENS` tokens."""
    order = np.argsort(np.asarray(lengths), kind="stable")
    start = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end + 1 - start) * lengths[order[end]] > _BATCH_TOKENS:
            yield order[start:end]
            start = end
