"""Many rows in one statement.

A statement of many rows steps through the database's own code once and so gives the interpreter
away once: `executemany` gives it away at every row, and a busy second thread then holds it for a
whole switch interval each time (measured: 600 messages a second instead of 6,000). Reading rows does
the same, so what many messages need is gathered into one value.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Connection, Table

_CHUNK = 512
_PARAMETERS = 32_000
"""SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535."""

Row = tuple[object, ...]


def asked(connection: Connection, statement: str, parameters: Row) -> Any:
    """Run a statement on the driver's own terms; what it raises, the writer and the readers translate."""
    if connection.dialect.name != "sqlite":
        return connection.exec_driver_sql(statement, parameters)
    driver: Any = connection.connection.driver_connection
    return driver.execute(statement, parameters)


def insert(
    connection: Connection, table: Table, rows: Sequence[Row], *, suffix: str = ""
) -> list[tuple[Any, ...]]:
    """Insert rows in the order of the table's columns; return what a RETURNING in ``suffix`` gives."""
    returned: list[tuple[Any, ...]] = []
    width = len(table.columns)
    padded = connection.dialect.name == "sqlite"
    for chunk in _pieces(rows, width):
        size = _round_up(len(chunk)) if padded else len(chunk)
        statement = _insert(table, size, suffix, connection.dialect.name)
        padding = (None,) * (width * (size - len(chunk)))
        result = asked(connection, statement, (*chain.from_iterable(chunk), *padding))
        if "RETURNING" in suffix:
            returned.extend(result.fetchall())
    return returned


def fetch(
    connection: Connection, query: str, keys: Sequence[object], *more: object, before: Row = ()
) -> list[Any]:
    """Run ``query`` with its ``{keys}`` filled by many keys; ``before`` and ``more`` stand around them.

    Keys are padded by repeating one, so that few statements are ever prepared.
    """
    found: list[Any] = []
    for chunk in _pieces(keys, 1):
        found.extend(_run(connection, query, before, chunk, more).fetchall())
    return found


def gather(
    connection: Connection, columns: str, source: str, keys: Sequence[object], *, before: Row = ()
) -> list[Any]:
    """Select columns, simple names alone, of a source with ``{keys}``; rows come in no order.

    SQLite steps through all of it at once and hands out JSON; PostgreSQL's driver does so by itself.
    """
    if connection.dialect.name != "sqlite":
        return fetch(connection, f"SELECT {columns} FROM {source}", keys, before=before)  # noqa: S608
    query = f"SELECT json_group_array(json_array({columns})) FROM {source}"  # noqa: S608 - our own words
    found: list[Any] = []
    for chunk in _pieces(keys, 1):
        found.extend(orjson.loads(_run(connection, query, before, chunk, ()).fetchone()[0]))
    return found


def change(
    connection: Connection, query: str, keys: Sequence[object], *more: object, before: Row = ()
) -> int:
    """Run a statement with its ``{keys}`` filled by many keys; return how many rows it changed."""
    return sum(int(_run(connection, query, before, chunk, more).rowcount) for chunk in _pieces(keys, 1))


def rows(connection: Connection, query: str, *parameters: object) -> list[Any]:
    """Run a statement that marks its parameters with ``?`` on either database; return its rows."""
    return list(_execute(connection, query, parameters).fetchall())


def row(connection: Connection, query: str, *parameters: object) -> Any | None:
    """Return the first row, or None."""
    return _execute(connection, query, parameters).fetchone()


def run(connection: Connection, query: str, *parameters: object) -> int:
    """Run a statement for its effect; return how many rows it changed."""
    changed: int = _execute(connection, query, parameters).rowcount
    return changed


def _execute(connection: Connection, query: str, parameters: Row) -> Any:
    return asked(connection, _dialect(connection.dialect.paramstyle, query), parameters)


def _run(connection: Connection, query: str, before: Row, chunk: Sequence[object], more: Row) -> Any:
    size = _round_up(len(chunk))
    statement = _with_keys(connection.dialect.paramstyle, query, size)
    padding = (chunk[-1],) * (size - len(chunk))
    return asked(connection, statement, (*before, *chunk, *padding, *more))


def _pieces(rows: Sequence[Any], width: int) -> Iterator[Sequence[Any]]:
    largest = min(_CHUNK, 1 << (_PARAMETERS // width).bit_length() - 1)
    for start in range(0, len(rows), largest):
        yield rows[start : start + largest]


def _round_up(count: int) -> int:
    """Return the next power of two, so that few statements are ever prepared."""
    return 1 << (count - 1).bit_length()


@lru_cache(maxsize=512)
def _insert(table: Table, rows: int, suffix: str, dialect: str) -> str:
    """Write an INSERT; on SQLite it leaves out rows whose first column is NULL, which pad it."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    mark = "?" if dialect == "sqlite" else "%s"
    row = f"({', '.join([mark] * len(table.columns))})"
    values = f"VALUES {', '.join([row] * rows)}"
    if dialect == "sqlite":
        values = f"SELECT * FROM ({values}) WHERE column1 IS NOT NULL"  # noqa: S608 - our own names
    return f'INSERT INTO "{table.name}" ({names}) {values} {suffix}'


@lru_cache(maxsize=512)
def _with_keys(style: str, query: str, size: int) -> str:
    return _dialect(style, query.replace("{keys}", ", ".join(["?"] * size)))


@lru_cache(maxsize=512)
def _dialect(style: str, query: str) -> str:
    return query if style == "qmark" else query.replace("%", "%%").replace("?", "%s")
