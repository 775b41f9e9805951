"""Tell which language a message is written in, or that it cannot be told."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from fanbot.understanding.vocabulary import Vocabulary

LANGUAGES = (
    "en",
    "es",
    "de",
    "fr",
    "pt",
    "it",
    "nl",
    "id",
    "tl",
    "pl",
    "tr",
    "ru",
    "uk",
    "ar",
    "ja",
    "ko",
    "zh",
)
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
_SURE = 0.7
_JUDGED = 300
_REMEMBERED = 4_096


class Languages:
    """Tell languages by their script, else by everyday words, else by a trained model.

    The model takes 60 microseconds a text and most of a second to load, so it is loaded by ``warm``
    or by the first text that needs it, and its last answers are remembered.
    """

    def __init__(
        self,
        vocabularies: Sequence[Vocabulary],
        load: Callable[[], Callable[[str], str | None]] | None = None,
    ) -> None:
        self._everyday = _distinct({each.language: each.common for each in vocabularies})
        self._load = load or trained_model
        self._model: Callable[[str], str | None] | None = None
        self._loading = threading.Lock()
        self._ask = lru_cache(maxsize=_REMEMBERED)(self._ask_model)

    @property
    def warmed(self) -> bool:
        """Tell whether the model is at hand, so that no text has to wait for it."""
        return self._model is not None

    def warm(self) -> Callable[[str], str | None]:
        """Load the model, once; safe to call from several threads."""
        with self._loading:
            if self._model is None:
                self._model = self._load()
            return self._model

    def tell(self, normal: str, words: Sequence[str], *, spoken: str | None) -> str | None:
        """Return a two-letter code. Under three words, or in doubt, it is what was ``spoken`` before."""
        head = normal[:_JUDGED]
        if not head.isascii():
            for language, script in _SCRIPTS:
                if script.search(head):
                    return language
        if len(words) < _FEWEST_WORDS:
            return spoken
        return self._vote(words) or self._ask(head) or spoken

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

    def _ask_model(self, text: str) -> str | None:
        return (self._model or self.warm())(text)


def trained_model() -> Callable[[str], str | None]:
    """Load py3langid for our languages; its answer is None below a likelihood of 0.7.

    A second identifier over the part that is ours lets go of the other 80 languages' tables.
    """
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(LANGUAGES)
    identifier = LanguageIdentifier(
        whole.nb_ptc,
        whole.nb_pc,
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )

    def identify(text: str) -> str | None:
        language, likelihood = identifier.classify(text)
        return str(language) if likelihood >= _SURE else None

    return identify


def _distinct(everyday: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Map each everyday word to its language, leaving out those that several languages have."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for language, words in everyday.items():
        shared |= found.keys() & words
        found |= dict.fromkeys(words, language)
    return {word: language for word, language in found.items() if word not in shared}
