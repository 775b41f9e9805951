"""Which language a message is in."""

from collections.abc import Callable

import pytest

from fanbot.understanding.language import Languages, trained_model
from fanbot.understanding.normal import normalise, words
from fanbot.understanding.vocabulary import vocabularies


class CountingModel:
    """A trained model that always says Dutch and counts how often it is loaded and asked."""

    def __init__(self, says: str | None = "nl") -> None:
        self.loaded = 0
        self.asked = 0
        self.says = says

    def load(self) -> Callable[[str], str | None]:
        """Load the model."""
        self.loaded += 1
        return self.ask

    def ask(self, text: str) -> str | None:
        """Say Dutch."""
        self.asked += bool(text)
        return self.says


def tell(text: str, model: CountingModel | None = None, spoken: str | None = None) -> str | None:
    """Tell the language of one text."""
    languages = Languages(vocabularies(), (model or CountingModel()).load)
    normal = normalise(text)
    return languages.tell(normal, words(normal), spoken=spoken)


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
def test_needs_no_model_for_clear_texts(text: str, language: str) -> None:
    """Scripts and everyday words are enough for most messages."""
    model = CountingModel()
    assert tell(text, model) == language
    assert model.loaded == 0


def test_does_not_guess_from_two_words() -> None:
    """Under three words the language is unknown, or the conversation's."""
    assert tell("tour dates") is None
    assert tell("tour dates", spoken="es") == "es"


def test_asks_the_model_when_words_are_not_enough() -> None:
    """A text without known everyday words goes to the trained model."""
    assert tell("wanneer speel jij weer") == "nl"


def test_falls_back_to_the_conversation_when_nobody_knows() -> None:
    """An unsure model leaves the language that was spoken before."""
    assert tell("zzz qqq vvv", CountingModel(says=None), spoken="de") == "de"


def test_remembers_what_the_model_said() -> None:
    """The same text is asked once."""
    model = CountingModel()
    languages = Languages(vocabularies(), model.load)
    for _ in range(3):
        languages.tell("wanneer speel jij weer", ["wanneer", "speel", "jij", "weer"], spoken=None)
    assert (model.loaded, model.asked) == (1, 1)


def test_loads_the_trained_model() -> None:
    """The model that ships with the dependency knows our languages, and its own limits."""
    identify = trained_model()
    assert identify("quand est-ce que vous venez jouer a lyon cet hiver") == "fr"
    assert identify("quando voce vem tocar em lisboa de novo") == "pt"
