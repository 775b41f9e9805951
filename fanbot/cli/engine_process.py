"""A fanbot in a process of its own, spoken to in JSON lines over its pipes."""

import asyncio
import json
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fanbot.errors import FanbotError

_ENDS_WITHIN = 6.0
"""Seconds; a stopped fanbot ends within five."""
_LONGEST_LINE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Said:
    """What fanbot said; ``elsewhere`` when it is for another conversation than this one."""

    kind: str
    text: str
    elsewhere: bool


class EngineProcess:
    """One fan's side of a running fanbot."""

    def __init__(self, process: Process, *, session: str, fan: str, complaints: BinaryIO) -> None:
        self._process = process
        self._channel = f"try-{session}"
        self._fan = fan
        self._complaints = complaints
        self._count = 0
        self._kept = asyncio.Event()
        self._next = asyncio.Event()

    def next_said(self) -> asyncio.Event:
        """Return what is set when fanbot says the next thing."""
        return self._next

    async def tell(self, text: str) -> None:
        """Write as the fan; return when the message is stored."""
        self._count += 1
        record = {
            "id": f"{self._channel}-{self._count}",
            "channel": self._channel,
            "author": {"id": self._channel, "name": self._fan},
            "text": text,
        }
        self._kept.clear()
        if self._process.stdin is not None:
            with suppress(ConnectionError):  # it ended, which the end of its output tells
                self._process.stdin.write(json.dumps(record).encode() + b"\n")
                await self._process.stdin.drain()
        await self._kept.wait()

    async def replies(self) -> AsyncIterator[Said]:
        """Yield what fanbot says until it ends. Raises FanbotError when it ended with an error."""
        output = self._process.stdout
        while output is not None and (line := await output.readline()):
            record = json.loads(line)
            if record["kind"] == "receipt":
                self._kept.set()
                continue
            elsewhere = record["channel"] != self._channel
            yield Said(record["kind"], record["text"], elsewhere)
            self._next.set()
            self._next = asyncio.Event()
        if await self._process.wait() != 0:
            raise FanbotError(self._last_words())

    async def finish(self) -> None:
        """Say that nothing more comes; fanbot answers what it has and ends."""
        if self._process.stdin is not None:
            self._process.stdin.close()
            with suppress(ConnectionError):
                await self._process.stdin.wait_closed()

    def _last_words(self) -> str:
        """Return what fanbot said of its own end, without its log."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines if not line.startswith("{")) or "fanbot ended unexpectedly."


@asynccontextmanager
async def started(folder: Path, *, session: str, fan: str) -> AsyncIterator[EngineProcess]:
    """Run fanbot on a workspace beside this process; it ends with the block."""
    command = (
        sys.executable,
        "-m",
        "fanbot",
        "run",
        "--only",
        "stdio",
        "--receipts",
        "--workspace",
        str(folder),
    )
    with tempfile.TemporaryFile() as complaints:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=complaints,
            limit=_LONGEST_LINE,
            start_new_session=True,  # Ctrl-C is ours; fanbot is told to end in good order
        )
        try:
            yield EngineProcess(process, session=session, fan=fan, complaints=complaints)
        finally:
            if process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), _ENDS_WITHIN)
                except TimeoutError:
                    process.kill()
                    await process.wait()
