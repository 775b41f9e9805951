"""Nothing on the way of a message walks through a big table, whatever has gathered in the store."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlmodel import SQLModel

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Attachment, Kind, OutboundKind
from fanbot.domain.settings import SignalSettings
from fanbot.ports.platform import Resend
from fanbot.ports.store import Move, Parked, Postponed, Sent
from fanbot.storage import SqlStore, open_store
from fanbot.storage.database import parsed
from fanbot.storage.times import stamp
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, confirm, decide, entry_of, handed_over, hear

MANY = 100_000
WAITING = MANY // 10
SMALL = {"lease", "switch", "restoration", "alembic_version"}
"""Tables that stay small in every life of a store."""
WAITS = {"event_undecided", "outbox_exempt", "handoff_queue"}
"""Indexes that hold only what waits, so that to walk along them is to look at what waits."""

Statement = tuple[str, Any]


def filled(url: str) -> None:
    """Fill a store as years of messages would: nearly everything is done, some things wait."""
    engine = create_engine(parsed(url))
    rows = {
        "fan": ({"id": n, "created_at": n, "name": "", "blocked_at": None, "opted_out_at": None}
                for n in range(1, MANY // 10)),
        "identity": ({"key": f"memory/u{n}", "platform": "memory", "user": f"u{n}", "fan_id": n}
                     for n in range(1, MANY // 10)),
        "conversation": (_conversation(n) for n in range(1, MANY // 10)),
        "event": (_event(n) for n in range(1, MANY)),
        "version": ({"event_id": n, "text": "hello"} for n in range(1, MANY)),
        "decision": ({"event_id": n, "decided_at": n, "route": "answer", "reasons": "[]"}
                     for n in range(1, MANY)),
        "handoff": (_handoff(n) for n in range(1, MANY)),
        "handoff_event": ({"id": n, "handoff_id": n, "at": n, "who": "fan", "what": "message", "detail": "{}"}
                          for n in range(1, MANY)),
        "outbox": (_outbox(n) for n in range(1, MANY)),
        "ledger": ({"scope": f"fan:{n}", "day": day, "signal": 1, "noise": 0}
                   for n in range(1, MANY // 10) for day in range(5)),
        "ledger_scope": ({"scope": f"fan:{n}", "latest_at": n} for n in range(1, MANY // 10)),
        "told": ({"fan_id": n, "template": f"t{k}", "at": n} for n in range(1, MANY // 10) for k in range(5)),
        "consent": ({"id": n, "fan_id": n, "at": n, "what": "conversation", "source": ""}
                    for n in range(1, MANY // 10)),
    }  # fmt: skip
    with engine.begin() as connection:
        for name, values in rows.items():
            connection.execute(SQLModel.metadata.tables[name].insert(), list(values))
    engine.dispose()


def _conversation(number: int) -> dict[str, object]:
    return {
        "id": number, "key": f"memory/main/c{number}/", "part": number % 64, "platform": "memory",
        "account": "main", "channel": f"c{number}", "thread": "", "direct": True, "fan_id": number,
    }  # fmt: skip


def _event(number: int) -> dict[str, object]:
    return {
        "id": number, "key": f"memory/main/c/{number}/message/", "conversation_id": _owner(number),
        "fan_id": _owner(number), "user": "u", "message": str(number), "kind": "message",
        "received_at": number, "reply_to": "", "mentioned": False, "bot": False, "own": False,
        "files": False, "decided": True, "attempts": 0,
    }  # fmt: skip


def _handoff(number: int) -> dict[str, object]:
    state = "waiting" if number < WAITING else "archived"
    return {
        "id": number, "conversation_id": _owner(number), "fan_id": _owner(number), "family": "people",
        "lane": "personal", "rank": 4, "state": state, "opened_at": number, "touched_at": number, "weight": 1,
        "weighed_day": 1, "messages": 1, "first_event_id": number, "last_event_id": number, "topic": "",
        "owner": "", "draft": "", "error": "",
    }  # fmt: skip


def _outbox(number: int) -> dict[str, object]:
    held = {"state": "ready", "destination": "elsewhere/main", "settled_at": None}
    sent = {"state": "sent", "destination": "memory/main", "settled_at": number}
    return {
        "id": number, "unit": number, "part": 0, "parts": 1, "conversation_id": _owner(number),
        "fan_id": _owner(number), "kind": "answer", "body": "hello", "promo": "", "in_reply_to": "",
        "template": "", "signal": "signal", "safety": False, "choices": "", "attachments": "",
        "attempts": 1, "error": "", **(held if number < WAITING else sent),
    }  # fmt: skip


def _owner(number: int) -> int:
    return number if number < WAITING else random.Random(number).randrange(1, MANY // 10)


@pytest.fixture
def heard() -> Iterator[list[Statement]]:
    """Listen to every statement that any engine sends to its database."""
    statements: dict[str, Statement] = {}

    def listen(_conn: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        statements.setdefault(re.sub(r"(\([?%s, ]+\))(, \([?%s, ]+\))*", r"\1", statement), (statement, parameters))

    event.listen(Engine, "before_cursor_execute", listen)
    found: list[Statement] = []
    yield found
    event.remove(Engine, "before_cursor_execute", listen)
    found.extend(statements.values())


def listening(run: Callable[[], Any]) -> None:
    """Nothing yet."""
