"""Fans who blocked the bot, as Telegram told while fanbot was listening."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import structlog

from fanbot.domain.reach import Barrier

_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class ReachChange:
    """A fan who cannot be written to any more, and why; with None, who can again."""

    user: str
    why: Barrier | None


class Reach:
    """Know whom a message cannot reach, so that it takes no turn of others; a start knows of nobody."""

    def __init__(self, *, account: str) -> None:
        """Begin with everybody within reach."""
        self._blocked: OrderedDict[int, None] = OrderedDict()
        self._log = structlog.get_logger("fanbot.telegram").bind(account=account)

    def note(self, told: Any) -> ReachChange | None:
        """Read a ``my_chat_member`` update: a fan who blocks the bot, or comes back; groups are no matter."""
        try:
            chat, status = told["chat"], told["new_chat_member"]["status"]
            who, is_private = chat["id"], chat["type"] == "private"
        except (KeyError, TypeError):
            return None
        if type(who) is not int or not is_private:
            return None
        if status != "kicked":
            self._blocked.pop(who, None)
            return ReachChange(str(who), None)
        self._log.info("a fan blocked the bot on telegram; what is meant for them is parked")
        self._blocked[who] = None
        if len(self._blocked) > _MOST_REMEMBERED:
            self._blocked.popitem(last=False)
        return ReachChange(str(who), Barrier.BLOCKED)

    def lacks(self, chat: int) -> bool:
        """Tell whether a fan is known to have blocked the bot."""
        return chat in self._blocked
