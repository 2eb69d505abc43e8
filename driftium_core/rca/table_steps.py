"""Steps against each cause of a table's drift: what to count, whom to ask, where to look.

The first step of every list takes five minutes at most. Steps name columns and values as the facts do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.names import column_name, value_name
from driftium_core.rca.report import Action, Place
from driftium_core.rca.table_evidence import TableEvidence
from driftium_core.rca.table_findings import ids, named
from driftium_core.rca.table_upstream import renamed_columns

__all__ = ["steps_for"]

Steps = tuple[Action, ...]


def steps_for(cause: Cause, ledger: Ledger, evidence: TableEvidence, columns: Sequence[str]) -> Steps:
    """What to do about a cause, given the columns that it owns, the one that moved most first."""
    if not columns and cause in _BY_COLUMN:
        return _unknown(ledger, evidence, ())
    return _STEPS[cause](ledger, evidence, tuple(columns))


def _step(text: str, minutes: int | None, facts: Iterable[Fact | None], place: Place | None = None) -> Action:
    return Action(text=text, minutes=minutes, evidence_ids=ids(facts), place=place)


def _selection(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Steps:
    del ledger
    root = evidence.reweighted.get(columns[0]) or evidence.columns[columns[0]]
    name = column_name(columns[0])
    described = root.value if root.kind is FactKind.ROOT else f"{name} drifted"
    followers = sorted(evidence.follows(columns[0]), key=lambda fact: -(fact.effect_size or 0.0))
    steps = [
        _step(f"Count rows by {name} at the source and see whether it holds there too: {described}.", 5, [root]),
        _step(f"Look for a filter, a join or a campaign on {name} in whatever made the current data.", 15, [root]),
    ]
    if followers:
        steps.append(
            _step(
                f"Filter the reference by {name} on the Tabular page and see whether the other columns move alike.",
                5,
                [root],
                "tabular",
            )
        )
        follow = named([fact.subject for fact in followers])
        steps.append(
            _step(
                f"Leave {follow} for later: with {name} held, no more of their drift is left than by chance.",
                None,
                followers[:3],
            )
        )
    steps.append(
        _step(f"Take current data as the new reference if rows are meant to be chosen by {name}.", 5, [root], "tabular")
    )
    return tuple(steps)


def _measurement(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Steps:
    del ledger
    name = column_name(columns[0])
    fact = evidence.rescaled.get(columns[0]) or evidence.shifted.get(columns[0]) or evidence.columns[columns[0]]
    moved = evidence.columns.get(columns[0])
    if moved and moved.detail == "categorical":
        steps = _labelled(name, fact)
    elif columns[0] in evidence.reweighted and columns[0] not in evidence.rescaled:
        steps = _hole(name, evidence.reweighted[columns[0]])
    else:
        steps = _scaled(evidence, columns[0], fact)
    if len(columns) > 1:
        facts = [evidence.columns[other] for other in columns[1:4] if other in evidence.columns]
        steps.insert(3, _step(f"Do the same for {named(columns[1:])}.", 10, facts))
    return tuple(steps)


def _scaled(evidence: TableEvidence, column: str, fact: Fact) -> list[Action]:
    name = column_name(column)
    scale = f": its values look like {fact.value}" if column in evidence.rescaled else ""
    return [
        _step(f"Compare five current values of {name} with the source and see in which unit they are.", 5, [fact]),
        _step(f"Look for a change of unit, scale or formula in whatever writes {name}{scale}.", 15, [fact]),
        _step(f"Ask who measures {name} whether an instrument, a form or a definition changed.", 10, [fact]),
        _step(f"Bring {name} back to the unit of the reference, then run the check again.", 15, [fact], "tabular"),
    ]


def _labelled(name: str, fact: Fact) -> list[Action]:
    """Categories have no unit: somebody or something chooses among them."""
    return [
        _step(f"Compare five current values of {name} with the source and see whether they say the same.", 5, [fact]),
        _step(f"Look for a change of rule, code list or form in whatever writes {name}.", 15, [fact]),
        _step(f"Ask who fills in {name} whether the meaning of a category changed.", 10, [fact]),
        _step(f"Bring {name} back to the rule of the reference, then run the check again.", 15, [fact], "tabular"),
    ]


def _hole(name: str, root: Fact) -> list[Action]:
    """Values that are gone from the middle of a range, and nothing else moved: written elsewhere, or left out."""
    return [
        _step(f"Count rows by {name} at the source and see whether it holds there too: {root.value}.", 5, [root]),
        _step(f"Look for rounding, a code or a formula in whatever writes {name}.", 15, [root]),
        _step(f"Ask who measures {name} whether an instrument, a form or a definition changed.", 10, [root]),
        _step(f"Bring {name} back to the form of the reference, then run the check again.", 15, [root], "tabular"),
    ]


def _new_categories(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Steps:
    del ledger
    name = column_name(columns[0])
    new, gone = evidence.new.get(columns[0]), evidence.vanished.get(columns[0])
    fact = new or gone or evidence.columns[columns[0]]
    label = next((name for name in fact.names if value_name(name) in fact.text), "")
    if new and label:
        first = f"Read a few current rows in which {name} is {value_name(label)}: are they right, or written otherwise?"
    elif label:
        first = f"Count rows by {name} at the source: are those with {value_name(label)} gone there too, or renamed?"
    else:
        first = f"Count rows by {name} at the source: which categories came, and which are gone?"
    copes = "with a category that it does not know" if new else "without these categories"
    return (
        _step(first, 5, [fact]),
        _step(f"Ask who keeps the list of {name} whether categories were added, renamed or merged.", 10, [fact]),
        _step(f"See how whatever reads {name} copes {copes}.", 15, [fact]),
        _step(
            f"Map the categories of {name} to those of the reference where they mean the same.", 15, [new, gone or fact]
        ),
        _step("Run the check again with the mapping; renew the reference if the change stays.", 5, [fact], "tabular"),
    )


def _missingness(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Steps:
    del ledger
    if columns[0] in evidence.filled:
        return _filled(evidence.filled[columns[0]])
    fact = evidence.went_missing[columns[0]] if columns[0] in evidence.went_missing else evidence.columns[columns[0]]
    name = column_name(columns[0])
    risen = [evidence.went_missing[other] for other in columns if other in evidence.went_missing]
    steps = [
        _step(f"Count the missing values of {name} by day and by source, and see when they began.", 5, [fact]),
        _step(f"Look at the form field, the join or the import that fills {name}.", 15, [fact]),
        _step(f"See how whatever reads {name} treats missing values.", 10, [fact]),
        _step(
            f"Fill {name} from the source where its values are still known, then run the check again.",
            30,
            [fact],
            "tabular",
        ),
    ]
    if len(risen) > 1:
        text = f"See whether {named(columns)} are missing in the same rows: then one source feeds them all."
        steps.insert(1, _step(text, 5, risen[:3]))
    return tuple(steps)


def _filled(fact: Fact) -> Steps:
    name = column_name(fact.subject)
    return (
        _step(f"Count the most frequent values of {name}: does a default stand where values were missing?", 5, [fact]),
        _step(f"See whether rows without {name} are dropped in whatever made the current data.", 15, [fact]),
        _step(f"Ask who fills {name} whether it became mandatory or is guessed now.", 10, [fact]),
        _step(f"Take current data as the new reference if {name} is to be filled from now on.", 5, [fact], "tabular"),
    )


def _upstream(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Steps:
    del ledger
    steps: list[Action] = []
    pairs = renamed_columns(evidence)
    for lost, added in pairs[:1]:
        old, new = column_name(lost.subject), column_name(added.subject)
        steps.append(
            _step(f"Compare a few values of {new} with those that {old} had: is it the same column?", 5, [lost, added])
        )
        steps.append(_step(f"Rename {new} to {old} if it is, and run the check again.", 5, [lost, added], "tabular"))
    for lost in [fact for fact in evidence.lost if fact not in [pair[0] for pair in pairs]][:2]:
        name = column_name(lost.subject)
        steps.append(_step(f"Look for {name} among the columns of the newest data at the source.", 5, [lost]))
    for fact in list(evidence.retyped.values())[:2]:
        name = column_name(fact.subject)
        steps.append(_step(f"Read five current values of {name} and see what made their type another one.", 5, [fact]))
    for column in [name for name in columns if name in evidence.constant][:1]:
        text = f"See whether {column_name(column)} is filled by a default in whatever writes it."
        steps.append(_step(text, 5, [evidence.constant[column]]))
    if not steps and evidence.added:
        added_name = column_name(evidence.added[0].subject)
        steps.append(_step(f"Find out what {added_name} holds, and whether it is wanted.", 5, [evidence.added[0]]))
    return (*steps, *_at_the_source(evidence, columns, first=not steps))


def _at_the_source(evidence: TableEvidence, columns: tuple[str, ...], *, first: bool) -> Steps:
    cited = [*evidence.lost, *evidence.retyped.values(), *evidence.added][:2]
    cited = cited or [evidence.columns[name] for name in columns[:3] if name in evidence.columns] or [evidence.verdict]
    rows = [fact for fact in cited if fact.kind is FactKind.COLUMN]
    look = "Put ten rows of both tables side by side and see what changed."
    if rows:
        names = named([fact.subject for fact in rows])
        look = f"Put ten rows of both tables side by side and see what changed in {names}."
    return (
        *([_step(look, 5, cited)] if first or len(columns) > 1 else []),
        _step(
            "Ask the owner of the source what changed since the reference was taken: version, export or schema.",
            10,
            cited,
        ),
        _step("Compare the job that made the current data with the one that made the reference.", 30, cited),
        _step(
            "Run the check again once the source is as it was, or renew the reference if it stays.", 5, cited, "tabular"
        ),
    )


def _unknown(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Steps:
    del ledger
    fact = evidence.columns.get(columns[0]) if columns else next(iter(evidence.columns.values()), None)
    fact = fact or evidence.verdict
    name = column_name(fact.subject) if fact.subject else "the column that moved most"
    return (
        _step(f"Open {name} on the Tabular page and compare both distributions.", 2, [fact], "tabular"),
        _step("Split current rows by day and by source, and run the check on each part.", 20, [fact], "tabular"),
        _step(f"Ask the owner of the data what changed about {name} since the reference was taken.", 10, [fact]),
        _step(
            "Add columns that say where rows come from, such as channel or version, and run the check again.",
            30,
            [fact],
        ),
    )


def _not_enough(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Steps:
    del columns
    power = ledger.first(FactKind.POWER) or evidence.verdict
    steps = [_step("See whether the current data arrived in full.", 5, [evidence.verdict])]
    if power.detail == "rows_wanted":
        steps.append(_step(f"Wait until there is enough data: {power.text[0].lower()}{power.text[1:]}", None, [power]))
    larger = []
    if "reference rows" in power.text:
        larger = [_step("Take a larger reference.", 10, [power], "tabular")]
    return (
        *steps,
        _step("Take a longer period as current data, and run the check again.", 10, [power], "tabular"),
        *larger,
    )


def _stable(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Steps:
    del columns
    power = ledger.first(FactKind.POWER) or evidence.verdict
    return (
        _step("Keep watching: run the check again when the next data come.", 1, [evidence.verdict], "tabular"),
        _step("Take more rows if smaller shifts than these sizes can detect would matter.", None, [power]),
        _step("Renew the reference when it no longer stands for what you expect.", 5, [evidence.verdict], "tabular"),
    )


_BY_COLUMN = {Cause.SELECTION, Cause.MEASUREMENT, Cause.NEW_CATEGORIES, Cause.MISSINGNESS}

_STEPS: dict[Cause, Callable[[Ledger, TableEvidence, tuple[str, ...]], Steps]] = {
    Cause.SELECTION: _selection,
    Cause.MEASUREMENT: _measurement,
    Cause.NEW_CATEGORIES: _new_categories,
    Cause.MISSINGNESS: _missingness,
    Cause.UPSTREAM_DATA: _upstream,
    Cause.UNKNOWN: _unknown,
    Cause.NOT_ENOUGH_EVIDENCE: _not_enough,
    Cause.STABLE: _stable,
}
