"""Compile the phrase notation of the files beside this module, and find phrases by a rare word."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from fanbot.errors import FanbotError

Owner = TypeVar("Owner")

_GAP = r"(?:\S+ ){0,3}?"
_OFTEN = 1_000
"""A common word counts like this many phrases when the rarest place of a phrase is looked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a phrase: any of ``choices``, each one word or several."""

    choices: tuple[str, ...]
    optional: bool = False
    at_end: bool = False

    @property
    def regex(self) -> str:
        """Write the place as a regular expression over words that each end in a space."""
        branches = [f"{re.escape(choice)} " for choice in self.choices] + [r"\Z"] * self.at_end
        whole = "|".join(branches)
        return f"(?:{whole}){'?' if self.optional else ''}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sequence of places; ``None`` is a gap of up to three words."""

    places: tuple[Place | None, ...]
    at_start: bool = False

    @property
    def required(self) -> tuple[Place, ...]:
        """Return the places that a text must fill with words."""
        return tuple(
            place for place in self.places if place and place.choices and not place.optional | place.at_end
        )

    @property
    def words(self) -> frozenset[str]:
        """Return every word that may fill a required place."""
        return frozenset(
            word for place in self.required for choice in place.choices for word in choice.split()
        )

    @property
    def regex(self) -> str:
        """Write the phrase as a regular expression over `spaced` words; it backtracks within bounds."""
        start = r"\A " if self.at_start else " "
        return start + "".join(place.regex if place else _GAP for place in self.places)


class Phrasebook(Generic[Owner]):
    """Phrases by the rarest words that they cannot do without.

    An expression is compiled when it is first needed: all of them at once would take half a second.
    """

    def __init__(self, phrases: Iterable[tuple[Owner, Phrase]], *, common: frozenset[str]) -> None:
        self._phrases = list(phrases)
        self._patterns: list[re.Pattern[str] | None] = [None] * len(self._phrases)
        self._by_word: dict[str, list[tuple[int, tuple[frozenset[str], ...]]]] = {}
        used = Counter(word for _, phrase in self._phrases for word in phrase.words)

        def cost(word: str) -> int:
            return _OFTEN if word in common else used[word]

        for number, (_, phrase) in enumerate(self._phrases):
            keys = [{min(choice.split(), key=cost) for choice in place.choices} for place in phrase.required]
            rarest = min(keys, key=lambda words: sum(map(cost, words)))
            also = tuple(frozenset(words) for words in keys if words is not rarest)
            for word in rarest:
                self._by_word.setdefault(word, []).append((number, also))

    def possible(self, present: set[str]) -> list[tuple[Owner, re.Pattern[str]]]:
        """Return what could be found in a text that holds these words, in the order of the book."""
        numbers: set[int] = set()
        for word in self._by_word.keys() & present:
            for number, also in self._by_word[word]:
                for words in also:
                    if words.isdisjoint(present):
                        break
                else:
                    numbers.add(number)
        return [(self._phrases[number][0], self._pattern(number)) for number in sorted(numbers)]

    def _pattern(self, number: int) -> re.Pattern[str]:
        pattern = self._patterns[number]
        if pattern is None:
            pattern = self._patterns[number] = re.compile(self._phrases[number][1].regex)
        return pattern


def spaced(words: Iterable[str]) -> str:
    """Join words into the form that a phrase's expression reads."""
    return f" {' '.join(words)} "


def parse(lines: str, lists: Mapping[str, str]) -> list[Phrase]:
    """Read phrases, one a line; see the head of ``phrases/en.toml`` for the notation.

    >>> [phrase] = parse("my <family> .. died|passed_away $", {"family": "mom dad"})
    >>> re.search(phrase.regex, spaced("yes my dad just passed away".split())).group()
    ' my dad just passed away '
    """
    return [_phrase(line.split(), lists) for line in lines.splitlines() if line.strip()]


def _phrase(tokens: list[str], lists: Mapping[str, str]) -> Phrase:
    at_start = tokens[0] == "^"
    phrase = Phrase(tuple(_place(token, lists) for token in tokens[at_start:]), at_start=at_start)
    if not phrase.required:
        raise FanbotError(f"The phrase {' '.join(tokens)!r} asks for no word.")
    return phrase


def _place(written: str, lists: Mapping[str, str]) -> Place | None:
    if written == "..":
        return None
    choices: list[str] = []
    for choice in written.removesuffix("?").split("|"):
        named = lists[choice[1:-1]].split() if choice.startswith("<") else [choice]
        choices.extend(word.replace("_", " ") for word in named if word != "$")
    at_end = "$" in written.removesuffix("?").split("|")
    return Place(tuple(dict.fromkeys(choices)), optional=written.endswith("?"), at_end=at_end)
