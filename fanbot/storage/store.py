"""The whole store, put together over one database."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from fanbot.domain.settings import SignalSettings
from fanbot.errors import StoreError, StoreUnavailableError
from fanbot.storage import bulk
from fanbot.storage.archive import SqlArchive
from fanbot.storage.cards import SqlCards
from fanbot.storage.checkpoints import Checkpointer
from fanbot.storage.correspondence import SqlCorrespondence
from fanbot.storage.database import parsed, reading_engine, sqlite_file, writing_engine
from fanbot.storage.desk import SqlDesk
from fanbot.storage.files import SqlFiles
from fanbot.storage.folder import Folder
from fanbot.storage.inbox import SqlInbox
from fanbot.storage.journal import SqlJournal
from fanbot.storage.keys import TimeOrderedIds
from fanbot.storage.lease import AdvisoryGuard, FileGuard, SqlLease
from fanbot.storage.migrations import migrate
from fanbot.storage.outbox import SqlOutbox
from fanbot.storage.places import SqlRecollection
from fanbot.storage.secret_keys import SqlSecrets
from fanbot.storage.sessions import SqlSessions
from fanbot.storage.switches import SqlSwitches
from fanbot.storage.writer import Reader, Writer, translated

_READERS = 2
_NUMBERED = ("event", "outbox", "handoff", "handoff_event", "conversation", "fan", "audit", "consent",
             "dead_letter", "restoration", "gap")  # fmt: skip


class SqlStore:
    """Every port of the store over one writer; made by ``open_store``."""

    def __init__(
        self,
        *,
        writing: Engine,
        reading: Engine,
        guard: FileGuard | AdvisoryGuard,
        ids: TimeOrderedIds,
        settings: SignalSettings,
        now: Callable[[], datetime],
        files: Folder | None,
    ) -> None:
        self._engines = (writing, reading)
        self._writer = writer = Writer(writing)
        self._reader = reader = Reader(reading, threads=_READERS)
        file = sqlite_file(writing.url)
        self._checkpointer = Checkpointer(file, urgent=writer.checkpoint) if file else None
        self._guard = guard
        self._ids = ids
        self._now = now
        self.inbox = SqlInbox(writer=writer, reader=reader, ids=ids)
        self.outbox = SqlOutbox(writer=writer, reader=reader, ids=ids, settings=settings)
        self.journal = SqlJournal(writer=writer, reader=reader, ids=ids, outbox=self.outbox)
        self.desk = SqlDesk(writer=writer, reader=reader, ids=ids, now=now)
        self.cards = SqlCards(writer=writer, reader=reader, now=now)
        self.switches = SqlSwitches(writer=writer, reader=reader, ids=ids)
        self.sessions = SqlSessions(writer=writer, reader=reader, ids=ids, now=now)
        self.secrets = SqlSecrets(writer=writer, reader=reader)
        self.lease = SqlLease(writer=writer, reader=reader, guard=guard)
        self.files = kept = SqlFiles(writer=writer, reader=reader, now=now, folder=files)
        self.archive = archive = SqlArchive(
            writer=writer, reader=reader, ids=ids, url=writing.url, files=kept
        )
        self.correspondence = SqlCorrespondence(
            writer=writer, reader=reader, ids=ids, now=now, archive=archive, files=kept
        )

    def recollection(self, *, platform: str, account: str) -> SqlRecollection:
        """Return what is known of one account's places."""
        return SqlRecollection(
            writer=self._writer,
            reader=self._reader,
            ids=self._ids,
            now=self._now,
            platform=platform,
            account=account,
        )

    async def close(self) -> None:
        """Finish what is queued and let go of the database."""
        if self._checkpointer is not None:
            await asyncio.to_thread(self._checkpointer.close)
        await self._writer.close()
        await self._reader.close()
        self._guard.free()
        for engine in self._engines:
            engine.dispose()


async def open_store(
    url: str, *, settings: SignalSettings, now: Callable[[], datetime], files: Path | Folder | None = None
) -> SqlStore:
    """Open a store, bringing its tables up to date first; raises StoreError.

    ``files`` is the folder in which fans' files are kept; without one nothing can be kept there.
    """
    folder = Folder(files) if isinstance(files, Path) else files
    return await asyncio.to_thread(_open, url, settings, now, folder)


def _open(url: str, settings: SignalSettings, now: Callable[[], datetime], files: Folder | None) -> SqlStore:
    address = parsed(url)
    file = sqlite_file(address)
    writing = writing_engine(address)
    reading = reading_engine(address, threads=_READERS)
    ids = TimeOrderedIds(slot=secrets.randbits(10))
    try:
        migrate(writing)
        with writing.begin() as connection:
            ids.resume(_newest(connection))
    except StoreError:
        writing.dispose()
        raise
    except SQLAlchemyError as error:
        writing.dispose()
        told = translated(error)
        if file is None or isinstance(told, StoreUnavailableError):
            raise told from error
        raise StoreError(
            f"{file} cannot be opened as a store. {told}. Nothing was changed. "
            "Name another file under [store] url, or put a backup in its place."
        ) from error
    return SqlStore(
        writing=writing,
        reading=reading,
        guard=FileGuard(file) if file else AdvisoryGuard(reading),
        ids=ids,
        settings=settings,
        now=now,
        files=files,
    )


def _newest(connection: Connection) -> int:
    """Find the newest id in the store, so that ids go on from there whatever the clock says."""
    newest = 0
    for name in _NUMBERED:
        row = bulk.row(connection, f"SELECT MAX(id) FROM {name}")  # noqa: S608 - our own names
        newest = max(newest, (row[0] if row else 0) or 0)
    return newest
