"""What is said of an incident, and where its link leads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
import time_machine

from driftium_core import monitor
from driftium_core.monitor import alert_facts, alert_message
from driftium_core.monitor.links import page_link, report_link
from driftium_core.notify.message import Message
from driftium_core.notify.wording import facts
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, Incident, table_monitor
from driftium_core.tabular.table import Table
from tests.monitor.answers import answers

NOW = datetime(2026, 11, 2, 14, 2, tzinfo=UTC)


def incident(report_id: str, *, kind: str = "table", name: str = "bank_full", project: str = "default") -> Incident:
    return Incident(
        id="8c1e5f0a2b",
        project=project,
        rule_id="r",
        rule_name="Anything critical",
        monitor=table_monitor(name) if kind == "table" else ANSWERS,
        severity=Severity.CRITICAL,
        worst=Severity.CRITICAL,
        opened_at=NOW - timedelta(hours=27, minutes=5),
        n_checks=3,
        report_kind=kind,  # type: ignore[arg-type]
        report_id=report_id,
    )


def checked_table(services: Services, *, project: str = "default", jobs: tuple[str, ...] = ("a", "b", "c")) -> str:
    """The id of a check in which ages rose and a job was renamed."""
    rng = np.random.default_rng(0)

    def table(name: str, n: int, age: float, jobs: tuple[str, ...]) -> Table:
        frame = pd.DataFrame(
            {
                "age": rng.normal(age, 10, n).round(),
                "balance": rng.normal(1000, 300, n),
                "job": rng.choice(np.array(jobs, dtype=object), n),
            }
        )
        return Table(name, frame, name)

    reference = table("bank_full", 2000, 40, jobs)
    monitor.check_table(services, reference, table("april.csv", 1500, 52, (*jobs[:-1], "d")), project=project)
    return monitor.table_runs(services, project=project)[0].id


def checked_answers(services: Services) -> monitor.PoolCheck:
    services.store.responses.add(answers("bread", 40, seed=1))
    monitor.promote(services, "bread")
    services.store.responses.add(answers("bicycle", 40, seed=3))
    return monitor.check_responses(services)


def length(message: Message) -> int:
    return sum(map(len, (message.title, message.verdict, message.effect, *message.evidence, message.action)))


def test_a_table_is_told_as_its_report_tells_it(services: Services) -> None:
    run_id = checked_table(services)
    _, report = monitor.open_run(services, run_id)
    message = alert_message.alert_message(services, incident(run_id), "opened", at=NOW)
    assert message.title == "CRITICAL drift: “bank_full” (project default)"
    sizes = "1\u202f500 current against 2\u202f000 reference rows"
    assert message.verdict == f"2 of 3 columns drifted; {sizes}, adjusted p\xa0<\xa00.001."
    assert report.verdict.startswith(message.verdict)
    assert report.largest_effect
    assert message.effect.startswith("Effect 0.59 in `job`, on a scale of 0 to 1; MEDIUM from 0.10, HIGH from 0.20, ")
    assert message.effect.endswith("3 checks in a row by now.")
    assert len(message.evidence) == 3
    assert "category of `job` that the reference lacks" in message.evidence[0]
    assert any("`age` shifted by itself" in text for text in message.evidence)
    _, findings = monitor.table_findings(report, title="")
    assert message.action == findings.recommendation.actions[0].text
    assert (message.at, message.severity, message.incident_id) == (NOW, Severity.CRITICAL, "8c1e5f0a2b")
    assert message.link == f"http://localhost:8501/tabular?run={run_id}"


def test_answers_are_told_as_their_report_tells_them(services: Services) -> None:
    check = checked_answers(services)
    assert check.calculation
    assert check.report
    message = alert_message.alert_message(services, incident(check.calculation.id, kind="text"), "opened", at=NOW)
    assert message.title == "CRITICAL drift: answers (project default)"
    assert message.verdict.startswith("40 current against 40 baseline answers, unpaired. The responses differ (p")
    assert check.report.drift.reason in message.verdict
    assert message.effect.startswith("Effect 1.39; MMD², a distance between current and baseline answers, is ")
    assert message.evidence[0].startswith("The prompts changed")
    assert len({text.split(" (")[0] for text in message.evidence}) == len(message.evidence) == 3
    assert message.link.endswith(f"/llm-dashboard?calculation={check.calculation.id}")


def test_titles_say_what_happened(services: Services) -> None:
    of = incident("gone")
    well = replace(of, severity=Severity.LOW)
    titles = {
        event: alert_message.alert_message(services, item, event, at=NOW).title
        for item, event in ((of, "opened"), (of, "worsened"), (of, "reminder"), (well, "resolved"))
    }
    assert titles == {
        "opened": "CRITICAL drift: “bank_full” (project default)",
        "worsened": "Worse, now CRITICAL: “bank_full” (project default)",
        "reminder": "Still CRITICAL: “bank_full” (project default)",
        "resolved": "Resolved: “bank_full” (project default)",
    }


def test_an_end_says_how_long_and_how_bad_it_was(services: Services) -> None:
    run_id = checked_table(services)
    of = replace(incident(run_id), severity=Severity.LOW, resolved_at=NOW)
    message = alert_message.alert_message(services, of, "resolved", at=NOW)
    assert message.verdict == "It lasted 1 day 3 hours over 3 checks, CRITICAL at worst."
    assert message.effect.startswith("Newest check: 2 of 3 columns drifted; ")
    assert (message.evidence, message.action) == ((), "")
    assert message.link.endswith(f"run={run_id}")


def test_an_end_that_leaves_milder_drift_says_so(services: Services) -> None:
    of = replace(incident(checked_table(services)), severity=Severity.HIGH, resolved_at=NOW)
    message = alert_message.alert_message(services, of, "resolved", at=NOW)
    assert message.title == "Over for this rule, still HIGH: “bank_full” (project default)"
    assert message.verdict.endswith(" The newest check is HIGH, which is milder than the rule asks for.")


def test_a_reminder_says_since_when_it_is_open_and_when_it_was_last_checked(services: Services) -> None:
    with time_machine.travel(NOW - timedelta(days=1)):
        run_id = checked_table(services)
    message = alert_message.alert_message(services, incident(run_id), "reminder", at=NOW)
    opened, checked = "1 Nov 2026 10:57 UTC", "1 Nov 2026 14:02 UTC"
    assert message.effect.endswith(f" Open since {opened}, last checked on {checked}.")
    assert [(fact.name, fact.value) for fact in facts(message)][-1] == ("Reminded", "2 Nov 2026 14:02 UTC")


def test_a_check_that_is_gone_is_still_told(services: Services) -> None:
    for kind, page in (("table", "tabular"), ("text", "llm-dashboard")):
        for report_id in ("gone", ""):
            message = alert_message.alert_message(services, incident(report_id, kind=kind), "opened", at=NOW)
            assert message.verdict.startswith("The check found CRITICAL drift.")
            assert message.verdict.endswith("not stored any more." if report_id else "drift.")
            assert message.link == f"http://localhost:8501/{page}"


@pytest.mark.parametrize("damage", [ValueError, KeyError, RecursionError])
def test_a_report_that_cannot_be_read_costs_its_evidence_only(
    services: Services, monkeypatch: pytest.MonkeyPatch, damage: type[Exception]
) -> None:
    run_id, check = checked_table(services), checked_answers(services)
    assert check.calculation

    def broken(*_arguments: object) -> None:
        raise damage("nonsense")

    monkeypatch.setattr(alert_facts, "open_run", broken)
    monkeypatch.setattr(alert_facts, "open_calculation", broken)
    message = alert_message.alert_message(services, incident(run_id), "opened", at=NOW)
    rows = "1\u202f500 current against 2\u202f000 reference rows"
    assert message.verdict == f"CRITICAL: 2 of 3 columns drifted; {rows}. The report itself cannot be read."
    assert message.effect.startswith("Largest effect 0.59, on a scale of 0 to 1; ")
    assert (message.evidence, message.action) == ((), "")
    assert message.link.endswith(f"run={run_id}")
    of = incident(check.calculation.id, kind="text")
    message = alert_message.alert_message(services, of, "opened", at=NOW)
    assert message.verdict.startswith("CRITICAL: 40 current against 40 baseline answers, p")
    assert message.effect.startswith("Effect 1.39. ")


def test_long_names_and_texts_are_cut(services: Services) -> None:
    name = "x" * 5000 + "\n<!channel>"
    services.store.create_project("long project")
    run_id = checked_table(services, project="long project", jobs=(f"{name}1", f"{name}2", f"{name}3"))
    of = incident(run_id, name=name, project="long project")
    message = alert_message.alert_message(services, of, "opened", at=NOW)
    assert length(message) <= 2500
    assert "\n" not in f"{message.title}{message.verdict}{message.evidence}{message.action}"
    texts = [f"{'why ' * 3000}{i}" for i in range(40)]
    services.store.responses.add([Response(prompt=f"p{i}", response=text) for i, text in enumerate(texts)])
    monitor.promote(services, "why")
    services.store.responses.add([Response(prompt=f"q{i}", response=text[::-1]) for i, text in enumerate(texts)])
    check = monitor.check_responses(services)
    assert check.calculation
    of = incident(check.calculation.id, kind="text")
    assert length(alert_message.alert_message(services, of, "worsened", at=NOW)) <= 2500


def test_nothing_is_found_in_a_check_without_drift(services: Services) -> None:
    services.store.responses.add(answers("bread", 40, seed=1))
    monitor.promote(services, "bread")
    services.store.responses.add(answers("bread", 40, seed=2))
    check = monitor.check_responses(services)
    assert check.calculation
    message = alert_message.alert_message(services, incident(check.calculation.id, kind="text"), "resolved", at=NOW)
    assert "No difference beyond chance" in message.effect


def test_a_test_message_says_that_it_is_one(services: Services) -> None:
    message = alert_message.test_message(services, "support-bot")
    assert message.title == "Test message of Driftium (project support-bot)"
    assert facts(message)[-1].name == "Sent"  # nothing was checked
    assert (message.event, message.severity, message.evidence) == ("test", None, ())
    assert message.link == "http://localhost:8501/settings?project=support-bot"
    assert message.incident_id != alert_message.test_message(services, "support-bot").incident_id


def test_links_lead_to_pages_as_the_pages_read_them(services: Services) -> None:
    services.address = "https://drift.example.org/console/"
    assert report_link(services, "table", "r1") == "https://drift.example.org/console/tabular?run=r1"
    link = report_link(services, "text", "c1", "a & b / “c”?#")
    assert urlsplit(link).path == "/console/llm-dashboard"
    assert parse_qs(urlsplit(link).query) == {"calculation": ["c1"], "project": ["a & b / “c”?#"]}
    assert link.isascii()
    assert page_link(services, "") == "https://drift.example.org/console/"
    assert page_link(services, "settings", "x") == "https://drift.example.org/console/settings?project=x"
