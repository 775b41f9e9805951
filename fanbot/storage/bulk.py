"""Many rows in one statement.

A statement of many rows steps through the database's own code once and so gives the interpreter
away once: `executemany` gives it away at every row, and a busy second thread then holds it for a
whole switch interval each time (measured: 600 messages a second instead of 6,000).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, CursorResult, Table

_CHUNK = 128
_PARAMETERS = 32_000
"""SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535."""

Row = tuple[object, ...]


def insert(
    connection: Connection, table: Table, rows: Sequence[Row], *, suffix: str = ""
) -> list[tuple[Any, ...]]:
    """Insert rows in the order of the table's columns; return what a RETURNING in ``suffix`` gives."""
    returned: list[tuple[Any, ...]] = []
    width = len(table.columns)
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    for chunk in _chunks(rows, width):
        statement = _values(connection.dialect.paramstyle, len(chunk), width)
        result = connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({names}) VALUES {statement} {suffix}',  # noqa: S608 - our own names
            tuple(chain.from_iterable(chunk)),
        )
        if result.returns_rows:
            returned.extend(tuple(row) for row in result.fetchall())
    return returned


def fetch(
    connection: Connection, query: str, keys: Sequence[object], *more: object, before: Row = ()
) -> list[Any]:
    """Run ``query`` with its ``{keys}`` filled by many keys; ``before`` and ``more`` stand around them."""
    found: list[Any] = []
    for chunk in _chunks([(key,) for key in keys], 1):
        found.extend(_run(connection, query, before, chunk, more).fetchall())
    return found


def change(
    connection: Connection, query: str, keys: Sequence[object], *more: object, before: Row = ()
) -> None:
    """Run a statement with its ``{keys}`` filled by many keys; see fetch."""
    for chunk in _chunks([(key,) for key in keys], 1):
        _run(connection, query, before, chunk, more)


def rows(connection: Connection, query: str, *parameters: object) -> list[Any]:
    """Run a statement that marks its parameters with ``?`` on either database; return its rows."""
    return list(_execute(connection, query, parameters).fetchall())


def row(connection: Connection, query: str, *parameters: object) -> Any | None:
    """Return the first row, or None."""
    return _execute(connection, query, parameters).fetchone()


def run(connection: Connection, query: str, *parameters: object) -> int:
    """Run a statement for its effect; return how many rows it changed."""
    return _execute(connection, query, parameters).rowcount


def _execute(connection: Connection, query: str, parameters: Row) -> CursorResult[Any]:
    return connection.exec_driver_sql(_dialect(connection.dialect.paramstyle, query), parameters)


def _run(
    connection: Connection, query: str, before: Row, chunk: Sequence[Row], more: Row
) -> CursorResult[Any]:
    style = connection.dialect.paramstyle
    marks = ", ".join(["?"] * len(chunk))
    statement = _dialect(style, query.replace("{keys}", marks))
    return connection.exec_driver_sql(statement, (*before, *chain.from_iterable(chunk), *more))


def _chunks(rows: Sequence[Row], width: int) -> Iterable[Sequence[Row]]:
    """Cut into pieces whose sizes are powers of two, so that few statements are ever prepared."""
    largest = min(_CHUNK, 1 << (_PARAMETERS // width).bit_length() - 1)
    start = 0
    while start < len(rows):
        size = min(largest, 1 << (len(rows) - start).bit_length() - 1)
        yield rows[start : start + size]
        start += size


@lru_cache(maxsize=512)
def _values(style: str, rows: int, width: int) -> str:
    mark = "?" if style == "qmark" else "%s"
    row = f"({', '.join([mark] * width)})"
    return ", ".join([row] * rows)


@lru_cache(maxsize=512)
def _dialect(style: str, query: str) -> str:
    return query if style == "qmark" else query.replace("%", "%%").replace("?", "%s")
