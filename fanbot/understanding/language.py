"""Tell which language a message is written in, or that it cannot be told."""

import re
from collections.abc import Mapping, Sequence

from fanbot.understanding.vocabulary import Vocabulary

_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3\u1100-\u11ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0620-\u06ff]")),
    ("uk", re.compile("[\u0454\u0456\u0491]")),
    ("ru", re.compile("[\u0430-\u044f\u0451]")),
)
_FEWEST_WORDS = 3
_FEWEST_VOTES = 2
_CLEAR = 2
_JUDGED = 300


class Languages:
    """Tell languages by their script, else by everyday words; what neither tells stays unknown."""

    def __init__(self, vocabularies: Sequence[Vocabulary]) -> None:
        self._everyday = _distinct({each.language: each.common for each in vocabularies})

    def tell(self, normal: str, words: Sequence[str]) -> str | None:
        """Return a two-letter code, None in doubt or under three words that no script tells."""
        head = normal[:_JUDGED]
        if not head.isascii():
            for language, script in _SCRIPTS:
                if script.search(head):
                    return language
        if len(words) < _FEWEST_WORDS:
            return None
        return self._vote(words)

    def _vote(self, words: Sequence[str]) -> str | None:
        """Return the language whose everyday words are clearly ahead, else None."""
        counts: dict[str, int] = {}
        for word in words[:_JUDGED]:
            language = self._everyday.get(word)
            if language:
                counts[language] = counts.get(language, 0) + 1
        if not counts:
            return None
        best = max(counts, key=lambda language: counts[language])
        rest = sum(counts.values()) - counts[best]
        return best if counts[best] >= _FEWEST_VOTES and counts[best] > _CLEAR * rest else None


def _distinct(everyday: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Map each everyday word to its language, leaving out those that several languages have."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for language, words in everyday.items():
        shared |= found.keys() & words
        found |= dict.fromkeys(words, language)
    return {word: language for word, language in found.items() if word not in shared}
