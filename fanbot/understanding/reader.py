"""Read messages: one form for matching, then screens, patterns, nearest examples and language."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fanbot.domain.decisions import Match, Reading, Signal
from fanbot.domain.templates import Template
from fanbot.understanding.finding import LONGEST, Finder, Found
from fanbot.understanding.language import Languages
from fanbot.understanding.normal import normalise, words
from fanbot.understanding.patterns import Patterns
from fanbot.understanding.screens import Screens
from fanbot.understanding.spam import spam
from fanbot.understanding.structure import story
from fanbot.understanding.thanks import Thanks
from fanbot.understanding.vocabulary import vocabularies

_INLINE = 16_000
"""Characters that are read without a thread: a full batch of usual messages, tens of milliseconds."""


Fit = Callable[[Sequence[Template]], Finder]


@dataclass(frozen=True, slots=True)
class _Learned:
    """What is known of one state of the templates; replaced as a whole."""

    finder: Finder
    patterns: Patterns


class _Nothing:
    """Knows no template."""

    def find(self, texts: Sequence[str], words: Sequence[Sequence[str]]) -> Sequence[Found]:
        """Find nothing."""
        del words
        return [Found()] * len(texts)


class Reader:
    """The `Understanding` port: phrases and patterns here, and a finder for what the templates are about."""

    def __init__(self, fit: Fit, *, inline: int = _INLINE) -> None:
        """Learn templates by ``fit``; batches of more than ``inline`` characters are read in a thread."""
        known = vocabularies()
        self._fit = fit
        self._inline = inline
        self._learned = _Learned(_Nothing(), Patterns.compile(()))
        self._screens = Screens(known)
        self._thanks = Thanks(known)
        self._languages = Languages(known)
        self._first_person = frozenset[str]().union(*(each.first_person for each in known))

    async def learn(self, templates: Sequence[Template]) -> None:
        """Fit to these templates in a thread; what was learned before stays if that raises TemplateError."""
        self._learned = await asyncio.to_thread(self._learn, tuple(templates))

    async def read(self, texts: Sequence[str]) -> Sequence[Reading]:
        """Understand a batch; one text of more than a few thousand characters moves it to a thread."""
        if sum(map(len, texts)) <= self._inline:
            return self._read(texts)
        return await asyncio.to_thread(self._read, texts)

    def _learn(self, templates: Sequence[Template]) -> _Learned:
        return _Learned(finder=self._fit(templates), patterns=Patterns.compile(templates))

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        learned = self._learned
        normal = [normalise(text) for text in texts]
        bare = [words(text) for text in normal]
        short = [len(text) <= LONGEST for text in normal]
        nearest = learned.finder.find(
            [text if fits else "" for text, fits in zip(texts, short, strict=True)],
            [split if fits else () for split, fits in zip(bare, short, strict=True)],
        )
        return [
            Reading(
                language=self._languages.tell(text, split),
                signals=self._signals(text, split, found),
                matches=_merge(learned.patterns.match(text) if fits else (), found.matches),
                spam=spam(text, split),
                thanks=self._thanks.alone(split),
            )
            for text, split, fits, found in zip(normal, bare, short, nearest, strict=True)
        ]

    def _signals(self, normal: str, bare: Sequence[str], found: Found) -> tuple[Signal, ...]:
        """Join what phrases, the finder and the shape say; each lane is named once."""
        signals = self._screens.signals(bare)
        if found.signals:
            named = {signal.lane for signal in signals}
            signals = (*signals, *(signal for signal in found.signals if signal.lane not in named))
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
