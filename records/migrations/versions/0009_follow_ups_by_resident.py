"""Follow-ups are found by resident, campaign and kind."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = depends_on = None


def upgrade() -> None:
    op.drop_index("ix_follow_up_resident", "follow_up")
    op.create_index("ix_follow_up_resident", "follow_up", ["resident_id", "campaign_id", "kind"])


def downgrade() -> None:
    op.drop_index("ix_follow_up_resident", "follow_up")
    op.create_index("ix_follow_up_resident", "follow_up", ["resident_id"])
