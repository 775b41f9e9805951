"""One message with everything that the rules of triage look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from fanbot.domain.decisions import Context, Match, OpenItem, Reading, Signal
from fanbot.domain.handoffs import Family, Lane, State
from fanbot.domain.messages import Inbound
from fanbot.domain.templates import Template
from fanbot.policy import commands, reasons
from fanbot.policy.commands import Command

PLAUSIBLE = 0.6
"""A template is worth naming from this part of its threshold on."""
MOST_CHOICES = 3
"""More choices than this are a list to study, not a question to answer."""


@dataclass(frozen=True)
class Case:
    """A message, what was understood of it, what the store knows, and the answers there are."""

    inbound: Inbound
    reading: Reading
    context: Context
    templates: Mapping[str, Template]
    today: date

    @property
    def language(self) -> str | None:
        """Name the language of the text, else the one that the conversation spoke last."""
        return self.reading.language or self.context.language

    @cached_property
    def command(self) -> Command | None:
        """Read the whole message as a command or button."""
        return commands.parse(self.inbound.text, self.inbound.kind)

    @cached_property
    def matches(self) -> list[Match]:
        """Return the matches, best first, without templates written for other platforms."""
        return [match for match in self.reading.matches if not self._elsewhere(match)]

    def live(self, template_id: str) -> Template | None:
        """Find a template that may answer here today."""
        template = self.templates.get(template_id)
        here = self.inbound.address.platform
        return template if template and template.live(platform=here, today=self.today) else None

    def signals(self, lanes: tuple[Lane, ...]) -> list[Signal]:
        """Return the signals of these lanes, those of the first lane first."""
        found = [signal for signal in self.reading.signals if signal.lane in lanes]
        return sorted(found, key=lambda signal: lanes.index(signal.lane))

    def item_to_join(self, *states: State) -> OpenItem | None:
        """Return the unfinished item of family people, else the newest; only in these states, if any."""
        items = [item for item in self.context.items if not states or item.state in states]
        return max(items, key=lambda item: (item.family is Family.PEOPLE, item.id), default=None)

    @property
    def topic(self) -> str:
        """Name the topic of the best template, if that came near at all."""
        best = next(iter(self.matches), None)
        template = self.templates.get(best.template) if best and plausible(best) else None
        return template.topic if template else ""

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Name the templates that were sure enough to answer; none where anything in it is private."""
        if any(signal.lane.safety or signal.lane is Lane.PERSONAL for signal in self.reading.signals):
            return ()
        sure = (match.template for match in self.matches if match.sufficient and self.live(match.template))
        return tuple(sure)[:MOST_CHOICES]

    @property
    def nearest(self) -> tuple[str, ...]:
        """Say which example came nearest, if any did."""
        best = next(iter(self.matches), None)
        return reasons.of_match(best) if best else ()

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Say why no template answers."""
        if not self.matches:
            return ("no template comes near",)
        best = self.matches[0]
        expired = best.sufficient and self.live(best.template) is None
        return (
            "the nearest template is not offered now" if expired else "no template is sure enough",
            *self.nearest,
        )

    @property
    def held_back(self) -> str:
        """Say why nothing may be answered from a template now, or nothing as ``""``."""
        if self.context.paused:
            return "automatic answers are paused"
        if self.context.late and not self.inbound.direct:
            return "the message is too old for an answer in public without an owner's word"
        return ""

    def _elsewhere(self, match: Match) -> bool:
        template = self.templates.get(match.template)
        here = self.inbound.address.platform
        return template is not None and bool(template.platforms) and here not in template.platforms


def plausible(match: Match) -> bool:
    """Tell whether a template came near enough to be named."""
    return match.sufficient or match.confidence >= PLAUSIBLE * match.threshold
