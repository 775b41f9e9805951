"""Where the fans of an account wrote last, and whom it cannot reach."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from fanbot.domain.messages import Address
from fanbot.domain.reach import Barrier
from fanbot.ports.ids import Ids
from fanbot.ports.platform import Heard
from fanbot.storage import bulk, reach
from fanbot.storage.gaps import Missing, note
from fanbot.storage.times import moment, stamp
from fanbot.storage.writer import Reader, Writer

_PLACES = (
    "SELECT c.channel, c.thread, c.direct, e.message, e.received_at FROM conversation c"
    " JOIN event e ON e.id = (SELECT MAX(n.id) FROM event n WHERE n.conversation_id = c.id"
    " AND n.kind = 'message') WHERE c.platform = ? AND c.account = ? ORDER BY e.id DESC"
)


class SqlRecollection:
    """What the store knows of one account's places; see ports.platform.Recollection."""

    def __init__(
        self,
        *,
        writer: Writer,
        reader: Reader,
        ids: Ids,
        now: Callable[[], datetime],
        platform: str,
        account: str,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids
        self._now = now
        self._platform = platform
        self._account = account

    async def places(self) -> Sequence[Heard]:
        """Return every channel and thread in which a fan wrote, the latest first."""
        return await self._reader.run(lambda c: _places(c, self._platform, self._account))

    async def note_gap(self, why: str, *, place: str = "", since: datetime | None = None) -> None:
        """Name what nobody can read any more, for a person to see."""
        missing = Missing(f"{self._platform}/{self._account}", place, why, since, self._now())
        await self._writer.run(lambda c: note(c, missing, self._ids))

    async def note_reach(self, user: str, why: Barrier | None) -> None:
        """Note that a fan cannot be written to in private any more, or can again."""
        key, at = f"{self._platform}/{user}", stamp(self._now())

        def job(connection: Connection) -> None:
            if why is None:
                reach.clear(connection, [(key, self._account)])
            else:
                reach.note(connection, key, self._account, why, at=at)

        await self._writer.run(job)


def _places(connection: Connection, platform: str, account: str) -> Sequence[Heard]:
    found: dict[tuple[str, str], Heard] = {}
    for channel, thread, direct, message, at in bulk.rows(connection, _PLACES, platform, account):
        place = Address(platform, account, channel, thread)
        found.setdefault((channel, thread), Heard(place, message, bool(direct), moment(at)))
    return list(found.values())
