"""How often the rules name the planted cause first, over the whole catalogue.

    python -m benchmarks.rca_catalogue --data FOLDER [--kinds table text] [--seed 2024] [--wrong]

FOLDER holds ``tabular/`` and ``text/``, the data of the other benchmarks. Cases are planted in tables and in answers
with fixed seeds; each is analysed by rules alone. Shown per cause: right and total, and what was named instead.

Exit status 1 when fewer than 85 % of all cases are right.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rca_case import Case
from benchmarks.rca_table_cases import table_cases
from benchmarks.rca_text_cases import SEED, text_cases
from driftium_core.rca.causes import Cause
from driftium_core.rca.rules import diagnose

GOAL = 0.85
KINDS = ("table", "text")


def cases(data: Path, kinds: tuple[str, ...], *, seed: int = SEED) -> Iterator[Case]:
    """Planted cases of these kinds; the seed is that of answers."""
    if "table" in kinds:
        yield from table_cases(data)
    if "text" in kinds:
        yield from text_cases(data, seed=seed)


def main() -> None:
    """Print the table; exit status 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--seed", type=int, default=SEED, help="of the cases of answers")
    parser.add_argument("--wrong", action="store_true", help="say of each wrong case what was named")
    options = parser.parse_args()
    began = time.perf_counter()
    named: dict[Cause, list[tuple[str, Cause]]] = {}
    for case in cases(options.data, tuple(options.kinds), seed=options.seed):
        named.setdefault(case.cause, []).append((case.name, diagnose(case.ledger).cause))
    _print_table(named)
    if options.wrong:
        for planted, found in named.items():
            for name, cause in found:
                if cause is not planted:
                    print(f"  {name}: {planted.value} was planted, {cause.value} was named")
    total = sum(map(len, named.values()))
    right = sum(found is planted for planted, all_found in named.items() for _, found in all_found)
    share = right / total
    print(f"{right} of {total} right ({share:.0%}) in {time.perf_counter() - began:.0f} s. Goal: {GOAL:.0%}.")
    raise SystemExit(share < GOAL)


def _print_table(named: dict[Cause, list[tuple[str, Cause]]]) -> None:
    print(f"{'planted':<22}{'right':>7}{'total':>7}  named instead")
    for planted, found in named.items():
        wrong = Counter(cause.value for _, cause in found if cause is not planted)
        right = sum(cause is planted for _, cause in found)
        instead = ", ".join(f"{cause} {count}" for cause, count in wrong.items())
        print(f"{planted.value:<22}{right:>7}{len(found):>7}  {instead}")


if __name__ == "__main__":
    main()
