"""Who writes where: twenty conversations, in private, in channels and groups, in threads and topics."""

from collections.abc import Iterator
from dataclasses import dataclass

DISCORD, TELEGRAM = "discord", "telegram"
QUESTIONS, HALL, THREAD = "710000000000000001", "710000000000000002", "710000000000000003"
"""On Discord: a channel in which every message is for the assistant, one in which it is called by its
name, and a thread of the former."""
GROUP, FORUM, TOPIC = "-1002001", "-1002002", "77"
"""On Telegram: a group, a group with topics, and one of its topics."""
_QUICK, _SLOW, _GROUP = 0.9, 2.5, 8.0
"""Seconds between two messages of a fan. Telegram takes one a second in a private chat, twenty a minute
in a group."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One fan in one place. ``plain``: only what needs no person; ``desk``: people reply here.

    ``channel`` and ``thread`` are the platform's; ``named``: the assistant is called by its name.
    """

    platform: str
    channel: str
    fan: str
    thread: str = ""
    direct: bool = True
    plain: bool = True
    desk: bool = False
    named: bool = False
    pause: float = _QUICK

    @property
    def place(self) -> str:
        """Return where messages of this seat stand, and replies to them."""
        return f"{self.channel}/{self.thread}"


def _private(platform: str, first: int, pause: float) -> Iterator[Seat]:
    """Six fans in private: four plain, one whose matters wait, one whom people answer."""
    for number in range(6):
        fan = str(first + number)
        channel = fan if platform == TELEGRAM else str(720000000000000000 + number)
        yield Seat(platform, channel, fan, plain=number < 4, desk=number == 5, pause=pause)


SEATS = (
    *_private(DISCORD, 730000000000000000, _QUICK),
    Seat(DISCORD, QUESTIONS, "730000000000000006", direct=False),
    Seat(DISCORD, HALL, "730000000000000007", direct=False, named=True),
    Seat(DISCORD, QUESTIONS, "730000000000000008", thread=THREAD, direct=False),
    Seat(DISCORD, QUESTIONS, "730000000000000009", thread=THREAD, direct=False, plain=False, desk=True),
    *_private(TELEGRAM, 5000, _SLOW),
    Seat(TELEGRAM, GROUP, "5006", direct=False, named=True, pause=_GROUP),
    Seat(TELEGRAM, GROUP, "5007", direct=False, named=True, pause=_GROUP),
    Seat(TELEGRAM, FORUM, "5008", thread=TOPIC, direct=False, named=True, pause=_GROUP),
    Seat(
        TELEGRAM, FORUM, "5009", thread=TOPIC, direct=False, named=True, plain=False, desk=True, pause=_GROUP
    ),
)
