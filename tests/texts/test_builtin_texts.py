"""Every word that fanbot says by itself, in every language it speaks."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from string import Formatter

import pytest

from fanbot.policy.voice import check

KNOWN_NAMES = {"creator", "reader", "usual", "help_lines", "topics", "name", "typed", "label"}
PROMISED = {
    "intro.first",
    "reader.team",
    "reader.moderator",
    *(f"ack.{kind}" for kind in ("direct", "record", "public", "personal", "person", "order")),
    *(f"ack.{kind}" for kind in ("complaint", "business", "tech", "minor")),
    *(f"safety.{kind}" for kind in ("crisis", "directory", "threat")),
    "late.prefix",
    "clarify.question",
    *(f"choice.{kind}" for kind in ("person", "helped", "takeback", "typed")),
    *(f"command.{name}" for name in ("start", "help", "privacy", "stop", "helped")),
    "command.takeback_done",
    "command.takeback_nothing",
    "closed.read",
    "closed.crisis",
    "signature.team",
    "signature.creator",
}
AUTOMATIC = {"en": "automatic", "es": "automátic", "de": "automatisch"}


def _read(language: str) -> dict[str, str]:
    source = resources.files("fanbot").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(source)))


def _flat(table: dict[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)


def _names(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


LANGUAGES = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("fanbot").joinpath("texts").iterdir()
    if entry.name.endswith(".toml")
)
TEXTS = {language: _read(language) for language in LANGUAGES}
EVERY = [(language, key) for language, texts in TEXTS.items() for key in texts]


def test_speaks_english_spanish_and_german() -> None:
    """Three languages to begin with."""
    assert {"en", "es", "de"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_everything_that_it_needs_to_say(language: str) -> None:
    """Every language has every text, and none that no other language has."""
    assert set(TEXTS[language]) == PROMISED


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_says_it_in_words_that_fans_are_owed(language: str, key: str) -> None:
    """No built-in text carries what people hear as an excuse, a vague promise or fake love."""
    assert check(TEXTS[language][key], language=language) == ()


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_says_it_briefly(language: str, key: str) -> None:
    """A text has words, no stray space around them, and a length that people read to the end."""
    text = TEXTS[language][key]
    assert text.strip()
    assert not text.endswith((" ", "\n"))
    assert len(text) <= (900 if key.startswith("safety.") else 600)


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_leaves_the_same_gaps_in_every_language(language: str, key: str) -> None:
    """A text can be filled in alike, whatever its language, and only with known names."""
    names = _names(TEXTS[language][key])
    assert set(names) <= KNOWN_NAMES
    assert set(names) == set(_names(TEXTS["en"][key]))


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_never_opens_a_sentence_with_the_reader(language: str, key: str) -> None:
    """The reader may be a phrase in small letters, which cannot begin a sentence."""
    text = TEXTS[language][key]
    assert not text.startswith("{reader}")
    assert ". {reader}" not in text
    assert "\n{reader}" not in text


@pytest.mark.parametrize(
    ("language", "key"),
    [(language, key) for language, key in EVERY if key.startswith(("ack.", "safety.cr", "safety.thr"))],
)
def test_labels_what_is_automatic(language: str, key: str) -> None:
    """A note that a machine wrote says so; the record is added to such a note."""
    text = TEXTS[language][key]
    assert (AUTOMATIC[language] in text) == (key != "ack.record")


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_first_that_it_is_not_the_creator(language: str) -> None:
    """First contact names the creator twice: whose assistant it is, and who it is not (P16)."""
    for key in ("intro.first", "command.start"):
        assert TEXTS[language][key].count("{creator}") == 2
        assert AUTOMATIC[language] in TEXTS[language][key]


@pytest.mark.parametrize("language", LANGUAGES)
def test_points_to_help_before_anything_else(language: str) -> None:
    """The crisis text names help before the team, and neither offers nor promises anything (P20)."""
    text = TEXTS[language]["safety.crisis"]
    assert text.index("{help_lines}") < text.index("{reader}")
    assert "/" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_tells_nothing_of_the_message_in_public(language: str) -> None:
    """What is said where others read is short and names neither reader nor lane."""
    for key in ("ack.public", "safety.threat"):
        assert _names(TEXTS[language][key]) == []
        assert len(TEXTS[language][key]) <= 120
