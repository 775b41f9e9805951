"""The team's cards on the platforms as rows, found by room, by item or by thread."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from fanbot.ports.cards import CardState, KeptCard, Watched
from fanbot.ports.staff import Remark, Spot
from fanbot.storage import acts, bulk, tables
from fanbot.storage.times import moment, stamp
from fanbot.storage.writer import Reader, Writer

_CARDS = tables.table(tables.CardRow)
_THREADS = tables.table(tables.CardElsewhereRow)
_COLUMNS = "c.item, c.thread, c.message, c.state, c.opened, c.shown, c.told, c.told_at, c.error, c.changed_at"
_WIDTH = len(_COLUMNS.split(","))
_MARK = (
    "h.id, h.state, h.owner, h.touched_at,"
    " (SELECT MAX(e.id) FROM event e WHERE e.conversation_id = h.conversation_id),"
    " (SELECT MAX(n.id) FROM handoff_event n WHERE n.handoff_id = h.id),"
    " (SELECT MAX(o.settled_at) FROM outbox o WHERE o.conversation_id = h.conversation_id)"
)
"""Everything by which something new to tell would show, each found at the end of an index."""
_FROM = f"SELECT {_COLUMNS}, {_MARK} FROM card c LEFT JOIN handoff h ON h.id = c.item"  # noqa: S608
_WATCHED = f"{_FROM} WHERE c.destination = ? AND c.{tables.WATCHED}"
_OF_ITEMS = f"{_FROM} WHERE c.item IN ({{keys}}) AND c.destination = ?"
_MARK_OF = f"SELECT {_MARK} FROM handoff h WHERE h.id = ?"  # noqa: S608 - our own words
_AT = "SELECT item FROM card WHERE destination = ? AND thread = ?"
_ELSEWHERE = "SELECT item FROM card_elsewhere WHERE destination = ? AND thread = ?"
_IS_THERE = "SELECT 1 FROM handoff WHERE id = ?"
_MAKING = timedelta(seconds=60)
"""A card that is being made for longer than this was given up."""
_OPENING = (
    f"SELECT 1 FROM card WHERE destination = ? AND {tables.WATCHED} AND state = 'opening' AND opened > 0"  # noqa: S608
    " AND error = '' AND changed_at >= ? LIMIT 1"
)
_TROUBLES = f"SELECT destination, error FROM card WHERE {tables.WATCHED} AND error <> '' ORDER BY changed_at"  # noqa: S608
_ANEW = (
    "ON CONFLICT (item, destination) DO UPDATE SET thread = excluded.thread, message = excluded.message,"
    " state = excluded.state, opened = excluded.opened, shown = excluded.shown,"
    " told = excluded.told, told_at = excluded.told_at, error = excluded.error,"
    " changed_at = excluded.changed_at"
)

WATCH_AGAIN = "UPDATE card SET state = 'open' WHERE state = 'away' AND item IN ({keys})"
"""Cards of items that are erased are looked at once more, so that their words go."""


class SqlCards:
    """The cards over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader, now: Callable[[], datetime]) -> None:
        self._writer = writer
        self._reader = reader
        self._now = now

    async def watched(self, destination: str, items: Sequence[int]) -> Sequence[Watched]:
        """Return the cards of a room that are not away, and whatever cards these items have there."""
        return await self._reader.run(lambda c: _watched(c, destination, items))

    async def mark(self, item: int) -> str:
        """Return the mark of an item, empty when there is none."""

        def job(connection: Connection) -> str:
            row = bulk.row(connection, _MARK_OF, item)
            return "" if row is None else _mark(row)

        return await self._reader.run(job)

    async def keep(self, destination: str, card: KeptCard) -> None:
        """Write a card as it is now; one of an item that has none yet is added."""
        at = stamp(self._now())
        row = (
            card.item,
            destination,
            card.spot.thread,
            card.spot.message,
            card.state.value,
            card.opened,
            card.shown,
            orjson.dumps(card.told).decode(),
            card.told_at,
            card.error,
            at,
            at,
        )
        await self._writer.run(lambda c: bulk.insert(c, _CARDS, [row], suffix=_ANEW))

    async def forget(self, destination: str, item: int) -> None:
        """Drop what is kept of a card."""

        def job(connection: Connection) -> None:
            for name in ("card", "card_elsewhere"):
                query = f"DELETE FROM {name} WHERE item = ? AND destination = ?"  # noqa: S608 - our own names
                bulk.run(connection, query, item, destination)

        await self._writer.run(job)

    async def item_at(self, destination: str, thread: str) -> int | None:
        """Return the item whose card stands in this thread, None when it is not known."""
        return await self._reader.run(lambda c: _item_at(c, destination, thread))

    async def note_thread(self, destination: str, thread: str, item: int) -> bool:
        """Note that an older card of an item stands in a thread that is not known; tell whether it does."""

        def job(connection: Connection) -> bool:
            known = not thread or _item_at(connection, destination, thread) is not None
            if known or bulk.row(connection, _IS_THERE, item) is None:
                return False
            bulk.insert(connection, _THREADS, [(destination, thread, item)])
            return True

        return await self._writer.run(job)

    async def opening(self, destination: str) -> bool:
        """Tell whether a card is being made in these moments."""
        since = stamp(self._now() - _MAKING)
        return await self._reader.run(lambda c: bulk.row(c, _OPENING, destination, since) is not None)

    async def troubles(self) -> Mapping[str, tuple[int, str]]:
        """Return for each room how many cards cannot be made or shown, and the newest reason."""

        def job(connection: Connection) -> Mapping[str, tuple[int, str]]:
            found: dict[str, tuple[int, str]] = {}
            for destination, error in bulk.rows(connection, _TROUBLES):
                found[destination] = (found.get(destination, (0, ""))[0] + 1, error)
            return found

        return await self._reader.run(job)

    async def remark(self, key: str) -> Remark | None:
        """Return what was said to an act that was done, None when it was not done."""
        return await self._reader.run(lambda c: acts.remark(c, key))

    async def note_act(self, key: str, remark: Remark, *, item: int | None) -> None:
        """Note that an act was done, and what was said to it."""
        at = stamp(self._now())
        await self._writer.run(lambda c: acts.note(c, key, at=at, item=item, remark=remark))

    async def forget_acts(self, *, before: datetime) -> int:
        """Forget acts that no platform delivers again."""
        at = stamp(before)
        return await self._writer.run(lambda c: bulk.run(c, "DELETE FROM act WHERE at < ?", at))


def _item_at(connection: Connection, destination: str, thread: str) -> int | None:
    if not thread:
        return None
    row = bulk.row(connection, _AT, destination, thread) or bulk.row(
        connection, _ELSEWHERE, destination, thread
    )
    return row[0] if row else None


def _watched(connection: Connection, destination: str, items: Sequence[int]) -> Sequence[Watched]:
    rows = bulk.rows(connection, _WATCHED, destination)
    known = {row[0] for row in rows}
    others = [item for item in items if item not in known]
    if others:
        rows += {row[0]: row for row in bulk.fetch(connection, _OF_ITEMS, others, destination)}.values()
    return [Watched(_card(row[:_WIDTH]), _mark(row[_WIDTH:])) for row in rows]


def _mark(row: Any) -> str:
    return "" if row[0] is None else repr(tuple(row))


def _card(row: Any) -> KeptCard:
    item, thread, message, state, opened, shown, told, told_at, error, changed = row
    return KeptCard(
        item=item,
        spot=Spot(thread, message),
        state=CardState(state),
        opened=opened,
        shown=shown,
        told=tuple(orjson.loads(told)),
        told_at=told_at,
        error=error,
        changed_at=moment(changed),
    )
