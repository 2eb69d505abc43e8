"""Why answers drifted: planted causes are named first, and every sentence stands on the facts that it cites."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.report import Claim
from driftium_core.rca.rules import findings_by_rules
from driftium_core.rca.text_causes import text_diagnosis
from driftium_core.severity import Severity
from tests.rca.text_ledgers import descriptor, flag, health, ledger, setting, term, traffic
from tests.rca.text_pools import PLANTS, another_model, planted

NUMBER = re.compile(r"\d[\d\u202f.,]*\d|\d")
NAME = re.compile(r"`([^`]*)`")


def causes(found: Ledger) -> list[Cause]:
    return [finding.cause for finding in text_diagnosis(found).findings]


def assert_grounded(claim: Claim, found: Ledger) -> None:
    """Every number and every name of a claim is in a fact that it cites."""
    facts = found.cited(claim.evidence_ids)
    assert facts, claim
    assert claim.text.strip()
    known = " ".join((*(fact.text for fact in facts), *(fact.subject for fact in facts)))
    names = {name for fact in facts for name in (fact.subject, *fact.names)}
    assert set(NUMBER.findall(claim.text)) <= set(NUMBER.findall(known)), claim
    assert set(NAME.findall(claim.text)) <= names | set(NAME.findall(known)), claim


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_cause_is_named_first_and_grounded(name):
    found = planted(name)
    assert causes(found)[0] is PLANTS[name][0]
    for finding in text_diagnosis(found).findings:
        for claim in (finding.summary, *finding.claims):
            assert_grounded(claim, found)
    for claim in text_diagnosis(found).ruled_out:
        assert_grounded(claim, found)
        assert claim.bearing in ("rules_out", "inconclusive")


def test_two_models_asked_the_same_are_told_by_name():
    found = another_model()
    assert found[found.facts[0].id].detail == "paired"
    diagnosis = text_diagnosis(found)
    assert (diagnosis.cause, diagnosis.confidence) == (Cause.MODEL_CHANGE, "high")
    assert diagnosis.headline == "Likely cause: the model or its prompt template changed."
    assert diagnosis.findings[0].summary.text.startswith("The same prompts are answered differently")
    assert any("`tutor-2`" in claim.text for claim in diagnosis.findings[0].claims)
    set_aside = [claim.text for claim in diagnosis.ruled_out]
    assert "Only answers to the same prompts were compared: other topics cannot be what was found." in set_aside
    assert "The system prompt is `Be kind.` in both pools." in set_aside
    for claim in (diagnosis.findings[0].summary, *diagnosis.findings[0].claims, *diagnosis.ruled_out):
        assert_grounded(claim, found)


def test_what_was_tested_without_a_finding_is_worded_as_weakly_as_the_test():
    diagnosis = text_diagnosis(planted("refusals"))
    texts = [claim.text.replace("\u00a0", " ") for claim in diagnosis.ruled_out]
    assert any(re.fullmatch(r"No traffic shift was detected \(p [=<>] [\d.]+\)\.", text) for text in texts)
    assert "No change was detected in errors, empty answers or language." in texts


@pytest.mark.parametrize(
    ("verdict", "prompts", "behaviour", "expected"),
    [
        ("traffic", 0.002, 0.4, [Cause.TOPIC_SHIFT]),
        ("behaviour", 0.4, 0.002, [Cause.MODEL_CHANGE]),
        ("both", 0.002, 0.002, [Cause.TOPIC_SHIFT, Cause.MODEL_CHANGE]),
        ("both", 0.04, 0.002, [Cause.MODEL_CHANGE, Cause.TOPIC_SHIFT]),
        ("cannot_tell", 0.002, None, [Cause.TOPIC_SHIFT]),
        ("cannot_tell", 0.4, None, [Cause.UNKNOWN]),
        ("neither", 0.4, 0.4, [Cause.UNKNOWN]),
        ("no_prompts", None, None, [Cause.UNKNOWN]),
    ],
)
def test_traffic_and_behaviour_are_the_causes_of_a_drift_without_others(verdict, prompts, behaviour, expected):
    assert causes(ledger(*traffic(verdict, prompts=prompts, behaviour=behaviour))) == expected


def test_a_recorded_change_of_model_is_told_before_the_topics_it_came_with():
    facts = (*traffic("both", prompts=0.002, behaviour=0.002), setting("model", "a", "b"))
    assert causes(ledger(*facts)) == [Cause.MODEL_CHANGE, Cause.TOPIC_SHIFT]


def test_a_recorded_change_of_model_is_no_cause_where_like_prompts_are_answered_alike():
    facts = (*traffic("traffic", prompts=0.002, behaviour=0.4), setting("model", "a", "b"))
    assert causes(ledger(*facts)) == [Cause.TOPIC_SHIFT]


def test_other_prompts_cannot_be_the_cause_between_pairs():
    found = ledger(*traffic("both", prompts=0.002, behaviour=0.002), design="paired")
    assert causes(found) == [Cause.MODEL_CHANGE]


def test_topics_explain_other_lengths_and_words():
    facts = (
        *traffic("traffic", prompts=0.002, behaviour=0.4),
        descriptor("length", 100.0, 400.0, effect=0.6),
        term("tumour", "gained", 0.0, 0.4),
    )
    assert causes(ledger(*facts)) == [Cause.TOPIC_SHIFT]


def test_refusals_explain_short_answers_that_miss_their_prompts():
    facts = (
        health(40, "collapsed"),
        flag("low_alignment", 0.05, 0.4),
        descriptor("refusal", 0.01, 0.35, effect=0.34),
        descriptor("length", 300.0, 120.0, effect=0.35),
        *traffic("behaviour", prompts=0.4, behaviour=0.002),
    )
    assert causes(ledger(*facts)) == [Cause.REFUSALS]


def test_few_refusals_do_not_explain_a_drift_that_stays_without_half_of_the_answers():
    removal = Fact(id="", kind=FactKind.REMOVAL, text="It stays.", significant=True, detail="stays")
    facts = (
        descriptor("refusal", 0.01, 0.13, effect=0.12),
        *traffic("behaviour", prompts=0.4, behaviour=0.002),
        removal,
    )
    assert causes(ledger(*facts)) == [Cause.REFUSALS, Cause.MODEL_CHANGE]


def test_new_prompts_that_are_refused_are_first_of_all_new_prompts():
    facts = (descriptor("refusal", 0.01, 0.3, effect=0.29), *traffic("traffic", prompts=0.002, behaviour=0.4))
    assert causes(ledger(*facts)) == [Cause.TOPIC_SHIFT, Cause.REFUSALS]


def test_broken_text_in_many_guessed_languages_is_no_other_language():
    def language(name: str, before: float, now: float) -> Fact:
        direction = "up" if now > before else "down"
        return descriptor(name, before, now, detail="one language", direction=direction)

    broken = (
        health(7, "collapsed"),
        flag("low_alignment", 0.05, 1.0),
        descriptor("language", 0.0, 0.0, effect=0.95, direction="changed"),
        *traffic("behaviour", prompts=0.4, behaviour=0.002),
        language("English", 1.0, 0.1),
    )
    many = (language("Czech", 0.0, 0.3), language("Dutch", 0.0, 0.3), language("Finnish", 0.0, 0.3))
    assert causes(ledger(*broken, *many))[0] is Cause.DEGENERATE_OUTPUT
    assert causes(ledger(*broken, language("Czech", 0.0, 0.9)))[0] is Cause.LANGUAGE
    unreadable = flag("known_language", 0.7, 0.2)
    assert causes(ledger(*broken, language("Czech", 0.0, 0.9), unreadable))[0] is Cause.DEGENERATE_OUTPUT


def test_answers_that_miss_their_prompts_are_told_without_a_drift_too():
    facts = (health(2, "collapsed"), flag("low_alignment", 0.05, 0.98), *traffic("behaviour", behaviour=0.002))
    found = ledger(*facts, status="no_drift", severity=Severity.LOW, design="paired")
    assert causes(found) == [Cause.DEGENERATE_OUTPUT]


def test_shorter_answers_with_new_words_are_another_models():
    shorter = (
        *traffic("behaviour", prompts=0.4, behaviour=0.002),
        descriptor("length", 300.0, 100.0, effect=0.6),
    )
    assert causes(ledger(*shorter)) == [Cause.FORMAT_CHANGE]
    words = (term(word, "gained", 0.01, 0.2) for word in ("certainly", "delve", "overall"))
    assert causes(ledger(*shorter, *words)) == [Cause.MODEL_CHANGE]


def test_a_small_change_of_length_does_not_explain_a_drift():
    facts = (*traffic("behaviour", behaviour=0.002), descriptor("length", 300.0, 320.0, effect=0.4))
    assert causes(ledger(*facts)) == [Cause.MODEL_CHANGE]


def test_an_effect_too_small_to_matter_is_no_cause():
    facts = (descriptor("latency_ms", 800.0, 810.0, effect=0.04), *traffic("neither", prompts=0.4, behaviour=0.4))
    assert causes(ledger(*facts, status="no_drift", severity=Severity.LOW)) == [Cause.STABLE]


def test_where_nothing_can_be_compared_what_is_plain_comes_before_the_lack_of_evidence():
    assert causes(planted("only errors")) == [Cause.FAILURES, Cause.NOT_ENOUGH_EVIDENCE]


def test_no_claim_is_made_twice_in_a_finding():
    for name in PLANTS:
        for finding in text_diagnosis(planted(name)).findings:
            texts = [claim.text for claim in finding.claims]
            assert len(set(texts)) == len(texts) <= 4


def test_the_diagnosis_is_the_same_each_time():
    found = planted("refusals")
    assert findings_by_rules(found) == findings_by_rules(replace(found))


def test_without_a_drift_the_surest_change_is_named_first():
    length = descriptor("length", 300.0, 280.0, effect=0.2, pvalue=0.04)
    latency = descriptor("latency_ms", 800.0, 2400.0, effect=0.8, pvalue=0.0001)
    found = ledger(length, latency, status="no_drift", severity=Severity.LOW)
    assert causes(found) == [Cause.LATENCY, Cause.FORMAT_CHANGE]


@pytest.mark.parametrize(
    ("share", "confidence"),
    [(0.12, "high"), (0.15, "high"), (0.4, "moderate"), (0.6, "moderate"), (0.9, "low"), (None, "low")],
)
def test_no_drift_is_as_sure_as_what_the_sizes_could_show(share: float | None, confidence: str) -> None:
    power = Fact(id="", kind=FactKind.POWER, text="What would be seen.", value=share)
    [found] = text_diagnosis(ledger(power, status="no_drift", severity=Severity.LOW)).findings
    assert (found.cause, found.confidence) == (Cause.STABLE, confidence)


def test_a_change_of_settings_that_no_finding_tells_is_not_kept_back():
    changed = setting("model", "a", "b")
    stable = text_diagnosis(ledger(changed, status="no_drift", severity=Severity.LOW))
    assert stable.cause is Cause.STABLE
    assert [(claim.bearing, claim.text) for claim in stable.ruled_out] == [
        ("inconclusive", "The model differs: `b`, where the baseline had `a`.")
    ]
    unclear = text_diagnosis(ledger(*traffic("cannot_tell", prompts=0.002), changed))
    assert unclear.cause is Cause.TOPIC_SHIFT
    assert any("`b`" in claim.text for claim in unclear.ruled_out)
