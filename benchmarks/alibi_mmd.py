"""CPU seconds of Alibi Detect's MMDDrift; run by `benchmarks.text_speed` with the interpreter of another environment.

    …/bin/python benchmarks/alibi_mmd.py VECTORS.npz PERMUTATIONS REPEATS THREADS

Imports nothing of the project. Prints the best CPU seconds, the wall seconds of the same run, and the p-value.
"""

from __future__ import annotations

import logging
import sys
import time

import numpy as np
import torch
from alibi_detect.cd import MMDDrift


def main() -> None:
    """Detector and prediction together, as a user runs them; the first, unmeasured call warms up."""
    file, permutations, repeats, threads = sys.argv[1], *map(int, sys.argv[2:])
    logging.disable(logging.WARNING)  # "No GPU detected"
    torch.set_num_threads(threads)
    arrays = np.load(file)
    reference, current = arrays["reference"], arrays["current"]
    MMDDrift(reference[:50], backend="pytorch", n_permutations=9).predict(current[:50])
    best = (float("inf"), 0.0, 0.0)
    for _ in range(repeats):
        start, cpu_start = time.perf_counter(), time.process_time()
        result = MMDDrift(reference, backend="pytorch", n_permutations=permutations).predict(current)
        seconds = (time.process_time() - cpu_start, time.perf_counter() - start)
        best = min(best, (*seconds, float(result["data"]["p_val"])))
    print(*best)


if __name__ == "__main__":
    main()
