"""The team's cards on the platforms, and what people did there."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WATCHED = "state <> 'away'"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "card",
        sa.Column("item", WIDE, autoincrement=False, nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("made_at", WIDE, autoincrement=False, nullable=False),
        sa.Column("changed_at", WIDE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("item", "destination"),
    )
    op.create_index(
        "card_watched",
        "card",
        ["destination"],
        unique=False,
        sqlite_where=sa.text(WATCHED),
        postgresql_where=sa.text(WATCHED),
    )
    op.create_index("card_thread", "card", ["destination", "thread"], unique=False)
    op.create_table(
        "act",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", WIDE, autoincrement=False, nullable=False),
        sa.Column("item", WIDE, autoincrement=False, nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("act_at", "act", ["at"], unique=False)
    op.create_index("act_item", "act", ["item"], unique=False)
