"""What the console is given to work with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from fanbot.domain.people import Team
from fanbot.ports.clock import Clock
from fanbot.ports.files import Files
from fanbot.ports.store import Desk as DeskStore
from fanbot.ports.store import Sessions
from fanbot.services.desk import Desk


class Pause(Protocol):
    """The one switch that the console turns."""

    async def paused(self) -> bool:
        """Tell whether automatic sending is paused."""
        ...

    async def pause(self, *, who: str, now: datetime, paused: bool) -> None:
        """Pause or resume; on record with who and when."""
        ...


def _utc() -> ZoneInfo:
    return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Room:
    """Everything that the console needs, made outside and passed in.

    ``desk`` and ``team`` are asked anew for every page, because the workspace changes while fanbot
    runs. ``hosts`` are the values of the Host header that are served, with or without a port.
    ``open_as`` names the person that everybody is signed in as, for a demonstration on loopback; it is
    empty everywhere else. ``problems`` says in plain words what is broken in the workspace.
    ``files`` has what fans sent; without it there is nothing to show.
    """

    desk: Callable[[], Desk]
    store: DeskStore
    sessions: Sessions
    switches: Pause
    clock: Clock
    password_hash: str
    team: Callable[[], Team]
    problems: Callable[[], Sequence[str]]
    hosts: frozenset[str]
    secure: bool = False
    frame: bool = False
    open_as: str = ""
    timezone: Callable[[], ZoneInfo] = _utc
    files: Files | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Name the people who can sign in: the team, or the creator where none is written down."""
        team = self.team()
        return tuple(person.name for person in team.people) or (team.creator,)
