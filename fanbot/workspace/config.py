"""The files of ``config/`` but the settings, each at its last good version."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from fanbot.domain.calendar import CalendarEvent
from fanbot.domain.facts import Facts
from fanbot.domain.people import HelpLine
from fanbot.domain.voice import VoiceProfile
from fanbot.workspace.calendar import read_calendar
from fanbot.workspace.facts import read_facts
from fanbot.workspace.help import read_help
from fanbot.workspace.keeping import Kept, LastGood
from fanbot.workspace.problems import Read
from fanbot.workspace.team import read_team, without_team
from fanbot.workspace.voice import read_voice

_TEAM, _FACTS, _EVENTS = "config/team.toml", "config/facts.yaml", "config/events.ics"
_HELP, _VOICE = "config/help.toml", "config/voice.toml"
_LARGEST_FACTS = 64 * 1024
_LARGEST_CALENDAR = 512 * 1024


class Config:
    """What the files in ``config/`` say; a file that is missing says nothing."""

    def __init__(self, zone: ZoneInfo, today: Callable[[], date]) -> None:
        self.team = LastGood(
            _TEAM,
            read=lambda text: read_team(text, file=_TEAM),
            missing=without_team(file=_TEAM),
            zone=zone,
        )
        self.facts = LastGood(
            _FACTS,
            read=lambda text: read_facts(text, file=_FACTS),
            missing=Read(Facts()),
            zone=zone,
            largest=_LARGEST_FACTS,
        )
        self.events: LastGood[tuple[CalendarEvent, ...]] = LastGood(
            _EVENTS,
            read=lambda text: read_calendar(text, file=_EVENTS, zone=zone),
            missing=Read(()),
            zone=zone,
            largest=_LARGEST_CALENDAR,
        )
        self.help: LastGood[tuple[HelpLine, ...]] = LastGood(
            _HELP,
            read=lambda text: read_help(text, file=_HELP, today=today()),
            missing=Read(()),
            zone=zone,
        )
        self.voice = LastGood(
            _VOICE,
            read=lambda text: read_voice(text, file=_VOICE),
            missing=Read(VoiceProfile()),
            zone=zone,
        )

    @property
    def parts(self) -> tuple[Kept, ...]:
        """All of them, whatever they hold."""
        return (self.team, self.facts, self.events, self.help, self.voice)
