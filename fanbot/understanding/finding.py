"""What a finder of templates is, whatever it goes by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fanbot.domain.decisions import Match, Signal

LONGEST = 1_000
"""Longer texts, in characters, are for a person, so they are matched with nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """The nearest templates of a text, best first, and what in it speaks for a person."""

    matches: tuple[Match, ...] = ()
    signals: tuple[Signal, ...] = ()


class Finder(Protocol):
    """One state of the templates, learned; never changed."""

    def find(self, texts: Sequence[str], words: Sequence[Sequence[str]]) -> Sequence[Found]:
        """Look at each text as it was written and as its bare words; an empty one finds nothing."""
        ...
