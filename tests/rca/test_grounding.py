"""The gate: a claim may be reworded, and nothing of what it says may change."""

import random

import pytest

from driftium_core.formats import NARROW_SPACE, NO_BREAK_SPACE, fmt_n, fmt_p, fmt_percent, fmt_points
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.grounding import as_shown, why_ungrounded
from driftium_core.rca.report import Claim

FACTS = (
    Fact(id="E1", kind=FactKind.COLUMN, subject="age", text="`age` fell.", names=("job", "student", "no", "Age")),
    Fact(id="E2", kind=FactKind.COLUMN, subject="balance", text="`balance` drifted: HIGH, effect 0.28."),
    Fact(id="E3", kind=FactKind.KEYWORD, subject="store credit", text="`store credit` is in 12 % of the answers."),
)
LEDGER = Ledger(kind="table", title="", status="drift", severity=None, facts=FACTS)

MEDIAN = "The median of `age` fell from 41 to 30."
SHARE = (
    f"The share of `job` = “student” rose from {fmt_percent(0.041)} to {fmt_percent(0.12)}, "
    f"and {fmt_n(12345)} rows are gone ({fmt_p(0.0001)})."
)
ROOT = "`age` explains `job`."
LIKELY = "The prompts likely changed; no change in the answers was detected."
ONLY = "`age` is the only root; no other column stays shifted."
TERMS = "The current answers gained “store credit” and lost “refund”, in 40 of 128 answers."
SOME = "Some of the 12 columns did not drift."
POINTS = f"`balance` rose by {fmt_points(0.12)}."


def claim(text: str, *ids: str) -> Claim:
    return Claim(text=text, evidence_ids=ids or ("E1",))


def refusal(text: str, said: str) -> str:
    return why_ungrounded(said, claim(text), LEDGER)


@pytest.mark.parametrize(
    ("text", "said", "shown"),
    [
        (MEDIAN, "The median of age decreased from 41 to 30", "The median of `age` decreased from 41 to 30."),
        (
            MEDIAN,
            "In short, the median of `age` went down from 41 to 30.",
            "In short, the median of `age` went down from 41 to 30.",
        ),
        (MEDIAN, "the median of `age` has fallen from 41 to 30 [E1].", "The median of `age` has fallen from 41 to 30."),
        (
            SHARE,
            'The proportion of job = "student" went up from 4.1% to 12 percent. 12,345 rows have vanished (p<0.001).',
            f"The proportion of `job` = “student” went up from {fmt_percent(0.041)} to {fmt_percent(0.12)}. "
            f"{fmt_n(12345)} rows have vanished ({fmt_p(0.0001)}).",
        ),
        (ROOT, "`job` is explained by `age`.", "`job` is explained by `age`."),
        (ROOT, "age accounts for job", "`age` accounts for `job`."),
        (
            LIKELY,
            "Prompts probably have changed. No change in responses was found.",
            "Prompts probably have changed. No change in responses was found.",
        ),
        (SOME, "Some of the twelve columns haven't drifted.", "Some of the 12 columns haven't drifted."),
        (
            ONLY,
            "age is the only root. No other column remains shifted.",
            "`age` is the only root. No other column remains shifted.",
        ),
    ],
)
def test_a_rewording_passes_and_is_shown_with_the_claims_numbers_and_names(text: str, said: str, shown: str) -> None:
    assert refusal(text, said) == ""
    assert as_shown(said, claim(text), LEDGER) == shown


ATTACKS = [
    # numbers
    (MEDIAN, "The median of `age` fell from 30 to 41.", "puts numbers in another order"),
    (MEDIAN, "The median of `age` fell from 41 to 31.", "changes a number"),
    (MEDIAN, "The median of `age` fell from 41 to 30, by 27 %.", "adds a number"),
    (MEDIAN, "The median of `age` fell to 30.", "leaves out a number"),
    (MEDIAN, "The median of `age` fell from 41 to 30 by half.", "adds a quantity"),
    (MEDIAN, "The median of `age` fell from 41 to 30, a double fall.", "changes a direction|adds a"),
    (MEDIAN, "The median of `age` fell from 41 to ten.", "changes a number"),
    (MEDIAN, "The median of `age` fell from 41 to 30.0.", "changes a number"),
    (MEDIAN, "The median of `age` fell from 41 to −30.", "changes a number"),
    (MEDIAN, "The median of `age` fell from 41 to 30 %.", "changes a number"),
    (MEDIAN, "The median of `age` fell from 41 to 30 points.", "adds a word"),
    (MEDIAN, "The median of `age` fell ×2 from 41 to 30.", "adds a number|has signs"),
    (MEDIAN, "The first median of `age` fell from 41 to 30.", "adds a quantity"),
    (SHARE, SHARE.replace("4.1", "4"), "changes a number"),
    (POINTS, POINTS.replace(f"{NO_BREAK_SPACE}points", " %"), "changes a number"),
    (SOME, SOME.replace("12", "1 2"), "changes a number|adds a number"),
    # directions
    (MEDIAN, "The median of `age` rose from 41 to 30.", "changes a direction"),
    (TERMS, TERMS.replace("gained", "x").replace("lost", "gained").replace("x", "lost"), "puts directions"),
    (TERMS, TERMS.replace("“store credit”", "“refund”", 1).replace("lost “refund”", "lost “store credit”"), "names"),
    (SHARE, SHARE.replace("are gone", "are new"), "changes a direction"),
    # names and sides
    (ROOT, "`job` explains `age`.", "puts names in another order"),
    (ROOT, "`age` is explained by `job`.", "puts names in another order"),
    (ROOT, "`balance` explains `job`.", "changes a name"),
    (ROOT, "`age` explains `job` and `balance`.", "adds a name"),
    (ROOT, "`аge` explains `job`.", "letters of another script"),
    (ROOT, "`Age` explains `job`.", "changes a name"),
    (TERMS, TERMS.replace("current", "baseline"), "changes a side"),
    (TERMS, TERMS.replace("current answers", "current prompts"), "side"),
    # negation, hedge, certainty, quantity
    (LIKELY, LIKELY.replace("no change", "a change"), "leaves out a negation"),
    (LIKELY, LIKELY.replace("; no", ". No, a"), ""),
    (LIKELY, LIKELY.replace("; no change", ". No. Change"), ""),
    (LIKELY, LIKELY.replace("; no change", ". No, change"), ""),
    (LIKELY, LIKELY.replace("likely ", ""), "leaves out a hedge"),
    (LIKELY, LIKELY.replace("likely", "definitely"), "adds a word of certainty"),
    (LIKELY, LIKELY.replace("no change in the answers was detected", "the answers did not change"), ""),
    (LIKELY, "The prompts changed; likely no change in the answers was detected.", ""),
    (LIKELY, LIKELY.replace("; no", ", and no"), ""),
    (SOME, SOME.replace("did not drift", "drifted"), "leaves out a negation"),
    (SOME, SOME.replace("did not", "didn't only"), ""),
    (SOME, SOME.replace("Some", "All"), "changes a quantity"),
    (SOME, SOME.replace("Some", "Most"), "changes a quantity"),
    (SOME, SOME.replace("Some of the", "The"), "leaves out a quantity"),
    (ONLY, "`age` is only the root; no other column stays shifted.", "another order"),
    (ONLY, "`age` is the root; no other column stays shifted.", "leaves out a quantity"),
    (ONLY, "`age` is not only the root; no other column stays shifted.", "adds a negation"),
    (ROOT, "`age` proves `job`.", "adds a word of certainty"),
    # causes, advice, severity, dates, addresses
    (ROOT, "`age` explains `job` because of a new filter.", "adds"),
    (ROOT, "`age` explains `job`; roll back the filter.", "adds"),
    (ROOT, "`age` explains `job`, which is critical.", "adds"),
    (ROOT, "`age` explains `job` since 2024-01-31.", "adds a number"),
    (ROOT, "`age` explains `job`, see https://a.example.", "has markup or code"),
    (ROOT, "Please act now: `age` explains `job`.", "adds"),
    # more than one claim
    (ROOT, f"{ROOT} {MEDIAN}", "is much longer|adds"),
    (ROOT, f"{ROOT} {ROOT}", "adds a name"),
    (ROOT, MEDIAN, ""),
    (ROOT, f"{ROOT} [E2]", "cites other evidence"),
    (ROOT, f"{ROOT} (E9)", "cites other evidence"),
    (ROOT, f"{ROOT} [E1, E2]", "cites other evidence"),
    # no prose
    (ROOT, "", "is empty"),
    (ROOT, " \n ", "is empty"),
    (ROOT, '{"text": "`age` explains `job`."}', "has markup or code"),
    (ROOT, "[`age` explains `job`.]", "has markup or code"),
    (ROOT, "**`age`** explains `job`.", "has markup or code"),
    (ROOT, "# `age` explains `job`.", "has markup or code"),
    (ROOT, "<b>`age`</b> explains `job`.", "has markup or code"),
    (ROOT, "`age` explains `job`.<script>alert(1)</script>", "has markup or code"),
    (ROOT, "$claim explains `job`.", "has markup or code"),
    (ROOT, "Assistant: `age` explains `job`.", "begins with a label"),
    (ROOT, "1: `age` explains `job`.", "adds a number"),
    (ROOT, "`age` explains `job`. Keep every number.", ""),
    (ROOT, "`age`\nexplains `job`.", "has more than one line"),
    (ROOT, "`age` explains `job`. 🎉", "has signs that are not prose"),
    (ROOT, "`age` expl\u200bains `job`.", "has control characters"),
    (ROOT, "\u202e`age` explains `job`.", "has control characters"),
    (ROOT, "`age` explains `job`.\x07", "has control characters"),
    (ROOT, "`age` explains `job`.\ud83d", "has control characters"),
    (ROOT, "`age` explains\u2028`job`.", "has control characters"),
    (ROOT, "`age` erklärt `job`.", "letters of another script"),
    (ROOT, "`age` erklaert `job`.", ""),
    (ROOT, "`age` explains `job`?", ""),
    (ROOT, "`age` explains", "leaves out a name"),
    (MEDIAN, "Median of the `age` fell from 41 to 30.", "moves an article"),
    (ROOT, "`age` explains `job`;", ""),
    (ROOT, "`age` explains `job`. In short,", ""),
    (ROOT, "the the `age` explains the the `job`.", "adds a word"),
    (ROOT, "\u212a explains `job`.", ""),
]


@pytest.mark.parametrize(("text", "said", "why"), ATTACKS, ids=range(len(ATTACKS)))
def test_whatever_changes_what_is_said_is_refused(text: str, said: str, why: str) -> None:
    assert refusal(text, text) == ""
    found = refusal(text, said)
    assert found
    assert any(part in found for part in why.split("|"))  # an empty part: any reason will do


def test_a_refusal_does_not_quote_what_was_refused() -> None:
    for text, said, _why in ATTACKS:
        found = refusal(text, said)
        assert len(found) < 40
        assert not set("`“”0123456789") & set(found)


def test_a_claim_without_evidence_in_the_ledger_is_never_reworded() -> None:
    for ids in ((), ("E1", "E9")):
        alone = Claim(text=MEDIAN, evidence_ids=ids)
        assert why_ungrounded(MEDIAN, alone, LEDGER) == "has no evidence in the ledger"


def test_a_name_is_a_name_even_where_it_is_a_word() -> None:
    # “no” is a category of the data here, not a negation
    text = "“no” rose; `age` fell."
    assert refusal(text, '"no" increased. age decreased.') == ""
    assert as_shown('"no" increased. age decreased.', claim(text), LEDGER) == "“no” increased. `age` decreased."
    assert refusal(text, "no increased. age decreased.") != ""
    assert refusal(text, 'age rose; "no" fell.') != ""
    assert refusal("No column rose.", "“No” column rose.") != ""


def test_odd_spellings_of_the_rules_are_read_as_plain_ones() -> None:
    text = f"`balance` fell by {fmt_percent(-0.12)} to {fmt_n(-48210)}, {fmt_p(0.004)}."
    assert NARROW_SPACE in text
    said = "balance fell by -12% to -48,210, p = 0.004."
    assert refusal(text, said) == ""
    assert as_shown(said, claim(text), LEDGER) == text


def test_the_rules_own_words_always_pass_and_stay_as_they_are() -> None:
    rng = random.Random(6)
    pieces = ["`", "“", "”", '"', " ", "a", "the", "no", "12", ".", ",", "−3", "{", "}", "😀", "п", "[E1]", "<b>", "%"]
    for _ in range(500):
        text = "".join(rng.choices(pieces, k=rng.randint(1, 30)))
        assert refusal(text, text) == ""
        assert as_shown(text, claim(text), LEDGER) == text
    for text in (MEDIAN, SHARE, ROOT, LIKELY, ONLY, TERMS, SOME, POINTS):
        spaced = " ".join(text.split())
        assert refusal(text, spaced) == ""
        assert as_shown(spaced, claim(text), LEDGER) == text


def test_an_endless_text_is_refused_at_once() -> None:
    assert refusal(ROOT, ROOT * 1_000_000) == "is much longer"
