"""Words that may stand for each other, words whose place matters, and how a change of each is named.

Two phrases are in one class only where they can be exchanged in *every* sentence without making it say more, less or
something else; where one of two readings of a word would differ (``dropped``, ``declined``, ``over``, ``could``), it is
in no class.
"""

from __future__ import annotations

__all__ = [
    "ARTICLES",
    "CONNECTIVES",
    "CONTRACTIONS",
    "KINDS_OF_WORDS",
    "NOT_NOUNS",
    "NUMBER_WORDS",
    "SAME_MEANING",
    "SENSITIVE",
    "VERBS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ARTICLES = _words("a an the")
"""May come and go, except beside a sensitive word: few and a few, the only root and only a root."""

CONNECTIVES = (
    ("however",),
    ("moreover",),
    ("furthermore",),
    ("additionally",),
    ("in", "addition"),
    ("in", "short"),
    ("in", "other", "words"),
    ("put", "simply"),
)
"""May open a sentence before a comma: they say nothing of the data, and claim no cause."""

NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=2
    )
}
"""Read as the number; shown as the claim writes it. *One* is also a pronoun."""

CONTRACTIONS = {
    f"{verb}n't": (verb, "not") for verb in _words("do does did is are was were has have had would should could")
} | {"can't": ("can", "not"), "cannot": ("can", "not"), "won't": ("will", "not")}

_CLASSES: tuple[str, ...] = (
    # one verb in its forms
    "differ|differs",
    "changed|has changed|have changed",
    "rose|increased|grew|climbed|went up|has risen|have risen|has increased|have increased|has grown|have grown"
    "|has gone up|have gone up",
    "fell|decreased|went down|has fallen|have fallen|has decreased|have decreased|has gone down|have gone down",
    "is gone|has vanished|has disappeared",
    "are gone|have vanished|have disappeared",
    "is unchanged|has stayed the same",
    "are unchanged|have stayed the same",
    "did not change|has not changed|have not changed",
    "drifted|has drifted|have drifted",
    "did not drift|has not drifted|have not drifted",
    "stays|remains",
    "stay|remain",
    "lacks|does not have",
    "lack|do not have",
    "went from|moved from",
    "by itself|on its own",
    "by themselves|on their own",
    "decline to help|refuse to help",
    "differently|in another way|in a different way",
    "explains|explain|accounts for|account for",
    "explained by|accounted for by",
    "begin with|start with",
    "begin now|start now",
    "begin by|start by",
    # nouns
    "share|proportion|fraction",
    "shares|proportions|fractions",
    "answer|response|reply",
    "answers|responses|replies",
    "row|record",
    "rows|records",
    # how much, how sure, how often
    "likely|probably|probable",
    "enough|sufficient",
    "not enough|not sufficient|insufficient",
    "detected|found",
    "larger|bigger",
    "more often|more frequently",
    "less often|less frequently",
    "more than|greater than|>",
    "less than|fewer than|smaller than|<",
    "at least|≥",
    "at most|≤",
    "because of|due to|owing to",
    "compared with|compared to",
    "now|currently|at present",
    "is now|now is",
    "are now|now are",
)

SAME_MEANING: dict[tuple[str, ...], str] = {
    tuple(phrase.split()): same.partition("|")[0] for same in _CLASSES for phrase in same.split("|")
}
"""Each phrase → the first of its class."""

NEGATIONS = _words(
    "no not never without none neither nor nothing nobody nowhere hardly barely scarcely lacks lack lacking absent"
    " except unless insufficient failed fails"
) | {"not enough", "did not change", "did not drift", "is unchanged", "are unchanged"}

CERTAINTIES = _words(
    "definitely certainly clearly surely obviously undoubtedly always must proves proven prove confirms confirmed"
    " certain sure exactly precisely entirely completely totally fully really truly indeed guaranteed"
)

HEDGES = _words(
    "likely unlikely may might perhaps maybe possibly possible seem seems appear appears apparently suggest suggests"
    " indicate indicates can could would should about around roughly approximately almost nearly detected detectable"
    " enough usually often sometimes partly mostly mainly largely if whether expected chance unclear"
)

QUANTITIES = _words(
    "all every each some any many much most more less least fewer few little several both either only just even"
    " another other others same such half double twice triple thrice third thirds quarter quarters tenth tenths"
    " hundred hundreds thousand thousands million dozen one first second last next once single number majority"
    " minority part parts lot couple bit than alone whole rest times fold"
) | {"more than", "less than", "at least", "at most"}

DIRECTIONS = _words(
    "rose fell gained lost gain lose gains loses up down higher lower larger smaller longer shorter slower faster"
    " greater better worse older younger new gone vanished appeared disappeared missing added removed rise rises rising"
    " fall falls falling increase increases decrease decreases grew shrank grow shrink wider narrower stronger weaker"
    " earlier later above below over under dropped improved worsened declined changed"
) | {"is gone", "are gone"}

CAUSALS = _words(
    "explains because since cause causes caused causing therefore thus hence so leads led drives drove driven result"
    " results resulted follows followed why from by to"
) | {"explained by", "because of"}

SIDES = _words(
    "reference current baseline now before after was is previous previously former formerly then today old past"
    " present prompts prompt answers answer rows columns are were"
) | {"is now", "are now"}

ALARMS = _words(
    "critical severe serious alarming urgent urgently immediately emergency dangerous danger catastrophic major minor"
    " risk risky crisis significant significantly dramatic dramatically massive huge drastic drastically low medium"
    " high LOW MEDIUM HIGH CRITICAL"
)

ADVICE = _words(
    "retrain rollback roll revert investigate check ensure fix contact monitor recommend recommended consider please"
    " stop restart deploy ask call you we your our need needs"
)

KINDS_OF_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("negation", NEGATIONS),
    ("word of certainty", CERTAINTIES),
    ("hedge", HEDGES),
    ("direction", DIRECTIONS),
    ("quantity", QUANTITIES),
    ("word of cause", CAUSALS),
    ("side", SIDES),
    ("word of severity", ALARMS),
    ("word of advice", ADVICE),
)
"""How a difference is named in the trace, in the order in which it is looked for."""

VERBS = _words(
    "is are was were has have did do does differ differs changed drifted rose fell explains shows show stays stay lacks"
    " lack lost gained follows shifted moved means holds gives made begin explained appeared found came went hold"
) | {
    "is gone",
    "are gone",
    "is unchanged",
    "are unchanged",
    "is now",
    "are now",
    "went from",
    "did not change",
    "did not drift",
}
"""What makes a part of a sentence one that can stand alone, after phrases were folded."""

NOT_NOUNS = VERBS | _words("a an the of in on at to from by with for and or but while as than that which")
"""What no article stands before: one there is never idle."""

SENSITIVE = NEGATIONS | HEDGES | CERTAINTIES | QUANTITIES
"""Words with a scope: an article beside one is kept, and a sentence with one is neither split nor joined."""
