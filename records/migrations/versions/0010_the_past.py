"""How records and follow-ups stood before they were changed, so that the report of an earlier day can be made again.

A row is kept when it is changed in another quarter of an hour than the last time: midnights of all zones lie between
two of them. A record is kept from the moment on at which its day is over somewhere.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = depends_on = None

RECORD = (
    *("campaign_id", "round", "day", "resident_id", "household_id", "community_id", "grid", "building", "language"),
    *("attempts", "reached", "outcome", "disposition", "final", "reason", "status", "channel", "reporter"),
    *("temperature_c", "fever", "present", "absent", "onset_on", "contact", "needs_help", "colour", "advice"),
    *("conversation_id", "due_at", "reported_at", "recorded_at"),
)
FOLLOW_UP = (
    *("campaign_id", "round", "resident_id", "kind", "urgent", "state", "assignee", "outcome", "escalated_to"),
    *("conversation_id", "opened_at", "due_at", "closed_at"),
)
QUARTER = {
    "sqlite": "CAST(strftime('%s', {}) AS INTEGER) / 900",
    "postgresql": "floor(extract(epoch FROM {}) / 900)",
}
OVER_SOMEWHERE = {
    "sqlite": "NEW.changed_at >= OLD.day || ' 10'",  # the zone that is first has its midnight at 10 o'clock UTC
    "postgresql": "NEW.changed_at >= OLD.day + interval '10 hours'",
}


def upgrade() -> None:
    op.add_column("record", sa.Column("changed_at", sa.DateTime()))
    op.add_column("follow_up", sa.Column("changed_at", sa.DateTime()))
    op.add_column("answer", sa.Column("replaced_at", sa.DateTime()))
    op.execute("UPDATE record SET changed_at = coalesce(recorded_at, due_at)")
    op.execute("UPDATE follow_up SET changed_at = coalesce(closed_at, opened_at)")
    _keep("record", RECORD)
    _keep("follow_up", FOLLOW_UP)


def _keep(name: str, columns: tuple[str, ...]) -> None:
    """A table for earlier states of the rows of another, and the trigger that fills it."""
    bind = op.get_bind()
    of = {column["name"]: column for column in sa.inspect(bind).get_columns(name)}
    op.create_table(
        f"{name}_past",
        sa.Column(f"{name}_id", sa.Integer(), nullable=False),
        *(sa.Column(column, of[column]["type"], nullable=of[column]["nullable"]) for column in columns),
        sa.Column("since", sa.DateTime()),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint([f"{name}_id"], [f"{name}.id"], name=f"fk_{name}_past_{name}_id"),
        sa.PrimaryKeyConstraint(f"{name}_id", "until", name=f"pk_{name}_past"),
    )
    op.create_index(f"ix_{name}_past_round", f"{name}_past", ["campaign_id", "round"])
    dialect = bind.dialect.name
    since = "coalesce(OLD.changed_at, OLD.opened_at)" if name == "follow_up" else "OLD.changed_at"
    quarter = QUARTER[dialect].format
    later = f"{quarter('NEW.changed_at')} > coalesce({quarter(since)}, 0)"
    when = f"{OVER_SOMEWHERE[dialect]} AND {later}" if name == "record" else later
    old = ", ".join(f"OLD.{column}" for column in columns)
    insert = (
        f"INSERT INTO {name}_past ({name}_id, {', '.join(columns)}, since, until)"
        f" VALUES (OLD.id, {old}, {since}, NEW.changed_at) ON CONFLICT DO NOTHING"
    )
    trigger = f"CREATE TRIGGER keep_{name} AFTER UPDATE OF changed_at ON {name} FOR EACH ROW WHEN ({when})"
    if dialect == "sqlite":
        op.execute(f"{trigger} BEGIN {insert}; END")
        return
    op.execute(
        f"CREATE FUNCTION keep_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {insert}; RETURN NULL; END $$"
    )
    op.execute(f"{trigger} EXECUTE FUNCTION keep_{name}()")


def downgrade() -> None:
    for name in ("record", "follow_up"):
        on = "" if op.get_bind().dialect.name == "sqlite" else f" ON {name}"
        op.execute(f"DROP TRIGGER keep_{name}{on}")
        if on:
            op.execute(f"DROP FUNCTION keep_{name}")
        op.drop_table(f"{name}_past")
        op.drop_column(name, "changed_at")
    op.drop_column("answer", "replaced_at")
