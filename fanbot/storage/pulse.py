"""A count that grows with everything that a reader of the queue or of a conversation would see.

It is written with the change itself: newest ids or times would miss what another process, with a
clock of its own, wrote a moment earlier.
"""

from sqlalchemy import Connection

from fanbot.storage import bulk

_BEAT = (
    "INSERT INTO pulse (name, beats) VALUES ('desk', 1)"
    " ON CONFLICT (name) DO UPDATE SET beats = pulse.beats + 1"
)


def beat(connection: Connection) -> None:
    """Note in this transaction that something changed."""
    bulk.run(connection, _BEAT)


def felt(connection: Connection) -> str:
    """Return the count as a word."""
    row = bulk.row(connection, "SELECT beats FROM pulse WHERE name = 'desk'")
    return str(row[0]) if row else "0"
