"""Answers, built-in texts and help lines for one state of the workspace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fanbot.domain.calendar import CalendarEvent
from fanbot.domain.facts import Facts
from fanbot.domain.people import HelpLine
from fanbot.domain.templates import Rendered, Template, Variant
from fanbot.errors import TemplateError
from fanbot.ports.clock import Clock
from fanbot.ports.rendering import Scene
from fanbot.rendering.facts import FactMap, facts_of_day
from fanbot.rendering.grammar import FAN_NAME, shown
from fanbot.rendering.help_lines import lines_to_name
from fanbot.rendering.markdown import PlainText
from fanbot.rendering.moments import Moments
from fanbot.rendering.names import call_nobody, name_to_say
from fanbot.rendering.sandbox import Compiled, Sandbox, Text
from fanbot.rendering.texts import Texts, code_of, nearest

MOST_KEPT = 256
"""Finished texts kept for one body before it forgets them all."""


@dataclass(slots=True)
class _Prepared:
    """A compiled body, and what it said for each moment that its text can depend on."""

    variant: Variant
    body: Compiled
    said: dict[tuple[object, ...], Text] = field(default_factory=dict)


class Renderer:
    """Fulfil ``Rendering`` and ``HelpLines``; make a new one when the workspace changes.

    A body is run and read as CommonMark once for all scenes that it cannot tell apart; only the
    fan's name is put in each time, after everything else, so that it is never source or markup (G8).
    """

    def __init__(
        self,
        *,
        facts: Facts,
        events: Sequence[CalendarEvent],
        texts: Texts,
        help_lines: Sequence[HelpLine],
        language: str,
        timezone: ZoneInfo,
        clock: Clock,
    ) -> None:
        self._facts = facts
        self._events = events
        self._texts = texts
        self._help_lines = help_lines
        self._language = language
        self._timezone = timezone
        self._clock = clock
        self._sandbox = Sandbox()
        self._plain = PlainText()
        self._prepared: dict[tuple[str, str], _Prepared] = {}
        self._moments: dict[str, Moments] = {}
        self._days: dict[str, tuple[date, FactMap]] = {}

    def answer(self, template: Template, *, language: str | None, scene: Scene) -> Rendered:
        """Render a template in the nearest language that it has; raises TemplateError."""
        spoken = self._spoken(template, language)
        try:
            text, name = self._said(template.id, spoken, template.variants[spoken], scene)
        except TemplateError as error:
            raise TemplateError(f"Template {template.id} ({spoken}): {error}") from error
        return Rendered(
            body=call_nobody(text.body.replace(FAN_NAME, name)),
            promo=call_nobody(text.promo.replace(FAN_NAME, name)),
            language=spoken,
            choices=template.variants[spoken].choices or template.choices,
        )

    def say(self, key: str, *, language: str | None, words: Mapping[str, str] = {}) -> str:
        """Return a built-in text by its key; raises TemplateError for an unknown key."""
        return self._texts.say(key, language=language, words=words)

    def resources(self, language: str | None) -> Sequence[str]:
        """Return checked help lines in the language, or the international directory alone."""
        today = self._clock.now().astimezone(self._timezone).date()
        spoken = language or self._language
        lines = lines_to_name(self._help_lines, language=spoken, today=today)
        return lines or [self._texts.say("safety.directory", language=language, words={})]

    def written_time(self, span: timedelta, language: str | None) -> str:
        """Write a span such as ``2 days`` in a language, the workspace's if None."""
        return self._moments_in(language or self._language).span(span)

    def _spoken(self, template: Template, language: str | None) -> str:
        """Choose among the languages of a template: the fan's, the workspace's, English, any."""
        if language in template.variants:
            return str(language)
        known = {code_of(each): each for each in sorted(template.variants)}
        if not known:
            raise TemplateError(f"The template {template.id} has no text.")
        for code in nearest(language, self._language):
            if code in known:
                return known[code]
        return next(iter(known.values()))

    def _said(self, template: str, language: str, variant: Variant, scene: Scene) -> tuple[Text, str]:
        """Return the text of this scene, kept from before if it can be, and the name to put in."""
        prepared = self._prepare(template, language, variant)
        name = name_to_say(scene.fan_name) if "fan.name" in prepared.body.uses else ""
        local = scene.now.astimezone(self._timezone)
        moment = _moment(prepared.body.uses, scene, local, named=bool(name))
        text = prepared.said.get(moment)
        if text is None:
            text = self._run(prepared.body, language, scene, local, named=bool(name))
            if len(prepared.said) >= MOST_KEPT:
                prepared.said.clear()
            prepared.said[moment] = text
        return text, name

    def _prepare(self, template: str, language: str, variant: Variant) -> _Prepared:
        prepared = self._prepared.get((template, language))
        if prepared is None or prepared.variant is not variant:
            prepared = _Prepared(variant, self._sandbox.compile(variant.body))
            self._prepared[template, language] = prepared
        return prepared

    def _run(self, body: Compiled, language: str, scene: Scene, local: datetime, *, named: bool) -> Text:
        moments = self._moments_in(language)
        values: dict[str, object] = {
            "fan": {"name": FAN_NAME if named else "", "tier": shown(scene.fan_tier)},
            "platform": scene.platform,
        }
        if "facts" in body.uses:
            values["facts"] = self._said_on(local.date(), language, moments)
        if "events" in body.uses:
            values["events"] = moments.upcoming(self._events, scene.now)
        if "now" in body.uses:
            values["now"] = moments.present(local)
        if "line" in body.uses:
            values["line"] = moments.line(scene.line)
        text = body.render(values)
        said = Text(self._plain.write(text.body), self._plain.write(text.promo))
        if not said.body:
            raise TemplateError("The text is empty at this moment.")
        return said

    def _moments_in(self, language: str) -> Moments:
        known = self._moments.get(language)
        if known is None:
            known = self._moments[language] = Moments(language)
        return known

    def _said_on(self, day: date, language: str, moments: Moments) -> FactMap:
        known = self._days.get(language)
        if known is None or known[0] != day:
            known = (day, facts_of_day(self._facts, day, written=moments.day))
            self._days[language] = known
        return known[1]


def _moment(uses: frozenset[str], scene: Scene, local: datetime, *, named: bool) -> tuple[object, ...]:
    """Name everything in a scene that can change the text of a body with these uses."""
    return (
        local.date(),
        (local.hour, local.minute, local.fold) if uses & {"now", "events"} else None,
        scene.platform if "platform" in uses else None,
        scene.fan_tier if "fan.tier" in uses else None,
        scene.line if "line" in uses else None,
        named,
    )
