"""Who and what is meant by a text, read from its entities, which count in UTF-16 units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

COMMANDS = ("start", "help", "human", "person", "privacy", "stop", "takeback")
"""What a bare command may be called to count as said to this bot; in a group others have theirs."""


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


def _means(me: Me, text: str, entity: Mapping[str, Any]) -> bool:
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if type(offset) is not int or type(length) is not int:
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
