"""The agents' prompts: templates in files, and the answers read back line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template

from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Agent, Claim

__all__ = ["PLACEHOLDERS", "prompt_for", "system_prompt", "template", "wordings"]

PLACEHOLDERS = frozenset({"facts", "remarks", "statements"})

MOST_CANDIDATES = 3
"""Lines of one number that are looked at: a model that repeats itself costs no more."""

_NUMBERED = re.compile(
    r"^[\s>*_#-]*(?:(?:statement|sentence|claim|line)\s+)?[(\[]?(\d{1,3})[)\]]?\s*[:.)][*_]*\s+(\S.*)$", re.I
)


@cache
def template(name: str) -> Template:
    """The prompt of an agent, by the name of its file.

    Raises
    ------
    ValueError
        The file has other placeholders than the code fills.
    """
    text = files(__package__).joinpath("prompts", f"{name}.md").read_text("utf-8")
    found = Template(text)
    expected = PLACEHOLDERS if name != "system" else frozenset()
    if not found.is_valid() or frozenset(found.get_identifiers()) != expected:
        names = ", ".join(f"${placeholder}" for placeholder in sorted(expected)) or "no placeholders"
        raise ValueError(f"The prompt file rca/prompts/{name}.md must have {names}, and $$ for a dollar sign.")
    return found


def system_prompt() -> str:
    """What a model is told to be, whichever agent asks."""
    return template("system").template.strip()


def prompt_for(agent: Agent, claims: Mapping[int, Claim], ledger: Ledger, remarks: Mapping[int, str]) -> str:
    """The question for words.

    Parameters
    ----------
    claims : mapping
        By the number that each is given.
    remarks : mapping
        Why the words of a number were refused the last time.
    """
    cited = dict.fromkeys(fact_id for claim in claims.values() for fact_id in claim.evidence_ids)
    texts = [ledger[fact_id].text for fact_id in cited]
    stated = {claim.text for claim in claims.values()}
    facts = [f"- {_line(text)}" for text in texts if text not in stated]
    refused = [f"- Statement {number} was refused before, because it {why}." for number, why in remarks.items()]
    return template(agent).substitute(
        facts="\n".join(facts) or "- Those in the statements.",
        remarks="\n".join(refused),
        statements="\n".join(f"{number}: {_line(claim.text)}" for number, claim in claims.items()),
    )


def wordings(answer: str, numbers: Sequence[int]) -> dict[int, list[str]]:
    """What an answer says for each number, in the order of the answer; numbers that it leaves out are not there.

    A statement ends at the next number or at an empty line. Where one statement alone was asked for, its number may be
    missing.

    >>> wordings("Sure!\\n\\n1: Age fell.\\n2) Jobs\\nrose.\\n\\nBye", [1, 2])
    {1: ['Age fell.'], 2: ['Jobs rose.']}
    """
    found: dict[int, list[str]] = {}
    current: list[str] | None = None
    for line in answer.splitlines():
        numbered = _NUMBERED.match(line)
        if numbered:
            number = int(numbered[1])
            current = found.setdefault(number, []) if number in numbers else None
            if current is not None:
                current.append(numbered[2])
        elif not line.strip():
            current = None
        elif current:
            current[-1] += f" {line.strip()}"
    if not found and len(numbers) == 1 and answer.strip():
        found[numbers[0]] = [" ".join(answer.split())]
    return {number: [_unquoted(text) for text in texts[:MOST_CANDIDATES]] for number, texts in found.items()}


def _unquoted(text: str) -> str:
    """Without quotation marks round the whole."""
    text = text.strip()
    inner = text[1:-1]
    return inner if text[:1] + text[-1:] in ('""', "“”") and not re.search('["“”]', inner) else text


def _line(text: str) -> str:
    return " ".join(text.split())
