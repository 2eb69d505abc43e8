"""Investigations of stored reports: kept, joined, cancelled, worded by a model or not, and read again."""

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import text

from driftium_core import monitor
from driftium_core.errors import GeneratorUnavailableError, InputError, NotFoundError, StorageError
from driftium_core.llm.port import AUTOMATIC, ModelChoice
from driftium_core.llm.streaming import Ending
from driftium_core.services import Services
from driftium_core.settings import Settings
from driftium_core.severity import Severity
from driftium_core.tabular.simulate import parse_filter
from tests.monitor.answers import answers
from tests.monitor.conftest import open_with_words
from tests.monitor.scripted import ScriptedGenerators
from tests.store.make import new_calculation, new_investigation, new_run

ROOT = Path(__file__).parents[2]

EMBEDDED = ModelChoice("embedded")
"""Under an automatic choice it is not asked."""


def checked_table(services: Services, rule: str = "age < 35") -> str:
    """Id of the run of a simulation."""
    reference = monitor.sample_table(services, 2000)
    current = monitor.simulate(services, reference, parse_filter(rule))
    run_id = monitor.check_table(services, reference, current, simulated=rule).run_id
    assert run_id is not None
    return run_id


def checked_answers(services: Services) -> str:
    """Id of the calculation on answers about another topic than the baseline's."""
    services.store.responses.add(answers("bread", 40))
    monitor.promote(services, "launch")
    services.store.responses.add(answers("bicycle", 40, seed=1))
    calculation = monitor.check_responses(services).calculation
    assert calculation is not None
    return calculation.id


def answering(services: Services, generators: ScriptedGenerators) -> ScriptedGenerators:
    """Put a scripted model in the place of the real ones."""
    services.generators = generators  # type: ignore[assignment]
    return generators


def reworded(prompt: str, _choice: ModelChoice = AUTOMATIC) -> str:
    """Every statement that a prompt asks to be worded, with two words before it."""
    statements = re.findall(r"^(\d+): (.*)$", prompt.partition("Statements:\n")[2], re.MULTILINE)
    return "\n".join(f"{number}: In short, {statement}" for number, statement in statements)


def investigated(services: Services, kind: str, report_id: str, **how: object) -> monitor.Investigated:
    """The outcome of an investigation that succeeds."""
    job = monitor.start_investigation(services, kind, report_id, **how)  # type: ignore[arg-type]
    assert job.wait(60)
    assert (job.state, job.error) == ("done", None)
    assert job.result is not None
    return job.result


@pytest.mark.parametrize("kind", ["table", "text"])
def test_a_finished_investigation_is_kept_with_its_report_and_steps(services: Services, kind: str) -> None:
    answering(services, ScriptedGenerators(reworded, nobody="No model is here."))
    report_id = checked_table(services) if kind == "table" else checked_answers(services)
    before = monitor.project_version(services)
    found = investigated(services, kind, report_id)
    kept = found.investigation
    assert kept is not None
    assert found.notice == ""
    assert (kept.kind, kept.report_id, kept.severity, kept.status) == (kind, report_id, Severity.CRITICAL, "drift")
    assert kept.cause == found.report.findings.diagnosis.cause
    assert monitor.investigations(services) == [kept]
    assert monitor.find_investigation(services, kind, report_id) == kept  # type: ignore[arg-type]
    assert monitor.open_investigation(services, kept.id) == (kept, found.report)
    assert monitor.investigation_steps(services, kind, report_id) == found.report.steps  # type: ignore[arg-type]
    assert len(found.report.steps) >= 5
    assert monitor.project_version(services) != before
    assert found.report.versions["driftium"]


def test_without_a_model_the_rules_speak_and_say_why(services: Services) -> None:
    generators = answering(services, ScriptedGenerators(reworded, nobody="No model is here."))
    report = investigated(services, "table", checked_table(services)).report
    assert (report.source, report.model, generators.asked) == ("rules", None, [])
    assert report.worded_by == "Written by rules. No model is here. Start Ollama with `ollama serve`."


def test_the_embedded_model_is_asked_only_when_it_is_chosen(services: Services) -> None:
    generators = answering(services, ScriptedGenerators(reworded))
    run_id = checked_table(services)
    report = investigated(services, "table", run_id).report
    assert (report.source, report.model, generators.asked) == ("rules", None, [])
    assert report.worded_by == ("Written by rules: the embedded model is too small to word them; choose it to try.")
    chosen = investigated(services, "table", run_id, choice=EMBEDDED).report
    assert (chosen.source, chosen.model) == ("llm", "scripted · embedded")
    assert chosen.worded_by.startswith("Worded by scripted · embedded and checked")


def test_an_automatic_choice_that_comes_to_ollama_asks_it(services: Services) -> None:
    generators = answering(services, ScriptedGenerators(reworded, models=["qwen3:0.6b"], default="qwen3:0.6b"))
    report = investigated(services, "table", checked_table(services)).report
    assert (report.source, report.model) == ("llm", "qwen3:0.6b · Ollama")
    assert generators.asked


def test_by_rules_no_model_is_asked(services: Services) -> None:
    generators = answering(services, ScriptedGenerators(reworded))
    report = investigated(services, "table", checked_table(services), by_rules=True).report
    assert (report.source, report.model, generators.asked) == ("rules", None, [])
    assert report.worded_by == "Written by rules from the computed facts."


def test_a_models_words_are_marked_and_asked_for_so_that_they_come_again(services: Services) -> None:
    generators = answering(services, ScriptedGenerators(reworded, models=["qwen3:0.6b"]))
    choice = ModelChoice("ollama", "qwen3:0.6b")
    run_id = checked_table(services)
    found = investigated(services, "table", run_id, choice=choice, seed=7)
    assert found.investigation is not None
    assert (found.investigation.source, found.investigation.model) == ("llm", "qwen3:0.6b · Ollama")
    assert any(claim.text.startswith("In short, ") for claim in found.report.claims if claim.source == "llm")
    assert {(asked.temperature, asked.seed) for asked in generators.options} == {(0, 7)}
    by_rules = investigated(services, "table", run_id, by_rules=True).report
    assert found.report.findings.recommendation.actions == by_rules.findings.recommendation.actions
    assert (found.report.severity, found.report.ledger) == (by_rules.severity, by_rules.ledger)


def test_two_who_start_at_once_share_one_investigation_and_later_ones_are_new(services: Services) -> None:
    generators = answering(services, ScriptedGenerators(reworded))
    generators.gate.clear()
    run_id = checked_table(services)
    jobs = []
    threads = [
        threading.Thread(
            target=lambda: jobs.append(monitor.start_investigation(services, "table", run_id, choice=EMBEDDED))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({job.id for job in jobs}) == 1
    assert monitor.investigation_job(services, "table", run_id) is jobs[0]
    generators.gate.set()
    assert jobs[0].wait(60)
    assert monitor.investigation_job(services, "table", run_id) is None
    assert len(monitor.investigations(services)) == 1
    again = investigated(services, "table", run_id, by_rules=True).investigation
    assert again is not None
    assert len(monitor.investigations(services)) == 2
    assert monitor.find_investigation(services, "table", run_id) == again


def test_a_cancelled_investigation_leaves_nothing_and_can_be_begun_anew(services: Services) -> None:
    generators = answering(services, ScriptedGenerators(reworded))
    generators.gate.clear()
    run_id = checked_table(services)
    job = monitor.start_investigation(services, "table", run_id, choice=EMBEDDED)
    wait_for(lambda: generators.asked)
    steps = monitor.investigation_steps(services, "table", run_id)
    assert [step.agent for step in steps][:2] == ["orchestrator", "triage"]
    began_s = time.monotonic()
    job.cancel()
    assert job.wait(10)
    assert time.monotonic() - began_s < 3
    assert (job.state, job.result) == ("cancelled", None)
    assert monitor.investigations(services) == []
    generators.gate.set()
    assert investigated(services, "table", run_id).investigation is not None


def test_investigations_that_wait_for_a_slow_model_hold_up_no_check_and_no_other_report(services: Services) -> None:
    generators = answering(services, ScriptedGenerators(reworded))
    generators.gate.clear()
    waiting = [
        monitor.start_investigation(services, "table", checked_table(services, f"age < {age}"), choice=EMBEDDED)
        for age in (30, 35, 40)
    ]
    wait_for(lambda: len(generators.asked) >= len(waiting))
    upload = services.jobs.start(lambda _progress: "checked", title="Checking an upload")
    assert upload.wait(10)
    assert investigated(services, "table", checked_table(services, "age < 45"), by_rules=True).investigation is not None
    assert not any(job.finished for job in waiting)
    generators.gate.set()
    assert all(job.wait(60) for job in waiting)


def test_a_model_that_hangs_costs_its_deadline_and_no_more(settings: Settings) -> None:
    short = settings.model_copy(update={"rca_deadline_s": 1.0})
    with open_with_words(short) as services:
        generators = answering(services, ScriptedGenerators(reworded))
        generators.gate.clear()
        began_s = time.monotonic()
        report = investigated(services, "table", checked_table(services), choice=EMBEDDED).report
        generators.gate.set()
    assert time.monotonic() - began_s < 10
    assert report.source == "rules"
    assert re.fullmatch(r"Written by rules: scripted · embedded did not answer within [\d.]+ s\.", report.worded_by)


@pytest.mark.parametrize(
    ("ending", "why"), [("stop", "Ollama stopped."), ("interrupted", "The model broke off before it had answered.")]
)
def test_a_model_that_is_gone_midway_leaves_the_rules_words(
    services: Services, ending: Literal["stop", "interrupted"], why: str
) -> None:
    def script(prompt: str, choice: ModelChoice) -> str | Exception:
        return reworded(prompt, choice) if len(generators.asked) == 1 else GeneratorUnavailableError("Ollama stopped.")

    generators = answering(services, ScriptedGenerators(script, ending=Ending(stop_reason=ending)))
    run_id = checked_table(services)
    found = investigated(services, "table", run_id, choice=EMBEDDED)
    by_rules = investigated(services, "table", run_id, by_rules=True)
    assert found.investigation is not None
    assert any(why in step.rejected_reason for step in found.report.steps)
    own = {claim.text for claim in by_rules.report.claims}
    assert all(claim.text in own for claim in found.report.claims if claim.source == "rules")
    assert found.report.severity == by_rules.report.severity


def test_a_database_that_fails_costs_only_the_record(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(services, ScriptedGenerators(reworded, nobody="No model is here."))
    run_id = checked_table(services)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(services.store.investigations, "add", fail)
    found = investigated(services, "table", run_id)
    assert found.investigation is None
    assert found.notice == "The investigation could not be stored. The disk is full."
    assert found.report.findings.recommendation.actions


def test_an_investigation_stands_when_its_report_is_gone(services: Services) -> None:
    answering(services, ScriptedGenerators(reworded, nobody="No model is here."))
    run_id = checked_table(services)
    kept = investigated(services, "table", run_id).investigation
    assert kept is not None
    monitor.delete_run(services, run_id)
    assert monitor.open_investigation(services, kept.id)[0] == kept
    assert monitor.export_investigation(services, kept.id).startswith("# ")
    with pytest.raises(NotFoundError, match=f"Run {run_id} is not stored"):
        monitor.start_investigation(services, "table", run_id)


def test_a_report_is_looked_for_in_its_project_only(services: Services) -> None:
    monitor.create_project(services, "other")
    run_id = checked_table(services)
    with pytest.raises(NotFoundError, match=f"{run_id} is of project 'default', not of 'other'"):
        monitor.start_investigation(services, "table", run_id, project="other")
    for kind in ("table", "text"):
        with pytest.raises(NotFoundError, match="nope is not stored"):
            monitor.start_investigation(services, kind, "nope")
    assert monitor.find_investigation(services, "table", run_id, project="other") is None


def test_only_actions_that_are_there_can_be_ticked(services: Services) -> None:
    kept = investigated(services, "table", checked_table(services), by_rules=True).investigation
    assert kept is not None
    n_actions = len(monitor.open_investigation(services, kept.id)[1].findings.recommendation.actions)
    assert monitor.tick_action(services, kept.id, 0, True).done == (0,)
    for position in (-1, n_actions):
        with pytest.raises(InputError, match=f"there is none at position {position}"):
            monitor.tick_action(services, kept.id, position, True)
    assert "- [x] " in monitor.export_investigation(services, kept.id, "markdown")
    assert monitor.tick_action(services, kept.id, 0, False).done == ()
    assert "- [x] " not in monitor.export_investigation(services, kept.id)


def test_both_exports_say_what_is_stored(services: Services) -> None:
    kept = investigated(services, "table", checked_table(services), by_rules=True).investigation
    assert kept is not None
    document = json.loads(monitor.export_investigation(services, kept.id, "json"))
    assert document["about"] == {
        **{name: getattr(kept, name) for name in ("id", "project", "kind", "report_id", "title", "summary")},
        **{name: getattr(kept, name) for name in ("severity", "status", "cause", "confidence", "source", "model")},
        "created_at": kept.created_at.isoformat(),
        "n_actions": len(document["recommendations"]),
        "done": [],
    }
    assert document["recommendations"]
    page = monitor.export_investigation(services, kept.id)
    assert f"Investigation {kept.id}" in page
    assert "“simulated sample” with age &lt; 35 against all of it" in page
    monitor.delete_investigation(services, kept.id)
    with pytest.raises(NotFoundError, match="is not stored, or no longer"):
        monitor.export_investigation(services, kept.id)


def test_an_investigation_of_another_version_is_listed_and_says_so_when_opened(services: Services) -> None:
    kept = investigated(services, "table", checked_table(services), by_rules=True).investigation
    assert kept is not None
    services.store.investigations.add(new_investigation(kept.report_id, document={"format": 99}))
    newest = monitor.investigations(services)[0]
    with pytest.raises(StorageError, match=r"stored by another version of Driftium and cannot be read. Investigate"):
        monitor.open_investigation(services, newest.id)
    assert monitor.open_investigation(services, kept.id)[0] == kept


def test_a_damaged_investigation_costs_no_other_and_is_told(services: Services) -> None:
    ids = [services.store.investigations.add(new_investigation(f"r{i}")).id for i in range(3)]
    with services.store.session(write=True) as session:
        session.execute(text("UPDATE investigations SET severity = 'AWFUL' WHERE id = :id"), {"id": ids[1]})
    assert [item.id for item in monitor.investigations(services)] == [ids[2], ids[0]]
    assert any("Some investigations of project “default” cannot be read" in said for said in services.notices())


def test_the_newest_are_kept_as_of_runs(settings: Settings) -> None:
    with open_with_words(settings.model_copy(update={"history_limit": 2})) as services:
        run_id = checked_table(services)
        ids = [investigated(services, "table", run_id, by_rules=True).investigation for _ in range(3)]
        assert monitor.investigations(services) == ids[:0:-1]


def test_tables_and_answers_are_investigated_from_one_list_newest_first(services: Services) -> None:
    run_id = checked_table(services)
    calculation_id = checked_answers(services)
    later = checked_table(services, "age >= 60")
    found = monitor.investigable(services)
    assert [(item.kind, item.id) for item in found] == [("table", later), ("text", calculation_id), ("table", run_id)]
    assert [item.title for item in found[::2]] == [
        "“simulated sample” with age >= 60 against all of it",
        "“simulated sample” with age < 35 against all of it",
    ]
    assert re.fullmatch(
        r"Answers of “default” against “launch”, version 1, \d+ \w{3} \d{4} \d\d:\d\d UTC", found[1].title
    )
    assert {(item.severity, item.status) for item in found} == {(Severity.CRITICAL, "drift")}
    assert monitor.investigable(services, limit=2) == found[:2]
    services.store.runs.add(new_run("f", severity=None, status="inconclusive"))
    newest = monitor.investigable(services, limit=1)[0]
    assert (newest.title, newest.severity, newest.status) == ("“april.csv” against “march.csv”", None, "inconclusive")


def test_answers_against_a_deleted_baseline_still_have_a_title(services: Services) -> None:
    services.store.calculations.add(new_calculation("f", baseline_id="gone"))
    assert monitor.investigable(services)[0].title.startswith(
        "Answers of “default” against a baseline that was deleted, "
    )


def test_a_long_history_is_listed_at_once(services: Services) -> None:
    services.store.runs.add(new_run("f"))
    services.store.calculations.add(new_calculation("f"))
    for table, key in (("table_runs", "id, fingerprint"), ("calculations", "id")):
        copy_rows(services, table, key.split(", "), 999)
    found, seconds = [], []
    for _ in range(3):
        began_s = time.perf_counter()
        found = monitor.investigable(services)
        seconds.append(time.perf_counter() - began_s)
    assert [sum(item.kind == kind for item in found) for kind in ("table", "text")] == [1000, 1000]
    assert min(seconds) < 1.0


def copy_rows(services: Services, table: str, keys: list[str], count: int) -> None:
    """As many more rows like the only one of a table, each under keys of its own."""
    with services.store.session(write=True) as session:
        names = [row[1] for row in session.execute(text(f"PRAGMA table_info({table})")) if row[1] != "seq"]
        values = ", ".join(f"{name} || '-' || i" if name in keys else name for name in names)
        session.execute(
            text(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}, n"
            ),
            {"count": count},
        )


def test_a_column_is_explained_by_rules_or_by_a_model(services: Services) -> None:
    reference = monitor.sample_table(services, 2000)
    rule = parse_filter("age < 35")
    report = monitor.check_table(services, reference, monitor.simulate(services, reference, rule)).report
    answering(services, ScriptedGenerators(reworded, nobody="No model is here."))
    ruled = monitor.explain_columns(services, report, ["age"], title="t")
    assert ruled.columns == ("age",)
    assert any("age" in claim.text for claim in ruled.claims)
    assert 1 <= len(ruled.actions) <= 2
    assert "No model is here." in ruled.worded_by
    generators = answering(services, ScriptedGenerators(reworded))
    unasked = monitor.explain_columns(services, report, ["age"], title="t")
    assert (unasked.claims, generators.asked) == (ruled.claims, [])
    assert "too small to word them" in unasked.worded_by
    worded = monitor.explain_columns(services, report, ["age"], title="t", choice=EMBEDDED)
    assert worded.model == "scripted · embedded"
    assert any(claim.source == "llm" for claim in worded.claims)
    assert worded.actions == ruled.actions


def test_killed_in_between_nothing_half_is_left(settings: Settings, tmp_path: Path) -> None:
    with open_with_words(settings) as services:
        run_id = checked_table(services)
    command = [sys.executable, "-m", "tests.monitor.investigator", str(tmp_path), run_id]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "asked\n"
        worker.kill()
    with open_with_words(settings) as services:
        assert monitor.investigations(services) == []
        assert monitor.investigation_job(services, "table", run_id) is None
        assert investigated(services, "table", run_id, by_rules=True).investigation is not None


def wait_for(true: object, timeout_s: float = 20) -> None:
    """Wait until a callable returns something true."""
    until_s = time.monotonic() + timeout_s
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until_s, "it has not come"
        time.sleep(0.01)
