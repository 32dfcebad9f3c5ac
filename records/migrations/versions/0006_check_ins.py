"""Daily check-ins in a chat, what was half entered there, and an inbox that several processes share."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = depends_on = None
OPEN = sa.text("answered_at IS NULL")
ASKED = sa.text("ask_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("address", sa.Column("hour", sa.Integer(), nullable=True))
    op.add_column("address", sa.Column("ask_at", sa.DateTime(), nullable=True))
    op.add_column("address", sa.Column("asked", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("address", sa.Column("draft", sa.JSON(), nullable=False, server_default="{}"))
    op.execute("UPDATE address SET ask_at = linked_at")  # long ago: the next question comes at the next hour
    op.create_index("ix_address_ask", "address", ["channel", "ask_at"], sqlite_where=ASKED, postgresql_where=ASKED)
    op.add_column("inbox", sa.Column("chat", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("inbox", sa.Column("taken_by", sa.String(), nullable=False, server_default=""))
    op.add_column("inbox", sa.Column("taken_until", sa.DateTime(), nullable=True))
    op.drop_index("ix_inbox_open", "inbox")
    columns = ["channel", "chat", "update_id"]
    op.create_index("ix_inbox_open", "inbox", columns, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_inbox_open", "inbox")
    op.create_index("ix_inbox_open", "inbox", ["channel", "update_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    for column in ("taken_until", "taken_by", "chat"):
        op.drop_column("inbox", column)
    op.drop_index("ix_address_ask", "address")
    for column in ("draft", "asked", "ask_at", "hour"):
        op.drop_column("address", column)
