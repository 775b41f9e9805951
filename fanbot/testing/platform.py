"""A platform that is only remembered, and that misbehaves when a test says so."""

import asyncio
from collections import deque
from collections.abc import Sequence

from fanbot.domain.messages import Inbound
from fanbot.ports.platform import Dispatch, Intake


class MemoryPlatform:
    """Bring what a test feeds in, and keep in ``sent`` what is said, in order.

    ``confirmed`` holds the events whose intake returned; ``tried`` every send, also the failed ones.
    """

    def __init__(self) -> None:
        """Begin with nothing to hear and everything to be heard."""
        self.sent: list[Dispatch] = []
        self.tried: list[Dispatch] = []
        self.confirmed: list[Inbound] = []
        self.closed = False
        self._unheard: deque[Sequence[Inbound] | BaseException] = deque()
        self._ended = False
        self._troubles: deque[BaseException] = deque()
        self._dropped = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._changed = asyncio.Event()

    def feed(self, *events: Inbound) -> None:
        """Let these events happen; they are brought together."""
        self._unheard.append(events)
        self._changed.set()

    def end(self) -> None:
        """Let ``listen`` return once everything was brought."""
        self._ended = True
        self._changed.set()

    def break_listening(self, error: BaseException) -> None:
        """Let ``listen`` raise this once everything fed before was brought."""
        self._unheard.append(error)
        self._changed.set()

    def fail_next(self, *errors: BaseException) -> None:
        """Let the next sends raise these, one each, without the message having arrived."""
        self._troubles.extend(errors)

    def drop_next(self, count: int = 1) -> None:
        """Take the next messages as if all were well, and lose them."""
        self._dropped += count

    def hang(self) -> None:
        """Let every send wait until ``resume``."""
        self._flowing.clear()

    def resume(self) -> None:
        """Take messages again."""
        self._flowing.set()

    async def listen(self, intake: Intake) -> None:
        """Bring what was fed; an event stays until its intake returned."""
        while True:
            while not self._unheard:
                if self._ended:
                    return
                await self._change()
            first = self._unheard[0]
            if isinstance(first, BaseException):
                self._unheard.popleft()
                raise first
            await intake(first)
            self._unheard.popleft()
            self.confirmed += first
            self._changed.set()

    async def send(self, dispatch: Dispatch) -> None:
        """Remember the message, or do what the test asked for."""
        self.tried.append(dispatch)
        self._changed.set()
        await self._flowing.wait()
        if self._troubles:
            raise self._troubles.popleft()
        if self._dropped:
            self._dropped -= 1
            return
        self.sent.append(dispatch)
        self._changed.set()

    async def close(self) -> None:
        """Note that the platform was closed."""
        self.closed = True

    async def said(self, count: int) -> Sequence[Dispatch]:
        """Wait until ``count`` messages arrived."""
        while len(self.sent) < count:
            await self._change()
        return self.sent

    async def attempted(self, count: int) -> Sequence[Dispatch]:
        """Wait until ``count`` sends were made, whatever became of them."""
        while len(self.tried) < count:
            await self._change()
        return self.tried

    async def stored(self, count: int) -> Sequence[Inbound]:
        """Wait until ``count`` events were taken in."""
        while len(self.confirmed) < count:
            await self._change()
        return self.confirmed

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()
