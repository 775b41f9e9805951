"""The buttons of the team, and what a press of one means; to an adapter their ids mean nothing."""

from dataclasses import dataclass
from enum import StrEnum

from fanbot.domain.messages import Choice

_LARGEST = 2**63 - 1


class Verb(StrEnum):
    """Name what a button asks for."""

    CLAIM = "claim"
    RELEASE = "release"
    SNOOZE = "snooze"
    CLOSE = "close"
    SEND = "send"
    KEEP = "keep"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: what it asks for, of which item, and a ``word`` that only this verb understands."""

    verb: Verb
    item: int
    word: str = ""


def choice(label: str, verb: Verb, item: int, word: str = "") -> Choice:
    """Make a button; its id has at most 64 bytes as long as ``word`` has at most 35.

    >>> choice("Send", Verb.SEND, 42, "4d1379d2b798").id
    'send:42:4d1379d2b798'
    """
    return Choice(f"{verb.value}:{item}:{word}".rstrip(":"), label)


def pressed(name: str) -> Press | None:
    """Read a button's id; None for one that is not ours.

    >>> pressed("send:42:4d1379d2b798")
    Press(verb=<Verb.SEND: 'send'>, item=42, word='4d1379d2b798')
    >>> pressed("dance:42"), pressed("send:me")
    (None, None)
    """
    verb, _, rest = name.partition(":")
    item, _, word = rest.partition(":")
    known = verb in set(Verb) and item.isascii() and item.isdigit() and len(item) <= len(str(_LARGEST))
    return Press(Verb(verb), int(item), word) if known and int(item) <= _LARGEST else None
