"""What faces with pages of their own need: sessions, secrets, files, the pulse, reviews of what is aside."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "session",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("begun_at", WIDE, autoincrement=False, nullable=False),
        sa.Column("until", WIDE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key_hash"),
    )
    op.create_index("session_who", "session", ["who"], unique=False)
    op.create_table(
        "secret",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "pulse",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beats", WIDE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.add_column("decision", sa.Column("reviewed_at", WIDE, autoincrement=False, nullable=True))
    op.create_index(
        "decision_set_aside",
        "decision",
        ["event_id"],
        unique=False,
        sqlite_where=sa.text("route = 'quarantine' AND reviewed_at IS NULL"),
        postgresql_where=sa.text("route = 'quarantine' AND reviewed_at IS NULL"),
    )
    op.create_index("event_fan", "event", ["fan_id", "id"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", WIDE, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kept_at", WIDE, autoincrement=False, nullable=False),
        sa.Column("wanted_at", WIDE, autoincrement=False, nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("upload_owner", "upload", ["owner", "key"], unique=True)
    op.create_index("upload_kept", "upload", ["kept_at"], unique=False)
    op.create_index(
        "upload_unnamed",
        "upload",
        ["wanted_at"],
        unique=False,
        sqlite_where=sa.text("NOT named"),
        postgresql_where=sa.text("NOT named"),
    )
    op.create_index(
        "attachment_kept",
        "attachment",
        ["reference"],
        unique=False,
        sqlite_where=sa.text("reference LIKE 'file:%'"),
        postgresql_where=sa.text("reference LIKE 'file:%'"),
    )
