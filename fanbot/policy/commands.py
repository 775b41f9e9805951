"""The exact commands and buttons by which a fan says plainly what they want (P10, P12)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from fanbot.domain.messages import Kind


class Wish(StrEnum):
    """Name what a command or button asks for."""

    START = "start"
    HELP = "help"
    PRIVACY = "privacy"
    HUMAN = "human"
    STOP = "stop"
    TAKEBACK = "takeback"
    HELPED = "helped"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Command:
    """A wish with its argument: the payload of a start link, or the id of the chosen template."""

    wish: Wish
    argument: str = ""

    def __str__(self) -> str:
        """Write the command as a decision keeps it.

        >>> print(Command(Wish.TEMPLATE, "tour-dates"))
        template:tour-dates
        """
        return f"{self.wish}:{self.argument}" if self.argument else self.wish.value


_TYPED = {
    "start": Wish.START,
    "help": Wish.HELP,
    "privacy": Wish.PRIVACY,
    "human": Wish.HUMAN,
    "person": Wish.HUMAN,
    "stop": Wish.STOP,
    "takeback": Wish.TAKEBACK,
}
_BUTTONS = {wish.value: wish for wish in (Wish.HUMAN, Wish.HELPED, Wish.TAKEBACK)}
_SHAPE = re.compile(r"/([a-z]+)(?:@\w{1,64})?(?: +([\w-]{1,64}))?", re.ASCII | re.IGNORECASE)


def parse(text: str, kind: Kind = Kind.MESSAGE) -> Command | None:
    """Read a whole message, or the id of a pressed choice, as a command; None if it is anything else.

    >>> str(parse(" /Person@my_bot "))
    'human'
    >>> str(parse("/start from-the-poster"))
    'start:from-the-poster'
    >>> str(parse("template:tour-dates", Kind.PRESS))
    'template:tour-dates'

    Only an exact whole message counts, so that nobody is cut short by a word in a sentence:

    >>> parse("/stop making me cry")
    """
    stripped = text.strip()
    return _pressed(stripped) if kind is Kind.PRESS else _typed(stripped)


def _pressed(choice: str) -> Command | None:
    name, _, argument = choice.partition(":")
    if name == Wish.TEMPLATE and argument:
        return Command(Wish.TEMPLATE, argument)
    wish = _BUTTONS.get(choice)
    return Command(wish) if wish else None


def _typed(text: str) -> Command | None:
    shape = _SHAPE.fullmatch(text) if text.startswith("/") else None
    wish = _TYPED.get(shape[1].lower()) if shape else None
    if shape is None or wish is None:
        return None
    payload = shape[2] or ""
    if payload and wish is not Wish.START:
        return None
    return Command(wish, payload)
