"""The store as a whole: out as records, put by as a copy, and made safe after it was put back."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, Connection

from fanbot.errors import StoreError, UnknownItemError
from fanbot.ports.ids import Ids
from fanbot.storage import bulk, tables
from fanbot.storage.database import sqlite_file
from fanbot.storage.keys import written
from fanbot.storage.outbox import reopen
from fanbot.storage.times import moment, stamp
from fanbot.storage.writer import Reader, Writer

_PAGE = 500
_JSON = {
    "sqlite": {"{list}": "json_group_array", "{object}": "json_object"},
    "postgresql": {"{list}": "json_agg", "{object}": "json_build_object"},
}
_RESTORATIONS = tables.table(tables.Restoration)
_AUDIT = tables.table(tables.Audit)

Record = Mapping[str, object]


def _time(value: int | None) -> str | None:
    return None if value is None else moment(value).isoformat()


def _fan(row: Any) -> Record:
    number, created, name, blocked, opted_out, identities = row
    return {
        "type": "fan",
        "id": written(number),
        "name": name,
        "identities": sorted(orjson.loads(identities or "[]")),
        "since": _time(created),
        "blocked_at": _time(blocked),
        "no_promotions_since": _time(opted_out),
    }


def _consent(row: Any) -> Record:
    number, fan, at, what, source = row
    return {"type": "consent", "id": written(number), "fan": written(fan), "at": _time(at), "what": what,
            "source": source}  # fmt: skip


def _message(row: Any) -> Record:
    (
        _, key, message, kind, text, emoji, fan, user, name, platform, account, channel, thread, direct,
        reply_to, received, sent, files, route, template, lane, confidence, language, reasons, decided,
    ) = row  # fmt: skip
    decision = None
    if route is not None:
        decision = {
            "route": route,
            "template": template,
            "lane": lane,
            "confidence": confidence,
            "language": language,
            "reasons": orjson.loads(reasons),
            "at": _time(decided),
        }
    return {
        "type": "message",
        "id": message,
        "event": key,
        "kind": kind,
        "platform": platform,
        "account": account,
        "channel": channel,
        "thread": thread,
        "direct": bool(direct),
        "fan": written(fan),
        "author": {"id": user, "name": name},
        "text": emoji if kind == "reaction" else text,
        "attachments": orjson.loads(files or "[]"),
        "reply_to": reply_to,
        "received_at": _time(received),
        "sent_at": _time(sent),
        "decision": decision,
    }


def _sent(row: Any) -> Record:
    number, kind, channel, body, promo, promoted, reply_to, template, state, settled, error, fan = row
    return {
        "type": "outbound",
        "key": written(number),
        "kind": kind,
        "fan": written(fan),
        "channel": channel,
        "text": f"{body}\n\n{promo}" if promoted else body,
        "promotional": bool(promoted),
        "in_reply_to": reply_to,
        "template": template,
        "state": state,
        "at": _time(settled),
        "error": error,
    }


def _item(row: Any) -> Record:
    number, fan, lane, state, opened, weight, messages, topic, owner, answered = row
    return {
        "type": "item",
        "id": written(number),
        "fan": written(fan),
        "lane": lane,
        "state": state,
        "opened_at": _time(opened),
        "weight": weight,
        "messages": messages,
        "topic": topic,
        "owner": owner,
        "answered_at": _time(answered),
    }


def _item_event(row: Any) -> Record:
    number, item, at, who, what, event, detail = row
    return {
        "type": "item-event",
        "id": written(number),
        "item": written(item),
        "at": _time(at),
        "who": who,
        "what": what,
        "event": event,
        "detail": orjson.loads(detail),
    }


def _audit(row: Any) -> Record:
    number, at, who, what, target = row
    return {"type": "audit", "id": written(number), "at": _time(at), "who": who, "what": what,
            "target": target}  # fmt: skip


# Each part: its query (the first column is the id that pages go by), how a fan is found in it (None:
# not a fan's), and how a row is told.
_PARTS: tuple[tuple[str, str | None, Callable[[Any], Record]], ...] = (
    (
        (
            "SELECT f.id, f.created_at, f.name, f.blocked_at, f.opted_out_at,"
            " (SELECT CAST({list}(i.key) AS TEXT) FROM identity i WHERE i.fan_id = f.id)"
            " FROM fan f WHERE f.id > ?"
        ),
        "f.id",
        _fan,
    ),
    ("SELECT c.id, c.fan_id, c.at, c.what, c.source FROM consent c WHERE c.id > ?", "c.fan_id", _consent),
    (
        (
            'SELECT e.id, e.key, e.message, e.kind, v.text, r.emoji, e.fan_id, e."user", f.name, c.platform,'
            " c.account, c.channel, c.thread, c.direct, e.reply_to, e.received_at, e.sent_at,"
            " (SELECT CAST({list}({object}('reference', a.reference, 'name', a.name,"
            " 'media_type', a.media_type, 'size', a.size)) AS TEXT)"
            " FROM (SELECT * FROM attachment WHERE event_id = e.id ORDER BY number) a), d.route,"
            " d.template, d.lane, d.confidence, d.language, d.reasons, d.decided_at"
            " FROM event e JOIN conversation c ON c.id = e.conversation_id JOIN fan f ON f.id = e.fan_id"
            " LEFT JOIN version v ON v.event_id = e.id LEFT JOIN reaction r ON r.event_id = e.id"
            " LEFT JOIN decision d ON d.event_id = e.id WHERE e.id > ?"
        ),
        "e.fan_id",
        _message,
    ),
    (
        (
            "SELECT o.id, o.kind, c.channel, o.body, o.promo, o.promoted, o.in_reply_to, o.template, o.state,"
            " o.settled_at, o.error, o.fan_id FROM outbox o JOIN conversation c ON c.id = o.conversation_id"
            " WHERE o.id > ?"
        ),
        "o.fan_id",
        _sent,
    ),
    (
        (
            "SELECT h.id, h.fan_id, h.lane, h.state, h.opened_at, h.weight, h.messages, h.topic, h.owner,"
            " h.answered_at FROM handoff h WHERE h.id > ?"
        ),
        "h.fan_id",
        _item,
    ),
    (
        (
            "SELECT n.id, n.handoff_id, n.at, n.who, n.what, e.key, n.detail FROM handoff_event n"
            " JOIN handoff h ON h.id = n.handoff_id LEFT JOIN event e ON e.id = n.event_id WHERE n.id > ?"
        ),
        "h.fan_id",
        _item_event,
    ),
    ("SELECT a.id, a.at, a.who, a.what, a.target FROM audit a WHERE a.id > ?", None, _audit),
)


class SqlArchive:
    """The archive over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader, ids: Ids, url: URL) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids
        self._url = url

    async def export(self, *, fan: str | None = None) -> AsyncIterator[Record]:
        """Yield records page by page; see ports.store.Archive."""
        number = None if fan is None else await self._reader.run(lambda c: _fan_id(c, fan))
        for query, column, told in _PARTS:
            if fan is not None and column is None:
                continue
            async for record in self._pages(query, column, told, number):
                yield record

    async def _pages(
        self, query: str, column: str | None, told: Callable[[Any], Record], fan: int | None
    ) -> AsyncIterator[Record]:
        last = 0
        while True:
            page = await self._reader.run(lambda c, last=last: _page(c, query, column, fan, last))  # type: ignore[misc]
            for row in page:
                yield told(row)
            if len(page) < _PAGE:
                return
            last = page[-1][0]

    async def backup(self, target: Path) -> None:
        """Write a consistent copy of the store to a new file, also beside a running engine."""
        source = sqlite_file(self._url)
        if source is None:
            raise StoreError(
                "A PostgreSQL store is put by with its own tools, for example pg_dump. Nothing was written."
            )
        await self._reader.run(lambda _: _copy(source, target))

    async def restored(self, *, backup_at: datetime, now: datetime) -> int:
        """Make a restored copy safe (G5): park what was on its way, charge the cap for the time between."""
        return await self._writer.run(lambda c: self._restored(c, backup_at, now))

    def _restored(self, connection: Connection, backup_at: datetime, now: datetime) -> int:
        at = stamp(now)
        error = (
            "This was on its way when the backup was made, so it may have arrived. "
            "Look into the chat before sending it again."
        )
        parked = bulk.rows(
            connection,
            f"UPDATE outbox SET state = 'parked', settled_at = ?, error = ? WHERE {tables.ON_ITS_WAY}"  # noqa: S608
            " RETURNING id, handoff_id",
            at,
            error,
        )
        for _, handoff in parked:
            if handoff is not None:
                reopen(connection, handoff, error=error, at=at, ids=self._ids)
        bulk.insert(connection, _RESTORATIONS, [(self._ids.new(), stamp(backup_at), at)])
        bulk.insert(connection, _AUDIT, [(self._ids.new(), at, "fanbot", "restored a backup", "", "{}")])
        return len(parked)


def _fan_id(connection: Connection, fan: str) -> int:
    platform, _, user = fan.partition(":")
    row = bulk.row(connection, "SELECT fan_id FROM identity WHERE key = ?", f"{platform}/{user}")
    if row is None:
        raise UnknownItemError(
            f"Nobody is known as {fan!r}. Write it as platform:user, for example telegram:12345."
        )
    return int(row[0])


def _page(connection: Connection, query: str, column: str | None, fan: int | None, last: int) -> list[Any]:
    for word, function in _JSON[connection.dialect.name].items():
        query = query.replace(word, function)
    parameters: tuple[object, ...] = (last,)
    if fan is not None:
        query += f" AND {column} = ?"
        parameters = (last, fan)
    key = query.split(",", 1)[0].removeprefix("SELECT ")
    return list(bulk.rows(connection, f"{query} ORDER BY {key} LIMIT {_PAGE}", *parameters))


def _copy(source: Path, target: Path) -> None:
    """Copy with SQLite's online backup in a single step: steps in between begin anew at every commit."""
    try:
        target.open("xb").close()
    except OSError as error:
        raise StoreError(
            f"The copy {target} cannot be written ({error.strerror}). Nothing was changed. Choose a new file."
        ) from error
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as origin,
            closing(sqlite3.connect(target)) as copy,
        ):
            origin.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        target.unlink()
        raise StoreError(
            f"The copy {target} could not be finished ({error}), so it was taken away. The store is as it "
            "was. Check the free space of the disk."
        ) from error
