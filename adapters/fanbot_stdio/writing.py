"""The lines of standard output, all that are ready in one go and never waiting for a slow reader."""

import asyncio
import errno
import os
import select
from collections import deque

from fanbot.errors import DeliveryError


class LineWriter:
    """Lines into a pipe, a file or a terminal, in the order in which they were given.

    The descriptor stays blocking (see LineReader); a write is made only when the system said that
    there is room, and is no larger than what fits then (``select.PIPE_BUF``).
    """

    def __init__(self, descriptor: int, *, name: str) -> None:
        """Write to ``descriptor``; errors call it by ``name``."""
        self._descriptor = descriptor
        self._name = name
        self._unwritten = bytearray()
        self._given = 0
        self._written = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._torn = False
        self._gone = ""

    async def write(self, lines: bytes) -> None:
        """Return when these whole lines are written; a cancelled call may write them all the same.

        Raises DeliveryError, at once for good when nobody reads any more.
        """
        if self._gone:
            raise self._failure(self._gone)
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._flush, loop)
        self._unwritten += lines
        self._given += len(lines)
        written = loop.create_future()
        self._waiting.append((self._given, written))
        await written

    def close(self) -> None:
        """Give up what could not be written; every later call fails."""
        if self._waiting:
            asyncio.get_running_loop().remove_writer(self._descriptor)
        self._gone = self._gone or "closed"
        self._fail(self._gone)

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write as much as there is room for, and come back when there is room for the rest."""
        if not self._waiting:
            return
        try:
            while self._unwritten and select.select((), (self._descriptor,), (), 0)[1]:
                self._write_some()
        except BlockingIOError:
            pass  # somebody else took the room; there will be more
        except OSError as error:
            reason = error.strerror or "failed"
            if error.errno in (errno.EPIPE, errno.EBADF):
                self._gone = reason
            self._settle()
            self._fail(reason)
        self._settle()
        if self._waiting:
            loop.add_writer(self._descriptor, self._flush, loop)
        else:
            loop.remove_writer(self._descriptor)

    def _write_some(self) -> None:
        part = bytes(self._unwritten[: select.PIPE_BUF])
        count = os.write(self._descriptor, part)
        del self._unwritten[:count]
        self._written += count
        self._torn = part[count - 1] != ord("\n")

    def _settle(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._written:
            _, written = self._waiting.popleft()
            if not written.done():
                written.set_result(None)

    def _fail(self, reason: str) -> None:
        """Fail every waiting call; a line that was torn is ended before the next one begins."""
        for _, written in self._waiting:
            if not written.done():
                written.set_exception(self._failure(reason))
        self._waiting.clear()
        self._unwritten = bytearray(b"\n" if self._torn else b"")
        self._given = self._written + len(self._unwritten)

    def _failure(self, reason: str) -> DeliveryError:
        return DeliveryError(
            f"{self._name} did not take the line ({reason}). The message is kept, and goes out under the "
            "same key once there is an output that takes it."
        )
