"""Fill a store as years would, for the console to be measured on: in a minute, with SQL alone."""

import sqlite3
from pathlib import Path

LANES = (
    ("personal", "people"), ("human-request", "people"), ("order-problem", "orders"), ("complaint", "orders"),
    ("tech", "tech"), ("press", "business"), ("licensing", "business"), ("business", "business"),
    ("other", "people"), ("safety-threat", "threat"),
)  # fmt: skip
_STEP = 20_000_000
"""Microseconds between two messages."""
_WORDS = (
    "'my gran loved the show, it was our last evening together, and we talked about it for weeks; this is"
    " story ' || i"
)


def fill(file: Path, *, items: int, messages: int, now: int) -> None:
    """Let ``items`` fans wait who wrote ``messages`` in all; ``now`` in microseconds since 1970.

    Their messages lie scattered over the whole store. One of twenty has a file, and half were answered.
    The first fan alone wrote a fiftieth of everything again, so that one conversation is long.
    """
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("synchronous = OFF", "journal_mode = WAL", "cache_size = -200000", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    began = now - messages * _STEP
    long = messages // 50
    fan = f"CASE WHEN i > {messages - long} THEN 1 ELSE (i - 1) % {items} + 1 END"
    lane = f"(i % {len(LANES)})"
    connection.execute("BEGIN")
    _rows(connection, "fan (id, created_at, name)", "i, i, 'Fan ' || i", items)
    _rows(
        connection, 'identity (key, platform, "user", fan_id)', "'stdio/f' || i, 'stdio', 'f' || i, i", items
    )
    _rows(
        connection,
        "conversation (id, key, part, platform, account, channel, thread, direct, fan_id)",
        "i, 'stdio/main/f' || i || '/', i % 64, 'stdio', 'main', 'f' || i, '', TRUE, i",
        items,
    )
    _rows(
        connection,
        'event (id, key, conversation_id, fan_id, "user", message, kind, received_at, reply_to, mentioned,'
        " bot, own, files, decided, attempts)",
        f"i, 'stdio/main/f/m' || i || '/message/0', {fan}, {fan}, 'f' || ({fan}), 'm' || i, 'message',"
        f" {began} + i * {_STEP}, '', FALSE, FALSE, FALSE, i % 20 = 0, TRUE, 0",
        messages,
    )
    _rows(connection, "version (event_id, text)", f"i, {_WORDS}", messages)
    _rows(
        connection,
        "attachment (event_id, number, reference, name, media_type, size)",
        "i * 20, 0, 'file:' || i, 'photo ' || i || '.jpg', 'image/jpeg', 40000",
        messages // 20,
    )
    _rows(
        connection,
        "decision (event_id, decided_at, route, lane, reasons)",
        f"i, {began} + i * {_STEP} + 1, 'handoff', 'personal', '[\"the words tell of the fan''s own life\"]'",
        messages,
    )
    _rows(
        connection,
        "handoff (id, conversation_id, fan_id, family, lane, rank, state, opened_at, touched_at, weight,"
        " weighed_day, messages, why_event_id, last_event_id, topic, owner, draft, error)",
        f"i, i, i, {_pick(lane, [family for _, family in LANES])},"
        f" {_pick(lane, [name for name, _ in LANES])},"
        f" {_pick(lane, [4, 5, 6, 7, 8, 9, 10, 11, 12, 2])}, 'waiting', {began} + i * {_STEP},"
        f" {began} + i * {_STEP}, 1 + i % 3, 0, {messages // items}, i, i, '', '', '', ''",
        items,
    )
    _rows(
        connection,
        "handoff_event (id, handoff_id, at, who, what, event_id, detail)",
        f"i, {fan}, {began} + i * {_STEP} + 2, CASE WHEN i % 9 THEN 'fan' ELSE 'Sam' END,"
        " CASE WHEN i % 9 THEN 'message' WHEN i % 2 THEN 'claimed' ELSE 'released' END, i, '{}'",
        messages,
    )
    _rows(
        connection,
        "outbox (id, unit, part, parts, conversation_id, fan_id, event_id, destination, kind, body, promo,"
        " in_reply_to, template, signal, safety, choices, attachments, state, not_before, attempts,"
        " settled_at, error)",
        f"i, i, 0, 1, {fan}, {fan}, i, 'stdio/main', 'answer', 'Orders leave within two days ' || i,"
        " '', '', 'shipping', 'signal', FALSE, '', '', 'sent', 0, 1,"
        f" {began} + i * {_STEP} + 3, ''",
        messages // 2,
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _rows(connection: sqlite3.Connection, into: str, values: str, count: int) -> None:
    numbers = f"n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"  # noqa: S608
    query = f"INSERT INTO {into} WITH RECURSIVE {numbers} SELECT {values} FROM n"  # noqa: S608 - our own words
    connection.execute(query)


def _pick(number: str, choices: list[str] | list[int]) -> str:
    told = " ".join(f"WHEN {place} THEN {choice!r}" for place, choice in enumerate(choices))
    return f"CASE {number} {told} END"
