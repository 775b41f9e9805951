"""Nothing on the way of a message walks through a big table, whatever has gathered in the store."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Connection, Table, Text, create_engine
from sqlmodel import SQLModel

from fanbot.domain.decisions import Decision, Route
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Attachment, Kind, OutboundKind
from fanbot.domain.reach import Barrier
from fanbot.domain.settings import SignalSettings
from fanbot.ports.cards import CardState, KeptCard
from fanbot.ports.platform import Resend
from fanbot.ports.staff import Remark, Spot
from fanbot.ports.store import Move, Outcome, Parked, Postponed, QueueEntry, Sent
from fanbot.storage import SqlStore, bulk, open_store
from fanbot.storage.database import parsed
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, address, inbound
from fanbot.testing.stores import answer, answered, decide, handed_over, hear, standings

SMALL = {
    "lease",
    "switch",
    "restoration",
    "dead_letter",
    "alembic_version",
    "session",
    "secret",
    "pulse",
    "gap",
}
"""Tables that stay small in every life of a store."""
ONLY_WHAT_WAITS = {
    "event_undecided",
    "handoff_queue",
    "handoff_unfinished",
    "outbox_parked",
    "decision_set_aside",
    "handoff_claimed",
    "card_watched",
}
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
        _rows(connection, "card", many, item="i", destination="'memory/main'", thread="'t' || i",
              state="CASE WHEN i <= 100 THEN 'open' ELSE 'away' END", told="'[]'")  # fmt: skip
        _rows(connection, "card_elsewhere", many, destination="'memory/main'", thread="'o' || i", item="i")
        _rows(connection, "act", many, key="'act' || i", at=f"{2**60} + i", item="i")
        _rows(connection, "reaction", many)
        _rows(connection, "attachment", many)
        _rows(connection, "upload", many, id="'f' || i", owner=f"'webchat/u' || ({fan})", key="'k' || i",
              named="TRUE")  # fmt: skip
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
    """Listen to every statement that reaches a database, once each, with the most keys that it had.

    How a statement is planned depends on how many keys it carries.
    """
    statements: Statements = {}

    def asked(connection: Connection, statement: str, parameters: Any) -> Any:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            shape = _shape(statement)
            if len(statement) > len(statements.get(shape, ("", None))[0]):
                statements[shape] = (statement, parameters)
        return really_asked(connection, statement, parameters)

    really_asked = bulk.asked
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "asked", asked)
        yield statements


def _shape(statement: str) -> str:
    """Name a statement apart from how many rows or keys it carries."""
    return re.sub(r"\((?:\?|%s)(?:, (?:\?|%s))*\)(?:, \((?:\?|%s)(?:, (?:\?|%s))*\))*", "(…)", statement)


async def way_of_a_message(store: SqlStore, *, together: int) -> None:
    """Go every way that a message, its answer and its item can go, so many messages together."""
    store.outbox.serve({"memory/main": Resend.SAME_KEY, "down/main": Resend.NEVER})
    later = NOON + timedelta(minutes=1)
    await store.lease.acquire(holder="here", now=NOON)
    await store.switches.last_alive()
    known = [inbound("?", channel=f"c{n}", message=f"known-{n}") for n in range(together)]
    new = [
        inbound("?", channel="new", message="1"),
        inbound("❤️", channel="new", message="1", kind=Kind.REACTION, revision="r"),
        replace(inbound("look", channel="new", message="2"), attachments=(Attachment("file/1"),)),
        inbound("?", channel="lounge", message="3", direct=False),
    ]
    pending = await hear(store, *known, *new)
    assert await store.inbox.pending(limit=300) == pending
    await store.journal.note_failure(pending[0].event_id, "fault")
    await standings(store, [each.conversation_id for each in pending])
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
            for each in pending[:together]
        ),
        replace(answered(pending[together]), withdraw=True),
        *(handed_over(each, Lane.TECH, answer(each.inbound)) for each in pending[together + 1 :]),
    )
    one, two, three, *rest = claims
    await store.outbox.settle(
        [
            *(Sent(claim, later) for claim in rest),
            Sent(one, later),
            Postponed(two, later, "too many"),
            Parked(three, later, "refused", arrived=False, barrier=Barrier.BLOCKED),
        ]
    )
    await store.outbox.settle([Postponed(claim, later, "behind", maybe_arrived=True) for claim in rest])
    await _at_the_desk(store, pending[-1].conversation_id)
    for paused in (True, False):
        await store.switches.pause(who="sam", now=NOON, paused=paused)
        assert await store.outbox.due(now=later)
        for claim in await store.outbox.claim(limit=200, now=later):
            await store.outbox.settle([Sent(claim, later)])
    await store.outbox.parked()
    await store.journal.dead_letters()
    await store.lease.renew(now=later)
    await _set_aside(store)
    await _in_the_room(store)
    await _correspondence(store)
    await _signed_in(store)


async def _set_aside(store: SqlStore) -> None:
    for number, for_person in enumerate((True, False)):
        (spam,) = await hear(store, inbound("buy followers", channel="spam", message=f"spam-{number}"))
        decision = Decision(Route.QUARANTINE, ("it sells followers",))
        await decide(store, Outcome(spam, decision, NOON))
        assert [each.event_id for each in await store.desk.set_aside()] == [spam.event_id]
        await store.desk.review(spam.event_id, who="sam", for_person=for_person)
    await store.desk.undelivered()
    told = store.recollection(platform="memory", account="main")
    await told.note_gap("a channel is closed")
    for why in (Barrier.CLOSED, None):
        await told.note_reach("new", why)
    for gap in await store.desk.gaps():
        await store.desk.see_gap(gap.id, who="sam")
    await store.desk.pulse()


async def _in_the_room(store: SqlStore) -> None:
    """Show the queue to the team on a platform, and hear what they do there."""
    items = [entry.handoff.id for entry in await store.desk.entries(limit=200)]
    watched = await store.cards.watched("memory/main", items)
    assert len(watched) >= 100
    await store.cards.mark(items[0])
    for number, item in enumerate(items[:3]):
        await store.cards.keep("memory/main", KeptCard(item, Spot(f"n{number}", "1"), CardState.OPEN))
    assert await store.cards.item_at("memory/main", "n0") == items[0]
    assert await store.cards.note_thread("memory/main", "older", items[0])
    assert not await store.cards.opening("memory/main")
    await store.cards.troubles()
    await store.cards.forget("memory/main", items[1])
    await store.cards.note_act("press 1", Remark("Done."), item=items[0])
    assert await store.cards.remark("press 1") == Remark("Done.")
    await store.cards.forget_acts(before=NOON - timedelta(days=2))


async def _correspondence(store: SqlStore) -> None:
    """Look at, export and erase a fan who wrote in private and in public and was answered."""
    assert await store.correspondence.bubbles(address("new"))
    for user in ("new", "lounge"):
        assert [each async for each in store.correspondence.export(platform="memory", user=user)]
        assert await store.correspondence.erase(platform="memory", user=user)


async def _signed_in(store: SqlStore) -> None:
    await store.sessions.begin("key", who="sam", now=NOON, until=NOON + timedelta(hours=1))
    await store.sessions.find("key", now=NOON)
    await store.sessions.end("key")
    await store.sessions.end_all(who="sam")
    await store.sessions.end_all()
    await store.secrets.secret("here")


async def _at_the_desk(store: SqlStore, conversation: int) -> None:
    item = (await standings(store, [conversation]))[conversation].items[0].id
    await store.desk.entries(limit=20)
    await store.desk.entries(everything=True, limit=20)
    await store.desk.waiting()
    await store.desk.pulse_of(item)
    await _history(store, conversation)
    entry = await store.desk.entry(item)
    reply = replace(answer(entry.latest, kind=OutboundKind.HUMAN), expires_at=NOON + timedelta(hours=9))

    def replied(entry: QueueEntry) -> Move:
        answered = entry.handoff.reply("sam", NOON)
        return Move(answered, "answered", {}, outbounds=(reply,), hushed_until=NOON)

    await store.desk.move(item, who="sam", change=replied)
    await store.desk.move(
        item, who="sam", change=lambda e: Move(e.handoff.recall("sam", NOON), "recalled", {}, recall=True)
    )
    for _ in range(2):
        assert await store.desk.keep_draft(item, who="sam", text="Dear", once="words 1")
    await store.desk.move(item, who="sam", change=replied)
    await _passed(store)
    await store.desk.tend(now=NOON)
    await store.desk.waiting_record(Lane.TECH, now=NOON)


async def _passed(store: SqlStore) -> None:
    """Answer while a reply lingers."""
    (pending,) = await hear(store, inbound("?", channel="lingering", message="1"))
    later = replace(answer(pending.inbound, kind=OutboundKind.HUMAN), not_before=NOON + timedelta(seconds=9))
    assert not await decide(store, answered(pending, later))
    (pending,) = await hear(store, inbound("?", channel="lingering", message="2"))
    assert await decide(store, answered(pending, answer(pending.inbound)))


async def _history(store: SqlStore, conversation: int) -> None:
    """Read a conversation with everything that can stand in it, and what stands above."""
    (changed,) = await hear(store, inbound("!", channel="new", message="2", kind=Kind.EDIT, revision="2"))
    await decide(store, answered(changed))
    for place in {conversation, changed.conversation_id}:
        lines = await store.desk.history(place)
        assert lines
        await store.desk.history(place, limit=1)
        await store.desk.history(place, before=lines[-1].place)


def walks_of_sqlite(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Name the tables and indexes that SQLite would walk from end to end, or all of one state of."""
    tables = {alias: name for name, alias in _named(statement)}
    walked = []
    for *_, detail in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
        walk = r"(?:SCAN|SEARCH(?=.*\(state=\?\)$)) (\w+)(?: USING (?:COVERING )?INDEX (\w+))?"
        if found := re.match(walk, detail):
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
    ("sort", "many", "together"),
    [("sqlite", 100_000, 200), pytest.param("postgresql", 30_000, 4, marks=pytest.mark.services)],
)
async def test_no_statement_on_the_way_of_a_message_walks_a_big_table(
    sort: str, many: int, together: int, request: pytest.FixtureRequest, clock: ManualClock
) -> None:
    """With many thousand messages behind it, the store finds everything by an index.

    PostgreSQL rightly reads a table of a few thousand rows as a whole when it is asked for hundreds.
    """
    url = request.getfixturevalue("sqlite_url" if sort == "sqlite" else "new_postgres")
    store = await open_store(url, settings=SignalSettings(), now=clock.now)
    fill(url, many=many)
    with overheard() as statements:
        await way_of_a_message(store, together=together)
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
