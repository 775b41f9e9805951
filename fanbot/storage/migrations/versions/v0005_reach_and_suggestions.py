"""Who cannot be reached, what a template would have said, and threads of older cards."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("identity", sa.Column("unreachable_at", WIDE, nullable=True))
    op.add_column("identity", sa.Column("unreachable_why", sa.Text(), nullable=True))
    op.add_column("identity", sa.Column("unreachable_account", sa.Text(), nullable=True))
    op.add_column("decision", sa.Column("suggestions", sa.Text(), nullable=True))
    op.create_table(
        "card_elsewhere",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("item", WIDE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("destination", "thread"),
    )
    op.create_index("card_elsewhere_item", "card_elsewhere", ["item"], unique=False)
