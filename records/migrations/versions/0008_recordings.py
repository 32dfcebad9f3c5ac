"""The recording of a call, where one was kept."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = depends_on = None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("recording", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("attempt", "recording")
