"""What to do: concrete steps, a first one of five minutes, calm where there is no drift."""

from __future__ import annotations

import re

import pytest

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Urgency
from driftium_core.rca.rules import findings_by_rules
from driftium_core.rca.text_causes import text_diagnosis
from driftium_core.severity import Severity
from tests.rca.test_text_causes import assert_grounded
from tests.rca.text_ledgers import descriptor, ledger, setting, traffic
from tests.rca.text_pools import PLANTS, another_model, planted

LOUD = re.compile(r"\b(?:alarm\w*|critical|urgent\w*|immediate\w*|failing|severe|danger\w*|now|must)\b", re.IGNORECASE)
VERBS = re.compile(
    r"^(?:Read|Ask|Check|Compare|Send|Run|Promote|Watch|Log|Try|Go back|Leave|Calculate|Import|Collect|Keep|Save|See|"
    r"Look)\b"
)
DRIFTS = traffic("behaviour", prompts=0.4, behaviour=0.002)


def texts(found: Ledger) -> list[str]:
    findings = findings_by_rules(found)
    diagnosis, recommendation = findings.diagnosis, findings.recommendation
    claims = [
        *findings.triage.claims,
        *(claim for item in diagnosis.findings for claim in (item.summary, *item.claims)),
        *diagnosis.ruled_out,
        recommendation.lead,
    ]
    return [*(claim.text for claim in claims), *(action.text for action in recommendation.actions)]


@pytest.mark.parametrize("name", PLANTS)
def test_steps_are_few_concrete_and_begin_small(name):
    found = planted(name)
    recommendation = findings_by_rules(found).recommendation
    actions = recommendation.actions
    assert 3 <= len(actions) <= 6
    assert len({action.text for action in actions}) == len(actions)
    assert actions[0].minutes is not None
    assert actions[0].minutes <= 5
    assert any(action.place for action in actions)
    for action in actions:
        assert VERBS.match(action.text), action.text
        assert action.text.endswith((".", "?"))
        assert found.cited(action.evidence_ids)
    assert_grounded(recommendation.lead, found)


@pytest.mark.parametrize("name", ["nothing", "empty", "errors", "only errors", "slow", "lists", "tiny"])
def test_nothing_below_a_drift_sounds_an_alarm(name):
    assert planted(name).severity in (Severity.LOW, None)
    for text in texts(planted(name)):
        assert not LOUD.search(text), text


def test_stable_pools_need_nothing_done():
    recommendation = findings_by_rules(planted("nothing")).recommendation
    assert recommendation.lead.text == "Nothing needs to be done. Keep watching."
    assert all((action.minutes or 0) <= 10 for action in recommendation.actions)


def test_too_few_answers_are_told_by_how_many():
    first = findings_by_rules(planted("tiny")).recommendation.actions[0]
    assert first.text == "Collect more answers. A verdict takes at least 3 current answers more."
    assert first.place == "playground"


def test_a_recorded_change_is_asked_about_by_what_changed():
    actions = findings_by_rules(another_model()).recommendation.actions
    assert actions[0].text == "Ask who looks after the model whether the change was meant: model."
    assert "pairs of answers to the same prompt" in actions[1].text


@pytest.mark.parametrize(
    ("severity", "lead", "goes_back"),
    [
        (Severity.CRITICAL, "Begin now: ", True),
        (Severity.HIGH, "Begin today: ", True),
        (Severity.MEDIUM, "Begin this week: ", False),
    ],
)
def test_what_to_do_depends_on_the_severity_too(severity, lead, goes_back):
    recommendation = findings_by_rules(ledger(*DRIFTS, severity=severity)).recommendation
    assert recommendation.lead.text.startswith(lead)
    assert any(action.text.startswith("Go back") for action in recommendation.actions) is goes_back


@pytest.mark.parametrize("name", ["refusal", "error", "empty"])
def test_each_severity_of_a_drift_has_other_steps_and_begins_small(name):
    found = {
        severity: findings_by_rules(ledger(descriptor(name, 0.01, 0.4), *DRIFTS, severity=severity)).recommendation
        for severity in (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
    }
    assert len({tuple(action.text for action in item.actions) for item in found.values()}) == len(found)
    assert all((item.actions[0].minutes or 99) <= 5 and len(item.actions) <= 6 for item in found.values())
    assert found[Severity.CRITICAL].actions[1].text.startswith("Keep current answers from being used unread")


def test_going_back_is_not_crowded_out_where_broken_answers_are_severe():
    actions = findings_by_rules(planted("echo")).recommendation.actions
    assert any(action.text.startswith("Go back to the model") for action in actions)


def test_refusals_are_told_at_once_and_not_the_shorter_answers_they_make():
    told = [claim.text for claim in findings_by_rules(planted("refusals")).triage.claims]
    assert told[-1].startswith("More responses refuse: 33")


def test_failed_requests_do_not_wait_for_more_answers():
    triage = findings_by_rules(planted("only errors")).triage
    assert triage.severity is None
    assert triage.urgency is Urgency.TODAY
    assert [claim.title for claim in triage.claims] == [
        "Too little data to tell.",
        "What is needed.",
        "What changed in the answers.",
    ]
    assert findings_by_rules(planted("tiny")).triage.urgency is Urgency.MORE_DATA


def test_a_second_cause_has_its_first_step_too():
    found = ledger(*traffic("both", prompts=0.002, behaviour=0.002), setting("model", "a", "b"))
    assert [item.cause for item in text_diagnosis(found).findings] == [Cause.MODEL_CHANGE, Cause.TOPIC_SHIFT]
    assert any("Read the current answers" in action.text for action in findings_by_rules(found).recommendation.actions)


def test_every_cause_of_answers_has_steps_of_its_own():
    named = {
        Cause.REFUSALS: descriptor("refusal", 0.01, 0.4),
        Cause.FAILURES: descriptor("error", 0.01, 0.4),
        Cause.DEGENERATE_OUTPUT: descriptor("empty", 0.01, 0.4),
    }
    firsts = {
        cause: findings_by_rules(ledger(fact, *DRIFTS)).recommendation.actions[0].text for cause, fact in named.items()
    }
    assert len(set(firsts.values())) == len(firsts)
