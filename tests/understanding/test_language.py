"""Which language a message is in."""

import pytest

from fanbot.understanding.language import Languages
from fanbot.understanding.normal import normalise, words
from fanbot.understanding.vocabulary import vocabularies


def tell(text: str) -> str | None:
    """Tell the language of one text."""
    normal = normalise(text)
    return Languages(vocabularies()).tell(normal, words(normal))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("when will you be in my town again", "en"),
        ("\u00bfcu\u00e1ndo vienes otra vez a mi ciudad?", "es"),
        ("wann kommst du mal wieder in meine Stadt", "de"),
        ("\u3044\u3064\u65e5\u672c\u306b\u6765\u307e\u3059\u304b", "ja"),
        ("\ud55c\uad6d\uc5d0 \uc5b8\uc81c \uc640\uc694", "ko"),
        ("\u043a\u043e\u0433\u0434\u0430 \u043a\u043e\u043d\u0446\u0435\u0440\u0442", "ru"),
    ],
)
def test_tells_clear_texts(text: str, language: str) -> None:
    """Scripts and everyday words are enough for most messages."""
    assert tell(text) == language


def test_does_not_guess_from_two_words() -> None:
    """Under three words the language is unknown."""
    assert tell("tour dates") is None


@pytest.mark.parametrize("text", ["wanneer speel jij weer", "zzz qqq vvv"])
def test_does_not_guess_from_unknown_words(text: str) -> None:
    """Words that no language here knows leave it unknown."""
    assert tell(text) is None
