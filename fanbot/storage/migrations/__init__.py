"""Bring the tables up to date, whatever version wrote them; Alembic is imported only when there is work."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from fanbot.errors import StoreError
from fanbot.storage import tables

HEAD = "0005"
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
        if found is None and not inspect(connection).get_table_names():
            _create(connection)
            return
        if found is not None and found > HEAD:
            raise StoreError(
                f"This store was written by a newer fanbot (revision {found}, this one knows {HEAD}). "
                "Nothing was changed. Install the newer fanbot again."
            )
        upgrade(connection)


def _create(connection: Connection) -> None:
    """Make the tables of an empty database as the models have them, which a test holds to the revisions."""
    tables.table(tables.Fan).metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY NOT NULL)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def upgrade(connection: Connection) -> None:
    """Run every revision that the store does not have yet."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
