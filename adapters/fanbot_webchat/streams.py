"""Open pages, each of which is told in one word that its conversation changed."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fanbot_webchat.refusals import RefusedError

_EACH = 3
"""Streams of one visitor: a browser opens six connections to a host, and the page needs some for itself."""
_MOST = 2_000
"""Streams of all visitors."""
_HEARTBEAT = 15.0
"""Seconds of silence after which a page is shown that the line stands."""
_GRACE = 1.0
"""Seconds in which a reader may take the last word."""

_CHANGED = b"event: changed\ndata:\n\n"
_ELSEWHERE = b"event: elsewhere\ndata:\n\n"
_HERE = b": here\n\n"


class Stream:
    """One open page. What happens while it does not read is told in one word later."""

    def __init__(self, heartbeat: float) -> None:
        """Begin with something to look at."""
        self._heartbeat = heartbeat
        self._stirred = asyncio.Event()
        self._changed = True
        self._farewell: bytes | None = None
        self.ended = asyncio.Event()

    def wake(self) -> None:
        """Say that the conversation changed; never waits."""
        self._changed = True
        self._stirred.set()

    def end(self, farewell: bytes = b"") -> None:
        """Say that nothing more comes here."""
        self._farewell = farewell
        self._stirred.set()
        self.ended.set()

    async def words(self) -> AsyncIterator[bytes]:
        """Yield what the page is to be told, until the end."""
        while self._farewell is None:
            if self._changed:
                self._changed = False
                yield _CHANGED
                continue
            self._stirred.clear()
            try:
                async with asyncio.timeout(self._heartbeat):
                    await self._stirred.wait()
            except TimeoutError:
                yield _HERE
        yield self._farewell


class Streams:
    """The open streams of all visitors."""

    def __init__(self, *, each: int = _EACH, most: int = _MOST, heartbeat: float = _HEARTBEAT) -> None:
        """Allow ``each`` visitor so many, and ``most`` in all."""
        self._each = each
        self._most = most
        self._heartbeat = heartbeat
        self._open: defaultdict[str, list[Stream]] = defaultdict(list)
        self._closed = False

    def count(self) -> int:
        """Count the open streams."""
        return sum(map(len, self._open.values()))

    def open(self, visitor: str) -> Stream:
        """Open one more; the oldest of a visitor who has too many is ended. Raises RefusedError."""
        if self._closed:
            raise RefusedError(503, "This chat is closed at this moment.", retry_after=2)
        if self.count() >= self._most:
            raise RefusedError(503, "No more pages can be kept up to date at this moment.", retry_after=30)
        mine = self._open[visitor]
        if len(mine) >= self._each:
            mine.pop(0).end(_ELSEWHERE)
        stream = Stream(self._heartbeat)
        mine.append(stream)
        return stream

    def leave(self, visitor: str, stream: Stream) -> None:
        """Forget a stream that is over."""
        if stream in self._open.get(visitor, ()):
            self._open[visitor].remove(stream)
        if not self._open.get(visitor):
            self._open.pop(visitor, None)

    def wake(self, visitor: str) -> None:
        """Tell every open page of this visitor that their conversation changed; never waits."""
        for stream in self._open.get(visitor, ()):
            stream.wake()

    def close(self) -> None:
        """End every stream, and open none any more."""
        self._closed = True
        for streams in self._open.values():
            for stream in streams:
                stream.end()


class StreamResponse(Response):
    """Send a stream's words until it ends or its reader leaves, whichever is first."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, visitor: str) -> None:
        """Open a stream for this visitor; raises RefusedError."""
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._streams = streams
        self._visitor = visitor
        self._stream = streams.open(visitor)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send; nothing of it stays behind, however it ends."""
        del scope
        tasks = [
            asyncio.create_task(self._speak(send)),
            asyncio.create_task(_left(receive)),
            asyncio.create_task(self._overdue()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._streams.leave(self._visitor, self._stream)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _speak(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for word in self._stream.words():
            await send({"type": "http.response.body", "body": word, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _overdue(self) -> None:
        await self._stream.ended.wait()
        await asyncio.sleep(_GRACE)


async def _left(receive: Receive) -> None:
    """Return once the reader is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
