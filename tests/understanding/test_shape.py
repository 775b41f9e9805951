"""What is seen without knowing the subject: stories, advertising, thanks."""

import pytest

from fanbot.domain.handoffs import Lane
from fanbot.understanding.normal import normalise, words
from fanbot.understanding.spam import spam
from fanbot.understanding.structure import story
from fanbot.understanding.thanks import Thanks
from fanbot.understanding.vocabulary import vocabularies

THANKS = Thanks(vocabularies())


def judged(text: str) -> tuple[Lane, str] | None:
    """Judge a text by its shape."""
    normal = normalise(text)
    signal = story(normal, words(normal), first_person=frozenset({"i", "my", "ich"}))
    return (signal.lane, signal.evidence) if signal else None


def test_takes_a_long_text_in_the_first_person_for_a_story() -> None:
    """Many words about oneself are for a person."""
    assert judged("and then i walked on and on " * 20) == (
        Lane.PERSONAL,
        "a long message in the first person",
    )


def test_takes_four_sentences_in_the_first_person_for_a_story() -> None:
    """So are four sentences, however short."""
    told = "I drive a truck. The nights are long. Your record is on. Just saying hi!"
    assert judged(told) == (Lane.PERSONAL, "a long message in the first person")


def test_leaves_a_question_with_many_marks_alone() -> None:
    """Punctuation is no story."""
    assert judged("Tour?!! When... please!!! I need it!!!") is None


def test_leaves_a_long_list_without_a_self_alone() -> None:
    """Without a first person a text is only long."""
    assert judged("Is there a date in Rome? In Oslo? In Bonn? In Ghent?") is None


def test_gives_up_on_endless_texts() -> None:
    """Past the limit a person judges, whoever it is about."""
    assert judged("blah " * 400) == (Lane.OTHER, "too long to judge")
    assert judged("i blah " * 400) == (Lane.PERSONAL, "too long to judge")


@pytest.mark.parametrize(
    "text",
    [
        "bitcoin giveaway, send one and get double profit back",
        "Earn $500 per day from home",
        "FREE NITRO here https://gift.example/x",
        "buy real followers cheap",
        "one.com two.com three.com four.com",
    ],
)
def test_recognises_advertising(text: str) -> None:
    """Offers of strangers are set aside with a reason."""
    normal = normalise(text)
    assert spam(normal, words(normal))


@pytest.mark.parametrize(
    "text",
    [
        "is https://shop.example/hat the right hat?",
        "do you take bitcoin",
        "i earn my living with music too",
        "how do i get the tickets",
        "check my question please",
    ],
)
def test_lets_questions_through(text: str) -> None:
    """A link or a word alone is no advertising."""
    normal = normalise(text)
    assert spam(normal, words(normal)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so very much!!",
        "thx \u2764\ufe0f",
        "Muchas gracias por todo",
        "vielen lieben Dank",
        "ok thanks a lot",
    ],
)
def test_recognises_thanks(text: str) -> None:
    """A note of thanks says nothing else."""
    assert THANKS.alone(words(normalise(text)))


@pytest.mark.parametrize(
    "text", ["thanks but where is it", "ok great", "", "gracias, y cu\u00e1ndo llega?", "no thanks to you"]
)
def test_does_not_take_a_question_for_thanks(text: str) -> None:
    """Thanks with anything beside them are more than thanks."""
    assert not THANKS.alone(words(normalise(text)))
