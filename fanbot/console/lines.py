"""A conversation as its page shows it, line by line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanbot.console import words
from fanbot.console.attached import File, files
from fanbot.console.cards import Eyes, When
from fanbot.console.notes import done, moment
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
    "sending": "on its way",
    "parked": "not delivered",
    "dropped": "not sent",
}
_SOON = timedelta(minutes=1)
"""A reply that leaves within this time lingers; one that leaves later is tried again."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line: ``side`` is fan, us or note; ``remarks`` say what happened to it, ``reasons`` why.

    ``before`` is what a message said before this change; ``gone`` says that the fan took the words back,
    which are then shown on demand alone; ``held`` that it has not left.
    """

    side: str
    who: str
    when: When
    text: str
    about: str = ""
    remarks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    failed: bool = False
    held: bool = False
    before: str = ""
    gone: bool = False
    files: tuple[File, ...] = ()


def conversation(lines: Sequence[Line], *, eyes: Eyes, item: int | None = None) -> Sequence[Said]:
    """Show a conversation to somebody, oldest line first; ``item`` is the one that they opened."""
    shown = {_text(line.detail, "message") for line in lines if _is(line, Kind.MESSAGE, Kind.EDIT)}
    return [_said(line, eyes, item, shown) for line in lines]


def _said(line: Line, eyes: Eyes, item: int | None, shown: Collection[str]) -> Said:
    when = eyes.when(line.at)
    match line.sort:
        case "inbound":
            return _heard(line, when, shown)
        case "outbound":
            return _left(line, when, eyes)
        case _:
            return Said("note", line.who, when, line.text, about=done(line.detail, eyes=eyes, item=item))


def _heard(line: Line, when: When, shown: Collection[str]) -> Said:
    detail = line.detail
    later = _text(detail, "later")
    before = _text(detail, "before")
    changed = ("changed later",) if later == Kind.EDIT and _is(line, Kind.MESSAGE) else ()
    if _is(line, Kind.DELETION) and _text(detail, "message") in shown:
        before = ""
    return Said(
        "fan",
        line.who,
        when,
        line.text,
        about=_about(_text(detail, "kind")),
        remarks=(*changed, *_route(_text(detail, "route"))),
        reasons=_reasons(detail),
        before=before,
        gone=later == Kind.DELETION or _is(line, Kind.DELETION),
        files=files(detail),
    )


def _left(line: Line, when: When, eyes: Eyes) -> Said:
    detail = line.detail
    state, template, by = (_text(detail, name) for name in ("state", "template", "by"))
    remarks = [f"template {template}"] if template else []
    if state in _STATES:
        remarks.append(_standing(state, _text(detail, "error"), moment(detail, "leaves_at"), eyes))
    who = words.said(line.who)
    if by:
        who = "Your reply" if by == eyes.me else f"{by}'s reply"
    return Said(
        "us",
        who,
        when,
        line.text,
        remarks=tuple(remarks),
        failed=state == "parked",
        held=state in _STATES and state != "parked",
    )


def _standing(state: str, error: str, leaves: datetime | None, eyes: Eyes) -> str:
    """Say where a message is that has not arrived."""
    if state in ("ready", "queued"):
        if error:
            return f"waits to be tried again: {error}"
        if leaves is not None and timedelta(0) < leaves - eyes.now <= _SOON:
            return "leaves in a moment"
    return f"{_STATES[state]}: {error}" if error else _STATES[state]


def _is(line: Line, *kinds: Kind) -> bool:
    return line.sort == "inbound" and _text(line.detail, "kind") in kinds


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


def _text(detail: Mapping[str, object], name: str) -> str:
    value = detail.get(name)
    return "" if value is None else str(value)
