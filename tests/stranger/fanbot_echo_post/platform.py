"""The echo post at work: one connection to hear, and one for every letter that is posted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fanbot.errors import AdapterError, DeliveryError
from fanbot.ports.platform import Dispatch, Intake
from fanbot_echo_post.translate import inbound, letter, line

_LONGEST_LINE = 2**22


class PostPlatform:
    """One account at the post office, which tells letters apart by their key."""

    def __init__(self, account: str, *, port: int) -> None:
        """Use the office at ``port`` of this machine."""
        self._account = account
        self._port = port
        self._closed = False

    async def listen(self, intake: Intake) -> None:
        """Fetch letters one by one; the office keeps each until it hears that it was got."""
        try:
            async with self._connection() as (reader, writer):
                writer.write(line({"do": "hear"}))
                while told := await reader.readline():
                    event = inbound(told, account=self._account, received_at=datetime.now(UTC))
                    await intake([event])
                    writer.write(line({"do": "got", "id": event.message, "box": event.address.channel}))
                    await writer.drain()
        except OSError as error:
            raise AdapterError(
                f"The post office cannot be reached ({error}). It keeps its letters."
            ) from error
        raise AdapterError("The post office hung up. It keeps its letters.")

    async def send(self, dispatch: Dispatch) -> None:
        """Post a letter and wait for the office to say that it has it."""
        if self._closed:
            raise DeliveryError("The connection to the post office was closed. The letter is kept.")
        posted = False
        try:
            async with self._connection() as (reader, writer):
                posted = True
                writer.write(letter(dispatch))
                if await reader.readline():
                    return
        except OSError as error:
            told = f"The post office cannot be reached ({error}). The letter is kept."
            raise DeliveryError(told, ambiguous=posted) from error
        raise DeliveryError("The post office hung up before it said that it has the letter.", ambiguous=True)

    async def close(self) -> None:
        """Post no more."""
        self._closed = True

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=_LONGEST_LINE)
        try:
            yield reader, writer
        finally:
            writer.close()
