"""Prompts, answers read line by line, and the second attempt."""

import re
import time

import pytest

from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.prompting import PLACEHOLDERS, prompt_for, system_prompt, template, wordings
from driftium_core.rca.report import Claim
from driftium_core.rca.trace import Trace
from driftium_core.rca.wording import Wording
from tests.rca.writers import Scripted, line_by_line, statements

FACTS = (
    Fact(id="E1", kind=FactKind.COLUMN, subject="age", text="`age` drifted: median 41 before, 30 now."),
    Fact(id="E2", kind=FactKind.COLUMN, subject="job", text="`job` drifted; no category is new."),
)
LEDGER = Ledger(kind="table", title="“b” against “a”", status="drift", severity=None, facts=FACTS)
FELL = Claim(text="The median of `age` fell from 41 to 30.", evidence_ids=("E1",), bearing="supports", title="Age.")
NEW = Claim(text="No category of `job` is new.", evidence_ids=("E2",), bearing="rules_out")


def wording_of(writer: Scripted, trace: Trace | None = None) -> Wording:
    return Wording(
        writer, LEDGER, until_s=time.monotonic() + 20, stopped=lambda: False, trace=trace or Trace(lambda _: None)
    )


@pytest.mark.parametrize("agent", ["triage", "diagnosis", "recommendation"])
def test_a_prompt_holds_statements_and_facts_and_no_placeholder(agent: str) -> None:
    prompt = prompt_for(agent, {1: FELL, 2: NEW}, LEDGER, {2: "leaves out a negation"})
    assert statements(prompt) == {1: FELL.text, 2: NEW.text}
    assert f"- {FACTS[0].text}" in prompt
    assert "Statement 2 was refused before, because it leaves out a negation." in prompt
    assert not re.search(r"\$\w|\{|\}|None", prompt + system_prompt())
    assert frozenset(template(agent).get_identifiers()) == PLACEHOLDERS


def test_a_dollar_sign_of_the_data_is_no_placeholder() -> None:
    dear = Claim(text="`price in $facts` fell to $5.", evidence_ids=("E1",))
    assert dear.text in prompt_for("triage", {1: dear}, LEDGER, {})


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("1: A.\n2: B.", {1: ["A."], 2: ["B."]}),
        ("Of course! Here you go:\n\n 1. A.\n(2) B.\n\nLet me know.", {1: ["A."], 2: ["B."]}),
        ("- **1:** A.\n- **2:** B.", {1: ["A."], 2: ["B."]}),
        ("Statement 1: A\ngoes on.\nStatement 2: “B.”", {1: ["A goes on."], 2: ["B."]}),
        ("2: B.\n1: A.\n1: C.\n7: D.", {1: ["A.", "C."], 2: ["B."]}),
        ("1: 3.5 % of A\n3.5 % of B", {1: ["3.5 % of A 3.5 % of B"]}),
        ("A. B.", {}),
        ("", {}),
        ("1:\n2:", {}),
    ],
)
def test_answers_are_read_by_their_numbers(answer: str, read: dict[int, list[str]]) -> None:
    assert wordings(answer, [1, 2]) == read


def test_a_single_statement_needs_no_number() -> None:
    assert wordings("Age\nfell.", [1]) == {1: ["Age fell."]}


def test_each_claim_is_accepted_or_refused_on_its_own() -> None:
    writer = Scripted(lambda _asked: "1: The median of age decreased from 41 to 30.\n2: A category of job is new.")
    steps = []
    words = wording_of(writer, Trace(steps.append))
    fell, new = words.word("diagnosis", [FELL, NEW], share=1.0)
    assert fell.text == "The median of `age` decreased from 41 to 30."
    assert (fell.source, fell.title, fell.bearing, fell.evidence_ids) == ("llm", "Age.", "supports", ("E1",))
    assert new is NEW
    assert words.worded_by == "Worded by tester:1b and checked; 1 of 2 statements is in the rules' own words."
    assert [step.message for step in steps] == [
        "tester:1b was asked to word 2 statements; 1 passed.",
        "tester:1b was asked to word 1 statement; 0 passed.",
    ]
    assert [step.rejected_reason for step in steps] == ["leaves out a negation"] * 2


def test_what_was_refused_is_asked_for_once_more_by_the_rule_it_broke() -> None:
    answers = iter(["1: The median of age fell from 41 to 4711.\n2: no new one", "1: Age’s median decreased to 30"])
    writer = Scripted(lambda _asked: next(answers))
    claims = wording_of(writer).word("triage", [FELL, NEW], share=1.0)
    assert claims == (FELL, NEW)
    assert len(writer.prompts) == 2
    assert "Statement 1 was refused before, because it changes a number." in writer.prompts[1]
    assert "4711" not in writer.prompts[1]


def test_a_second_answer_can_be_better_than_the_first() -> None:
    answers = iter(["nothing of use", "2: No category of job is new\n1: The median of age decreased from 41 to 30"])
    claims = wording_of(Scripted(lambda _asked: next(answers))).word("triage", [FELL, NEW], share=1.0)
    assert [claim.source for claim in claims] == ["llm", "rules"]  # the second is the rules' own sentence, quotes apart


def test_words_that_are_the_rules_own_are_not_called_a_models() -> None:
    words = wording_of(Scripted(line_by_line(lambda text: text.replace("`", ""))))
    assert words.word("triage", [FELL, NEW], share=1.0) == (FELL, NEW)
    assert words.worded_by == "Written by rules: tester:1b would change no word."


def test_no_claims_ask_nobody() -> None:
    writer = Scripted(line_by_line(str))
    assert wording_of(writer).word("triage", [], share=1.0) == ()
    assert writer.prompts == []
