"""The creator's folder as it stands now, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fanbot.domain.calendar import CalendarEvent
from fanbot.domain.facts import Facts
from fanbot.domain.people import HelpLine, Team
from fanbot.domain.settings import Settings
from fanbot.domain.templates import Problem, Template
from fanbot.domain.voice import VoiceProfile


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent state of the workspace. ``problems`` say what was left out and why."""

    settings: Settings
    team: Team
    templates: Mapping[str, Template] = field(default_factory=dict)
    facts: Facts = Facts()
    events: tuple[CalendarEvent, ...] = ()
    help_lines: tuple[HelpLine, ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    voice: VoiceProfile = field(default_factory=VoiceProfile)
    problems: tuple[Problem, ...] = ()


class Workspace(Protocol):
    """The folder, read again whenever it changes."""

    @property
    def snapshot(self) -> Snapshot:
        """Return the last good state."""
        ...

    def refresh(self) -> Snapshot | None:
        """Read what changed; return the new state, or None when nothing did. Never raises.

        A broken template keeps its last good version and adds a problem.
        """
        ...

    def problems(self) -> Sequence[Problem]:
        """Return what is wrong right now."""
        ...
