"""An adapter from somebody else's distribution keeps the contract of every adapter."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fanbot_echo_post import spec

from fanbot.ports.platform import Opening, Platform
from fanbot.testing.contract import AdapterContract
from fanbot.testing.far_end import Heard, Saying


class PostOffice:
    """Keeps letters until they were got, and takes letters in."""

    platform: Platform

    def __init__(self) -> None:
        self._letters: list[dict[str, object]] = []
        self._got: list[str] = []
        self._posted: list[Heard] = []
        self._hearers: list[asyncio.StreamWriter] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._changed = asyncio.Event()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**22)
        port = self._server.sockets[0].getsockname()[1]
        self.platform = spec.open(Opening("main", {"port": port}))

    async def cut(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)
        await self._server.wait_closed()

    async def say(self, *sayings: Saying) -> None:
        for saying in sayings:
            letter: dict[str, object] = {
                "id": saying.id,
                "box": saying.channel,
                "from": saying.author,
                "signed": saying.name,
                "machine": saying.bot,
                "words": saying.text,
            }
            self._letters.append(letter)
            for writer in self._hearers:
                writer.write(_line(letter))

    async def redeliver(self, saying: Saying) -> None:
        await self.say(saying)

    async def heard(self, count: int) -> Sequence[Heard]:
        while len(self._posted) < count:
            await self._change()
        return self._posted

    async def confirmed(self, count: int) -> Sequence[str]:
        while len(self._got) < count:
            await self._change()
        return self._got

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        while line := await reader.readline():
            record = json.loads(line)
            if record.get("do") == "hear":
                self._hearers = [writer]
                writer.writelines(_line(letter) for letter in self._letters)
            elif record.get("do") == "got":
                self._letters = [letter for letter in self._letters if letter["id"] != record["id"]]
                self._got.append(record["id"])
            else:
                self._posted.append(Heard(record["words"], record["box"], record["re"], record["key"]))
                writer.write(_line({"took": record["key"]}))
            self._changed.set()
        writer.close()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


def _line(record: dict[str, object]) -> bytes:
    return json.dumps(record).encode() + b"\n"


class TestEchoPost(AdapterContract):
    """The echo post as a platform."""

    entry_point = "fanbot_echo_post:spec"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[PostOffice]:
        """Open a post office on loopback, and an account at it."""
        office = PostOffice()
        await office.open()
        try:
            yield office
        finally:
            await office.platform.close()
            await office.cut()
