"""Find the phrases that say that a person should read a message."""

from collections.abc import Iterator, Mapping, Sequence

from fanbot.domain.decisions import Signal
from fanbot.domain.handoffs import Lane
from fanbot.understanding.phrases import Phrase, Phrasebook, spaced
from fanbot.understanding.vocabulary import Vocabulary

_WINDOW, _OVERLAP = 200, 20
"""Words looked at together: phrases are shorter than the overlap, and time stays linear."""
_BLANK = " ~ "


class Screens:
    """All languages' phrases at once, for a message seldom says which language it is in.

    A message without a rare word of any phrase costs one set operation.
    """

    def __init__(self, vocabularies: Sequence[Vocabulary]) -> None:
        common = frozenset[str]().union(*(each.common for each in vocabularies))
        self._phrases = _book([each.phrases for each in vocabularies], common)
        self._exceptions = _book([each.exceptions for each in vocabularies], common)
        self._idioms = _book([{Lane.OTHER: each.idioms} for each in vocabularies], common)

    def signals(self, words: Sequence[str]) -> tuple[Signal, ...]:
        """Return at most one signal a lane, in the order of lanes; figures of speech raise none."""
        found: dict[Lane, str] = {}
        for window in _windows(words):
            self._look(window, found)
        if not found:
            return ()
        return tuple(Signal(lane, found[lane]) for lane in Lane if lane in found)

    def _look(self, words: Sequence[str], found: dict[Lane, str]) -> None:
        present = set(words)
        possible = self._phrases.possible(present)
        if not possible:
            return
        text = spaced(words)
        for _, idiom in self._idioms.possible(present):
            text = idiom.sub(_BLANK, text)
        excepted: dict[Lane, str] = {}
        for lane, exception in self._exceptions.possible(present):
            excepted[lane] = exception.sub(_BLANK, excepted.get(lane, text))
        for lane, phrase in possible:
            if lane not in found and (hit := phrase.search(excepted.get(lane, text))):
                found[lane] = hit.group().strip()


def _book(books: Sequence[Mapping[Lane, Sequence[Phrase]]], common: frozenset[str]) -> Phrasebook[Lane]:
    listed = ((lane, phrase) for book in books for lane, several in book.items() for phrase in several)
    return Phrasebook(listed, common=common)


def _windows(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a long text into overlapping pieces."""
    if len(words) <= _WINDOW:
        yield words
        return
    for start in range(0, len(words) - _OVERLAP, _WINDOW - _OVERLAP):
        yield words[start : start + _WINDOW]
