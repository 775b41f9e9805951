"""Nothing on the way of a message walks through a big table, whatever has gathered in the store."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Connection, Engine, Table, Text, create_engine, event
from sqlmodel import SQLModel

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Attachment, Kind, OutboundKind
from fanbot.domain.settings import SignalSettings
from fanbot.ports.platform import Resend
from fanbot.ports.store import Move, Parked, Postponed, Sent
from fanbot.storage import SqlStore, open_store
from fanbot.storage.database import parsed
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, decide, handed_over, hear

SMALL = {"lease", "switch", "restoration", "dead_letter", "alembic_version"}
"""Tables that stay small in every life of a store."""
ONLY_WHAT_WAITS = {"event_undecided", "handoff_queue", "handoff_unfinished", "outbox_parked"}
"""Indexes that hold what waits and nothing else: to walk along one is to look at what waits."""

Statements = dict[str, tuple[str, Any]]


def fill(url: str, *, many: int) -> None:
    """Fill a store as years would: nearly everything is done; some wait, and one platform is down."""
    fans = many // 3
    fan, waits = f"i % {fans} + 1", f"i < {many // 20}"
    engine = create_engine(parsed(url))
    with engine.begin() as connection:
        _rows(connection, "fan", fans)
        _rows(connection, "identity", fans, key="'memory/u' || i", fan_id="i")
        _rows(connection, "conversation", fans, key="'memory/main/c' || i", direct="TRUE", fan_id="i")
        _rows(connection, "consent", fans)
        _rows(connection, "ledger_scope", fans, scope="'fan:' || i")
        _rows(connection, "ledger", many, scope=f"'fan:' || ({fan})", day=f"20500 + i / {fans}", signal="1")
        _rows(connection, "told", many, fan_id=fan, template=f"'t' || (i / {fans})")
        _rows(connection, "event", many, key="'memory/main/c/' || i", conversation_id=fan, fan_id=fan,
              decided="TRUE", kind="'message'")  # fmt: skip
        _rows(connection, "version", many)
        _rows(connection, "decision", many, reasons="'[]'")
        _rows(connection, "handoff", many, conversation_id=fan, fan_id=fan, family="'people'",
              lane="'personal'", rank="4", weight="1",
              state=f"CASE WHEN {waits} THEN 'waiting' ELSE 'archived' END")  # fmt: skip
        _rows(connection, "handoff_event", many)
        _rows(connection, "reaction", many)
        _rows(connection, "attachment", many)
        _rows(connection, "outbox", many, conversation_id=fan, fan_id=fan, kind="'answer'",
              signal="'signal'", state=f"CASE WHEN {waits} THEN 'ready' ELSE 'sent' END",
              destination=f"CASE WHEN {waits} THEN 'down/main' ELSE 'memory/main' END",
              settled_at=f"CASE WHEN {waits} THEN NULL ELSE i END",
              not_before=f"CASE WHEN {waits} THEN {2**60} ELSE 0 END")  # fmt: skip
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _rows(connection: Connection, name: str, count: int, **columns: str) -> None:
    table: Table = SQLModel.metadata.tables[name]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(columns.get(column.name, _plain(column)) for column in table.columns)
    query = (
        f'INSERT INTO "{name}" ({names}) WITH RECURSIVE n(i) AS'  # noqa: S608 - our own names
        f" (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT {values} FROM n"
    )
    doubled = connection.dialect.name == "postgresql"
    connection.exec_driver_sql(query.replace("%", "%%") if doubled else query)


def _plain(column: "Column[Any]") -> str:
    if column.nullable:
        return "NULL"
    if isinstance(column.type, Boolean):
        return "FALSE"
    return "''" if isinstance(column.type, Text) else "i"


@contextmanager
def overheard() -> Iterator[Statements]:
    """Listen to every statement that reaches a database, once each."""
    statements: Statements = {}

    def listen(_conn: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            statements.setdefault(_shape(statement), (statement, parameters))

    event.listen(Engine, "before_cursor_execute", listen)
    yield statements
    event.remove(Engine, "before_cursor_execute", listen)


def _shape(statement: str) -> str:
    """Name a statement apart from how many rows or keys it carries."""
    return re.sub(r"\((?:\?|%s)(?:, (?:\?|%s))*\)(?:, \((?:\?|%s)(?:, (?:\?|%s))*\))*", "(…)", statement)


async def way_of_a_message(store: SqlStore) -> None:
    """Go every way that a message, its answer and its item can go."""
    store.outbox.serve({"memory/main": Resend.SAME_KEY, "down/main": Resend.NEVER})
    later = NOON + timedelta(minutes=1)
    await store.lease.acquire(holder="here", now=NOON)
    await store.switches.last_alive()
    known = [inbound("?", channel=f"c{n}", message=f"known-{n}") for n in range(3)]
    new = [
        inbound("?", channel="new", message="1"),
        inbound("❤️", channel="new", message="1", kind=Kind.REACTION, revision="r"),
        replace(inbound("look", channel="new", message="2"), attachments=(Attachment("file/1"),)),
        inbound("?", channel="lounge", message="3", direct=False),
    ]
    pending = await hear(store, *known, *new)
    assert await store.inbox.pending(limit=200) == pending
    await store.journal.note_failure(pending[0].event_id, "fault")
    await store.journal.standings([each.conversation_id for each in pending])
    claims = await decide(
        store,
        *(
            replace(
                answered(each, answer(each.inbound, template="sizes", promo="buy!"), answer(each.inbound)),
                introduced=True,
                clarified=True,
                language="de",
                opt_out=False,
            )
            for each in pending[:4]
        ),
        replace(answered(pending[4]), withdraw=True),
        *(handed_over(each, Lane.TECH, answer(each.inbound)) for each in pending[5:]),
    )
    one, two, three, *rest = claims
    await store.outbox.settle(
        [
            *(Sent(claim, later) for claim in rest),
            Sent(one, later),
            Postponed(two, later, "too many"),
            Parked(three, later, "refused", arrived=False),
        ]
    )
    await store.outbox.settle([Postponed(claim, later, "behind", maybe_arrived=True) for claim in rest])
    await _at_the_desk(store, pending[5].conversation_id)
    for paused in (True, False):
        await store.switches.pause(who="sam", now=NOON, paused=paused)
        assert await store.outbox.due(now=later)
        for claim in await store.outbox.claim(limit=200, now=later):
            await store.outbox.settle([Sent(claim, later)])
    await store.outbox.parked()
    await store.journal.dead_letters()
    await store.lease.renew(now=later)


async def _at_the_desk(store: SqlStore, conversation: int) -> None:
    item = (await store.journal.standings([conversation]))[conversation].items[0].id
    await store.desk.entries(limit=20)
    await store.desk.entries(everything=True, limit=20)
    await store.desk.history(conversation)
    entry = await store.desk.entry(item)
    reply = replace(answer(entry.latest, kind=OutboundKind.HUMAN), expires_at=NOON + timedelta(hours=9))
    await store.desk.move(
        item,
        who="sam",
        change=lambda e: Move(
            e.handoff.reply("sam", NOON), "answered", {}, outbounds=(reply,), hushed_until=NOON
        ),
    )
    await store.desk.tend(now=NOON)
    await store.desk.waiting_record(Lane.TECH, now=NOON)


def walks_of_sqlite(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Name the tables and indexes that SQLite would walk from end to end."""
    tables = {alias: name for name, alias in _named(statement)}
    walked = []
    for *_, detail in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
        if found := re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", detail):
            name, index = tables.get(found[1], ""), found[2]
            if name and name not in SMALL and index not in ONLY_WHAT_WAITS:
                walked.append(detail)
    return walked


def _named(statement: str) -> Iterator[tuple[str, str]]:
    for name, alias in re.findall(
        r'(?:FROM|JOIN|UPDATE|INTO) "?(\w+)"?(?: (?!SET\b|WHERE\b)(\w+))?', statement
    ):
        if name in SQLModel.metadata.tables:
            yield name, alias or name
            yield name, name


def walks_of_postgres(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Name the tables and indexes that PostgreSQL would walk from end to end."""
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    walked, nodes = [], [plan[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        index = node.get("Index Name", "")
        whole = node["Node Type"] == "Seq Scan" or (index and "Index Cond" not in node)
        if whole and node.get("Relation Name", "") not in SMALL and index not in ONLY_WHAT_WAITS:
            walked.append(f"{node['Node Type']} {node.get('Relation Name', '')} {index}")
    return walked


@pytest.mark.parametrize(
    ("sort", "many"),
    [("sqlite", 100_000), pytest.param("postgresql", 30_000, marks=pytest.mark.services)],
)
async def test_no_statement_on_the_way_of_a_message_walks_a_big_table(
    sort: str, many: int, request: pytest.FixtureRequest, clock: ManualClock
) -> None:
    """With many thousand messages behind it, the store finds everything by an index."""
    url = request.getfixturevalue("sqlite_url" if sort == "sqlite" else "new_postgres")
    store = await open_store(url, settings=SignalSettings(), now=clock.now)
    fill(url, many=many)
    with overheard() as statements:
        await way_of_a_message(store)
    await store.close()
    assert len(statements) > 40
    engine = create_engine(parsed(url))
    walks = walks_of_sqlite if sort == "sqlite" else walks_of_postgres
    with engine.connect() as connection:
        found = {
            shape: walked
            for shape, (statement, parameters) in statements.items()
            if (walked := walks(connection, statement, parameters))
        }
    engine.dispose()
    assert not found, "\n".join(f"{walked}: {shape}" for shape, walked in found.items())
