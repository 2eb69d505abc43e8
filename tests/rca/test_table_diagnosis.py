"""The cause that was planted is the one that is named, with its reasons and with what it is not."""

from dataclasses import replace

import numpy as np
import pytest

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import FactKind, Ledger
from driftium_core.rca.report import Urgency
from driftium_core.rca.rules import findings_by_rules
from driftium_core.rca.table_causes import table_diagnosis
from driftium_core.rca.table_facts import table_ledger
from driftium_core.rca.table_root_facts import root_facts
from driftium_core.severity import Severity
from driftium_core.tabular.attribution_report import ColumnAttribution, Root, RootAction
from tests.rca import table_reports
from tests.rca.table_reports import attributed, ledger


@pytest.mark.parametrize(
    ("planted", "cause", "confidence"),
    [
        ("filtered", Cause.SELECTION, "high"),
        ("campaign", Cause.SELECTION, "high"),
        ("two_draws", Cause.STABLE, "high"),
        ("tiny", Cause.NOT_ENOUGH_EVIDENCE, "high"),
        ("scaled", Cause.MEASUREMENT, "high"),
        ("emptied", Cause.MISSINGNESS, "high"),
        ("new_job", Cause.NEW_CATEGORIES, "high"),
        ("renamed", Cause.UPSTREAM_DATA, "high"),
        ("retyped", Cause.UPSTREAM_DATA, "high"),
        ("many_at_once", Cause.UPSTREAM_DATA, "moderate"),
        ("unexplained", Cause.UNKNOWN, "low"),
    ],
)
def test_the_planted_cause_is_named(planted: str, cause: Cause, confidence: str) -> None:
    diagnosis = table_diagnosis(ledger(planted))
    assert (diagnosis.cause, diagnosis.confidence) == (cause, confidence)


def test_a_filter_is_told_with_what_follows_it_and_what_it_is_not() -> None:
    diagnosis = table_diagnosis(ledger("filtered"))
    assert diagnosis.findings[0].summary.text.startswith("Rows with age ≥ 35 are gone; with `age` held, the drift of ")
    assert diagnosis.findings[0].claims[0].text.startswith("`age` is a root of the drift: rows with age ≥ 35 are gone;")
    assert [claim.title for claim in diagnosis.ruled_out if claim.bearing == "rules_out"] == [
        "A further cause.",
        "Missing values.",
        "A change of columns or types.",
        "New categories.",
    ]


def test_a_report_without_a_search_for_roots_says_that_none_was_made() -> None:
    report = replace(table_reports.filtered(), attribution=None)
    diagnosis = table_diagnosis(table_ledger(report, title="t"))
    (unseen,) = [claim for claim in diagnosis.ruled_out if claim.title == "What this cannot see."]
    assert unseen.bearing == "inconclusive"
    assert unseen.text.startswith("Root columns were not looked for in this check; run it again")


def test_categories_that_a_filter_took_are_no_cause_of_their_own() -> None:
    reference, current = table_reports.draws()
    report = table_reports.compare(reference, current[current["job"].isin(["student", "retired"])])
    of_root = table_diagnosis(table_ledger(attributed(report, {"job": "reweight"}), title="t"))
    assert [finding.cause for finding in of_root.findings] == [Cause.SELECTION]
    by_age = table_diagnosis(table_ledger(attributed(report, {"age": "reweight"}), title="t"))
    assert [finding.cause for finding in by_age.findings] == [Cause.SELECTION]


def test_columns_that_went_missing_together_are_missingness_though_one_is_a_root() -> None:
    report = table_reports.emptied(("education", "job", "default"))
    diagnosis = table_diagnosis(table_ledger(report, title="t"))
    assert diagnosis.cause is Cause.MISSINGNESS
    assert "It went missing with them." in [claim.title for claim in diagnosis.findings[0].claims]


def test_a_column_that_follows_a_filter_and_lost_values_besides_has_both_causes() -> None:
    reference, current = table_reports.draws()
    young = current[current["age"] < 35]
    rows = np.arange(len(young)) % 10 == 0
    report = table_reports.compare(reference, young.assign(job=young["job"].mask(rows)))
    roots = attributed(report, {"age": "reweight", "job": "measurement"})
    diagnosis = table_diagnosis(table_ledger(roots, title="t"))
    assert [finding.cause for finding in diagnosis.findings] == [Cause.SELECTION, Cause.MISSINGNESS]


def test_gaps_that_were_filled_are_missingness_and_not_called_lost_or_selected() -> None:
    reference, current = table_reports.draws()
    rows = np.random.default_rng(2).random(len(reference)) < 0.3
    report = table_reports.compare(reference.assign(education=reference["education"].mask(rows)), current)
    report = attributed(report, {"education": "reweight"}, said="missing values fell from 30 % to 0 %")
    found = findings_by_rules(table_ledger(report, title="t"))
    [finding] = found.diagnosis.findings
    assert finding.cause is Cause.MISSINGNESS
    assert "−30" in finding.summary.text
    assert finding.confidence == "moderate"
    assert "does a default stand where values were missing?" in found.recommendation.actions[0].text


def test_scaled_columns_are_not_said_to_leave_others_alone_where_no_roots_were_sought() -> None:
    reference, current = table_reports.draws()
    scaled = current.assign(balance=current["balance"] * 1000, age=current["age"] * 12)
    [finding] = table_diagnosis(table_ledger(table_reports.compare(reference, scaled), title="t")).findings
    assert finding.summary.text == "`age` and `balance` look scaled, all values of each alike."


def test_of_categories_nobody_asks_for_a_unit() -> None:
    reference, current = table_reports.draws()
    rows = np.random.default_rng(2).random(len(current)) < 0.3
    report = table_reports.compare(reference, current.assign(housing=current["housing"].mask(rows, "yes")))
    report = attributed(report, {"housing": "measurement"}, said="share of housing = yes ×1.3")
    found = findings_by_rules(table_ledger(report, title="t"))
    assert found.diagnosis.cause is Cause.MEASUREMENT
    assert not any("unit" in action.text for action in found.recommendation.actions)


def test_rows_without_a_value_that_bring_others_are_a_selection() -> None:
    """Rows were chosen for lacking education: other columns' values follow, which empty cells alone would not do."""
    reference, current = table_reports.draws()
    old = current["age"] > 50
    report = table_reports.compare(reference, current.assign(education=current["education"].mask(old))[old])
    diagnosis = table_diagnosis(table_ledger(attributed(report, {"education": "reweight"}), title="t"))
    assert diagnosis.cause is Cause.SELECTION


def test_a_category_counted_as_another_is_told_from_one_that_was_filtered_out() -> None:
    reference, current = table_reports.draws()
    merged = current.assign(marital=current["marital"].replace({"divorced": "single"}))
    kept = current[current["marital"] != "divorced"]
    causes = []
    for changed in (merged, kept):
        report = attributed(table_reports.compare(reference, changed), {"marital": "reweight"})
        causes.append(table_diagnosis(table_ledger(report, title="t")).findings[0])
    assert [finding.cause for finding in causes] == [Cause.NEW_CATEGORIES, Cause.SELECTION]
    assert "while its other categories hardly changed" in causes[0].summary.text


def test_a_hole_in_the_values_of_one_column_alone_is_no_selection() -> None:
    reference, current = table_reports.draws()
    report = table_reports.compare(reference, current.assign(balance=current["balance"] + 400.5))
    hole = attributed(report, {"balance": "reweight"}, said="rows with −1.1 ≤ balance < 1.2 are gone", gone="middle")
    cut = attributed(report, {"balance": "reweight"}, said="rows with balance < 300 are gone", gone="ends")
    both = attributed(report, {"balance": "reweight"}, said="only rows with 30 ≤ balance < 45 are left", gone="ends")
    found = [table_diagnosis(table_ledger(told, title="t")).findings[0] for told in (hole, cut, both)]
    assert [finding.cause for finding in found] == [Cause.MEASUREMENT, Cause.SELECTION, Cause.SELECTION]
    assert found[1].confidence == found[2].confidence == "moderate"
    of_hole = findings_by_rules(table_ledger(hole, title="t"))
    assert "rows with −1.1 ≤ balance < 1.2 are gone" in of_hole.diagnosis.findings[0].summary.text
    assert "at the source and see whether it holds there too" in of_hole.recommendation.actions[0].text


def test_missing_values_that_were_filled_in_are_no_selection_of_rows() -> None:
    reference, current = table_reports.draws()
    gone = np.random.default_rng(3).random(len(reference)) < 0.25
    report = table_reports.compare(reference.assign(job=reference["job"].mask(gone)), current)
    roots = attributed(report, {"job": "reweight"}, said="share of job = student fell from 9 % to 7 %")
    found = findings_by_rules(table_ledger(roots, title="t"))
    assert (found.diagnosis.cause, found.diagnosis.confidence) == (Cause.MISSINGNESS, "moderate")
    assert found.diagnosis.headline == "Likely cause: the share of missing values changed."
    assert found.diagnosis.findings[0].claims[0].title == "Fewer of its values are missing."
    assert "stand where values were missing?" in found.recommendation.actions[0].text


def test_categories_are_not_asked_for_their_unit() -> None:
    reference, current = table_reports.draws()
    job = current["job"].mask(np.arange(len(current)) % 3 == 0, "services")
    report = table_reports.compare(reference, current.assign(job=job))
    roots = attributed(report, {"job": "measurement"}, said="share of job = services ×5")
    found = findings_by_rules(table_ledger(roots, title="t"))
    assert found.diagnosis.cause is Cause.MEASUREMENT
    told = " ".join([found.recommendation.lead.text, *(action.text for action in found.recommendation.actions)])
    assert "unit" not in told
    assert "Ask who fills in `job` whether the meaning of a category changed." in told


def test_the_reference_is_filtered_to_see_followers_move_only_where_there_are_some() -> None:
    reference, current = table_reports.draws()
    report = table_reports.compare(reference, current[current["age"] < 35])
    alone = attributed(report, {column.column: "reweight" for column in report.columns if column.drifted})
    of_many = findings_by_rules(ledger("filtered")).recommendation.actions
    of_one = findings_by_rules(table_ledger(alone, title="t")).recommendation.actions
    assert any("see whether the other columns move alike" in action.text for action in of_many)
    assert not any("see whether the other columns move alike" in action.text for action in of_one)


def test_a_column_with_a_cause_of_its_own_is_not_left_open() -> None:
    reference, current = table_reports.draws()
    gone = np.arange(len(current)) % 3 == 0
    changed = current.assign(balance=current["balance"] * 1.8 + 32, job=current["job"].mask(gone))
    report = table_reports.compare(reference, changed)
    roots = attributed(report, {"job": "reweight"}, left_over=("balance",), said="missing values rose from 0 % to 33 %")
    diagnosis = table_diagnosis(table_ledger(roots, title="t"))
    assert Cause.MEASUREMENT in [finding.cause for finding in diagnosis.findings]
    assert "This is left over." not in [claim.title for claim in diagnosis.ruled_out]


def test_what_is_too_weak_to_tell_is_said_once_and_no_further_cause_is_ruled_out() -> None:
    reference, current = table_reports.draws()
    young = table_reports.compare(reference, current[current["age"] < 35])
    report = attributed(young, {"age": "reweight"}, said="rows with age ≥ 35 are gone", gone="ends")
    assert report.attribution
    columns = [
        replace(column, role="too_weak") if column.role == "explained" else column
        for column in report.attribution.columns
    ]
    roots = tuple(replace(root, explains=()) for root in report.attribution.roots)
    weak = replace(report, attribution=replace(report.attribution, columns=tuple(columns), roots=roots))
    diagnosis = table_diagnosis(table_ledger(weak, title="t"))
    assert "other drifted columns moved too weakly to tell where they come from." in diagnosis.findings[0].summary.text
    assert diagnosis.findings[0].confidence == "moderate"
    assert "A further cause." not in [claim.title for claim in diagnosis.ruled_out]


@pytest.mark.parametrize("name", ["tiny", "two_draws"])
def test_where_nothing_drifted_what_happened_is_not_said_again_as_the_reason(name: str) -> None:
    found = findings_by_rules(ledger(name))
    assert len(found.triage.claims) == 1
    reasons = [claim.text for finding in found.diagnosis.findings for claim in (finding.summary, *finding.claims)]
    assert found.triage.claims[0].text not in reasons
    assert not any("if it is the smaller table" in action.text for action in found.recommendation.actions)


def test_a_renamed_column_names_both_names() -> None:
    [finding] = table_diagnosis(ledger("renamed")).findings
    assert finding.summary.text == "`age` is not in current data, and `customer_age` is new there."


@pytest.mark.parametrize(("lost", "added", "alike"), [("age", "customer_age", True), ("age", "percentage_paid", False)])
def test_a_short_name_within_a_longer_one_is_no_renaming_unless_it_is_a_word_of_it(lost, added, alike) -> None:
    reference, current = table_reports.draws()
    reference = reference.rename(columns={"age": lost})
    current = current.rename(columns={"age": added}).drop(columns="day")
    [finding] = table_diagnosis(table_ledger(table_reports.compare(reference, current), title="t")).findings
    assert ("A column may have been renamed." in [claim.title for claim in finding.claims]) is alike


def test_labels_in_other_letters_are_recognised() -> None:
    reference, current = table_reports.draws()
    report = table_reports.compare(reference, current.assign(job=current["job"].str.upper()))
    texts = [claim.text for claim in table_diagnosis(table_ledger(report, title="t")).findings[0].claims]
    assert any(text.endswith("differ only in how they are written.") for text in texts)


def test_a_lost_column_without_drift_is_told_calmly_as_a_change_of_the_source() -> None:
    reference, current = table_reports.draws()
    found = findings_by_rules(table_ledger(table_reports.compare(reference, current.drop(columns="day")), title=""))
    assert found.diagnosis.cause is Cause.UPSTREAM_DATA
    assert found.triage.urgency is Urgency.NONE
    assert found.recommendation.actions[0].text == "Look for `day` among the columns of the newest data at the source."


def test_categories_that_are_gone_are_not_ruled_out_where_they_are_the_second_cause() -> None:
    reference, current = table_reports.draws()
    other = current[current["job"] != "student"].assign(balance=lambda rows: rows["balance"] * 1000)
    report = table_reports.compare(reference, other)
    diagnosis = table_diagnosis(
        table_ledger(attributed(report, {"balance": "measurement", "job": "measurement"}), title="")
    )
    assert Cause.NEW_CATEGORIES in [finding.cause for finding in diagnosis.findings[1:]]
    assert "New categories." not in [claim.title for claim in diagnosis.ruled_out]


def test_a_lost_column_is_acted_on_also_where_the_rows_are_too_few() -> None:
    reference, current = table_reports.draws()
    whole, lost = (
        findings_by_rules(table_ledger(table_reports.compare(reference, rows), title=""))
        for rows in (current[:9], current[:9].drop(columns="day"))
    )
    assert whole.recommendation.lead.text.endswith("Look again when there is more data.")
    assert lost.recommendation.lead.text == (
        "No verdict on the values is possible yet. Until then, find out what changed where the data comes from."
    )
    assert any("`day`" in action.text for action in lost.recommendation.actions)


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (("explained",), "With `age` held, no other column stays shifted."),
        (
            ("explained", "too_weak"),
            "With `age` held, no other column that drifted strongly enough to tell stays shifted.",
        ),
        (("too_weak",), None),
    ],
)
def test_what_is_too_weak_to_attribute_is_not_said_to_be_gone(roles, said) -> None:
    names = ("job", "marital")[: len(roles)]
    attribution = replace(
        table_reports.filtered().attribution,
        roots=(Root("age", "reweight", (), "rows with age ≥ 35 are gone"),),
        columns=tuple(
            ColumnAttribution(name, role, 0.4, 0.01, 0.05, 0.3)
            for name, role in zip(("age", *names), ("root", *roles), strict=True)
        ),
    )
    facts = root_facts(attribution, ["age", *names], frozenset())
    assert [fact.text for fact in facts if fact.kind is FactKind.LEFT_OVER] == ([said] if said else [])


def test_two_causes_at_once_are_both_named_the_larger_first() -> None:
    reference, current = table_reports.draws()
    young = current[current["age"] < 35].assign(balance=lambda rows: rows["balance"] * 1000)
    report = table_reports.compare(reference, young)
    diagnosis = table_diagnosis(
        table_ledger(attributed(report, {"age": "reweight", "balance": "measurement"}), title="")
    )
    assert [finding.cause for finding in diagnosis.findings] == [Cause.SELECTION, Cause.MEASUREMENT]


@pytest.mark.parametrize(
    ("severity", "urgency"),
    [
        (Severity.CRITICAL, Urgency.NOW),
        (Severity.HIGH, Urgency.TODAY),
        (Severity.MEDIUM, Urgency.THIS_WEEK),
        (Severity.LOW, Urgency.NONE),
        (None, Urgency.MORE_DATA),
    ],
)
def test_urgency_follows_from_severity(severity: Severity | None, urgency: Urgency) -> None:
    whole = ledger("filtered")
    of = Ledger(kind="table", title="", status="drift", severity=severity, facts=whole.facts)
    found = findings_by_rules(of)
    assert (found.triage.severity, found.triage.urgency) == (severity, urgency)
    assert 2 <= len(found.triage.claims) <= 3


def test_severity_changes_what_is_done_meanwhile() -> None:
    whole = ledger("filtered")
    told = set()
    for severity in Severity:
        of = Ledger(kind="table", title="", status="drift", severity=severity, facts=whole.facts)
        told.add(tuple(action.text for action in findings_by_rules(of).recommendation.actions))
    assert len(told) == len(Severity)


def test_columns_that_each_moved_alone_are_a_change_of_the_source_whatever_their_shift_looks_like() -> None:
    """A tilt of shares that no other column follows, a shift of values and a column left over: three of their own."""
    report = table_reports.many_at_once()
    drifted = [column.column for column in report.columns if column.drifted]
    tilted, shifted, left = drifted[:3]
    others: dict[str, RootAction] = dict.fromkeys(drifted[3:], "measurement")
    roots: dict[str, RootAction] = {shifted: "measurement", tilted: "reweight", **others}
    alone = attributed(report, roots, left_over=(left,), said="it moved")
    found = table_diagnosis(table_ledger(alone, title="t")).findings
    assert [finding.cause for finding in found] == [Cause.UPSTREAM_DATA]
    assert found[0].summary.text.endswith("moved at once, and no common root explains them.")
