"""Read messages: one form for matching, then screens, patterns, nearest examples and language."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fanbot.domain.decisions import Match, Reading, Signal
from fanbot.domain.templates import Template
from fanbot.understanding.language import Languages
from fanbot.understanding.matcher import LONGEST, Matcher
from fanbot.understanding.normal import normalise, words
from fanbot.understanding.patterns import Patterns
from fanbot.understanding.screens import Screens
from fanbot.understanding.spam import spam
from fanbot.understanding.structure import story
from fanbot.understanding.thanks import Thanks
from fanbot.understanding.vocabulary import vocabularies

_INLINE = 16_000
"""Characters that are read without a thread: a full batch of usual messages, tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class _Learned:
    """What is known of one state of the templates; replaced as a whole."""

    matcher: Matcher
    patterns: Patterns

    @classmethod
    def fit(cls, templates: Sequence[Template], spellings: Mapping[str, str]) -> "_Learned":
        matcher = Matcher.fit(templates, spellings=spellings)
        return cls(matcher=matcher, patterns=Patterns.compile(templates))


class NgramUnderstanding:
    """The `Understanding` port by phrases and n-grams: no model, no network, the same answer every time."""

    def __init__(self) -> None:
        known = vocabularies()
        self._spellings = {short: long for each in known for short, long in each.spellings.items()}
        self._learned = _Learned.fit((), self._spellings)
        self._screens = Screens(known)
        self._thanks = Thanks(known)
        self._languages = Languages(known)
        self._first_person = frozenset[str]().union(*(each.first_person for each in known))

    async def learn(self, templates: Sequence[Template]) -> None:
        """Fit to these templates in a thread; what was learned before stays if that raises TemplateError."""
        self._learned = await asyncio.to_thread(_Learned.fit, tuple(templates), self._spellings)

    async def read(self, texts: Sequence[str]) -> Sequence[Reading]:
        """Understand a batch; one text of more than a few thousand characters moves it to a thread."""
        if sum(map(len, texts)) <= _INLINE:
            return self._read(texts)
        return await asyncio.to_thread(self._read, texts)

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        learned = self._learned
        normal = [normalise(text) for text in texts]
        bare = [words(text) for text in normal]
        short = [len(text) <= LONGEST for text in normal]
        nearest = learned.matcher.match(
            [split if fits else () for split, fits in zip(bare, short, strict=True)]
        )
        return [
            Reading(
                language=self._languages.tell(text, split),
                signals=self._signals(text, split),
                matches=_merge(learned.patterns.match(text) if fits else (), near),
                spam=spam(text, split),
                thanks=self._thanks.alone(split),
            )
            for text, split, fits, near in zip(normal, bare, short, nearest, strict=True)
        ]

    def _signals(self, normal: str, bare: Sequence[str]) -> tuple[Signal, ...]:
        signals = self._screens.signals(bare)
        shape = story(normal, bare, first_person=self._first_person)
        if shape is None or any(signal.lane is shape.lane for signal in signals):
            return signals
        return (*signals, shape)


def _merge(exact: tuple[Match, ...], nearest: tuple[Match, ...]) -> tuple[Match, ...]:
    """Put templates whose pattern hits before those whose examples are near."""
    if not exact:
        return nearest
    named = {match.template for match in exact}
    return (*exact, *(match for match in nearest if match.template not in named))
