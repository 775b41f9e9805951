"""What a decision says: the rendered answer, the note that a person reads it, the question back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from fanbot.domain.decisions import Context, Decision, OpenItem, Route
from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Choice, Inbound, Outbound, OutboundKind, SignalClass
from fanbot.domain.templates import Template
from fanbot.errors import TemplateError
from fanbot.policy.acknowledging import Ack, acknowledgement
from fanbot.policy.commands import Wish
from fanbot.policy.splitting import split
from fanbot.ports.platform import Capabilities
from fanbot.ports.rendering import Rendering, Scene
from fanbot.ports.store import ItemEffect, Outcome, Pending
from fanbot.services.phrasebook import Phrasebook

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
    destination to what its platform can do.
    """

    rendering: Rendering
    phrasebook: Phrasebook
    templates: Mapping[str, Template]
    capabilities: Mapping[str, Capabilities]
    usual: Mapping[Lane, timedelta]
    written_time: Callable[[timedelta, str | None], str]

    def respond(
        self, pending: Pending, decision: Decision, context: Context, *, thanks: bool = False
    ) -> Outcome:
        """Compose everything that follows from a decision; a template that fails goes to a person."""
        outcome = Outcome(pending, decision, context.now, language=_heard(pending.inbound, decision, context))
        match decision.route:
            case Route.ANSWER:
                return self._answer(outcome, context)
            case Route.CLARIFY:
                return self._clarify(outcome, context)
            case Route.HANDOFF | Route.MERGE:
                return self._hand_over(outcome, context, thanks=thanks)
            case Route.HUSH:
                lane = decision.lane
                return replace(outcome, item=ItemEffect(lane, thanks=thanks) if lane else None)
            case Route.RECORD if decision.command == Wish.HELPED.value:
                return self._speak(
                    outcome, context, OutboundKind.NOTICE, self._say("command.helped", outcome)
                )
            case _:
                return outcome

    def _answer(self, outcome: Outcome, context: Context) -> Outcome:
        decision = outcome.decision
        if decision.template is None:
            return self._built_in(outcome, context)
        inbound = outcome.pending.inbound
        template = self.templates[decision.template]
        scene = Scene(
            now=context.now,
            platform=inbound.address.platform,
            fan_name=inbound.author.name,
        )
        try:
            rendered = self.rendering.answer(template, language=decision.language, scene=scene)
        except TemplateError as error:
            return self._failed(outcome, context, str(error))
        body = rendered.body
        if context.late:
            body = f"{self._say('late.prefix', outcome)}\n\n{body}"
        offers = [
            Choice(
                f"template:{offer.template}", offer.label, self._example(offer.template, decision.language)
            )
            for offer in rendered.choices
            if offer.template in self.templates
        ]
        person = Choice("human", self._say("choice.person", outcome), "/human")
        return self._speak(
            outcome,
            context,
            OutboundKind.ANSWER,
            body,
            promo="" if context.opted_out else rendered.promo,
            template=template.id,
            signal=template.signal,
            choices=(*offers, person),
        )

    def _failed(self, outcome: Outcome, context: Context, error: str) -> Outcome:
        """Bring to a person what a template could not answer (G7)."""
        decision = outcome.decision
        item = context.item(Lane.OTHER.family)
        moved = replace(
            decision,
            route=Route.MERGE if item else Route.HANDOFF,
            lane=Lane.OTHER,
            reasons=(*decision.reasons, f"the template could not be rendered: {error}"),
            suggestions=(),
            template=None,
        )
        return self._hand_over(replace(outcome, decision=moved), context, error=error)

    def _built_in(self, outcome: Outcome, context: Context) -> Outcome:
        command = (outcome.decision.command or "").partition(":")[0]
        if command == Wish.TAKEBACK.value:
            own = [item for item in context.items if not item.lane.safety]
            waiting = [item for item in own if item.state.needs_person]
            key = "command.takeback_done" if waiting else "command.takeback_nothing"
            outcome = replace(outcome, withdraw=bool(waiting))
            return self._speak(outcome, context, OutboundKind.NOTICE, self._say(key, outcome))
        words = {"topics": self._topics(outcome)} if command == Wish.HELP.value else None
        text = self._say(_BUILT_IN[command], outcome, words=words)
        if command == Wish.STOP.value:
            outcome = replace(outcome, opt_out=True)
        introduced = command == Wish.START.value
        told = replace(context, introduced=True) if introduced else context
        spoken = self._speak(outcome, told, OutboundKind.NOTICE, text)
        return replace(spoken, introduced=spoken.introduced or introduced)

    def _topics(self, outcome: Outcome) -> str:
        """List one example of every template that answers here."""
        inbound, today = outcome.pending.inbound, outcome.decided_at.date()
        lines: list[str] = []
        for template in self.templates.values():
            if not template.live(platform=inbound.address.platform, today=today):
                continue
            if example := self._example(template.id, outcome.decision.language):
                lines.append(f"- {example}")
        return "\n".join(lines)

    def _example(self, template: str, language: str | None) -> str:
        """Return what a fan can type to get a template: its first example in their language."""
        variants = self.templates[template].variants
        variant = variants.get(language or "") or next(iter(variants.values()))
        return next(iter(variant.examples), "")

    def _clarify(self, outcome: Outcome, context: Context) -> Outcome:
        offers = [
            Choice(f"template:{name}", example, example)
            for name in outcome.decision.choices
            if (example := self._example(name, outcome.decision.language))
        ]
        person = Choice("human", self._say("choice.person", outcome), "/human")
        asked = self._speak(
            outcome,
            context,
            OutboundKind.QUESTION,
            self._say("clarify.question", outcome),
            choices=(*offers, person),
        )
        return replace(asked, clarified=True)

    def _hand_over(
        self, outcome: Outcome, context: Context, *, thanks: bool = False, error: str = ""
    ) -> Outcome:
        decision, inbound = outcome.decision, outcome.pending.inbound
        lane = decision.lane or Lane.OTHER
        item = context.item(lane.family)
        note = self._note(outcome, context, item, thanks=thanks)
        held = replace(
            outcome,
            item=ItemEffect(
                lane,
                topic=decision.topic,
                acknowledged=note is not None,
                thanks=thanks and item is not None and item.state is State.ANSWERED,
                error=error,
            ),
        )
        if note is None:
            return held
        text = self._say(
            note.public_key if note.private and not inbound.direct else note.text_key, held, lane=lane
        )
        usual = self.usual.get(lane) if note.text_key == "ack.direct_record" else None
        if usual is not None:
            spoken = self.written_time(usual, decision.language)
            text = (
                self._say("ack.direct", held, lane=lane)
                + "\n\n"
                + self._say("ack.direct_record", held, words={"usual": spoken})
            )
        takeback = Choice("takeback", self._say("choice.takeback", held), "/takeback")
        kind = OutboundKind.ACKNOWLEDGEMENT
        return self._speak(
            held,
            replace(context, introduced=True) if lane.safety else context,
            kind,
            text,
            choices=(takeback,) if note.choices else (),
            safety=lane.safety,
        )

    def _note(self, outcome: Outcome, context: Context, item: OpenItem | None, *, thanks: bool) -> Ack | None:
        if outcome.decision.route is Route.MERGE and context.hushed and not _safe(outcome.decision):
            return None
        return acknowledgement(
            outcome.decision,
            direct=outcome.pending.inbound.direct,
            item=item,
            now=context.now,
            usual=self.usual.get(outcome.decision.lane or Lane.OTHER),
            thanks=thanks,
        )

    def _say(
        self,
        key: str,
        outcome: Outcome,
        *,
        lane: Lane | None = None,
        words: Mapping[str, str] | None = None,
    ) -> str:
        return self.phrasebook.say(key, outcome.decision.language, lane=lane, words=words)

    def _speak(
        self,
        outcome: Outcome,
        context: Context,
        kind: OutboundKind,
        text: str,
        *,
        promo: str = "",
        template: str = "",
        signal: SignalClass = SignalClass.NEUTRAL,
        choices: Sequence[Choice] = (),
        safety: bool = False,
    ) -> Outcome:
        """Add a message; the first automatic one of a conversation says whose assistant speaks (P4)."""
        inbound = outcome.pending.inbound
        introduces = not context.introduced
        if introduces:
            text = f"{self._say('intro.first', outcome)}\n\n{text}"
        whole = Outbound(
            address=inbound.address,
            kind=kind,
            body=text,
            promo=promo,
            in_reply_to=inbound.message,
            direct=inbound.direct,
            template=template,
            signal=signal,
            choices=tuple(choices),
            safety=safety,
        )
        return replace(
            outcome,
            outbounds=(*outcome.outbounds, *parts(whole, self.capabilities)),
            introduced=outcome.introduced or introduces,
        )


def parts(whole: Outbound, capabilities: Mapping[str, Capabilities]) -> tuple[Outbound, ...]:
    """Split a message into what its platform takes.

    The promo block stands at the end of the last part; where it does not fit there, it is left out.
    """
    able = capabilities.get(whole.address.destination)
    if able is None or able.max_length is None:
        return (whole,)
    pieces = partial(split, limit=able.max_length, unit=able.length_unit)
    texts = pieces(whole.body)
    promo = whole.promo if len(pieces(f"{texts[-1]}\n\n{whole.promo}")) == 1 else ""
    last = len(texts) - 1
    return tuple(
        replace(
            whole,
            body=text,
            promo=promo if number == last else "",
            choices=whole.choices if number == last else (),
            attachments=whole.attachments if number == 0 else (),
            signal=whole.signal if number == last else SignalClass.NEUTRAL,
            part=number,
            parts=len(texts),
        )
        for number, text in enumerate(texts)
    )


def _heard(inbound: Inbound, decision: Decision, context: Context) -> str | None:
    """Return the language to remember, when it is news."""
    if not inbound.addressed or decision.language in (None, context.language):
        return None
    return decision.language


def _safe(decision: Decision) -> bool:
    return decision.lane is not None and decision.lane.safety
