"""What fans sent as files: whose each is and how much they are, over one folder with their bytes."""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from fanbot.domain.messages import Attachment
from fanbot.errors import (
    FileTakenError,
    StoreError,
    StoreUnavailableError,
    TooManyBytesError,
    UnknownFileError,
)
from fanbot.ports.files import SCHEME, Allowance, Upload
from fanbot.storage import bulk, tables
from fanbot.storage.folder import Folder
from fanbot.storage.records import Record
from fanbot.storage.times import moment, stamp
from fanbot.storage.writer import Reader, Writer

_DAY = timedelta(days=1)
_UPLOADS = tables.table(tables.Upload)
_COLUMNS = "id, name, media_type, size"
_KNOWN = "SELECT id, digest FROM upload WHERE owner = ? AND key = ?"
_OWNED = f"SELECT {_COLUMNS} FROM upload WHERE id = ? AND owner = ?"  # noqa: S608 - our own names
_ATTACHED = (
    "SELECT u.id, u.name, u.media_type, u.size FROM handoff h"  # noqa: S608 - our own words
    " JOIN event e ON e.conversation_id = h.conversation_id"
    " JOIN conversation c ON c.id = e.conversation_id"
    " JOIN attachment a ON a.event_id = e.id"
    " JOIN upload u ON u.id = SUBSTR(a.reference, 6) AND u.owner = c.platform || '/' || e.\"user\""
    f" WHERE h.id = ? AND e.id = ? AND a.number = ? AND a.{tables.KEPT_HERE}"
)
_NAMED = (
    "UPDATE upload SET named = TRUE WHERE NOT named AND wanted_at < ? AND EXISTS"  # noqa: S608 - our own words
    " (SELECT 1 FROM attachment a"
    f" WHERE a.reference = 'file:' || upload.id AND a.{tables.KEPT_HERE})"
)
_LEFT = "UPDATE upload SET owner = '', key = id, name = '' WHERE NOT named AND wanted_at < ? AND owner <> ''"
GIVE_UP = "UPDATE upload SET owner = '', key = id, name = '' WHERE owner = ? RETURNING id"
"""Nobody finds these any more; their bytes go after the transaction."""


class SqlFiles:
    """The files over one writer, its readers, and a folder; without a folder nothing can be kept."""

    def __init__(
        self, *, writer: Writer, reader: Reader, now: Callable[[], datetime], folder: Folder | None
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._now = now
        self._place = folder

    @property
    def _folder(self) -> Folder:
        if self._place is None:
            raise StoreError("This store has no folder for files. Nothing was kept or changed.")
        return self._place

    async def keep(self, upload: Upload, *, allowance: Allowance) -> Attachment:
        """Keep a file once; see ports.files.Files. The row comes first, so that no bytes are nobody's."""
        folder, at = self._folder, self._now()
        digest = sha256(upload.content).hexdigest()
        number = await self._writer.run(lambda c: _noted(c, upload, digest, at, allowance))
        if not await asyncio.to_thread(folder.has, number):
            try:
                await asyncio.to_thread(folder.write, number, upload.content)
            except StoreUnavailableError:
                await self._writer.run(
                    lambda c: bulk.run(c, "DELETE FROM upload WHERE id = ? AND NOT named", number)
                )
                raise
        try:
            return await self.find(f"{SCHEME}{number}", owner=upload.owner)
        except UnknownFileError:
            await asyncio.to_thread(folder.remove, number)
            raise

    async def claim(self, references: Sequence[str], *, owner: str) -> Sequence[Attachment]:
        """Return this owner's files for a message, and keep them for another day."""
        at = stamp(self._now())
        found = await self._writer.run(lambda c: [_wanted(c, each, owner, at) for each in references])
        for file in found:
            if not await asyncio.to_thread(self._folder.has, _id(file.reference)):
                raise UnknownFileError("A file that this names did not arrive whole.")
        return found

    async def find(self, reference: str, *, owner: str) -> Attachment:
        """Return this owner's file."""
        return await self._reader.run(lambda c: _owned(c, reference, owner))

    async def attached(self, *, item: int, event: int, number: int) -> Attachment:
        """Return a file by its place in the conversation of an item."""
        row = await self._reader.run(lambda c: bulk.row(c, _ATTACHED, item, event, number))
        return _attachment(row)

    async def read(self, reference: str) -> bytes:
        """Return what is in a file."""
        return await asyncio.to_thread(self._folder.read, _id(reference))

    async def export(self, owners: Sequence[str] | None, *, contents: bool) -> AsyncIterator[Record]:
        """Yield a record for each file of these owners, None for everybody; one file at a time."""
        for number in await self._reader.run(lambda c: _numbers(c, owners)):
            row = await self._reader.run(lambda c, number=number: _full(c, number))  # type: ignore[misc]
            if row is not None:
                yield await self._told(row, contents=contents)

    async def _told(self, row: Any, *, contents: bool) -> Record:
        number, owner, name, media_type, size, kept_at = row
        record: dict[str, object] = {
            "type": "file",
            "reference": f"{SCHEME}{number}",
            "owner": owner,
            "name": name,
            "media_type": media_type,
            "size": size,
            "kept_at": moment(kept_at).isoformat(),
        }
        if contents:
            try:
                record["base64"] = base64.b64encode(await self.read(f"{SCHEME}{number}")).decode()
            except UnknownFileError:
                record["base64"] = None
        return record

    async def forget(self, numbers: Sequence[str]) -> None:
        """Take away the bytes of files that were given up, then the last that is known of them."""
        if not numbers:
            return
        for number in numbers:
            await asyncio.to_thread(self._folder.remove, number)
        await self._writer.run(
            lambda c: bulk.change(c, "DELETE FROM upload WHERE owner = '' AND id IN ({keys})", numbers)
        )

    async def sweep(self) -> int:
        """Take away what no message named within a day, and what was given up; return how many files."""
        if self._place is None:
            return 0
        limit = stamp(self._now() - _DAY)
        numbers = await self._writer.run(lambda c: _swept(c, limit))
        await self.forget(numbers)
        await asyncio.to_thread(self._place.tidy)
        return len(numbers)


def _noted(connection: Connection, upload: Upload, digest: str, at: datetime, allowance: Allowance) -> str:
    """Return the id of an upload, new or known; raises FileTakenError and TooManyBytesError."""
    known = bulk.row(connection, _KNOWN, upload.owner, upload.key)
    if known is not None:
        if known[1] != digest:
            raise FileTakenError("Another file was kept under this id before. That one stays as it is.")
        return str(known[0])
    size, since = len(upload.content), stamp(at - _DAY)
    lately = "SELECT COALESCE(SUM(size), 0) FROM upload WHERE kept_at > ?"
    (own,) = bulk.rows(connection, f"{lately} AND owner = ?", since, upload.owner)
    if own[0] + size > allowance.owner:
        raise TooManyBytesError("This is more than is kept of one sender in 24 hours. It was not kept.")
    (everybody,) = bulk.rows(connection, lately, since)
    if everybody[0] + size > allowance.everybody:
        raise TooManyBytesError(
            "This is more than is kept of everybody in 24 hours. It was not kept.", everybody=True
        )
    number = secrets.token_hex(16)
    row = (number, upload.owner, upload.key, upload.name, upload.media_type, size, digest)
    bulk.insert(connection, _UPLOADS, [(*row, stamp(at), stamp(at), False)])
    return number


def _wanted(connection: Connection, reference: str, owner: str, at: int) -> Attachment:
    found = _owned(connection, reference, owner)
    bulk.run(connection, "UPDATE upload SET wanted_at = ? WHERE id = ?", at, _id(reference))
    return found


def _owned(connection: Connection, reference: str, owner: str) -> Attachment:
    return _attachment(bulk.row(connection, _OWNED, _id(reference), owner) if owner else None)


def _attachment(row: Any | None) -> Attachment:
    if row is None:
        raise UnknownFileError("There is no such file, or it is not kept for whoever asks.")
    number, name, media_type, size = row
    return Attachment(f"{SCHEME}{number}", name, media_type, size)


def _id(reference: str) -> str:
    return reference.removeprefix(SCHEME) if reference.startswith(SCHEME) else ""


def _numbers(connection: Connection, owners: Sequence[str] | None) -> list[str]:
    if owners is None:
        rows = bulk.rows(connection, "SELECT id FROM upload WHERE owner <> '' ORDER BY kept_at, id")
    else:
        query = "SELECT id, kept_at FROM upload WHERE owner IN ({keys})"
        rows = sorted(bulk.fetch(connection, query, owners), key=lambda row: (row[1], row[0]))
    return [row[0] for row in rows]


def _full(connection: Connection, number: str) -> Any | None:
    return bulk.row(
        connection,
        "SELECT id, owner, name, media_type, size, kept_at FROM upload WHERE id = ? AND owner <> ''",
        number,
    )


def _swept(connection: Connection, limit: int) -> list[str]:
    bulk.run(connection, _NAMED, limit)
    bulk.run(connection, _LEFT, limit)
    return [row[0] for row in bulk.rows(connection, "SELECT id FROM upload WHERE owner = ''")]
