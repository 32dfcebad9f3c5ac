"""Follow-ups get an assignee, an outcome, a level and a history; fevers of a building are found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("follow_up", sa.Column("assignee", sa.String(), server_default="", nullable=False))
    op.add_column("follow_up", sa.Column("outcome", sa.String(), nullable=True))
    op.add_column("follow_up", sa.Column("escalated_to", sa.String(), server_default="", nullable=False))
    op.add_column("follow_up", sa.Column("conversation_id", sa.Integer(), nullable=True))
    op.create_index("ix_follow_up_kind", "follow_up", ["kind", "state"])
    op.create_table(
        "follow_up_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name="fk_follow_up_event_follow_up_id"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_event"),
    )
    op.create_index("ix_follow_up_event_follow_up", "follow_up_event", ["follow_up_id"])
    op.create_index(
        "ix_record_fever",
        "record",
        ["community_id", "building", "reported_at"],
        sqlite_where=sa.text("fever = 1"),
        postgresql_where=sa.text("fever = true"),
    )


def downgrade() -> None:
    op.drop_index("ix_record_fever", "record")
    op.drop_table("follow_up_event")
    op.drop_index("ix_follow_up_kind", "follow_up")
    with op.batch_alter_table("follow_up") as follow_up:
        for name in ("conversation_id", "escalated_to", "outcome", "assignee"):
            follow_up.drop_column(name)
