"""Bring the tables up to date, whatever version wrote them; Alembic is imported only when there is work."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from fanbot.errors import StoreError

HEAD = "0001"
"""The newest revision under ``versions``; a test holds it to the files."""


def migrate(engine: Engine) -> None:
    """Upgrade the store in one transaction; a newer store than this fanbot is refused unchanged."""
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
        connection.rollback()
    with engine.begin() as connection:
        found = _version(connection)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise StoreError(
                f"This store was written by a newer fanbot (revision {found}, this one knows {HEAD}). "
                "Nothing was changed. Install the newer fanbot again."
            )
        _upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
