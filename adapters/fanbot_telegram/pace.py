"""No more messages than Telegram takes: in all, to one person, and to one group."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_A_MINUTE = 60.0
_MOMENT = 0.05
"""Seconds that a message to a fan waits here; one that would wait longer is told when to come again.

Whatever waits here when fanbot is killed counts as on its way, and would be parked without need; and it
takes the place of another that could leave.
"""
_SHORT = 2.0
"""Seconds that a message to the team waits here; nothing of that is parked."""
_FEW, _AWHILE = 2 / 15, 0.1
"""So large a part of a second's messages leaves within so many seconds: as they are answered about as fast,
few are on their way at a time, and a second's messages leave all the same."""
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages: ``overall`` a second, ``person`` a second in a private chat, ``group`` a minute in a group.

    ``staff`` a second are for the team's group, so that it takes little of what all chats share.

    From https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    """

    overall: int = 30
    person: int = 1
    group: int = 20
    staff: int = 1


class Window:
    """At most ``most`` turns within ``span`` seconds; turns are given in order."""

    def __init__(self, most: int, span: float) -> None:
        """Begin with every turn free."""
        self._span = span
        self._turns: deque[float] = deque(maxlen=most)
        self._promised: deque[float] = deque()

    def next(self, now: float, *, keep: int = 0) -> float:
        """Return when the next turn is, without taking it; ``keep`` turns stay free for others.

        >>> window = Window(3, 1.0)
        >>> window.turn(5.0), window.next(5.5), window.next(5.5, keep=2)
        (5.0, 5.5, 6.0)
        """
        most = max((self._turns.maxlen or 0) - keep, 1)
        full = len(self._turns) >= most
        return max(now, self._turns[-most] + self._span) if full else now

    def turn(self, now: float) -> float:
        """Take the next turn; return when it is.

        >>> window = Window(2, 1.0)
        >>> [window.turn(5.0) for _ in range(4)]
        [5.0, 5.0, 6.0, 6.0]
        """
        at = self.next(now)
        self._turns.append(at)
        return at

    def promise(self, now: float) -> float:
        """Return when somebody may come again, each a turn behind the one before; nothing is taken by it.

        So not all of those who wait come for the same turn.

        >>> window = Window(2, 1.0)
        >>> window.turn(5.0), window.turn(5.2)
        (5.0, 5.2)
        >>> [window.promise(5.5) for _ in range(3)], window.promise(6.1)
        ([6.0, 6.2, 7.0], 7.2)
        """
        while self._promised and self._promised[0] <= now:
            self._promised.popleft()
        most = self._turns.maxlen or 0
        taken = [*self._turns, *self._promised][-most:]
        self._promised.append(max(now, taken[0] + self._span) if len(taken) == most else now)
        return self._promised[-1]

    def left(self, now: float) -> int:
        """Return how many turns there are now.

        >>> window = Window(3, 1.0)
        >>> window.turn(5.0), window.left(5.5), window.left(6.0)
        (5.0, 2, 3)
        """
        turns = tuple(self._turns)  # another thread may ask
        return (self._turns.maxlen or 0) - sum(at > now - self._span for at in turns)

    def idle(self, now: float) -> bool:
        """Tell whether the past no longer matters."""
        return not self._turns or max(self._turns[-1], *self._promised, 0.0) + self._span < now


class Pace:
    """Give turns without holding up other chats."""

    def __init__(
        self,
        limits: Limits = Limits(),
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Count by ``now``, seconds of a steady clock."""
        self._limits = limits
        self._now = now
        self._sleep = sleep
        self._all = Window(limits.overall, 1.0)
        self._at_once = Window(math.ceil(limits.overall * _FEW), _AWHILE)
        self._chats: dict[int, Window] = {}
        self._blocked: dict[int, float] = {}
        self._staff = Window(limits.staff, 1.0)

    async def turn(self, chat: int, *, keep: int | None = None) -> float:
        """Return 0.0 once a message may go to this chat, or how many seconds later to ask again.

        Groups and channels have negative ids. ``keep`` is None for fans; for the team's group, it is how
        many of the group's turns stay free.
        """
        if left := self.blocked(chat):
            return left
        now = self._now()
        window = self._chats.get(chat)
        if window is None:
            self._forget_idle()
            most, span = (self._limits.group, _A_MINUTE) if chat < 0 else (self._limits.person, 1.0)
            window = self._chats[chat] = Window(most, span)
        if keep is not None:
            moment = max(window.next(now, keep=keep), self._all.next(now), self._staff.next(now))
            if (left := moment - now) > _SHORT:
                return left
            await self._until(self._staff.turn(now))
            now = self._now()
        else:
            for limit in (window, self._all, self._at_once):
                if limit.next(now) - now > _MOMENT:
                    return limit.promise(now) - now
        await self._until(window.turn(now))
        now = self._now()
        await self._until(max(self._all.turn(now), self._at_once.turn(now)))
        return self.blocked(chat)

    def left(self) -> int:
        """Return how many messages may leave now, whatever their chats."""
        now = self._now()
        return min(self._all.left(now), self._at_once.left(now))

    def block(self, chat: int, seconds: float) -> None:
        """Note that the platform wants nothing for this chat for so long."""
        self._blocked[chat] = self._now() + seconds

    def blocked(self, chat: int) -> float:
        """Return for how many seconds the platform still wants nothing for this chat."""
        left = self._blocked.get(chat, 0.0) - self._now()
        if left <= 0:
            self._blocked.pop(chat, None)
        return max(left, 0.0)

    async def _until(self, moment: float) -> None:
        if (left := moment - self._now()) > 0:
            await self._sleep(left)

    def _forget_idle(self) -> None:
        if len(self._chats) >= _MOST_REMEMBERED:
            now = self._now()
            self._chats = {chat: window for chat, window in self._chats.items() if not window.idle(now)}
