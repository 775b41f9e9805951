"""A fan's own conversation: as the fan sees it, to take home, and to erase."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import orjson
from sqlalchemy import Connection

from fanbot.domain.messages import (
    Address,
    Attachment,
    Author,
    Choice,
    EventKey,
    Inbound,
    Kind,
    OutboundKind,
)
from fanbot.errors import StoreError, UnknownItemError
from fanbot.ports.ids import Ids
from fanbot.ports.web import Bubble, Voice
from fanbot.storage import bulk, tables
from fanbot.storage.archive import SqlArchive
from fanbot.storage.erasure import erase
from fanbot.storage.files import SqlFiles
from fanbot.storage.keys import written
from fanbot.storage.outbox_rows import frozen
from fanbot.storage.records import Record
from fanbot.storage.times import moment, stamp
from fanbot.storage.writer import Reader, Writer

_PAGE = 200
_AMONG_THE_TEAM = frozenset({"item", "item-event"})
"""What people of the team wrote to each other; it names them, and a lane can wound."""
_HEARD = (
    "SELECT e.id, e.message, e.kind, e.received_at, e.reply_to, e.files, v.text FROM event e"
    " LEFT JOIN version v ON v.event_id = e.id"
    " WHERE e.conversation_id = ? AND e.id < ? AND e.kind IN ('message', 'edit', 'deletion') AND NOT e.own"
    " ORDER BY e.id DESC LIMIT ?"
)
_SAID = (
    "SELECT id, kind, body, promo, promoted, in_reply_to, choices, COALESCE(claimed_at, settled_at)"
    " FROM outbox WHERE conversation_id = ?"
)
_SENT = f"{_SAID} AND settled_at IS NOT NULL AND state = 'sent' ORDER BY settled_at DESC, id DESC LIMIT ?"
_SENDING = f"{_SAID} AND {tables.ON_ITS_WAY} AND claimed_at IS NOT NULL ORDER BY id DESC LIMIT ?"

Placed = tuple[int, int, Bubble]
"""A bubble behind its time and its id, by which bubbles stand."""


class SqlCorrespondence:
    """Fans' own conversations over one writer and its readers."""

    def __init__(
        self,
        *,
        writer: Writer,
        reader: Reader,
        ids: Ids,
        now: Callable[[], datetime],
        archive: SqlArchive,
        files: SqlFiles,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids
        self._now = now
        self._archive = archive
        self._files = files

    async def bubbles(self, address: Address, *, limit: int = 200) -> Sequence[Bubble]:
        """Return the newest messages of the direct conversation at this address, oldest first."""
        return await self._reader.run(lambda connection: _bubbles(connection, address, limit))

    async def export(self, *, platform: str, user: str, contents: bool = True) -> AsyncIterator[Record]:
        """Yield what is kept about this fan, without the team's notes; of a stranger their files alone."""
        try:
            async for record in self._archive.export(fan=f"{platform}:{user}", contents=contents):
                if record["type"] not in _AMONG_THE_TEAM:
                    yield record
        except UnknownItemError:
            async for record in self._files.export([f"{platform}/{user}"], contents=contents):
                yield record

    async def erase(self, *, platform: str, user: str) -> bool:
        """Erase everything that is kept about this fan; tell whether there was anything."""
        at = stamp(self._now())
        erased = await self._writer.run(
            lambda connection: erase(connection, platform=platform, user=user, at=at, ids=self._ids)
        )
        # Nobody finds the files any more; what cannot be taken away now, the sweep takes away later.
        with suppress(StoreError):
            await self._files.forget(erased.files)
        return erased.anything


def _bubbles(connection: Connection, address: Address, limit: int) -> Sequence[Bubble]:
    row = bulk.row(connection, "SELECT id FROM conversation WHERE key = ? AND direct", _key(address))
    if row is None or limit < 1:
        return []
    placed = [*_heard(connection, row[0], limit), *_said(connection, row[0], limit)]
    placed.sort(key=lambda each: each[:2])
    return [bubble for _, _, bubble in placed[-limit:]]


def _key(address: Address) -> str:
    """Name the direct conversation at this address, as a message there would."""
    event = EventKey(address.platform, address.account, address.channel, "", Kind.MESSAGE)
    return Inbound(event, "", address, Author(""), "", moment(0)).conversation_key


def _heard(connection: Connection, conversation: int, limit: int) -> Iterator[Placed]:
    """Walk back through what the fan wrote; an edit or a deletion is met before its message."""
    words: dict[str, str] = {}
    deleted: set[str] = set()
    last, found = 2**63 - 1, 0
    while found < limit:
        rows = bulk.rows(connection, _HEARD, conversation, last, _PAGE)
        files = _files(connection, [row[0] for row in rows if row[5]])
        for number, message, kind, received, reply_to, _, text in rows:
            if kind == Kind.DELETION:
                deleted.add(message)
            elif kind == Kind.EDIT:
                words.setdefault(message, text or "")
            elif message not in deleted and found < limit:
                found += 1
                said = words.get(message, text or "")
                bubble = Bubble(
                    message,
                    moment(received),
                    Voice.FAN,
                    said,
                    in_reply_to=reply_to,
                    attachments=tuple(files.get(number, ())),
                )
                yield received, number, bubble
        if len(rows) < _PAGE:
            return
        last = rows[-1][0]


def _files(connection: Connection, events: Sequence[int]) -> Mapping[int, Sequence[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    for event, reference, name, media_type, size in bulk.fetch(
        connection,
        "SELECT event_id, reference, name, media_type, size FROM attachment"
        " WHERE event_id IN ({keys}) ORDER BY event_id, number",
        events,
    ):
        found.setdefault(event, []).append(Attachment(reference, name, media_type, size))
    return found


def _said(connection: Connection, conversation: int, limit: int) -> Iterator[Placed]:
    for query in (_SENT, _SENDING):
        for number, kind, body, promo, promoted, in_reply_to, choices, at in bulk.rows(
            connection, query, conversation, limit
        ):
            bubble = Bubble(
                key=written(number),
                at=moment(at),
                voice=Voice.PERSON if kind == OutboundKind.HUMAN else Voice.ASSISTANT,
                text=frozen(body, promo, promoted=bool(promoted)),
                choices=tuple(Choice(**choice) for choice in orjson.loads(choices or "[]")),
                in_reply_to=in_reply_to,
            )
            yield at, number, bubble
