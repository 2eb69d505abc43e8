"""CPU time of the MMD test and of the whole embedding report against Alibi Detect's MMDDrift, and large pools.

    python -m benchmarks.text_speed --data FOLDER [--sizes 500 2000] [--large 100000] [--repeats 3]

Alibi Detect gets a virtual environment of its own in the cache folder, made by pip at the first run (about 1.5 GB;
on Linux name PyTorch's CPU index in PIP_EXTRA_INDEX_URL as the README says, or torch brings CUDA packages). Each
contender runs in a process of its own with the same vectors, threads and permutations; imports and a first small
call are not measured, the best of the repeats counts. CPU seconds are of all threads. Alibi Detect makes its
detector and predicts; `mmd_test` is the same test; `compare_embeddings` makes the report with five such tests,
null ranges, effect and verdict.

Vectors are real answers; where there are too few, they repeat with noise. The large pools' process shows its
wall time and peak memory, vectors included, with all cores.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.text_data import load

Vectors = npt.NDArray[np.float32]

PERMUTATIONS = 999
ALIBI = ("alibi-detect==0.13.0", "torch==2.13.0", "numpy==1.26.4", "scipy==1.17.1", "pandas==2.3.3")
GOALS = {"mmd_test": 50.0, "compare_embeddings": 12.0}
LARGE_GOAL_S, LARGE_GOAL_GB = 60.0, 4.0
NOISE = 0.3
"""Length of the noise added to a repeated vector; answers on one topic are about 1.2 apart."""


def mmd_alone(reference: Vectors, current: Vectors) -> float | None:
    """The one test that Alibi Detect makes."""
    from driftium_core.stats.mmd import mmd_test

    return mmd_test(reference, current, n_resamples=PERMUTATIONS, rng=0).pvalue


def whole_report(reference: Vectors, current: Vectors) -> float | None:
    """Five tests, aggregate, null ranges, effect, verdict."""
    from driftium_core.text.drift import compare_embeddings

    return compare_embeddings(reference, current, n_resamples=PERMUTATIONS, rng=0).pvalue


CONTENDERS: dict[str, Callable[[Vectors, Vectors], float | None]] = {
    "mmd_test": mmd_alone,
    "compare_embeddings": whole_report,
}


def run_contender(name: str, file: Path, repeats: int) -> None:
    """In a process of its own: print the best CPU seconds, their wall seconds, the p-value and the peak memory."""
    arrays = np.load(file)
    reference, current = arrays["reference"], arrays["current"]
    CONTENDERS[name](reference[:50], current[:50])
    best = (float("inf"), 0.0, 0.0)
    for _ in range(repeats):
        start, cpu_start = time.perf_counter(), time.process_time()
        pvalue = CONTENDERS[name](reference, current)
        seconds = (time.process_time() - cpu_start, time.perf_counter() - start)
        best = min(best, (*seconds, float("nan") if pvalue is None else pvalue))
    print(*best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9)


def alibi_python(cache: Path) -> Path:
    """Interpreter of an environment with Alibi Detect, made if it is not there."""
    folder = cache / "alibi-detect"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "installed"
    if not done.exists():
        print("making an environment for Alibi Detect …", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *ALIBI], check=True)
        done.write_text("\n".join(ALIBI), encoding="utf-8")
    return python


def measured(command: list[str | Path], threads: int | None) -> list[float]:
    """The numbers that a contender prints."""
    environment = dict(os.environ)
    if threads:
        environment |= {f"{library}_NUM_THREADS": str(threads) for library in ("OMP", "OPENBLAS", "MKL")}
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    return [float(number) for number in output.split()]


def write_pools(file: Path, answers: Vectors, size: int) -> None:
    """Two pools of the size from the same answers: disjoint while they last, then repeated with noise."""
    rng = np.random.default_rng(size)
    rows = rng.permutation(max(2 * size, len(answers)))[: 2 * size]
    vectors = answers[rows % len(answers)]
    if 2 * size > len(answers):
        noise = rng.standard_normal(vectors.shape, np.float32)
        vectors += noise * np.float32(NOISE / np.sqrt(vectors.shape[1]))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.savez(file, reference=vectors[:size], current=vectors[size:])


def compare_with_alibi(size: int, file: Path, options: argparse.Namespace) -> bool:
    """Print the table of one size; True when both goals are met."""
    print(f"\n{size:,} against {size:,} answers, {PERMUTATIONS} permutations, threads: {options.threads}")
    print(f"{'':22}{'CPU s':>10}{'seconds':>10}{'p':>8}{'times faster':>15}{'goal':>8}")
    repeats = options.repeats if size <= 1000 else 1  # Alibi Detect takes minutes, and more is lost than noise
    script = Path(__file__).with_name("alibi_mmd.py")
    numbers = [str(number) for number in (PERMUTATIONS, repeats, options.threads)]
    alibi = measured([alibi_python(options.cache), script, file, *numbers], options.threads)
    print(f"{'Alibi Detect MMDDrift':22}{alibi[0]:>10.3f}{alibi[1]:>10.3f}{alibi[2]:>8.3f}")
    met = True
    for name, goal in GOALS.items():
        cpu, seconds, pvalue, _ = measured([*contender(name, file, options.repeats)], options.threads)
        ratio = alibi[0] / cpu
        met &= ratio >= goal
        verdict = "" if ratio >= goal else "  MISSED"
        print(f"{name:22}{cpu:>10.3f}{seconds:>10.3f}{pvalue:>8.3f}{ratio:>15.1f}{goal:>7.0f}×{verdict}")
    return met


def contender(name: str, file: Path, repeats: int) -> list[str | Path]:
    """Command that runs one of ours in a process of its own."""
    module = [sys.executable, "-m", "benchmarks.text_speed"]
    return [*module, "--contender", name, "--vectors", file, "--repeats", str(repeats)]


def large_pools(size: int, file: Path) -> bool:
    """Print time and memory of one report on large pools; True when both goals are met."""
    cpu, seconds, _, memory_gb = measured(contender("compare_embeddings", file, 1), None)
    met = seconds < LARGE_GOAL_S and memory_gb < LARGE_GOAL_GB
    print(
        f"\n{size:,} against {size:,}: {seconds:.1f} s ({cpu:.1f} CPU-s), peak {memory_gb:.2f} GB; "
        f"goal < {LARGE_GOAL_S:.0f} s and < {LARGE_GOAL_GB:.0f} GB{'' if met else '  MISSED'}"
    )
    return met


def main() -> None:
    """Print the tables; exit status 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder that holds text/tp_*.jsonl")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "driftium-bench"))
    parser.add_argument("--sizes", type=int, nargs="*", default=[500, 2000])
    parser.add_argument("--large", type=int, default=100_000, help="0 leaves the large pools out")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--vectors", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        run_contender(options.contender, options.vectors, options.repeats)
        return
    if options.data is None:
        parser.error("name the folder that holds text/tp_*.jsonl by --data")
    topics = load(options.data, options.cache)
    answers = np.vstack([topics[name].response_vectors for name in ("math", "code", "neuro", "cancer")])
    met = True
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vectors.npz"
        for size in options.sizes:
            write_pools(file, answers, size)
            met &= compare_with_alibi(size, file, options)
        if options.large:
            write_pools(file, answers, options.large)
            met &= large_pools(options.large, file)
    raise SystemExit(not met)


if __name__ == "__main__":
    main()
