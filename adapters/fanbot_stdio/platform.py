"""The stdio adapter at work: one conversation partner on the pipes of this process."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from fanbot.domain.messages import Inbound
from fanbot.errors import DeliveryError
from fanbot.ports.platform import Dispatch, Intake
from fanbot_stdio.reading import LineReader
from fanbot_stdio.translate import LONGEST_LINE, UnreadableLineError, complaint, inbound, receipt, reply
from fanbot_stdio.writing import LineWriter

_BATCH = 200
"""Lines that are stored together; also what one transaction of the store takes."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class StdioPlatform:
    """JSON lines in and out; the same message twice is told apart by its key."""

    def __init__(
        self,
        account: str,
        *,
        receipts: bool = False,
        now: Callable[[], datetime] = _utc_now,
        descriptors: tuple[int, int, int] = (0, 1, 2),
    ) -> None:
        """Use ``descriptors`` as standard input, output and error; with ``receipts`` say what is stored."""
        source, replies, complaints = descriptors
        self._account = account
        self._receipts = receipts
        self._now = now
        self._reader = LineReader(source, longest=LONGEST_LINE)
        self._output = LineWriter(replies, name="Standard output")
        self._errors = LineWriter(complaints, name="Standard error")

    async def listen(self, intake: Intake) -> None:
        """Bring line after line to ``intake`` until the input ends.

        A line that is no event is told on standard error and passed over.
        """
        while batch := await self._reader.peek(_BATCH):
            await self._take(batch, intake)
            self._reader.advance(len(batch))

    async def send(self, dispatch: Dispatch) -> None:
        """Write one line; return when the pipe has all of it."""
        await self._output.write(reply(dispatch))

    async def close(self) -> None:
        """Let go of the pipes, which stay open for whoever else writes to them."""
        self._output.close()
        self._errors.close()

    async def _take(self, batch: Sequence[tuple[int, bytes]], intake: Intake) -> None:
        received_at = self._now()
        events: list[Inbound] = []
        complaints = bytearray()
        for number, line in batch:
            try:
                events.append(inbound(line, account=self._account, received_at=received_at))
            except UnreadableLineError as error:
                complaints += complaint(error, line=number)
        if complaints:
            await _tell(self._errors, bytes(complaints))
        if events:
            await intake(events)
            if self._receipts:
                await _tell(self._output, b"".join(receipt(event.message) for event in events))


async def _tell(writer: LineWriter, lines: bytes) -> None:
    """Write what is good to know; storing goes on when nobody reads it."""
    with suppress(DeliveryError):
        await writer.write(lines)
