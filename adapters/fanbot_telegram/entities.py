"""Who and what is meant by a text, read from its entities, which count in UTF-16 units."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

COMMANDS = ("start", "help", "human", "person", "privacy", "stop", "takeback")
"""What a bare command may be called to count as said to this bot; in a group others have theirs."""
_SPACE = " \t"
_BESIDE = re.compile(r"[ \t]*[,:]?[ \t]*")
"""What stands between a name and what is said to it."""


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, as getMe tells it; ``username`` has no ``@``."""

    id: int
    username: str


def part(text: str, offset: int, length: int) -> str:
    r"""Return a part of a text by its place in UTF-16 units; what lies outside is left out.

    >>> part("\U0001f496 @nova_bot", 3, 9)
    '@nova_bot'
    >>> part("short", 40, 5), part("short", -3, 2)
    ('', '')
    """
    if offset < 0 or length < 0:
        return ""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def mentions(me: Me, text: str, entities: object) -> bool:
    """Tell whether a text names the bot, or is a command that is meant for it.

    >>> at = [{"type": "bot_command", "offset": 0, "length": 15}]
    >>> nova = Me(1, "nova_bot")
    >>> mentions(nova, "/help@nova_bot", at), mentions(nova, "/help@else_bot", at)
    (True, False)
    """
    return any(_means(me, text, entity) for entity in _all(entities))


def spoken(me: Me, text: str, entities: object) -> str:
    """Take the bot's own name out of what was said to it, unless it is all that was said.

    A command keeps the name, which belongs to it.

    >>> at = [{"type": "mention", "offset": 0, "length": 9}]
    >>> spoken(Me(1, "nova_bot"), "@nova_bot, hello there", at), spoken(Me(1, "nova_bot"), "@nova_bot", at)
    ('hello there', '@nova_bot')
    """
    named = sorted(
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in _all(entities)
        if entity.get("type") in ("mention", "text_mention") and _means(me, text, entity)
    )
    if not named:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    left, end = "", 0
    for first, last in [*named, (len(units) // 2, 0)]:
        between = units[2 * end : 2 * max(first, end)].decode("utf-16-le", "surrogatepass")
        left = left + between if end == 0 else f"{left.rstrip(_SPACE)} {_BESIDE.sub('', between, count=1)}"
        end = max(last, end)
    return left.strip() or text


def _means(me: Me, text: str, entity: Mapping[str, Any]) -> bool:
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if type(offset) is not int or type(length) is not int or offset < 0 or length <= 0:
        return False
    said = part(text, offset, length).lower()
    name = me.username.lower()
    match kind:
        case "mention":
            return said == f"@{name}"
        case "text_mention":
            user = entity.get("user")
            return isinstance(user, Mapping) and user.get("id") == me.id
        case "bot_command":
            command, at, bot = said.removeprefix("/").partition("@")
            return bot == name if at else offset == 0 and command in COMMANDS
    return False


def _all(entities: object) -> Iterable[Mapping[str, Any]]:
    return (each for each in entities if isinstance(each, Mapping)) if isinstance(entities, list) else ()
