"""What the staff do from a chat: forms, follow-ups told, messages that follow a campaign, broadcasts and their pace."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = depends_on = None
DUE = sa.text("due_at IS NOT NULL")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column("staff_chat", sa.Column("draft", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "told",
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("chats", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name="fk_told_follow_up_id"),
        sa.PrimaryKeyConstraint("follow_up_id", "due_at", "level", name="pk_told"),
    )
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_watch_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_watch"),
    )
    op.create_index("ix_watch_due", "watch", ["channel", "due_at"], sqlite_where=DUE, postgresql_where=DUE)
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_broadcast_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast"),
    )
    op.create_table(
        "broadcast_letter",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcast.id"], name="fk_broadcast_letter_broadcast_id"),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name="fk_broadcast_letter_resident_id"),
        sa.PrimaryKeyConstraint("broadcast_id", "resident_id", name="pk_broadcast_letter"),
    )
    op.create_index("ix_broadcast_letter_resident", "broadcast_letter", ["resident_id"])
    op.create_index(
        "ix_broadcast_letter_waiting",
        "broadcast_letter",
        ["broadcast_id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "slot",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("free_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat", name="pk_slot"),
    )


def downgrade() -> None:
    for table in ("slot", "broadcast_letter", "broadcast", "watch", "told"):
        op.drop_table(table)
    op.drop_column("staff_chat", "draft")
