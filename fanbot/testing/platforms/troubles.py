"""What every kind of call of both adapters can meet, and a count of those that were made."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fanbot.testing.discord import troubles as discord
from fanbot.testing.discord.requests import API
from fanbot.testing.platforms.premises import Premises
from fanbot.testing.platforms.watched import Moment
from fanbot.testing.telegram import server as telegram

DISCORD: Mapping[str, tuple[str, int]] = {
    "sign in": ("GET /users/@me$", 1),
    "application": ("GET /oauth2/applications/@me", 1),
    "commands": ("PUT /applications/", 1),
    "gateway": ("^gateway", 2),
    "history": (r"GET /channels/\d+/messages", 2),
    "send": (r"POST /channels/\d+/messages", 2),
}
"""Kinds of calls: how a request is told, and how often in a row it fails. Some are made once a start."""
TELEGRAM: Mapping[str, int] = {"getMe": 1, "setMyCommands": 1, "getUpdates": 2, "sendMessage": 2}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the next calls of every kind meet on each platform."""

    name: str
    on_discord: discord.Cut | discord.Refusal
    on_telegram: telegram.Cut | telegram.Refusal

    def begin(self, premises: Premises) -> None:
        """Let the next calls of every kind meet it."""
        for pattern, times in DISCORD.values():
            premises.discord.troubles.plan(pattern, *([self.on_discord] * times))
        for method, times in TELEGRAM.items():
            premises.telegram.next(method, *([self.on_telegram] * times))


TROUBLES = (
    Trouble("errors 500", discord.refusal(500, 0), telegram.Refusal(500, "Internal Server Error")),
    Trouble("errors 502", discord.refusal(502, 0), telegram.Refusal(502, "Bad Gateway")),
    Trouble("floods", discord.too_many(1.5), telegram.Refusal.flood(2)),
    Trouble("floods everywhere", discord.too_many(1.5, everywhere=True), telegram.Refusal.flood(1)),
    Trouble("cuts before it is done", discord.Cut.BEFORE, telegram.Cut.BEFORE),
    Trouble("cuts after it is done", discord.Cut.AFTER, telegram.Cut.AFTER),
    Trouble("an error although it is done", discord.Refusal(500, {}, acts=True), telegram.Cut.AFTER),
)


class Calls:
    """Count calls by their kind."""

    def __init__(self) -> None:
        """Begin with none."""
        self._made: Counter[str] = Counter()

    async def watch(self, asked: str, moment: Moment) -> None:
        """Count a call before the platform acts on it; see watched.Watch."""
        if moment is Moment.BEFORE:
            self._made.update(_kinds(asked))

    @property
    def lacking(self) -> list[str]:
        """Return the kinds of which too few were made for every trouble to be met."""
        wanted = {name: times for name, (_, times) in DISCORD.items()} | dict(TELEGRAM)
        return [name for name, times in wanted.items() if self._made[name] < times]


def _kinds(asked: str) -> list[str]:
    """Return the kind of a call, if it is a known one.

    >>> _kinds("discord GET /api/v10/users/@me"), _kinds("discord GET /"), _kinds("telegram getMe")
    (['sign in'], ['gateway'], ['getMe'])
    """
    platform, _, call = asked.partition(" ")
    if platform == "telegram":
        return [name for name in TELEGRAM if name == call]
    told = call.replace(API, "") if API in call else "gateway"
    return [name for name, (pattern, _) in DISCORD.items() if re.search(pattern, told)]
