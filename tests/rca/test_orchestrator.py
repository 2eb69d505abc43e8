"""The agents in turn: the same findings whatever the writer does, and in time."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from driftium_core.errors import GeneratorUnavailableError
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.orchestrator import explain, investigate
from driftium_core.rca.report import Claim, RcaReport
from driftium_core.rca.rules import findings_by_rules
from driftium_core.severity import Severity
from tests.rca.writers import Hanging, Scripted, line_by_line

VERDICT = Fact(
    id="E1",
    kind=FactKind.VERDICT,
    text="400 current and 400 baseline answers were compared, as two samples. The answers drifted (p < 0.001).",
    severity=Severity.HIGH,
    significant=True,
    direction="changed",
    detail="unpaired",
    pvalue=0.0005,
)
LEDGER = Ledger(
    kind="text",
    title="current answers against “v3”",
    status="drift",
    severity=Severity.HIGH,
    facts=(VERDICT, Fact(id="E2", kind=FactKind.SIZE, text="400 current and 400 baseline answers took part.")),
)


def without_times(report: RcaReport) -> RcaReport:
    moment = datetime(2026, 1, 1)
    steps = tuple(
        replace(step, started_at=moment, duration_ms=0.0, message=re.sub(r"^Done in .+? s\.", "Done.", step.message))
        for step in report.steps
    )
    return replace(report, steps=steps, created_at=moment, duration_ms=0.0)


def assert_rules_stand(report: RcaReport) -> None:
    assert report.findings == findings_by_rules(LEDGER)
    assert report.source == "rules"


def test_without_a_writer_the_rules_speak_and_say_why() -> None:
    report = investigate(LEDGER, why_no_writer="Ollama does not answer. Start it.")
    assert_rules_stand(report)
    assert report.model is None
    assert report.worded_by == "Written by rules. Ollama does not answer. Start it."
    assert investigate(LEDGER).worded_by == "Written by rules from the computed facts."


def test_the_trace_tells_every_agent_in_turn_and_on_what_evidence() -> None:
    steps = []
    report = investigate(LEDGER, on_step=steps.append)
    assert tuple(steps) == report.steps
    assert [step.agent for step in steps] == ["orchestrator", "triage", "diagnosis", "recommendation", "orchestrator"]
    assert steps[0].message == "Opened 2 facts on current answers against “v3”: 1 size."
    assert steps[1].message.startswith("Severity HIGH;")
    assert [step.source for step in steps] == [None, "rules", "rules", "rules", None]
    assert all(step.evidence_ids for step in steps[1:4])
    assert re.fullmatch(r"Done in .+ s\. Written by rules from the computed facts\.", steps[-1].message)
    assert all(step.duration_ms >= 0 for step in steps)


def test_the_same_ledger_gives_the_same_report_but_for_times() -> None:
    writer = Scripted(line_by_line(lambda text: text.replace("answers", "responses")))
    first, second = (without_times(investigate(LEDGER, writer=writer)) for _ in range(2))
    assert first == second
    assert first.source == "llm"
    assert first.model == "tester:1b"
    assert first.worded_by.startswith("Worded by tester:1b and checked")


def test_a_model_words_claims_and_nothing_else() -> None:
    writer = Scripted(line_by_line(lambda text: text.replace("answers", "responses")))
    worded, ruled = investigate(LEDGER, writer=writer).findings, findings_by_rules(LEDGER)
    assert worded != ruled
    assert worded.triage.severity == ruled.triage.severity
    assert worded.triage.urgency == ruled.triage.urgency
    assert worded.diagnosis.cause == ruled.diagnosis.cause
    assert worded.diagnosis.headline == ruled.diagnosis.headline
    assert worded.recommendation.actions == ruled.recommendation.actions


NONSENSE: list[Callable[[dict[int, str]], object]] = [
    lambda _asked: None,
    lambda _asked: {"1": "text"},
    lambda _asked: b"1: text",
    lambda _asked: 7,
    lambda _asked: "",
    lambda _asked: "\ud83d\udc00 \x00",
    lambda _asked: "1: " + "the answers drifted " * 2_500_000,  # 50 MB
    lambda _asked: "1: x" + " " * 10_000_000 + "y",
    lambda _asked: "1: " + "[E1 " * 1_000_000,
    lambda _asked: "`" * 1_000_000 + "\n1: " + '"' * 1_000_000,
    lambda _asked: '{"1": "The answers drifted."}',
    lambda _asked: "1: CRITICAL! Retrain the model at once, p = 0.9.",
]


@pytest.mark.parametrize("answer", NONSENSE, ids=range(len(NONSENSE)))
def test_an_answer_that_is_no_use_costs_words_alone(answer: Callable[[dict[int, str]], object]) -> None:
    began_s = time.monotonic()
    report = investigate(LEDGER, writer=Scripted(answer), deadline_s=20.0)
    assert_rules_stand(report)
    assert report.worded_by.startswith("Written by rules: ")
    assert time.monotonic() - began_s < 20
    assert "\n" not in "".join(step.message + step.rejected_reason for step in report.steps)


class Odd(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (GeneratorUnavailableError("Ollama went away. Start it again."), "Ollama went away. Start it again."),
        (ValueError("secret"), "It failed with ValueError."),
        (Odd("secret"), "It failed with Odd."),
        (SystemExit(1), "It failed with SystemExit."),
        (RecursionError(), "It failed with RecursionError."),
    ],
)
def test_a_writer_that_raises_is_not_asked_again(error: BaseException, why: str) -> None:
    asked = []

    def fail(statements: dict[int, str]) -> object:
        asked.append(statements)
        raise error

    report = investigate(LEDGER, writer=Scripted(fail))
    assert_rules_stand(report)
    assert len(asked) == 1
    assert report.worded_by == "Written by rules: tester:1b could not answer."
    assert [step.rejected_reason for step in report.steps if step.rejected_reason] == [why]
    assert report.model == "tester:1b"


def test_a_writer_that_hangs_costs_its_share_and_is_not_asked_again() -> None:
    writer = Hanging()
    began_s = time.monotonic()
    report = investigate(LEDGER, writer=writer, deadline_s=2.0)
    took_s = time.monotonic() - began_s
    writer.let_go.set()
    assert took_s < 2.0
    assert writer.n_asked == 1
    assert_rules_stand(report)
    assert report.worded_by.startswith("Written by rules: sleeper did not answer within ")


def test_what_was_worded_before_a_failure_stays() -> None:
    def once(statements: dict[int, str]) -> str:
        if len(writer.prompts) > 1:
            raise GeneratorUnavailableError("Gone.")
        return line_by_line(lambda text: text.replace("answers", "responses"))(statements)

    writer = Scripted(once)
    report = investigate(LEDGER, writer=writer)
    assert report.findings.triage.claims[0].source == "llm"
    assert {claim.source for claim in report.claims[1:]} == {"rules"}
    assert report.worded_by.endswith("in the rules' own words, as tester:1b could not answer.")


def test_a_stop_ends_the_wait_at_once() -> None:
    writer, stop = Hanging(), threading.Event()
    threading.Timer(0.3, stop.set).start()
    began_s = time.monotonic()
    report = investigate(LEDGER, writer=writer, deadline_s=60.0, stopped=stop.is_set)
    writer.let_go.set()
    assert time.monotonic() - began_s < 5
    assert_rules_stand(report)
    assert report.worded_by == "Written by rules: no more words were waited for."


def test_a_writer_is_told_when_nobody_waits_any_more() -> None:
    told = threading.Event()

    class Polite(Hanging):
        def write(self, prompt: str, *, system: str, timeout_s: float, stopped: Callable[[], bool]) -> str:
            del prompt, system, timeout_s
            while not stopped():
                time.sleep(0.01)
            told.set()
            return ""

    investigate(LEDGER, writer=Polite(), deadline_s=2.0)
    assert told.wait(5)


@pytest.mark.parametrize("deadline_s", [0.0, -1.0, float("nan")])
def test_without_time_nobody_is_asked(deadline_s: float) -> None:
    writer = Scripted(line_by_line(str))
    report = investigate(LEDGER, writer=writer, deadline_s=deadline_s)
    assert_rules_stand(report)
    assert writer.prompts == []
    assert report.model is None
    assert "no time" in report.worded_by


def test_a_writer_without_a_name_is_asked_all_the_same() -> None:
    class Nameless(Scripted):
        @property
        def model(self) -> str:
            raise ValueError

        @model.setter
        def model(self, name: str) -> None:
            pass

    report = investigate(LEDGER, writer=Nameless(line_by_line(lambda text: text.replace("answers", "replies"))))
    assert report.source == "llm"
    assert report.model == "the model"


def test_an_explanation_is_worded_like_an_investigation() -> None:
    writer = Scripted(line_by_line(lambda text: text.replace("answers", "responses")))
    worded, ruled = explain(LEDGER, writer=writer), explain(LEDGER)
    assert worded.actions == ruled.actions
    assert any(claim.source == "llm" for claim in worded.claims)
    assert worded.model == "tester:1b"
    assert ruled.worded_by == "Written by rules from the computed facts."
    assert explain(LEDGER, writer=Scripted(lambda _asked: None)).claims == ruled.claims


def test_the_claims_that_are_worded_are_those_that_are_read() -> None:
    asked: list[str] = []

    def remember(statements: dict[int, str]) -> str:
        asked.extend(statements.values())
        return line_by_line(str)(statements)

    report = investigate(LEDGER, writer=Scripted(remember))
    claims: tuple[Claim, ...] = report.claims
    assert asked == [" ".join(claim.text.split()) for claim in claims]
