"""The texts that fanbot says by itself, in every language it has, with the creator's own words over them."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files

from fanbot.errors import TemplateError
from fanbot.rendering.names import words_to_say

TextTable = Mapping[str, Mapping[str, str]]
"""Texts by language, then by key; the key of ``first`` under ``[intro]`` is ``intro.first``."""

LAST_RESORT = "en"
FIXED = "safety."
"""Texts under this section are reviewed and not the creator's to replace (P20)."""
_NAME = re.compile(r"\{([a-z_]+)\}")


def built_in_texts() -> TextTable:
    """Read the texts that come with fanbot, one file a language."""
    folder = files("fanbot").joinpath("texts")
    return {
        file.name.removesuffix(".toml"): dict(_flat(tomllib.loads(file.read_text("utf-8"))))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }


def text_faults(own: TextTable, *, built_in: TextTable) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a creator's own texts, each as what was found and what is expected."""
    for language, texts in own.items():
        for key, text in texts.items():
            original = built_in[LAST_RESORT].get(key)
            if original is None:
                yield f"the unknown text {key} ({language})", "the key of a built-in text"
            elif key.startswith(FIXED):
                yield f"a text of your own for {key} ({language})", "none: safety texts are fixed"
            elif not text.strip():
                yield f"an empty text for {key} ({language})", "words, or no such line"
            else:
                yield from _name_faults(key, language, text, original)


def _name_faults(key: str, language: str, text: str, original: str) -> Iterator[tuple[str, str]]:
    known = _names(original)
    for name in sorted(_names(text) - known):
        allowed = ", ".join(f"{{{each}}}" for each in sorted(known)) or "no name in { }"
        yield f"{{{name}}} in {key} ({language})", allowed


class Texts:
    """Say a text by its key.

    >>> texts = Texts({"en": {"intro": "You write with {creator}'s assistant."}}, own={}, language="en")
    >>> texts.say("intro", language="pt-br", words={"creator": "Juno"})
    "You write with Juno's assistant."
    """

    def __init__(self, built_in: TextTable, *, own: TextTable, language: str) -> None:
        """Check every text once; raises TemplateError, so that saying one cannot fail for its words."""
        self._language = language
        self._parts: dict[str, dict[str, list[str]]] = {}
        for spoken, texts in built_in.items():
            for key, text in texts.items():
                original = built_in[LAST_RESORT].get(key)
                if original is None:
                    raise TemplateError(f"The text {key} has no English original ({spoken}).")
                for found, expected in _name_faults(key, spoken, text, original):
                    raise TemplateError(f"Built-in texts: found {found}, expected {expected}.")
                self._keep(spoken, key, text)
        for found, expected in text_faults(own, built_in=built_in):
            raise TemplateError(f"Your own texts: found {found}, expected {expected}.")
        for spoken, texts in own.items():
            for key, text in texts.items():
                self._keep(code_of(spoken), key, text)

    def say(self, key: str, *, language: str | None, words: Mapping[str, str]) -> str:
        """Return the text in the nearest language that has it, with its names filled in.

        Raises TemplateError for an unknown key or a word that the caller left out.
        """
        for spoken in nearest(language, self._language):
            parts = self._parts.get(spoken, {}).get(key)
            if parts is not None:
                return self._filled(key, parts, words)
        raise TemplateError(f"There is no text with the key {key}.")

    def _keep(self, language: str, key: str, text: str) -> None:
        self._parts.setdefault(language, {})[key] = _NAME.split(text.strip())

    def _filled(self, key: str, parts: list[str], words: Mapping[str, str]) -> str:
        if len(parts) == 1:
            return parts[0]
        filled = parts.copy()
        for place in range(1, len(parts), 2):
            word = words.get(parts[place])
            if word is None:
                raise TemplateError(f"The text {key} needs the word {{{parts[place]}}}.")
            filled[place] = words_to_say(word)
        return "".join(filled)


def code_of(language: str) -> str:
    """Write a language code in the one way that lookups use, such as pt-br."""
    return language.replace("_", "-").lower()


def nearest(*languages: str | None) -> Iterator[str]:
    """Name the languages to try, each followed by its base, English at the end.

    >>> list(nearest("pt-br", None, "de"))
    ['pt-br', 'pt', 'de', 'de', 'en']
    """
    for language in filter(None, languages):
        code = code_of(language)
        yield code
        yield code.partition("-")[0]
    yield LAST_RESORT


def _names(text: str) -> frozenset[str]:
    return frozenset(_NAME.findall(text))


def _flat(table: Mapping[str, object], section: str = "") -> Iterator[tuple[str, str]]:
    for key, entry in table.items():
        name = f"{section}{key}"
        if isinstance(entry, Mapping):
            yield from _flat(entry, f"{name}.")
        elif isinstance(entry, str):
            yield name, entry
        else:
            raise TemplateError(f"The text {name} is not a text.")
