"""Which language a text is written in, as far as its script and its commonest words can tell."""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["UNKNOWN_LANGUAGE", "language_of"]

UNKNOWN_LANGUAGE = "unknown"

_READ_CHARACTERS = 2_000
"""The start of a text decides; more of it would not change the answer."""

_MIN_LETTERS = 4
"""Fewer letters than this are no language: numbers, emoji, "OK"."""

_MIN_SHARE = 0.6
"""Weight that one script must have among the letters; what is more mixed has no one language."""

_MIN_WORDS, _MIN_COMMON, _MIN_COMMON_SHARE, _MARGIN = 4, 2, 0.12, 1.3
"""Latin script: words that are read, how many of them and what share must be common words of one language, and by what
factor it must lead the next. Running text of any listed language has 25 to 50 %; code and formulas have nearly none."""

_IDEOGRAPH_WEIGHT = 3
"""A Chinese character says about as much as three letters, so a few Latin names do not outweigh a Chinese text."""

_NOT_PROSE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)

_SCRIPTS = {
    "Han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ebef]"),
    "Kana": re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff]"),
    "Hangul": re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"),
    "Cyrillic": re.compile("[\u0400-\u052f]"),
    "Greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "Arabic script": re.compile("[\u0600-\u06ff\u0750-\u077f]"),
    "Hebrew": re.compile("[\u0590-\u05ff]"),
    "Devanagari script": re.compile("[\u0900-\u097f]"),
    "Bengali": re.compile("[\u0980-\u09ff]"),
    "Tamil": re.compile("[\u0b80-\u0bff]"),
    "Thai": re.compile("[\u0e00-\u0e7f]"),
    "Georgian": re.compile("[\u10a0-\u10ff]"),
    "Armenian": re.compile("[\u0530-\u058f]"),
}
_LATIN = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_WORD = re.compile("[a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff]+")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")

# Each word stands under every language that uses it, so that it separates nothing falsely.
_COMMON_WORDS = {
    "English": "the of and to in is that it for was on are as with be this by from or have an not which you your can"
    " will at but has were they their there we if when how what so all more other its these would should he she i a",
    "German": "der die das und ist in den von zu mit sich des auf für nicht ein eine als auch es an werden aus er hat"
    " dass sie nach wird bei einer einem einen um am sind noch wie oder aber zum zur kann wenn ich du wir ihre sein",
    "French": "de la le et les des en un une du que est pour qui dans a par plus pas au sur ne se ce il sont avec son"
    " aux d l cette ou être elle comme mais vous nous on je leur peut ces sa si",
    "Spanish": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si"
    " sin sobre este ya entre cuando todo esta ser son también fue puede muy hay usted",
    "Portuguese": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem"
    " à seu sua ou ser quando muito há nos já está eu também pelo pela são você isso",
    "Italian": "di e il la che in a per un è del non una i si da le con sono della al come più ma o anche lo gli ha dei"
    " nel alla delle se su questo può essere ed ci dalla perché degli",
    "Dutch": "de het een van en in is dat op te zijn met voor niet aan er om ook als dan maar bij of uit nog naar door"
    " over ze je hij deze worden wordt kan heeft hebben ik wat geen meer u",
    "Swedish": "och att det i en som på är av för med till den har de inte om ett var jag men från vid så kan eller"
    " när man ska också mycket detta sig du vi efter",
    "Danish or Norwegian": "og i det at en den til er som på de med han av for ikke der var sig et har om vi jeg men"
    " kan så eller fra ved når også efter etter hvor blive blir dette du",
    "Finnish": "ja on ei se että oli hän ovat mutta kun niin myös joka tai sen kuin voi jos ole olla tämä mukaan",
    "Polish": "w i na z się nie do to że jest o jak po a co za od ale przez są dla czy lub tym może być także oraz ich"
    " tego przy jego można które który która",
    "Czech": "a se v na je že o to s z do i jako za by ale pro jsou od po které který být jeho při nebo také jsem k"
    " která může není tak když",
    "Romanian": "de și în a la cu este nu pe care o un că din se mai pentru sunt să ale fi sau dar ca prin fost lui ar"
    " după poate această",
    "Hungarian": "a az és hogy nem is egy ez de van volt azt meg csak el még vagy mint már lehet kell ha ezek sem"
    " amely olyan",
    "Turkish": "ve bir bu için ile de da olarak en çok daha olan gibi var ne kadar sonra ya değil veya ise her ancak"
    " olur olduğu nasıl",
    "Vietnamese": "và của là có các được trong cho một những không với người để này đã khi về từ như cũng đến thể bạn"
    " tôi hoặc nhiều",
    "Indonesian or Malay": "yang dan di untuk dengan pada ini dari dalam itu adalah tidak atau akan juga dapat ke oleh"
    " saya anda bisa lebih telah karena sebagai ada",
}


def _languages_by_word() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for name, words in _COMMON_WORDS.items():
        for word in words.split():
            known[word] = (*known.get(word, ()), name)
    return known


_LANGUAGES_OF = _languages_by_word()


def language_of(text: str) -> str:
    """Name the language of a text, or its script where the script serves several, or ``"unknown"``.

    Code (in backticks) and links are left out, then the first 2 000 characters are read. Text in a script of its own
    is named by the script, e.g. ``"Chinese"``, ``"Korean"``, ``"Arabic script"``. Latin letters are told apart by
    the commonest words of 17 languages. It is meant to notice that answers changed their language, and rather says
    ``"unknown"`` than guess: short texts, bare code, formulas and mixtures are unknown.

    Examples
    --------
    >>> language_of("The cat sat on the mat, and it was happy.")
    'English'
    >>> language_of("Die Katze saß auf der Matte und war zufrieden.")
    'German'
    >>> language_of("x = 3 * y")
    'unknown'
    """
    prose = _NOT_PROSE.sub(" ", text[: 4 * _READ_CHARACTERS])[:_READ_CHARACTERS]
    weights = Counter({"Latin": len(_LATIN.findall(prose))})
    if not prose.isascii():
        weights.update({name: len(script.findall(prose)) for name, script in _SCRIPTS.items()})
        for name in ("Han", "Kana"):
            weights[name] *= _IDEOGRAPH_WEIGHT
        if weights["Kana"] >= 0.1 * weights["Han"]:  # Japanese mixes both; Chinese has no kana
            weights["Kana"] += weights.pop("Han")
    total = weights.total()
    script, weight = weights.most_common(1)[0]
    if total < _MIN_LETTERS or weight < _MIN_SHARE * total:
        return UNKNOWN_LANGUAGE
    match script:
        case "Latin":
            return _latin_language(prose)
        case "Han":
            return "Chinese"
        case "Kana":
            return "Japanese"
        case "Hangul":
            return "Korean"
        case "Cyrillic":
            return "Ukrainian" if _UKRAINIAN.search(prose) else "Cyrillic script"
        case _:
            return script


def _latin_language(prose: str) -> str:
    words = _WORD.findall(prose.lower())
    if len(words) < _MIN_WORDS:
        return UNKNOWN_LANGUAGE
    found = Counter(name for word in words for name in _LANGUAGES_OF.get(word, ()))
    (first, n_first), (_, n_second), *_ = [*found.most_common(2), ("", 0), ("", 0)]
    enough = n_first >= max(_MIN_COMMON, _MIN_COMMON_SHARE * len(words))
    return first if enough and n_first >= _MARGIN * n_second else UNKNOWN_LANGUAGE
