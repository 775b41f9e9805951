"""The other side of an adapter, as its contract drives it: a platform where fans write and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fanbot.ports.platform import Platform


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody writes on the platform. Every id is a decimal number, which any platform can use."""

    id: str
    text: str
    channel: str = "2001"
    author: str = "3001"
    name: str = "Ada"
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it stands on the platform, for the fan to read.

    ``text`` is what the fan sees, with the platform's own escaping undone; ``pings`` counts the
    people whom the platform would notify by name; ``key`` is empty where the platform takes none.
    """

    text: str
    channel: str
    in_reply_to: str = ""
    key: str = ""
    pings: int = 0


class FarEnd(Protocol):
    """A fake platform with an adapter connected to it."""

    @property
    def platform(self) -> Platform:
        """Return the adapter under test."""
        ...

    async def say(self, *sayings: Saying) -> None:
        """Let these messages be written, in order."""
        ...

    async def redeliver(self, saying: Saying) -> None:
        """Deliver a message that was written before once more, as the platform would after a doubt."""
        ...

    async def heard(self, count: int) -> Sequence[Heard]:
        """Wait until ``count`` messages of the adapter stand on the platform; return all, in order."""
        ...

    async def confirmed(self, count: int) -> Sequence[str]:
        """Wait until ``count`` messages are confirmed to the platform as taken; return their ids.

        With a count of 0, return at once what is confirmed by now.
        """
        ...

    async def cut(self) -> None:
        """Break the connection for good, as seen by the adapter's next send."""
        ...
