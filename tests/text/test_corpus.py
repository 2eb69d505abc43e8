"""The texts that the calibration rests on keep the form it counts on."""

from collections import Counter

from tests.text import corpus


def test_six_topics_with_sixty_answers_each():
    assert Counter(answer.topic for answer in corpus.answers()) == dict.fromkeys(corpus.TOPICS, 60)


def test_no_prompt_and_no_answer_twice():
    for texts in ([a.prompt for a in corpus.answers()], [a.response for a in corpus.answers()]):
        assert len(set(texts)) == len(texts)


def test_answers_are_short_prose_of_several_sentences():
    for answer in corpus.answers():
        assert 25 <= len(answer.response.split()) <= 60, answer
        assert corpus.first_sentence(answer.response) != answer.response, answer


def test_the_other_model_answers_the_same_prompts_differently():
    answers = {answer.prompt: answer for answer in corpus.answers()}
    other = corpus.other_model()
    assert len({answer.prompt for answer in other}) == len(other) >= 130
    assert {answer.topic for answer in other} == set(corpus.TOPICS)
    for answer in other:
        assert answers[answer.prompt].topic == answer.topic
        assert answers[answer.prompt].response != answer.response
