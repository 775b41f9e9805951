"""Everything kept, in SQL: one writer with group commit, one room for each port of the store."""

from fanbot.storage.keys import read as read_id
from fanbot.storage.keys import written as written_id
from fanbot.storage.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store", "read_id", "written_id"]
