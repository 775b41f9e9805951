"""The first tables: the whole way of a message, and what stands around it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "attachment",
        sa.Column(
            "event_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", WIDE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "number"),
    )
    op.create_table(
        "audit",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("at", WIDE, autoincrement=False, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "consent",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column(
            "fan_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", WIDE, autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("consent_fan", "consent", ["fan_id", "id"], unique=False)
    op.create_table(
        "conversation",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.Column(
            "fan_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "introduced_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column(
            "clarified_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column(
            "hushed_until",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("language", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("conversation_fan", "conversation", ["fan_id"], unique=False)
    op.create_index("conversation_key", "conversation", ["key"], unique=True)
    op.create_table(
        "dead_letter",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("at", WIDE, autoincrement=False, nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "decision",
        sa.Column(
            "event_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "decided_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "event",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "conversation_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "fan_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "sent_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("reply_to", sa.Text(), nullable=False),
        sa.Column("mentioned", sa.Boolean(), nullable=False),
        sa.Column("bot", sa.Boolean(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("files", sa.Boolean(), nullable=False),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_conversation", "event", ["conversation_id", "id"], unique=False)
    op.create_index("event_key", "event", ["key"], unique=True)
    op.create_index(
        "event_undecided",
        "event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("NOT decided"),
        postgresql_where=sa.text("NOT decided"),
    )
    op.create_table(
        "fan",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column(
            "created_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "blocked_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column(
            "opted_out_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "handoff",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column(
            "conversation_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "fan_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "opened_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "touched_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("weighed_day", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column(
            "why_event_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "last_event_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column(
            "claimed_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column(
            "snoozed_until",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column(
            "answered_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column(
            "acknowledged_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("handoff_fan", "handoff", ["fan_id", "id"], unique=False)
    op.create_index(
        "handoff_queue",
        "handoff",
        ["rank", "opened_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'claimed', 'snoozed', 'escalated', 'answered')"),
        postgresql_where=sa.text("state IN ('waiting', 'claimed', 'snoozed', 'escalated', 'answered')"),
    )
    op.create_index("handoff_record", "handoff", ["lane", "opened_at"], unique=False)
    op.create_index(
        "handoff_answered",
        "handoff",
        ["touched_at"],
        unique=False,
        sqlite_where=sa.text("state = 'answered'"),
        postgresql_where=sa.text("state = 'answered'"),
    )
    op.create_index(
        "handoff_claimed",
        "handoff",
        ["touched_at"],
        unique=False,
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index(
        "handoff_snoozed",
        "handoff",
        ["snoozed_until"],
        unique=False,
        sqlite_where=sa.text("state = 'snoozed'"),
        postgresql_where=sa.text("state = 'snoozed'"),
    )
    op.create_index(
        "handoff_unfinished",
        "handoff",
        ["conversation_id", "family"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'claimed', 'snoozed', 'escalated', 'answered')"),
        postgresql_where=sa.text("state IN ('waiting', 'claimed', 'snoozed', 'escalated', 'answered')"),
    )
    op.create_table(
        "handoff_event",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column(
            "handoff_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", WIDE, autoincrement=False, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column(
            "event_id",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("handoff_event_item", "handoff_event", ["handoff_id", "id"], unique=False)
    op.create_table(
        "identity",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column(
            "fan_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("identity_fan", "identity", ["fan_id"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column(
            "taken_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "renewed_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "ledger",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("signal", sa.Integer(), nullable=False),
        sa.Column("noise", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_scope",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column(
            "latest_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("unit", WIDE, autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column(
            "conversation_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "fan_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "event_id",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column(
            "handoff_id",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("promo", sa.Text(), nullable=False),
        sa.Column("promoted", sa.Boolean(), nullable=True),
        sa.Column("reserved_day", sa.Integer(), nullable=True),
        sa.Column("in_reply_to", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("safety", sa.Boolean(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "not_before",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "expires_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "claimed_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column(
            "settled_at",
            WIDE,
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "outbox_conversation",
        "outbox",
        ["conversation_id", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('ready', 'queued', 'sending')"),
        postgresql_where=sa.text("state IN ('ready', 'queued', 'sending')"),
    )
    op.create_index("outbox_history", "outbox", ["conversation_id", "settled_at"], unique=False)
    op.create_index(
        "outbox_parked",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'parked'"),
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "outbox_ready",
        "outbox",
        ["destination", "not_before", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "outbox_exempt",
        "outbox",
        ["destination", "not_before", "id"],
        unique=False,
        sqlite_where=sa.text(
            "state IN ('ready', 'queued') AND (safety OR kind IN ('human', 'acknowledgement'))"
        ),
        postgresql_where=sa.text(
            "state IN ('ready', 'queued') AND (safety OR kind IN ('human', 'acknowledgement'))"
        ),
    )
    op.create_table(
        "reaction",
        sa.Column(
            "event_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "restoration",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column(
            "backup_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "restored_at",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "switch",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Boolean(), nullable=False),
        sa.Column("at", WIDE, autoincrement=False, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "told",
        sa.Column(
            "fan_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("at", WIDE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("fan_id", "template"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "version",
        sa.Column(
            "event_id",
            WIDE,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
