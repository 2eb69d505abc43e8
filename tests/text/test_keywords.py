from __future__ import annotations

import numpy as np
import pytest

from driftium_core.text.keywords import keywords, telltale
from driftium_core.text.terms import find_terms, rising_terms, tabulate_terms

TALK = ["The train was late again", "We had soup for lunch", "It rains in the north", "Her garden is in bloom"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The cat sat. On a mat", ["cat", "sat", "cat sat", "mat"]),
        ("Error 404 in 2 of 35 calls", ["error", "404", "calls", "error 404"]),
        ("call my_list.append(x1) or __init__", ["call", "my_list", "call my_list", "append", "x1", "__init__"]),
        ("Janet’s eggs, don't", ["janet", "eggs", "janet eggs"]),
        ("人工智能 and Python", ["人工", "工智", "智能", "python"]),
        ("東京へ行く", ["東京", "京へ", "へ行", "行く"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा", "हिन्दी भाषा"]),
        ("ＡＰＩ Straße", ["api", "strasse", "api strasse"]),
        ("<script>alert(1)</script>", ["script", "alert", "script"]),
        ("", []),
        ("… ?! 7 a " + "x" * 51, []),
    ],
)
def test_terms_of_a_text(text, terms):
    assert sorted(find_terms(text)) == sorted(terms)


def test_z_by_hand():
    """3 of 5 against 0 of 8, half a text added: p₁ = 3.5/6, p₂ = 0.5/9, p = 4/15."""
    table = tabulate_terms(["kiwi"] * 3 + ["plum"] * 2 + ["plum"] * 8)
    ((term, z),) = rising_terms(table, range(5), range(5, 13))
    assert table.terms[term] == "kiwi"
    assert z == pytest.approx((3.5 / 6 - 0.5 / 9) / np.sqrt(4 / 15 * 11 / 15 * (1 / 6 + 1 / 9)), rel=1e-12)


def test_a_term_of_one_text_is_no_rising_term():
    table = tabulate_terms(["kiwi kiwi kiwi", "kiwi"] + ["plum"] * 8)
    assert rising_terms(table, [0], range(1, 10)) == []
    assert rising_terms(table, [], [1]) == rising_terms(table, [1], []) == []


def test_repeated_terms_are_told_once():
    table = tabulate_terms(["nominal interest rate 利率上调"] * 6 + ["plain 其他内容"] * 20)
    terms = [table.terms[term] for term, _ in rising_terms(table, range(6), range(6, 26))]
    assert terms == ["nominal interest", "rate", "上调", "利率"]


def test_texts_without_terms():
    table = tabulate_terms(["", "7", "?"])
    assert table.terms == ()
    assert rising_terms(table, [0], [1, 2]) == []
    assert keywords(table, np.ones(1), np.ones(2)) == ((), ())


def planted_pools(n, planted, sentences, rng):
    """Reference and current talk, current ends with planted sentences; the witness knows the planted ones."""
    talk = rng.choice(TALK, 2 * n - planted).tolist()
    texts = talk + rng.choice(sentences, planted).tolist()
    return tabulate_terms(texts), np.zeros(n), np.append(np.zeros(n - planted), rng.random(planted) + 1)


def test_keywords_are_those_of_the_planted_texts():
    rng = np.random.default_rng(6)
    sentences = [
        "The interest rate of the loan rose",
        "A loan has a fixed interest rate",
        "The bank sets the loan rate",
    ]
    gained, lost = keywords(*planted_pools(120, 12, sentences, rng))
    words = set(" ".join(keyword.term for keyword in gained).split())
    assert {"loan", "rate"} <= words <= set(" ".join(sentences).lower().split())
    assert lost == ()
    loan = next(keyword for keyword in gained if keyword.term == "loan")
    assert (loan.share_baseline, loan.share_current) == (0, pytest.approx(0.1))
    # 12 of 120 against 0 of 120, half a response added: 12.5 / 0.5.
    assert loan.log2_ratio == pytest.approx(np.log2(25))
    assert 0 < loan.low < loan.log2_ratio < loan.high


def test_keywords_lost_are_those_gained_the_other_way():
    table, at_reference, at_current = planted_pools(120, 12, ["loan rate"], np.random.default_rng(6))
    swapped = tabulate_terms(["loan rate"] * 12 + ["soup"] * 20)
    gained, lost = keywords(swapped, np.ones(12), np.zeros(20))
    assert gained == ()
    assert [(word.term, word.share_baseline, word.share_current) for word in lost] == [("loan rate", 1, 0)]
    assert lost[0].z > 0
    assert lost[0].log2_ratio == pytest.approx(np.log2((0.5 / 21) / (12.5 / 13)))
    assert lost[0].low < lost[0].log2_ratio < lost[0].high < 0
    assert keywords(table, at_reference, at_current)[0][0].term == "loan rate"


def test_chinese_keywords():
    rng = np.random.default_rng(7)
    table, at_reference, at_current = planted_pools(120, 24, ["银行提高了贷款利率", "贷款利率由银行决定"], rng)
    gained, _ = keywords(table, at_reference, at_current)
    assert {"银行", "贷款"} <= {keyword.term for keyword in gained}


def test_telltale_is_a_twelfth_and_at_least_five_and_positive():
    assert telltale(np.arange(1, 241)).tolist() == list(range(239, 219, -1))
    assert telltale(np.arange(1, 11)).tolist() == [9, 8, 7, 6, 5]
    assert telltale(np.array([0.2, -0.1, 0, 0.3])).tolist() == [3, 0]
