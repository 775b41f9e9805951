"""The lines of standard input, read no further ahead than they are taken."""

import asyncio
import os
import select
from collections.abc import Sequence

from fanbot.errors import AdapterError

_CHUNK = 64 * 1024
"""Bytes in one read: what a pipe holds."""
_AHEAD = 1024 * 1024
"""Bytes after which a batch is handed over however few lines it has."""


class LineReader:
    """Lines of a pipe, a file or a terminal, numbered from 1.

    A line counts as read when ``advance`` passes it, so that a batch which could not be stored is
    there again. The descriptor stays blocking, because a terminal shares that setting with the
    shell that started us; it is read only after the system said that a read returns at once.
    """

    def __init__(self, descriptor: int, *, longest: int) -> None:
        """Read ``descriptor``; of a line over ``longest`` bytes keep a little more than those."""
        self._descriptor = descriptor
        self._longest = longest
        self._lines: list[bytes] = []
        self._passed = 0
        self._unfinished = bytearray()
        self._ended = False

    async def peek(self, limit: int) -> Sequence[tuple[int, bytes]]:
        """Return the next lines with their numbers: those that are here, or else wait for one.

        Empty at the end of input. Raises AdapterError when the input cannot be read.
        """
        read = 0
        try:
            while not self._ended and (not self._lines or (len(self._lines) < limit and read < _AHEAD)):
                if not select.select((self._descriptor,), (), (), 0)[0]:
                    if self._lines:
                        break
                    await self._readable()
                read += self._read()
                if not self._lines:
                    await asyncio.sleep(0)
        except OSError as error:
            raise AdapterError(
                f"Standard input cannot be read ({error.strerror}). Everything read before is kept."
            ) from error
        return list(enumerate(self._lines[:limit], start=self._passed + 1))

    def advance(self, count: int) -> None:
        """Pass the first ``count`` lines."""
        del self._lines[:count]
        self._passed += count

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._descriptor, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self._descriptor)

    def _read(self) -> int:
        try:
            chunk = os.read(self._descriptor, _CHUNK)
        except BlockingIOError:
            return 0
        *ended, rest = chunk.split(b"\n")
        if ended:
            ended[0] = bytes(self._unfinished + ended[0])
            self._unfinished.clear()
            self._lines += ended
        if len(self._unfinished) <= self._longest:
            self._unfinished += rest
        if not chunk:
            self._ended = True
            if self._unfinished:
                self._lines.append(bytes(self._unfinished))
                self._unfinished.clear()
        return len(chunk)
