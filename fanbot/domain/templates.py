"""A fan's answer as its editor wrote it: examples that route to it and a body to render."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fanbot.domain.messages import SignalClass


class About(StrEnum):
    """Say what kind of subject a template has, where that changes how it counts."""

    INFORMATION = "information"
    BUYING = "buying"
    SMALL_TALK = "small-talk"


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that an answer carries: a press on it shows the template named ``template``."""

    label: str
    template: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A template in one language. ``body`` is CommonMark with Jinja2; ``source`` is its file.

    ``body_line`` is the line of that file on which the body begins, for problems to point at.
    ``choices`` are its own buttons; without any, those of the template hold.
    """

    language: str
    examples: tuple[str, ...]
    patterns: tuple[str, ...]
    body: str
    source: str = ""
    body_line: int = 1
    choices: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A routine answer in every language it has; ``variants`` maps a language code to its text.

    ``promotional`` is set when promotional wording stands outside a promo block without an
    editor's signature: the whole answer then counts as noise.
    """

    id: str
    variants: Mapping[str, Variant]
    topic: str = ""
    about: About = About.INFORMATION
    platforms: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    min_confidence: float | None = None
    ask: tuple[str, ...] = ()
    choices: tuple[Offer, ...] = ()
    promotional: bool = False

    @property
    def signal(self) -> SignalClass:
        """Say how the body of this template counts."""
        if self.promotional:
            return SignalClass.NOISE
        return SignalClass.NEUTRAL if self.about is About.SMALL_TALK else SignalClass.SIGNAL

    def live(self, *, platform: str, today: date) -> bool:
        """Tell whether the template may answer on this platform today (both dates included)."""
        return (
            (not self.platforms or platform in self.platforms)
            and (self.since is None or self.since <= today)
            and (self.until is None or today <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer ready to leave; ``promo`` is empty when the template has no promo block."""

    body: str
    language: str
    promo: str = ""
    choices: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in the workspace, with all that is needed to mend it."""

    file: str
    found: str
    expected: str
    line: int | None = None
    example: str = ""
    kept: str = ""

    def __str__(self) -> str:
        """Write the problem for a person.

        >>> print(Problem("config/fanbot.toml", "share = 3", "a number from 0 to 1", 4, "share = 0.1"))
        config/fanbot.toml, line 4: found share = 3, expected a number from 0 to 1. For example: share = 0.1
        """
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        parts = [f"{place}: found {self.found}, expected {self.expected}."]
        if self.example:
            parts.append(f"For example: {self.example}")
        if self.kept:
            parts.append(self.kept)
        return " ".join(parts)
