"""Whatever the report and whatever its names: claims stand on their facts, sentences hold, and small drift is calm."""

import re

import pytest

from driftium_core.rca.explanation import explain_by_rules
from driftium_core.rca.facts import FactKind, Ledger
from driftium_core.rca.names import shown
from driftium_core.rca.report import Action, Claim
from driftium_core.rca.rules import findings_by_rules
from driftium_core.rca.table_facts import table_ledger
from driftium_core.rca.trace import ledger_opened
from driftium_core.severity import Severity
from tests.rca.table_reports import ALL, HOSTILE, ledger, wide

NUMBER = re.compile(r"\d+(?:[.,\u202f]\d+)*")
QUOTED = re.compile(r"`([^`]*)`|“([^”]*)”")
ALARMS = ("alarm", "critical", "urgent", "immediate", "failing", "now", "danger", "severe", "!")


def claims(of: Ledger) -> list[Claim]:
    found = findings_by_rules(of)
    told = [claim for finding in found.diagnosis.findings for claim in (finding.summary, *finding.claims)]
    columns = [fact.subject for fact in of.of(FactKind.COLUMN)]
    explained = [claim for name in columns for claim in explain_by_rules(of, [name]).claims]
    whole = explain_by_rules(of).claims
    return [*found.triage.claims, *told, *found.diagnosis.ruled_out, found.recommendation.lead, *explained, *whole]


def actions(of: Ledger) -> list[Action]:
    columns = [fact.subject for fact in of.of(FactKind.COLUMN)]
    explained = [action for name in columns for action in explain_by_rules(of, [name]).actions]
    return [*findings_by_rules(of).recommendation.actions, *explained]


@pytest.mark.parametrize("name", ALL)
def test_every_claim_and_action_stands_on_facts(name: str) -> None:
    of = ledger(name)
    for said in (*claims(of), *actions(of)):
        assert said.evidence_ids, said.text
        facts = of.cited(said.evidence_ids)
        texts = " ".join(fact.text for fact in facts)
        names = {known for fact in facts for known in (*fact.names, shown(fact.subject))}
        assert set(NUMBER.findall(said.text)) <= set(NUMBER.findall(texts)), (said.text, texts)
        for quoted in QUOTED.findall(said.text):
            assert "".join(quoted) in names, (said.text, names)


@pytest.mark.parametrize("name", ALL)
def test_facts_name_what_their_text_quotes(name: str) -> None:
    for fact in ledger(name).facts:
        assert {"".join(quoted) for quoted in QUOTED.findall(fact.text)} <= set(fact.names), fact.text
        assert fact.text[-1] == "."
        assert "\n" not in fact.text


@pytest.mark.parametrize("name", ALL)
def test_the_first_action_takes_five_minutes_and_there_are_three_to_six(name: str) -> None:
    recommended = findings_by_rules(ledger(name)).recommendation.actions
    assert 3 <= len(recommended) <= 6
    assert recommended[0].minutes in range(1, 6)
    assert all(action.text[0].isupper() and action.text[-1] in ".?" for action in recommended)


@pytest.mark.parametrize("name", ["small_drift", "two_draws", "tiny"])
def test_small_and_absent_drift_never_alarm(name: str) -> None:
    of = ledger(name)
    assert of.severity in (Severity.LOW, None)
    texts = [text for claim in claims(of) for text in (claim.text, claim.title)] + [a.text for a in actions(of)]
    words = {word for text in texts for word in re.findall(r"\w+|!", text.lower())} - {"now"}
    assert not {word for word in words for alarm in ALARMS if alarm in word and word != "know"}
    assert not any(text.startswith("Begin now") for text in texts)


def test_hostile_names_are_short_and_cannot_break_a_sentence() -> None:
    of = ledger("hostile")
    texts = [fact.text for fact in of.facts] + [said.text for said in (*claims(of), *actions(of))]
    for text in texts:
        assert len(text) < 900
        assert text.count("`") % 2 == 0
        assert text.count("“") == text.count("”")
        assert not re.search(r"\[E\d+\]", text)
        assert "\n" not in text
        assert "x" * 45 not in text
    assert {fact.subject for fact in of.of(FactKind.COLUMN)} == set(HOSTILE[:-1])


def test_200_drifted_columns_give_about_60_facts_and_say_how_many_more_there_are() -> None:
    report = wide()
    of = ledger("wide")
    assert len(of.facts) <= 60
    told = of.of(FactKind.COLUMN)
    more = next(fact for fact in of.of(FactKind.NOTE) if fact.detail == "more")
    assert more.text.startswith(f"{report.summary.drifted_feature_count - len(told)} more drifted columns")
    assert [fact.subject for fact in told] == [*(column.column for column in report.columns[:12]), "c7"]


def test_a_column_that_follows_is_explained_by_its_root() -> None:
    told = explain_by_rules(ledger("filtered"), ["marital"])
    assert told.claims[0].text.startswith("`marital` drifted:")
    assert told.claims[1].text.startswith("`marital` follows `age`:")
    assert [action.text for action in told.actions] == [
        "Look at `age` first: `marital` follows it.",
        "Compare `marital` in both tables within one group of `age`: there it should hardly differ.",
    ]


def test_all_columns_are_explained_by_the_cause_and_what_it_does_not_say_yet() -> None:
    of = ledger("filtered")
    claims = explain_by_rules(of).claims
    assert claims[0].title == "Likely cause: other rows were selected."
    assert claims[0].text.startswith("Rows with age ≥ 35 are gone; with `age` held, ")
    assert [claim.text for claim in claims[1:] if "age ≥ 35" in claim.text] == []
    assert findings_by_rules(of).triage.claims[0].text not in [claim.text for claim in claims]


def test_the_trace_counts_no_fact_that_says_there_is_none() -> None:
    said = ledger_opened(ledger("filtered"))
    assert "4 explained columns" in said
    for absent in ("unexplained", "missing values", "change of schema"):
        assert absent not in said


def test_a_column_that_did_not_drift_is_told_so() -> None:
    of = table_ledger(ALL["filtered"](), title="", columns=["day"])
    told = explain_by_rules(of, ["day"])
    assert told.claims[0].text.startswith("`day` did not drift: effect 0.0")
    assert [action.text for action in told.actions] == ["Leave it as it is.", "See in the next check whether it moves."]


def test_what_a_column_is_not_is_titled_by_what_that_is() -> None:
    titles = [claim.title for claim in explain_by_rules(ledger("filtered"), ["age"]).claims]
    assert titles[-2:] == ["Not missing values.", "Not a change of columns or types."]


@pytest.mark.parametrize("name", ALL)
def test_every_explanation_has_one_to_four_claims_and_two_actions(name: str) -> None:
    of = ledger(name)
    for columns in ((), *((fact.subject,) for fact in of.of(FactKind.COLUMN)), ("no such column",)):
        told = explain_by_rules(of, columns)
        assert 1 <= len(told.claims) <= 4
        assert len(told.actions) == 2
