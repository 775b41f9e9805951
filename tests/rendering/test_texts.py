"""The built-in texts and a creator's own words over them."""

import pytest

from fanbot.errors import TemplateError
from fanbot.rendering.texts import Texts, built_in_texts, text_faults

BUILT_IN = {
    "en": {
        "intro.first": "This is {creator}'s assistant.",
        "safety.crisis": "Lines: {help_lines}",
        "ok": "OK",
    },
    "es": {"intro.first": "Soy el asistente de {creator}."},
    "de": {"ok": "Gut"},
}


def _texts(own: dict[str, dict[str, str]] | None = None, *, language: str = "en") -> Texts:
    return Texts(BUILT_IN, own=own or {}, language=language)


@pytest.mark.parametrize(
    ("language", "workspace", "said"),
    [
        ("es", "en", "Soy el asistente de Juno."),
        ("es-mx", "en", "Soy el asistente de Juno."),
        ("es_MX", "en", "Soy el asistente de Juno."),
        ("fr", "es", "Soy el asistente de Juno."),
        (None, "es", "Soy el asistente de Juno."),
        ("de", "fr", "This is Juno's assistant."),
    ],
)
def test_speaks_the_nearest_language(language: str | None, workspace: str, said: str) -> None:
    """The fan's language comes first, then its base, the workspace's, and English."""
    texts = _texts(language=workspace)
    assert texts.say("intro.first", language=language, words={"creator": "Juno"}) == said


def test_a_creators_own_words_replace_a_text() -> None:
    """A text of the creator's own stands in for the built-in one of its language."""
    texts = _texts({"en": {"intro.first": "Hi, {creator}'s helper here."}})
    assert texts.say("intro.first", language="en", words={"creator": "Juno"}) == "Hi, Juno's helper here."


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("intro.first", "I am {creator.__class__} and {artist}", "{artist} in intro.first (en)"),
        ("safety.crisis", "Cheer up", "a text of your own for safety.crisis (en)"),
        ("intro.last", "Bye", "the unknown text intro.last (en)"),
        ("ok", " ", "an empty text for ok (en)"),
    ],
)
def test_an_own_text_that_cannot_be_said_is_found_at_once(key: str, text: str, found: str) -> None:
    """What is wrong with a text of the creator's own shows when it is read, not when it is said."""
    own = {"en": {key: text}}
    assert [fault[0] for fault in text_faults(own, built_in=BUILT_IN)] == [found]
    with pytest.raises(TemplateError, match="expected"):
        _texts(own)


def test_words_are_data() -> None:
    """A word is put in as it is: no names in it are filled, nobody is called, nothing is hidden."""
    said = _texts().say("intro.first", language="en", words={"creator": "{ok} {0.x} @everyone\x07"})
    assert said == "This is {ok} {0.x} ＠everyone's assistant."


def test_a_caller_hears_of_a_forgotten_word_or_an_unknown_key() -> None:
    """A text without its word, or a key that no file has, is a clear error."""
    with pytest.raises(TemplateError, match=r"needs the word \{creator\}"):
        _texts().say("intro.first", language="en", words={})
    with pytest.raises(TemplateError, match="no text with the key nothing"):
        _texts().say("nothing", language="en", words={})


def test_the_texts_of_fanbot_can_all_be_said() -> None:
    """The files that come with fanbot load, and English has every key that another language has."""
    built_in = built_in_texts()
    texts = Texts(built_in, own={}, language="en")
    assert {"en", "es", "de"} <= set(built_in)
    assert texts.say("safety.directory", language="en", words={})
