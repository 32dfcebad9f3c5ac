"""Workers: who makes a call, the pace over all of them, and campaigns that repeat."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = depends_on = None
OPEN = sa.text("ended_at IS NULL AND worker IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )
    # A column that is added needs no copy of the table, on SQLite neither.
    op.add_column("campaign", sa.Column("pace", sa.Double(), nullable=True))
    op.add_column("campaign", sa.Column("next_slot_at", sa.DateTime(), nullable=True))
    op.add_column("campaign", sa.Column("layout", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("campaign", sa.Column("laid_out", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("campaign", sa.Column("repeats", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("attempt", sa.Column("worker", sa.String(), nullable=True))
    op.create_index("ix_attempt_open", "attempt", ["worker"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_attempt_open", table_name="attempt")
    op.drop_column("attempt", "worker")
    for name in ("repeats", "laid_out", "layout", "next_slot_at", "pace"):
        op.drop_column("campaign", name)
    op.drop_table("worker")
