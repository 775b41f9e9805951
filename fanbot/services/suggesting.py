"""What a template would have said to a message that waits for a person: a suggestion for that person."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fanbot.domain.handoffs import Lane
from fanbot.domain.templates import Template
from fanbot.errors import TemplateError
from fanbot.ports.clock import Clock
from fanbot.ports.rendering import Rendering, Scene
from fanbot.ports.store import QueueEntry


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The first line of what ``template`` says now, without any promotion."""

    template: str
    line: str


@dataclass(frozen=True, slots=True)
class Suggesting:
    """Look up suggestions, with the workspace as it stands."""

    rendering: Rendering
    templates: Mapping[str, Template]
    timezone: ZoneInfo
    clock: Clock

    def first(self, entry: QueueEntry) -> Suggestion | None:
        """Return the best suggestion that can still be said, none for what is private (P4, P20).

        The clock counts by the hour here, so that what the team sees does not change every minute.
        """
        item, letter = entry.handoff, entry.latest
        if item.lane.safety or item.lane is Lane.PERSONAL or not item.state.needs_person:
            return None
        now = self.clock.now().replace(minute=0, second=0, microsecond=0)
        scene = Scene(now=now, platform=letter.address.platform, fan_name=letter.author.name)
        today = now.astimezone(self.timezone).date()
        for name in entry.suggestions:
            template = self.templates.get(name)
            if template is None or not template.live(platform=scene.platform, today=today):
                continue
            try:
                said = self.rendering.answer(template, language=entry.language, scene=scene).body
            except TemplateError:
                continue
            return Suggestion(name, next((line.strip() for line in said.splitlines() if line.strip()), ""))
        return None
