"""Recognise a message that only says thank you."""

from collections.abc import Sequence

from fanbot.understanding.vocabulary import Vocabulary

_LONGEST = 12


class Thanks:
    """The words that a note of thanks is made of, in each language."""

    def __init__(self, vocabularies: Sequence[Vocabulary]) -> None:
        self._core = frozenset[str]().union(*(each.thanks for each in vocabularies))
        self._whole = [each.thanks | each.beside_thanks for each in vocabularies]

    def alone(self, words: Sequence[str]) -> bool:
        """Tell whether these are words of thanks in one language, and nothing else."""
        if len(words) > _LONGEST or self._core.isdisjoint(words):
            return False
        return any(whole.issuperset(words) for whole in self._whole)
