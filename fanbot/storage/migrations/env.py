"""How Alembic runs here: on the connection that it is handed, inside that one's transaction."""

from alembic import context

from fanbot.storage import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.table(tables.Fan).metadata,
    transactional_ddl=False,
)
context.run_migrations()
