"""What a decision says: the rendered answer, the note that a person reads it, the question back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from fanbot.domain.decisions import Context, Decision, Route
from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Choice, OutboundKind
from fanbot.domain.templates import Template
from fanbot.errors import TemplateError
from fanbot.policy.acknowledging import Ack, acknowledgement
from fanbot.policy.commands import Wish
from fanbot.ports.platform import Capabilities
from fanbot.ports.rendering import Rendering, Scene
from fanbot.ports.store import ItemEffect, Outcome, Pending
from fanbot.services.menu import Menu
from fanbot.services.phrasebook import Phrasebook
from fanbot.services.speaking import NOTHING, Said, Speech, spoken

_BUILT_IN = {
    Wish.START.value: "command.start",
    Wish.HELP.value: "command.help",
    Wish.PRIVACY.value: "command.privacy",
    Wish.STOP.value: "command.stop",
}


@dataclass(frozen=True, slots=True)
class Responder:
    """Turn decisions into outcomes; pure but for the words it renders.

    ``usual`` maps a lane to the waiting time that its record shows. ``capabilities`` maps a
    destination to what its platform can do. ``language`` is the workspace's own.
    """

    rendering: Rendering
    phrasebook: Phrasebook
    templates: Mapping[str, Template]
    capabilities: Mapping[str, Capabilities]
    usual: Mapping[Lane, timedelta]
    language: str

    def respond(
        self, pending: Pending, decision: Decision, context: Context, *, thanks: bool = False
    ) -> Outcome:
        """Compose everything that follows from a decision; a template that fails goes to a person."""
        route = decision.route
        if route is Route.ANSWER:
            if decision.template is None:
                return self._built_in(pending, decision, context)
            return self._answer(pending, decision, context)
        if route in (Route.HANDOFF, Route.MERGE):
            return self._hand_over(pending, decision, context, thanks=thanks)
        if route is Route.CLARIFY:
            return self._clarify(pending, decision, context)
        if route is Route.HUSH and decision.lane is not None:
            item = ItemEffect(decision.lane, topic=decision.topic, thanks=thanks)
            return _outcome(pending, decision, context, item=item)
        if decision.command == Wish.HELPED.value:
            return self._note(pending, decision, context, "command.helped")
        return _outcome(pending, decision, context)

    def _answer(self, pending: Pending, decision: Decision, context: Context) -> Outcome:
        inbound = pending.inbound
        template = self.templates[decision.template or ""]
        scene = Scene(now=context.now, platform=inbound.address.platform, fan_name=inbound.author.name)
        try:
            rendered = self.rendering.answer(template, language=decision.language, scene=scene)
        except TemplateError as error:
            return self._failed(pending, decision, context, str(error))
        body = rendered.body
        if context.late:
            body = f"{self.phrasebook.say('late.prefix', decision.language)}\n\n{body}"
        menu = self._menu(decision)
        speech = Speech(
            OutboundKind.ANSWER,
            body,
            promo="" if context.opted_out else rendered.promo,
            template=template.id,
            signal=template.signal,
            choices=(*menu.offers(rendered.choices), menu.person),
        )
        return _outcome(pending, decision, context, said=self._say(pending, decision, context, speech))

    def _failed(self, pending: Pending, decision: Decision, context: Context, error: str) -> Outcome:
        """Bring to a person what a template could not answer (G7)."""
        moved = Decision(
            Route.MERGE if context.item(Lane.OTHER.family) else Route.HANDOFF,
            (*decision.reasons, f"the template could not be rendered: {error}"),
            lane=Lane.OTHER,
            language=decision.language,
            topic=decision.topic,
        )
        return self._hand_over(pending, moved, context, error=error)

    def _built_in(self, pending: Pending, decision: Decision, context: Context) -> Outcome:
        command = decision.command or ""
        if command == Wish.TAKEBACK.value:
            waiting = any(item.state.needs_person and not item.lane.safety for item in context.items)
            key = "command.takeback_done" if waiting else "command.takeback_nothing"
            return replace(self._note(pending, decision, context, key), withdraw=waiting)
        if command == Wish.START.value:
            told = self._note(pending, decision, replace(context, introduced=True), _BUILT_IN[command])
            return replace(told, introduced=True)
        words: dict[str, str] = {}
        if command == Wish.HELP.value:
            menu = self._menu(decision)
            today = context.now.date()
            words["topics"] = menu.topics(platform=pending.inbound.address.platform, today=today)
        note = self._note(pending, decision, context, _BUILT_IN[command], words)
        return replace(note, opt_out=True) if command == Wish.STOP.value else note

    def _note(
        self,
        pending: Pending,
        decision: Decision,
        context: Context,
        key: str,
        words: Mapping[str, str] | None = None,
    ) -> Outcome:
        text = self.phrasebook.say(key, decision.language, words=words)
        speech = Speech(OutboundKind.NOTICE, text)
        return _outcome(pending, decision, context, said=self._say(pending, decision, context, speech))

    def _clarify(self, pending: Pending, decision: Decision, context: Context) -> Outcome:
        menu = self._menu(decision)
        speech = Speech(
            OutboundKind.QUESTION,
            self.phrasebook.say("clarify.question", decision.language),
            choices=(*menu.questions(decision.choices), menu.person),
        )
        said = self._say(pending, decision, context, speech)
        return _outcome(pending, decision, context, said=said, clarified=True)

    def _hand_over(
        self,
        pending: Pending,
        decision: Decision,
        context: Context,
        *,
        thanks: bool = False,
        error: str = "",
    ) -> Outcome:
        lane = decision.lane or Lane.OTHER
        item = context.item(lane.family)
        ack = acknowledgement(
            decision,
            direct=pending.inbound.direct,
            item=item,
            now=context.now,
            usual=self.usual.get(lane),
            thanks=thanks,
        )
        if context.hushed and not lane.safety:
            ack = None
        effect = ItemEffect(
            lane,
            topic=decision.topic,
            acknowledged=ack is not None,
            thanks=thanks and item is not None and item.state is State.ANSWERED,
            error=error,
        )
        said = NOTHING
        if ack is not None:
            speech = self._acknowledgement(ack, decision, lane)
            calm = replace(context, introduced=True) if lane.safety else context
            said = self._say(pending, decision, calm, speech)
        return _outcome(pending, decision, context, said=said, item=effect)

    def _acknowledgement(self, ack: Ack, decision: Decision, lane: Lane) -> Speech:
        language = decision.language
        text = self.phrasebook.say(ack.text_key, language, lane=lane)
        usual = self.usual.get(lane) if ack.record else None
        if usual is not None:
            words = {"usual": self.rendering.written_time(usual, language)}
            text = f"{text}\n\n{self.phrasebook.say('ack.record', language, words=words)}"
        choices: tuple[Choice, ...] = ()
        if ack.choices:
            label = self.phrasebook.say("choice.takeback", language)
            choices = (Choice(Wish.TAKEBACK.value, label, "/takeback"),)
        return Speech(OutboundKind.ACKNOWLEDGEMENT, text, choices=choices, safety=lane.safety)

    def _menu(self, decision: Decision) -> Menu:
        return Menu(self.templates, self.phrasebook, decision.language or self.language)

    def _say(self, pending: Pending, decision: Decision, context: Context, speech: Speech) -> Said:
        """Speak; the first automatic words of a conversation say whose assistant speaks (P4)."""
        intro = "" if context.introduced else self.phrasebook.say("intro.first", decision.language)
        return spoken(speech, pending.inbound, self.capabilities, intro=intro)


def _outcome(
    pending: Pending,
    decision: Decision,
    context: Context,
    *,
    said: Said = NOTHING,
    item: ItemEffect | None = None,
    clarified: bool = False,
) -> Outcome:
    heard = decision.language if pending.inbound.addressed else None
    return Outcome(
        pending,
        decision,
        context.now,
        outbounds=said.outbounds,
        item=item,
        introduced=said.introduced,
        clarified=clarified,
        language=heard if heard != context.language else None,
    )
