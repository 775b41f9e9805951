"""A conversation as its page shows it, line by line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fanbot.console import words
from fanbot.console.cards import Eyes, When
from fanbot.domain.decisions import Route
from fanbot.domain.messages import Kind
from fanbot.ports.store import Line

_KINDS = {
    Kind.EDIT: "changed what they wrote",
    Kind.DELETION: "took a message back",
    Kind.REACTION: "reacted",
    Kind.PRESS: "pressed a button",
}
_ROUTES = {
    Route.ANSWER: "Answered from a template",
    Route.CLARIFY: "Asked back",
    Route.HANDOFF: "Brought to a person",
    Route.MERGE: "Joined what waits already",
    Route.HUSH: "Left to the person in the conversation",
    Route.QUARANTINE: "Set aside",
    Route.RECORD: "Noted",
}
_STATES = {
    "ready": "waits to leave",
    "queued": "waits to leave",
    "sending": "is on its way",
    "parked": "not delivered",
    "dropped": "not sent",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One line: ``side`` is fan, us or note; ``remarks`` say what happened to it, ``reasons`` why."""

    side: str
    who: str
    when: When
    text: str
    about: str = ""
    remarks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    failed: bool = False


def conversation(lines: Iterable[Line], *, eyes: Eyes) -> Sequence[Said]:
    """Show a conversation to somebody, oldest line first."""
    return [_said(line, eyes) for line in lines]


def _said(line: Line, eyes: Eyes) -> Said:
    when, detail = eyes.when(line.at), line.detail
    match line.sort:
        case "inbound":
            return Said(
                "fan",
                line.who,
                when,
                line.text,
                about=_about(_text(detail, "kind")),
                remarks=_route(_text(detail, "route")),
                reasons=_reasons(detail),
            )
        case "outbound":
            state = _text(detail, "state")
            template = _text(detail, "template")
            remarks = [f"template {template}"] if template else []
            if state in _STATES:
                error = _text(detail, "error")
                remarks.append(f"{_STATES[state]}: {error}" if error else _STATES[state])
            return Said(
                "us",
                words.said(line.who),
                when,
                line.text,
                remarks=tuple(remarks),
                failed=state == "parked",
            )
        case _:
            return Said("note", line.who, when, line.text, remarks=_particulars(detail))


def _about(kind: str) -> str:
    try:
        return _KINDS.get(Kind(kind), "")
    except ValueError:
        return ""


def _route(route: str) -> tuple[str, ...]:
    try:
        return (_ROUTES[Route(route)],)
    except ValueError:
        return ()


def _reasons(detail: Mapping[str, object]) -> tuple[str, ...]:
    reasons = detail.get("reasons")
    return tuple(map(str, reasons)) if isinstance(reasons, list | tuple) else ()


def _particulars(detail: Mapping[str, object]) -> tuple[str, ...]:
    """Say what belongs to a note: to whom something was passed, and with which words."""
    told = (("to", "to {}"), ("note", "“{}”"), ("until", "until {}"))
    return tuple(form.format(detail[name]) for name, form in told if detail.get(name))


def _text(detail: Mapping[str, object], name: str) -> str:
    value = detail.get(name)
    return "" if value is None else str(value)
