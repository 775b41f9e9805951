"""What was understood of a message, what the store knows around it, and what follows from both."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fanbot.domain.handoffs import Family, Lane, State


class Route(StrEnum):
    """Name the ways a message can go."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    HANDOFF = "handoff"
    MERGE = "merge"
    HUSH = "hush"
    QUARANTINE = "quarantine"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing in a message that speaks for a person, with the words that say so.

    ``like``: what other fans write in such a case, where it is the likeness that speaks.
    """

    lane: Lane
    evidence: str
    like: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A template that may answer; ``confidence`` is in 0..1, ``sufficient`` says it may answer alone.

    ``evidence`` is the nearest example or the pattern that hit, for people to read.
    """

    template: str
    confidence: float
    threshold: float
    evidence: str
    exact: bool = False

    @property
    def sufficient(self) -> bool:
        """Tell whether the template may answer on this match alone."""
        return self.exact or self.confidence >= self.threshold


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of one text. ``matches`` are best first; ``language`` is None if unknown."""

    language: str | None = None
    signals: tuple[Signal, ...] = ()
    matches: tuple[Match, ...] = ()
    spam: str = ""
    thanks: bool = False


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An unfinished hand-off of the conversation, as triage needs it."""

    id: int
    lane: Lane
    state: State
    acknowledged_at: datetime | None = None

    @property
    def family(self) -> Family:
        """Name the family; a conversation has at most one unfinished item in each."""
        return self.lane.family


@dataclass(frozen=True, slots=True)
class Context:
    """What the store knows around a message at the moment of judging."""

    now: datetime
    items: tuple[OpenItem, ...] = ()
    hushed_until: datetime | None = None
    clarified_at: datetime | None = None
    introduced: bool = False
    blocked: bool = False
    opted_out: bool = False
    paused: bool = False
    late: bool = False
    language: str | None = None

    def item(self, family: Family) -> OpenItem | None:
        """Find the unfinished item of this family."""
        return next((item for item in self.items if item.family is family), None)

    @property
    def hushed(self) -> bool:
        """Tell whether a person is in the conversation."""
        return self.hushed_until is not None and self.now < self.hushed_until


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a message goes, and why, in words that a community manager understands (P24).

    ``command`` is set when an exact command or button decided; ``choices`` are the template ids
    that a clarifying question offers.
    """

    route: Route
    reasons: tuple[str, ...]
    template: str | None = None
    lane: Lane | None = None
    confidence: float | None = None
    language: str | None = None
    command: str | None = None
    choices: tuple[str, ...] = ()
    topic: str = ""
    suggestions: tuple[str, ...] = field(default=())
