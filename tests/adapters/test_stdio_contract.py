"""The stdio adapter keeps the contract of every adapter, over pipes of the operating system."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fanbot.testing.contract import AdapterContract
from fanbot.testing.far_end import Heard, Saying
from fanbot_stdio.platform import StdioPlatform


class Replies(asyncio.Protocol):
    """What came out of a pipe so far, line by line."""

    def __init__(self) -> None:
        self.lines: list[dict[str, object]] = []
        self.changed = asyncio.Event()
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        *ended, self._rest = (self._rest + data).split(b"\n")
        self.lines += map(json.loads, ended)
        self.changed.set()


class PipesEnd:
    """Whoever holds the other ends of the three pipes."""

    def __init__(self) -> None:
        source, self._say = os.pipe()
        self._output, replies = os.pipe()
        self._complaints, complaints = os.pipe()
        self._theirs = (source, replies, complaints)
        self._replies = Replies()
        self.platform = StdioPlatform("main", receipts=True, descriptors=self._theirs)

    async def open(self) -> None:
        self._reading, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: self._replies, os.fdopen(self._output, "rb", buffering=0)
        )

    async def close(self) -> None:
        await self.platform.close()
        await self.cut()
        for descriptor in (*self._theirs, self._say, self._complaints):
            os.close(descriptor)

    async def say(self, *sayings: Saying) -> None:
        for saying in sayings:
            author = {"id": saying.author, "name": saying.name, "bot": saying.bot}
            line = {"id": saying.id, "channel": saying.channel, "author": author, "text": saying.text}
            os.write(self._say, json.dumps(line).encode() + b"\n")

    async def redeliver(self, saying: Saying) -> None:
        await self.say(saying)

    async def heard(self, count: int) -> Sequence[Heard]:
        lines = await self._until(count, receipts=False)
        return [
            Heard(str(line["text"]), str(line["channel"]), str(line["in_reply_to"]), str(line["key"]))
            for line in lines
        ]

    async def confirmed(self, count: int) -> Sequence[str]:
        return [str(line["in_reply_to"]) for line in await self._until(count, receipts=True)]

    async def cut(self) -> None:
        self._reading.close()
        await asyncio.sleep(0)

    async def _until(self, count: int, *, receipts: bool) -> Sequence[dict[str, object]]:
        while True:
            lines = [line for line in self._replies.lines if (line["kind"] == "receipt") is receipts]
            if len(lines) >= count:
                return lines
            self._replies.changed.clear()
            await self._replies.changed.wait()


class TestStdio(AdapterContract):
    """Standard input and output as a platform."""

    entry_point = "fanbot_stdio:spec"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[PipesEnd]:
        """Lay three pipes and put the adapter at their ends."""
        pipes = PipesEnd()
        await pipes.open()
        try:
            yield pipes
        finally:
            await pipes.close()
