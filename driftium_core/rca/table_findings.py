"""What is said of each cause of a table's drift: a summary, the reasons, and how sure they make.

Sentences are made of the facts' own words; whatever is put around them holds no number and no name of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.names import column_name, value_name
from driftium_core.rca.report import Claim, Confidence, Finding
from driftium_core.rca.table_evidence import TableEvidence
from driftium_core.severity import Severity

__all__ = [
    "capitalised",
    "ids",
    "measurement",
    "missingness",
    "named",
    "new_categories",
    "not_enough_evidence",
    "selection",
    "stable",
    "unknown",
]

NEARLY_ALL = 0.9
MAX_CLAIMS = 5


def capitalised(text: str) -> str:
    """The text with a large first letter."""
    return text[:1].upper() + text[1:]


def named(names: Sequence[str], *, limit: int = 3) -> str:
    """``"`a`, `b` and others"``: the number of others would have to stand in a fact."""
    quoted = [column_name(name) for name in names[:limit]]
    if len(names) > limit:
        return f"{', '.join(quoted)} and others"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def ids(facts: Iterable[Fact | None]) -> tuple[str, ...]:
    """Ids of the facts that there are, each once."""
    return tuple(dict.fromkeys(fact.id for fact in facts if fact is not None))


def _reason(title: str, fact: Fact | None) -> list[Claim]:
    if fact is None:
        return []
    return [Claim(text=fact.text, evidence_ids=(fact.id,), bearing="supports", title=title)]


def _reasons(title: str, facts: Iterable[Fact], *, limit: int) -> list[Claim]:
    return [claim for fact in list(facts)[:limit] for claim in _reason(title, fact)]


def _finding(
    cause: Cause, confidence: Confidence, text: str, facts: Iterable[Fact | None], claims: list[Claim]
) -> Finding:
    summary = Claim(text=text, evidence_ids=ids(facts))
    return Finding(cause=cause, confidence=confidence, summary=summary, claims=tuple(claims[:MAX_CLAIMS]))


def selection(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Finding:
    """Other rows: the root's mix changed, and the columns that depend on it follow."""
    del ledger
    roots = [evidence.reweighted[name] for name in columns]
    shifts = " and ".join(str(root.value) for root in roots[:3])
    text = f"{capitalised(shifts)}."
    if evidence.summary:
        text = f"{capitalised(shifts)}; {evidence.summary.text[0].lower()}{evidence.summary.text[1:]}"
    followers = sorted(
        (fact for name in columns for fact in evidence.follows(name)), key=lambda fact: -(fact.effect_size or 0.0)
    )
    claims = [
        *_reasons("This column was selected on.", roots, limit=3),
        *_reason("Other columns follow it.", evidence.summary if followers else None),
        *_reasons("This one follows most.", followers[:1], limit=1),
        *_reasons("This one follows, too.", followers[1:], limit=1),
        *_reasons(
            "Its categories are gone.", (evidence.vanished[n] for n in columns if n in evidence.vanished), limit=1
        ),
    ]
    return _finding(
        Cause.SELECTION, _selection_confidence(evidence, roots), text, [*roots[:3], evidence.summary], claims
    )


def _selection_confidence(evidence: TableEvidence, roots: list[Fact]) -> Confidence:
    """By the share of other drifted columns that the roots explain, and whether anything stays shifted."""
    share = evidence.summary.value if evidence.summary else None
    if not isinstance(share, float):
        gone = any(root.gone or root.subject in evidence.vanished for root in roots)
        return "moderate" if gone else "low"
    if share >= 0.75 and not evidence.left_over:
        return "high"
    return "moderate" if share >= 0.5 else "low"


def measurement(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Finding:
    """Another unit, scale or instrument: the values of a column moved, and nothing moved with them."""
    scaled = [evidence.rescaled[name] for name in columns if name in evidence.rescaled]
    alone = evidence.shifted | evidence.reweighted
    roots = [alone[name] for name in columns if name in alone]
    moved = [evidence.columns[name] for name in columns if name in evidence.columns]
    ranges = [fact for name in columns for fact in ledger.of(FactKind.RANGE, subject=name) if fact.detail != "rescaled"]
    own = [fact for fact in roots if fact.detail == "measurement"]
    facts = [*(scaled or own or roots or moved)][:1]
    text = facts[0].text
    if len(columns) > 1:
        text = f"{named(columns)} shifted by themselves, each without moving other columns."
        if len(scaled) == len(columns):
            text = f"{named(columns)} look scaled, all values of each alike."
        facts = [evidence.columns.get(name) or alone[name] for name in columns[:3]]
    claims = [
        *_reasons("All of its values were scaled alike.", scaled, limit=2),
        *_reasons("Its shift explains nothing else.", own if scaled else roots, limit=2),
        *_reasons("How it moved.", moved, limit=2),
        *_reasons("It left its range.", ranges, limit=1),
    ]
    return _finding(Cause.MEASUREMENT, _measured(ledger, scaled), text, facts[:3], claims)


def _measured(ledger: Ledger, scaled: list[Fact]) -> Confidence:
    """A scale that fits all values is good evidence; a small shift of one column may be anything."""
    if scaled:
        return "high"
    return "low" if ledger.severity is Severity.LOW else "moderate"


def new_categories(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Finding:
    """Categories that only one table has."""
    del ledger
    ordered = sorted(columns, key=lambda name: -evidence.effect(name))
    new = [evidence.new[name] for name in ordered if name in evidence.new]
    gone = [evidence.vanished[name] for name in ordered if name in evidence.vanished]
    merged = [evidence.merged[name] for name in ordered if name in evidence.merged]
    first = [*new, *merged, *gone][0]
    text, facts = first.text, [first]
    if len(columns) > 1:
        text = f"{named(ordered)} have categories that only one of the tables has."
        told = evidence.merged | evidence.vanished | evidence.new
        facts = [told[name] for name in ordered[:3]]
    claims = [
        *(claim for name in ordered for claim in _renamed(evidence, name)),
        *_reasons("One category took the share of another.", merged, limit=1),
        *_reasons("These categories are new.", new, limit=2),
        *_reasons("These categories are gone.", gone, limit=2),
        *_reasons(
            "How the column moved.", (evidence.columns[name] for name in ordered if name in evidence.columns), limit=1
        ),
    ]
    return _finding(Cause.NEW_CATEGORIES, "high" if new or merged else "moderate", text, facts, claims)


def _renamed(evidence: TableEvidence, name: str) -> list[Claim]:
    """Whether the labels themselves were renamed: all old ones are gone, or an old and a new one differ in spelling."""
    new, gone = evidence.new.get(name), evidence.vanished.get(name)
    if new is None or gone is None:
        return []
    cited = (new.id, gone.id)
    old = {_letters(label): label for label in gone.names[1:]}
    same = [(label, old[_letters(label)]) for label in new.names[1:] if _letters(label) in old]
    if same:
        text = f"{value_name(same[0][0])} now and {value_name(same[0][1])} before differ only in how they are written."
        return [Claim(text=text, evidence_ids=cited, bearing="supports", title="The labels are written otherwise.")]
    shares = [fact.value for fact in (new, gone) if isinstance(fact.value, float)]
    if len(shares) == 2 and min(shares) >= NEARLY_ALL:
        text = f"Nearly all values of {column_name(name)} are new categories, and nearly all old categories are gone."
        return [Claim(text=text, evidence_ids=cited, bearing="supports", title="The labels were replaced.")]
    return []


def _letters(label: str) -> str:
    return "".join(sign for sign in label.casefold() if sign.isalnum())


def missingness(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Finding:
    """More values are missing than in the reference, or fewer."""
    del ledger
    if max(columns, key=evidence.effect) in evidence.filled:
        return _filled(evidence, columns)
    fewer = [evidence.filled[name] for name in columns if name in evidence.filled]
    columns = tuple(name for name in columns if name in evidence.went_missing)
    followers = [fact.subject for name in columns for fact in evidence.follows(name)]
    every = [*columns, *(name for name in followers if name in evidence.went_missing)]
    ordered = sorted(every, key=lambda name: -(evidence.went_missing[name].effect_size or 0.0))
    risen = [evidence.went_missing[name] for name in ordered]
    together = [fact for name in columns for fact in evidence.follows(name)]
    text = risen[0].text
    if len(risen) > 1:
        text = f"{named(ordered)} have more missing values than in the reference."
    claims = [
        *_reasons("More of its values are missing.", risen, limit=3),
        *_reasons("It went missing with them.", together, limit=2),
        *_reasons("It is a root.", (evidence.shifted[name] for name in ordered if name in evidence.shifted), limit=1),
        *_reasons("Fewer of its values are missing.", fewer, limit=1),
    ]
    return _finding(Cause.MISSINGNESS, "high", text, risen[: 3 if len(risen) > 1 else 1], claims)


def _filled(evidence: TableEvidence, columns: tuple[str, ...]) -> Finding:
    """Filled in at the source, or rows without a value left out: the facts cannot tell which."""
    risen = [evidence.went_missing[name] for name in columns if name in evidence.went_missing]
    columns = tuple(name for name in columns if name in evidence.filled)
    facts = [evidence.filled[name] for name in columns]
    text = facts[0].text
    if len(columns) > 1:
        text = f"{named(columns)} have fewer missing values than in the reference."
    roots = (evidence.reweighted.get(name) or evidence.shifted.get(name) for name in columns)
    claims = [
        *_reasons("Fewer of its values are missing.", facts, limit=3),
        *_reasons("More of its values are missing.", risen, limit=1),
        *_reasons("Nothing else moved with it.", (root for root in roots if root), limit=2),
    ]
    return _finding(Cause.MISSINGNESS, "moderate", text, facts[: 3 if len(columns) > 1 else 1], claims)


def not_enough_evidence(ledger: Ledger, evidence: TableEvidence) -> Finding:
    """The tables are too small, or hold nothing that can be tested."""
    needed = ledger.first(FactKind.POWER) or evidence.verdict
    sizes = {fact.detail: fact for fact in ledger.of(FactKind.SIZE)}
    claims = [
        *_reason("What is needed.", needed),
        *_reason("What was compared.", sizes.get("rows")),
        *_reason("What came of it.", sizes.get("columns")),
    ]
    return _finding(Cause.NOT_ENOUGH_EVIDENCE, "high", needed.text, [needed], claims)


def stable(ledger: Ledger, evidence: TableEvidence) -> Finding:
    """Nothing changed that these sizes could show; how much that says depends on what they can detect."""
    power = ledger.first(FactKind.POWER)
    gap = power.value if power and isinstance(power.value, float) else 1.0
    confidence: Confidence = "high" if gap <= 0.10 else "moderate" if gap <= 0.20 else "low"
    none = next((fact for fact in ledger.of(FactKind.SIZE) if fact.detail == "columns"), evidence.verdict)
    claims = [*_reason("No column drifted.", none), *_reason("What would have been seen.", power)]
    return _finding(Cause.STABLE, confidence, none.text, [none], claims)


def unknown(ledger: Ledger, evidence: TableEvidence) -> Finding:
    """Drift without a root and without anything particular about it."""
    largest = next(iter(evidence.columns.values()), evidence.verdict)
    none = next((fact for fact in ledger.of(FactKind.ROOT) if fact.detail == "none"), None)
    claims = [
        *_reason("No root was found.", none),
        *_reasons("It drifted.", list(evidence.columns.values())[1:], limit=2),
        *_reasons("It stays shifted.", evidence.left_over.values(), limit=1),
    ]
    return _finding(Cause.UNKNOWN, "low", largest.text, [largest], claims)
