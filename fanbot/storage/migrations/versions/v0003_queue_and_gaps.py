"""The queue in the order in which it is shown, with nothing in it that needs nobody; gaps."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEEDS_PERSON = "state IN ('waiting', 'claimed', 'snoozed', 'escalated')"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.drop_index("handoff_queue", table_name="handoff")
    op.create_index(
        "handoff_queue",
        "handoff",
        ["rank", sa.desc("weight"), "opened_at"],
        unique=False,
        sqlite_where=sa.text(NEEDS_PERSON),
        postgresql_where=sa.text(NEEDS_PERSON),
    )
    op.create_table(
        "gap",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("at", WIDE, nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", WIDE, nullable=True),
        sa.Column("seen_at", WIDE, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "gap_unseen",
        "gap",
        ["id"],
        unique=False,
        sqlite_where=sa.text("seen_at IS NULL"),
        postgresql_where=sa.text("seen_at IS NULL"),
    )
