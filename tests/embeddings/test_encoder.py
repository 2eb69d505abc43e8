"""The encoder: the published model's vectors, whatever text is given, each distinct text once."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from driftium_core.embeddings import encoder as module
from driftium_core.embeddings.encoder import DIMENSION, MiniLM, _batches
from driftium_core.embeddings.precision import choose_precision, has_bf16
from driftium_core.embeddings.state import weights_file
from driftium_core.errors import CancelledError, UnavailableError

TEXTS = [
    "The train to the coast leaves at nine.",
    "Aspirin thins the blood.",
    "def add(a, b):\n    return a + b",
    "水在一百度沸腾。",
    "A longer answer goes on for a while, so that batches hold texts of several lengths. " * 5,
]
ODD = ["", "   ", "nul \0 inside", "lone \ud83d surrogate", "x" * 1_000_000, "word " * 200_000]


@pytest.fixture(scope="module")
def fp32() -> MiniLM:
    return MiniLM(threads=2, precision="fp32")


@pytest.mark.models
def test_vectors_are_those_of_sentence_transformers(fp32: MiniLM) -> None:
    from sentence_transformers import SentenceTransformer

    weights = weights_file()
    assert weights is not None
    peer = SentenceTransformer(str(weights.parent), device="cpu", local_files_only=True)
    expected = peer.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(fp32.encode(TEXTS), expected, atol=2e-6)


@pytest.mark.models
def test_bf16_turns_vectors_by_a_degree_or_so(fp32: MiniLM) -> None:
    rough = MiniLM(threads=2, precision="bf16").encode(TEXTS)
    assert rough.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rough, axis=1), 1, atol=1e-6)
    assert ((rough * fp32.encode(TEXTS)).sum(1) > np.cos(np.radians(1.5))).all()


@pytest.mark.models
def test_any_string_has_a_unit_vector(fp32: MiniLM) -> None:
    vectors = fp32.encode(ODD)
    assert vectors.shape == (len(ODD), DIMENSION)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(fp32.encode(["nul  inside"])[0], vectors[2], atol=1e-6)
    np.testing.assert_allclose(fp32.encode(["word " * 300])[0], vectors[5], atol=1e-6)
    assert fp32.encode([]).shape == (0, DIMENSION)


@pytest.mark.models
def test_each_distinct_text_is_computed_once_and_rows_keep_their_order(
    fp32: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = fp32.encode(TEXTS)
    seen: list[int] = []
    real = MiniLM._pass
    monkeypatch.setattr(MiniLM, "_pass", lambda self, tokens: seen.append(len(tokens)) or real(self, tokens))
    doubled = fp32.encode([*TEXTS[::-1], *TEXTS])
    assert sum(seen) == len(TEXTS)
    np.testing.assert_allclose(doubled, np.vstack([alone[::-1], alone]), atol=1e-6)


@pytest.mark.models
def test_progress_counts_up_and_can_stop_the_work(fp32: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH_TOKENS", 20)
    calls: list[tuple[int, int, str]] = []
    fp32.encode(TEXTS, progress=lambda *call: calls.append(call))
    assert [call[0] for call in calls] == sorted(call[0] for call in calls)
    assert (calls[0][0], calls[-1][:2], len(calls) > 4) == (0, (5, 5), True)

    def stop(done: int, _total: int, _message: str) -> None:
        if done:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError, match="stopped"):
        fp32.encode(TEXTS, progress=stop)
    assert fp32.encode(TEXTS[:1]).shape == (1, DIMENSION)  # the lock was released


@pytest.mark.models
def test_eight_threads_get_the_vectors_that_one_gets() -> None:
    shared = MiniLM(threads=1, precision="fp32")
    got: dict[int, object] = {}
    threads = [threading.Thread(target=lambda i=i: got.update({i: shared.encode(TEXTS)})) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    for vectors in got.values():
        np.testing.assert_allclose(vectors, got[0], atol=1e-6)
    assert shared.state().status == "ok"
    assert shared.state().detail == "all-MiniLM-L6-v2 is loaded, in fp32."


def test_nothing_is_loaded_before_the_first_text() -> None:
    code = (
        "import sys; from driftium_core.embeddings.encoder import MiniLM; e = MiniLM(threads=1, precision='bf16')\n"
        "print(e.tag, e.loaded, e.state().status, e.encode([]).shape, {'torch', 'transformers'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "all-MiniLM-L6-v2@53aa5117/bf16 False idle (0, 384) set()"


def test_other_weights_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"half a download")
    monkeypatch.setattr("driftium_core.embeddings.state.weights_file", lambda: tmp_path / "model.safetensors")
    with pytest.raises(UnavailableError, match=r"cannot be embedded\..*not the published file.*force-reinstall"):
        MiniLM(threads=1).encode(["text"])


def test_bf16_is_chosen_where_the_cpu_has_it(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 sse\nflags\t\t: fpu\n")
    assert has_bf16(cpuinfo)
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16x sse\n")
    assert not has_bf16(cpuinfo)
    assert not has_bf16(tmp_path / "missing")
    assert [choose_precision("fp32"), choose_precision("bf16")] == ["fp32", "bf16"]
    assert choose_precision("auto") == ("bf16" if has_bf16() else "fp32")


def test_batches_follow_length_and_keep_the_budget() -> None:
    lengths = np.random.default_rng(5).integers(2, 257, 400)
    batches = list(_batches(lengths.tolist()))
    assert sorted(np.concatenate(batches)) == list(range(400))
    assert all(len(rows) * lengths[rows].max() <= 2048 for rows in batches)
    assert (np.diff(lengths[np.concatenate(batches)]) >= 0).all()
    assert [rows.tolist() for rows in _batches([9])] == [[0]]
