"""Where a message goes: the first of a fixed row of rules that has something to say decides.

The row ``_ORDER`` is the order of the design. When no rule is sure, a person reads the message.
"""

from collections.abc import Callable, Mapping
from datetime import date

from fanbot.domain.decisions import Context, Decision, Reading, Route
from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Inbound, Kind
from fanbot.domain.templates import Template
from fanbot.policy import clarifying, reasons
from fanbot.policy.case import Case
from fanbot.policy.commands import Command, Wish

_SAFETY_FIRST = (Lane.CRISIS, Lane.THREAT, Lane.MINOR)
_STRONGEST_FIRST = (
    Lane.PERSONAL,
    Lane.ORDER,
    Lane.COMPLAINT,
    Lane.PRESS,
    Lane.LICENSING,
    Lane.BUSINESS,
    Lane.TECH,
    Lane.OTHER,
)


def judge(
    inbound: Inbound,
    reading: Reading,
    context: Context,
    *,
    templates: Mapping[str, Template],
    today: date,
) -> Decision:
    """Decide where a message goes; ``today`` is the workspace's date, for templates with an end.

    A hand-off whose family has an unfinished item already becomes a merge in the verdict's lane.
    A hush names the lane of the item that the message belongs to, so that the person sees it;
    None when it needs nobody. Suggestions are templates that would have answered, for that person.
    """
    case = Case(inbound, reading, context, templates, today)
    for rule in _ORDER:
        decision = rule(case)
        if decision is not None:
            return decision
    return _person(case)


def _unheard(case: Case) -> Decision | None:
    author, kind = case.inbound.author, case.inbound.kind
    if author.own:
        return _record("this account wrote it itself")
    if author.bot:
        return _record("another bot wrote it")
    if case.context.blocked:
        return _record("this fan is blocked")
    if kind in (Kind.DELETION, Kind.REACTION):
        return _record(f"a {kind.value} is kept and needs no answer")
    return None


def _edit(case: Case) -> Decision | None:
    if case.inbound.kind is not Kind.EDIT or case.reading.signals:
        return None
    if case.command is not None and case.command.wish is Wish.HUMAN:
        return None
    return _record("the edit is kept; nothing in it asks for a person")


def _command(case: Case) -> Decision | None:
    command = case.command
    if case.inbound.kind is Kind.MESSAGE and "@" in case.inbound.text and not case.inbound.addressed:
        return None  # a command that names another bot of the room
    if command is None:
        pressed = case.inbound.kind is Kind.PRESS
        return _record("fanbot does not know the button that was pressed") if pressed else None
    if command.wish is Wish.HUMAN:
        return _hand_over(case, Lane.HUMAN, ("the fan asked for a person by command or button",), command)
    if case.inbound.kind is Kind.EDIT:
        return None
    if command.wish is Wish.TEMPLATE:
        return _chosen(case, command)
    if command.wish is Wish.HELPED:
        return _record("the fan says that the answer helped", command)
    why = f"the fan typed or pressed {command.wish.value}"
    return Decision(Route.ANSWER, (why,), language=case.language, command=command.wish.value)


def _chosen(case: Case, command: Command) -> Decision:
    chose = f'the fan chose "{command.argument}"'
    template = case.live(command.argument)
    if template is None:
        return _hand_over(case, Lane.OTHER, (chose, "this answer is not offered now"), command)
    if held := case.held_back:
        return _hand_over(case, Lane.OTHER, (chose, held), command, suggestions=(template.id,))
    return Decision(
        Route.ANSWER,
        (chose,),
        template=template.id,
        confidence=1.0,
        language=case.language,
        command=command.wish.value,
        topic=template.topic,
    )


def _wordless(case: Case) -> Decision | None:
    if case.inbound.text.strip() or case.inbound.attachments:
        return None
    return _record("the message is empty")


def _safety(case: Case) -> Decision | None:
    return _by_signal(case, _SAFETY_FIRST)


def _spam(case: Case) -> Decision | None:
    if not case.reading.spam:
        return None
    return Decision(Route.QUARANTINE, (f"set aside for review: {case.reading.spam}",), language=case.language)


def _overheard(case: Case) -> Decision | None:
    if case.inbound.addressed:
        return None
    return _record("the fan spoke to the room, not to the assistant")


def _hushed(case: Case) -> Decision | None:
    if not case.context.hushed:
        return None
    heard = case.signals((Lane.HUMAN, *_STRONGEST_FIRST))
    why = ("a person is in the conversation", *map(reasons.of_signal, heard))
    return Decision(
        Route.HUSH,
        why,
        lane=heard[0].lane if heard else _lane_in_hush(case),
        language=case.language,
        suggestions=case.suggestions,
    )


def _lane_in_hush(case: Case) -> Lane | None:
    item = (case.item_to_join(State.ANSWERED) if case.reading.thanks else None) or case.item_to_join()
    if item is not None:
        return item.lane
    return None if case.reading.thanks else Lane.OTHER


def _asked_for(case: Case) -> Decision | None:
    return _by_signal(case, (Lane.HUMAN,))


def _personal(case: Case) -> Decision | None:
    return _by_signal(case, _STRONGEST_FIRST)


def _with_files(case: Case) -> Decision | None:
    """Bring files to a person, whatever the words beside them ask: only a person can look at them."""
    if not case.inbound.attachments:
        return None
    return _hand_over(case, Lane.OTHER, ("a file needs a person's eyes",))


def _thanks(case: Case) -> Decision | None:
    answered = case.item_to_join(State.ANSWERED) if case.reading.thanks else None
    if answered is None:
        return None
    why = "thanks for a person's answer join it quietly"
    return Decision(Route.MERGE, (why,), lane=answered.lane, language=case.language)


def _withheld(case: Case) -> Decision | None:
    held = case.held_back
    return _hand_over(case, Lane.OTHER, (held, *case.nearest)) if held else None


def _routine(case: Case) -> Decision | None:
    best = next(iter(case.matches), None)
    template = case.live(best.template) if best else None
    if best is None or template is None or not best.sufficient:
        return None
    return Decision(
        Route.ANSWER,
        reasons.of_match(best),
        template=template.id,
        confidence=best.confidence,
        language=case.language,
        topic=template.topic,
    )


def _open_item(case: Case) -> Decision | None:
    item = case.item_to_join()
    return _hand_over(case, item.lane, case.unanswered) if item else None


def _clarify(case: Case) -> Decision | None:
    choices = clarifying.choices(case)
    if not choices:
        return None
    return Decision(
        Route.CLARIFY,
        (f"{len(choices)} templates come about equally near", *case.nearest),
        confidence=case.matches[0].confidence,
        language=case.language,
        choices=choices,
    )


def _person(case: Case) -> Decision:
    return _hand_over(case, Lane.OTHER, case.unanswered)


_ORDER: tuple[Callable[[Case], Decision | None], ...] = (
    _unheard,
    _edit,
    _command,
    _wordless,
    _safety,
    _spam,
    _overheard,
    _hushed,
    _asked_for,
    _personal,
    _with_files,
    _thanks,
    _withheld,
    _routine,
    _open_item,
    _clarify,
)


def _record(why: str, command: Command | None = None) -> Decision:
    return Decision(Route.RECORD, (why,), command=command.wish.value if command else None)


def _by_signal(case: Case, lanes: tuple[Lane, ...]) -> Decision | None:
    deciding = case.signals(lanes) if case.reading.signals else ()
    if not deciding:
        return None
    others = [signal for signal in case.reading.signals if signal not in deciding]
    why = tuple(reasons.of_signal(signal) for signal in (*deciding, *others))
    return _hand_over(case, deciding[0].lane, why)


def _hand_over(
    case: Case,
    lane: Lane,
    why: tuple[str, ...],
    command: Command | None = None,
    *,
    suggestions: tuple[str, ...] | None = None,
) -> Decision:
    """Bring the message to a person, into the unfinished item of its family if there is one.

    A topic may name an owner of its own, so private matters carry none (P28), and no suggestion of a
    template either (P4, P20).
    """
    item = case.context.item(lane.family)
    private = lane.safety or lane is Lane.PERSONAL
    offered = case.suggestions if suggestions is None else suggestions
    return Decision(
        Route.MERGE if item else Route.HANDOFF,
        (*why, reasons.of_repeat(item)) if item else why,
        lane=lane,
        language=case.language,
        command=command.wish.value if command else None,
        topic="" if private else case.topic,
        suggestions=() if private else offered,
    )
