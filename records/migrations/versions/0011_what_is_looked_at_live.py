"""What people watch as it goes on is found quickly: the newest reports of illness, and the attempts of a round."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = depends_on = None

SYMPTOMATIC = sa.text("status = 'symptomatic'")


def upgrade() -> None:
    op.create_index(
        "ix_record_symptomatic",
        "record",
        ["campaign_id", "round", "reported_at"],
        sqlite_where=SYMPTOMATIC,
        postgresql_where=SYMPTOMATIC,
    )
    op.create_index(
        "ix_attempt_round", "attempt", ["campaign_id", "round", "number", "outcome", "ring_seconds", "talk_seconds"]
    )


def downgrade() -> None:
    op.drop_index("ix_attempt_round", "attempt")
    op.drop_index("ix_record_symptomatic", "record")
