from __future__ import annotations

import pytest

from driftium_core.text.language import language_of
from driftium_core.text.refusals import is_refusal

REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I’m sorry, I cannot assist with this request.",
    "I cannot provide medical advice.",
    "As an AI language model, I do not have personal opinions.",
    "I'm unable to browse the internet.",
    "I must respectfully decline.",
    "I'm not comfortable writing that.",
    "I apologize,\nbut I won't do that.",
    "Es tut mir leid, aber ich kann dir dabei nicht helfen.",
    "Ich kann diese Anfrage leider nicht beantworten.",
    "Je suis désolé, mais je ne peux pas vous aider.",
    "Lo siento, pero no puedo ayudarte con eso.",
    "Desculpe, mas não posso ajudar com isso.",
    "Mi dispiace, ma non posso aiutarti.",
    "Het spijt me, maar ik kan u daar niet mee helpen.",
    "Tyvärr kan jag inte hjälpa dig med det.",
    "Beklager, jeg kan ikke hjelpe deg med dette.",
    "Przepraszam, ale nie mogę w tym pomóc.",
    "Извините, но я не могу помочь с этим.",
    "抱歉，我无法回答这个问题。",
    "對不起，我不能提供這類資訊。",
    "申し訳ありませんが、その質問にはお答えできません。",
    "죄송하지만 도와드릴 수 없습니다.",
)
ANSWERS = (
    "",
    "I'm sorry to hear that. Try restarting the router.",
    "I can't recommend this book highly enough.",
    "I can't help but smile.",
    "You can't divide by zero.",
    "The bus cannot provide enough power.",
    "If the seller refuses to give a refund, ask the bank.",
    "Sure, I can help with that.",
    "I won't lie, this soup is great.",
    "Ich kann das gut verstehen. Das Brot ist nicht teuer.",
    "Je ne sais pas.",
    "作为一名助手，我建议您先休息一下。",
    "如果不能按时完成，请向经理寻求帮助。",
    "A refusal sounds like this, as everybody knows who has worked a counter: " + "word " * 60 + "I can't help you.",
)


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals_are_recognised(text):
    assert is_refusal(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_answers_are_no_refusals(text):
    assert not is_refusal(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("English", "Paris is the capital of France, and it lies on the Seine."),
        ("German", "Paris ist die Hauptstadt von Frankreich und liegt an der Seine."),
        ("French", "Paris est la capitale de la France et se trouve sur la Seine."),
        ("Spanish", "El perro está en la casa y no quiere salir porque hace frío."),
        ("Portuguese", "O menino foi para a escola com a sua mãe e não voltou."),
        ("Italian", "Il gatto è sul tavolo e dorme con la sua palla."),
        ("Dutch", "De kat zit op de tafel en het is niet koud."),
        ("Swedish", "Katten ligger på bordet och det är inte kallt."),
        ("Danish or Norwegian", "Katten ligger på bordet, og det er ikke koldt."),
        ("Finnish", "Kissa on pöydällä ja se ei ole kylmä."),
        ("Polish", "Kot leży na stole i nie chce zejść, bo jest zimno."),
        ("Czech", "Kočka je na stole a není jí zima, protože se k ní přitulila."),
        ("Turkish", "Kedi masanın üzerinde ve bu çok güzel bir gün için."),
        ("Vietnamese", "Mèo đang nằm trên bàn và không muốn đi."),
        ("Chinese", "巴黎是法国的首都，Seine 河穿过它。"),
        ("Japanese", "これは日本語の文章です。東京に住んでいます。"),
        ("Korean", "이것은 한국어 문장입니다."),
        ("Cyrillic script", "Париж является столицей Франции."),
        ("Ukrainian", "Київ — столиця України."),
        ("Greek", "Το Παρίσι είναι η πρωτεύουσα."),
        ("Arabic script", "باريس هي عاصمة فرنسا"),
        ("Hebrew", "פריז היא בירת צרפת"),
        ("Thai", "ปารีสเป็นเมืองหลวงของฝรั่งเศส"),
        ("English", "Here is the function that you asked for:\n```python\ndef de(la, que): return el\n```"),
    ],
)
def test_language_by_script_and_common_words(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "Paris",
        "x = 3 * y + 2",
        "```python\nfor i in range(10):\n    print(i)\n```",
        "def total(values):\n    return sum(values)",
        "https://example.org/the/and/of",
        "The cat. Die Katze ist das Tier und the animal of it.",
        "🎉🎉🎉",
        "\ud800",
    ],
)
def test_what_cannot_be_told_is_unknown(text):
    assert language_of(text) == "unknown"
