"""The queue in the order in which it is shown, and nothing in it that needs nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

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
