"""What people did on a platform, each once under its key, with what was said to it."""

import orjson
from sqlalchemy import Connection

from fanbot.domain.messages import Choice
from fanbot.ports.staff import Remark
from fanbot.storage import bulk, tables

_ACTS = tables.table(tables.ActRow)
_TOLD = "SELECT told FROM act WHERE key = ?"


def first(connection: Connection, key: str, *, at: int, item: int | None) -> bool:
    """Note in this transaction that an act is done; False when it was done before."""
    suffix = "ON CONFLICT (key) DO NOTHING RETURNING key"
    return bool(bulk.insert(connection, _ACTS, [(key, at, item, "")], suffix=suffix))


def note(connection: Connection, key: str, *, at: int, item: int | None, remark: Remark) -> None:
    """Note that an act was done, and what was said to it."""
    choices = [[choice.id, choice.label, choice.typed] for choice in remark.choices]
    row = (key, at, item, orjson.dumps([remark.text, choices]).decode())
    bulk.insert(connection, _ACTS, [row], suffix="ON CONFLICT (key) DO UPDATE SET told = excluded.told")


def remark(connection: Connection, key: str) -> Remark | None:
    """Return what was said to an act, None when it was not done; without words when that is not known."""
    row = bulk.row(connection, _TOLD, key)
    if row is None:
        return None
    text, choices = orjson.loads(row[0]) if row[0] else ("", [])
    return Remark(text, tuple(Choice(*choice) for choice in choices))
