"""Random keys that belong to the store: made once, the same for every process and at every start."""

import secrets

from sqlalchemy import Connection

from fanbot.storage import bulk, tables
from fanbot.storage.writer import Reader, Writer

_SECRETS = tables.table(tables.SecretRow)
_BYTES = 32
_KEPT = "SELECT value FROM secret WHERE name = ?"


class SqlSecrets:
    """The keys over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def secret(self, name: str) -> bytes:
        """Return the 32 bytes kept under this name; made when they are first asked for."""
        row = await self._reader.run(lambda connection: bulk.row(connection, _KEPT, name))
        value = row[0] if row else await self._writer.run(lambda connection: _made(connection, name))
        return bytes.fromhex(value)


def _made(connection: Connection, name: str) -> str:
    """Make the key, unless somebody was faster: then it is theirs."""
    bulk.insert(
        connection,
        _SECRETS,
        [(name, secrets.token_hex(_BYTES))],
        suffix="ON CONFLICT (name) DO NOTHING",
    )
    (row,) = bulk.rows(connection, _KEPT, name)
    return str(row[0])
