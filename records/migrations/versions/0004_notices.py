"""Notices: messages to households whom no try has reached."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = depends_on = None
WAITING = sa.text("sent_at IS NULL")
OF = ("campaign", "household", "resident")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        *(sa.ForeignKeyConstraint([f"{of}_id"], [f"{of}.id"], name=f"fk_notice_{of}_id") for of in OF),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("campaign_id", "round", "household_id", name="uq_notice_campaign_id_round_household_id"),
    )
    op.create_index("ix_notice_resident", "notice", ["resident_id"])
    op.create_index("ix_notice_waiting", "notice", ["channel", "id"], sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    op.drop_table("notice")
