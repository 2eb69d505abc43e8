"""Whether any model can make an investigation say what its evidence does not, or cost more than its deadline.

    python -m benchmarks.rca_grounding [--data FOLDER] [--kinds table text] [--model embedded] [--limit N]

Hostile models answer each statement of each prompt with a changed one: numbers, directions, names and sides swapped,
negations and hedges dropped, certainty added, other statements, markup. As every answer of such a model is broken by
construction, each of its sentences that is shown is counted as ungrounded; the gate's own code is not asked. Odd models
hang, raise, or return what is no text. Honest ones reword without changing what is said, and should pass. With
``--model embedded`` the model in the process is asked as well; whether it was right is printed to be read, its changed
sentences beside the rules'.

FOLDER holds ``tabular/`` and ``text/``: all cases of the catalogue are used then, else a few made by hand.

Exit status 1 when an ungrounded sentence was shown, severity, cause or actions changed, or a deadline was missed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.rca_catalogue import KINDS, cases
from benchmarks.rca_hostile import BREAKS, HARMLESS, Broken, Honest
from benchmarks.rca_odd import odd_writers
from driftium_core import compare_tables
from driftium_core.rca.facts import Ledger
from driftium_core.rca.orchestrator import investigate
from driftium_core.rca.report import Findings, RcaReport
from driftium_core.rca.rules import findings_by_rules
from driftium_core.rca.table_facts import table_ledger
from driftium_core.rca.writer import Writer

ODD_DEADLINE_S = 1.0
LATE_S = 1.0
"""What a report may take beyond its deadline on a busy machine."""

USEFUL = 0.5
"""Share of honestly reworded statements that should pass."""


@dataclass
class Tally:
    """What came of one model over all ledgers."""

    n_statements: int = 0
    n_said: int = 0
    n_passed: int = 0
    n_worded: int = 0
    n_changed: int = 0
    n_late: int = 0
    slowest_s: float = 0.0

    def count(self, ledger: Ledger, ruled: Findings, writer: Writer, deadline_s: float) -> RcaReport:
        """Investigate once with this model, and compare with what the rules alone say."""
        began_s = time.perf_counter()
        report = investigate(ledger, writer=writer, deadline_s=deadline_s)
        took_s = time.perf_counter() - began_s
        plain = investigate(ledger)
        pairs = list(zip(report.claims, plain.claims, strict=True))
        self.n_statements += len(pairs)
        self.n_worded += sum(_words(claim.text) != _words(own.text) for claim, own in pairs)
        self.n_passed += _passed(report)
        self.n_changed += _without_words(report.findings) != _without_words(ruled)
        self.n_late += took_s > deadline_s + LATE_S
        self.slowest_s = max(self.slowest_s, took_s)
        return report


def _words(text: str) -> list[str]:
    """A text as it is read: without case, quotes and kinds of space."""
    return text.lower().translate(str.maketrans("“”`", '"""')).replace('"', "").split()


def _passed(report: RcaReport) -> int:
    """Statements that the trace says passed the gate, those left as they were among them."""
    told = [step.message for step in report.steps if " passed" in step.message]
    return sum(int(message.partition("; ")[2].split(" passed")[0]) for message in told)


def _without_words(findings: Findings) -> Findings:
    """All that no model may change: everything but the texts of claims and who worded them."""
    triage, diagnosis, recommendation = findings.triage, findings.diagnosis, findings.recommendation

    def bare(claims: Sequence[object]) -> tuple[object, ...]:
        return tuple(replace(claim, text="", source="rules") for claim in claims)  # type: ignore[type-var]

    found = tuple(
        replace(item, summary=bare([item.summary])[0], claims=bare(item.claims)) for item in diagnosis.findings
    )
    return Findings(
        triage=replace(triage, claims=bare(triage.claims)),
        diagnosis=replace(diagnosis, findings=found, ruled_out=bare(diagnosis.ruled_out)),
        recommendation=replace(recommendation, lead=bare([recommendation.lead])[0]),
    )


def hand_made() -> Iterator[Ledger]:
    """A table with a filter, one with a scaled column, and one like the reference."""
    rng = np.random.default_rng(6)
    age = rng.integers(18, 80, 3000)
    table = pd.DataFrame(
        {
            "age": age,
            "job": np.where(age < 30, "student", np.where(rng.random(3000) < 0.5, "clerk", "retired")),
            "balance": rng.normal(1000, 300, 3000) + 10 * age,
            "yes or no": rng.choice(["yes", "no"], 3000),
        }
    )
    reference, current = table.iloc[:1500].reset_index(drop=True), table.iloc[1500:].reset_index(drop=True)
    for title, other in (
        ("a filter", current[current["age"] < 35]),
        ("a scale", current.assign(balance=current["balance"] * 0.8)),
        ("no drift", current),
    ):
        yield table_ledger(compare_tables(reference, other), title=title)


def ledgers(data: Path | None, kinds: tuple[str, ...]) -> list[Ledger]:
    """All that is investigated."""
    planted = cases(data, kinds) if data is not None else ()
    return [*hand_made(), *(case.ledger for case in planted)]


def main() -> None:
    """Print the tables; exit status 1 when anything was shown, changed or late that must not be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--model", choices=["embedded"])
    parser.add_argument("--limit", type=int, help="use only so many ledgers")
    options = parser.parse_args()
    found = ledgers(options.data, tuple(options.kinds))[: options.limit]
    ruled = [(ledger, findings_by_rules(ledger)) for ledger in found]
    bad = _hostile(ruled) + _odd(ruled) + _honest(ruled)
    if options.model:
        bad += _embedded(ruled)
    raise SystemExit(bad > 0)


def _hostile(found: Sequence[tuple[Ledger, Findings]]) -> int:
    print(f"{'hostile: broken on purpose':<32}{'sentences':>11}{'shown':>7}{'changed':>9}{'slowest s':>11}")
    bad = n_said = 0
    for name, change in BREAKS.items():
        tally = Tally()
        for number, (ledger, ruled) in enumerate(found):
            writer = Broken(change, seed=number)
            _print_shown(name, tally.count(ledger, ruled, writer, 20.0))
            tally.n_said += writer.n_said
        n_said += tally.n_said
        print(_row(name, tally, tally.n_said))
        bad += tally.n_worded + tally.n_changed + tally.n_late
    print(f"{n_said} broken sentences; shown, changed and late: {bad}\n")
    return bad


def _odd(found: Sequence[tuple[Ledger, Findings]]) -> int:
    print(f"{'odd: no answer':<32}{'statements':>11}{'shown':>7}{'changed':>9}{'slowest s':>11}")
    bad = 0
    for name, writer in odd_writers(ODD_DEADLINE_S).items():
        tally = Tally()
        for ledger, ruled in found[:3]:
            _print_shown(name, tally.count(ledger, ruled, writer, ODD_DEADLINE_S))
        print(_row(name, tally, tally.n_statements))
        bad += tally.n_worded + tally.n_changed + tally.n_late
    print(f"deadline {ODD_DEADLINE_S:.0f} s; ungrounded sentences, changed findings and late reports: {bad}\n")
    return bad


def _honest(found: Sequence[tuple[Ledger, Findings]]) -> int:
    print(f"{'honest: reworded':<32}{'statements':>11}{'passed':>8}{'in its words':>14}")
    bad = 0
    for name, change in HARMLESS.items():
        tally = Tally()
        for ledger, ruled in found:
            tally.count(ledger, ruled, Honest(change), 20.0)
        share = tally.n_passed / tally.n_statements
        print(f"{name:<32}{tally.n_statements:>11}{share:>8.0%}{tally.n_worded / tally.n_statements:>14.0%}")
        bad += tally.n_changed + tally.n_late + (share < USEFUL)
    print()
    return bad


def _embedded(found: Sequence[tuple[Ledger, Findings]]) -> int:
    from driftium_core.llm.port import ModelChoice
    from driftium_core.monitor.writers import ChosenModel, deadline_of
    from driftium_core.services import open_services
    from driftium_core.settings import Settings

    tally, said = Tally(), []
    with open_services(Settings(database_url="sqlite://")) as services:
        standing = services.generators.standing(ModelChoice("embedded"))
        writer, deadline_s = ChosenModel(services, standing), deadline_of(services, standing)
        for ledger, ruled in found:
            report = tally.count(ledger, ruled, writer, deadline_s)
            own = investigate(ledger).claims
            said += [(a.text, b.text) for a, b in zip(own, report.claims, strict=True) if b.source == "llm"]
            print("; ".join(step.rejected_reason for step in report.steps if step.rejected_reason))
    share = tally.n_passed / tally.n_statements
    print(f"{writer.model}: {tally.n_statements} statements, {share:.0%} passed, {len(said)} in its own words,")
    print(f"findings changed {tally.n_changed}, late {tally.n_late}, slowest {tally.slowest_s:.1f} s")
    for own_text, text in said:
        print(f"  rules: {own_text}\n  model: {text}")
    return tally.n_changed + tally.n_late


def _print_shown(name: str, report: RcaReport) -> None:
    for claim, own in zip(report.claims, investigate(report.ledger).claims, strict=True):
        if _words(claim.text) != _words(own.text):
            print(f"  {name}: {claim.text!r} is shown for {own.text!r}")


def _row(name: str, tally: Tally, n_said: int) -> str:
    changed = tally.n_changed + tally.n_late
    return f"{name:<32}{n_said:>11}{tally.n_worded:>7}{changed:>9}{tally.slowest_s:>11.2f}"


if __name__ == "__main__":
    main()
