"""The tables of the store: one class per noun of the work, in SQLAlchemy's declarative form.

All times are UTC and stored without a zone; `happened_at` is when it took place, `recorded_at` when we wrote it down.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, Index, MetaData, String, UniqueConstraint, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

ERASED = "erased"


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime in Python, a plain timestamp in the file."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuses a naive time, which could mean any zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Puts the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Unit(TypeDecorator[str]):
    """The number of a flat; a family whose flat nobody wrote down has a key of its own here, which reads as blank."""

    impl = String
    cache_ok = True
    NOT_GIVEN = " "  # starts such a key, and no flat that was written down: those are stored without spaces around

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        """Shows a key as the blank that stood in the roster."""
        return "" if value and value.startswith(self.NOT_GIVEN) else value


class Base(DeclarativeBase):
    """What all tables share: names of constraints that Alembic can address on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Utc, dict[str, Any]: JSON, list[Any]: JSON}


class Community(Base):
    """A residents' community (社区) in its sub-district (街道) and district (区)."""

    __tablename__ = "community"
    __table_args__ = (UniqueConstraint("district", "subdistrict", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district: Mapped[str]
    subdistrict: Mapped[str]
    name: Mapped[str]


class Household(Base):
    """The people behind one door: grid (网格), building (楼栋), unit (房号).

    Without a unit: the people of one phone in this place, told apart by a key in `unit` that reads as blank.
    """

    __tablename__ = "household"
    __table_args__ = (UniqueConstraint("community_id", "grid", "building", "unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    grid: Mapped[str] = mapped_column(default="")
    building: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(Unit, default="")


class Resident(Base):
    """One person of the roster; known by the roster's own id, else by name + address + phone.

    `phone` is E.164. `ineligible` is blank, "moved", "deceased", or ERASED: the tombstone of somebody unknown.
    """

    __tablename__ = "resident"
    __table_args__ = (Index("ix_resident_phone", "phone"), Index("ix_resident_household", "household_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[str | None] = mapped_column(unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    name: Mapped[str]
    phone: Mapped[str]
    language: Mapped[str] = mapped_column(default="zh-Hans")
    sex: Mapped[str] = mapped_column(default="")
    birth_year: Mapped[int | None]
    relation: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="")
    preferred_hour: Mapped[int | None]
    ineligible: Mapped[str] = mapped_column(default="")
    imported_at: Mapped[datetime]


class DoNotCall(Base):
    """A number that no campaign may dial (止呼名单)."""

    __tablename__ = "do_not_call"

    phone: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime]


class Campaign(Base):
    """Whom to ask what, when and how: a script at a version, a plan, a place, and its state.

    `state`: draft, scheduled, running, paused, completed, cancelled, exhausted. `place` limits it, e.g.
    {"subdistrict": "..."}; `line` is the channel (simulated, phone, telegram ...). `plan` is the plan's whole content.
    `pace` is calls a second over all workers (blank: no limit), `next_slot_at` the first moment not yet leased to one;
    `layout` counts how often the households still to be called were to be laid out in chunks for the engine, `laid_out`
    is the last time that this was done. `repeats` as in {"times": ["09:00", "16:00"], "days": 14}.
    """

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    script: Mapped[str]
    script_version: Mapped[int]
    plan: Mapped[dict[str, Any]]
    place: Mapped[dict[str, Any]] = mapped_column(default=dict)
    line: Mapped[str] = mapped_column(default="simulated")
    lines: Mapped[int] = mapped_column(default=10)
    state: Mapped[str] = mapped_column(default="draft")
    seed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    starts_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    pace: Mapped[float | None]
    next_slot_at: Mapped[datetime | None]
    layout: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    laid_out: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    repeats: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))


class Worker(Base):
    """A process that makes calls, from when it joined until it left (or was found dead)."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(primary_key=True)
    lines: Mapped[int]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Attempt(Base):
    """One dial of one number (or one opened chat) for one household; its outcome is what the network did.

    `ended_at` blank means in progress, or cut off by our own crash. `residents` lists the ids it was made for, the
    person called first in front. `call_later_at` is the time a resident asked for; `worker` makes the call, where one
    does. `recording` is the file of its sound below the folder `out`, blank where none was kept.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_campaign_household", "campaign_id", "household_id"),
        Index("ix_attempt_phone", "phone", "started_at"),
        Index("ix_attempt_round", "campaign_id", "round", "number", "outcome", "ring_seconds", "talk_seconds"),
        Index(
            "ix_attempt_open",
            "worker",
            sqlite_where=text("ended_at IS NULL AND worker IS NOT NULL"),
            postgresql_where=text("ended_at IS NULL AND worker IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    round: Mapped[int] = mapped_column(default=0)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    residents: Mapped[list[Any]]
    phone: Mapped[str]
    channel: Mapped[str]
    number: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[str | None]
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ring_seconds: Mapped[float | None]
    talk_seconds: Mapped[float | None]
    hangup_by: Mapped[str | None]
    last_prompt_completed: Mapped[bool | None]
    call_later_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    worker: Mapped[str | None]
    recording: Mapped[str] = mapped_column(server_default=text("''"))


class Conversation(Base):
    """A dialog in progress or over; `memory` brings it back after a restart, `revision` guards against two writers."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index("ix_conversation_attempt", "attempt_id"),
        Index("ix_conversation_address", "channel", "address"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    channel: Mapped[str]
    address: Mapped[str]
    script: Mapped[str]
    script_version: Mapped[int]
    memory: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=0)
    over: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Turn(Base):
    """The events of one turn of a conversation, as JSON in their order: the transcript, and the truth."""

    __tablename__ = "turn"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    events: Mapped[list[Any]]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class Answer(Base):
    """One answered question about one resident, with the words it came from; a later one replaces it.

    `replaced_at` is when its words were understood again and otherwise; blank: it holds.
    """

    __tablename__ = "answer"
    __table_args__ = (
        Index("ix_answer_campaign_name", "campaign_id", "name"),
        Index("ix_answer_resident", "resident_id", "happened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    round: Mapped[int] = mapped_column(default=0)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    name: Mapped[str]
    value: Mapped[Any] = mapped_column(JSON)
    reporter: Mapped[str]
    words: Mapped[str]
    confidence: Mapped[float]
    how: Mapped[str]
    confirmed: Mapped[bool]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Record(Base):
    """What became of one resident in one round of one campaign: made at launch, filled as answers come.

    Blank means not known, never "no". `present` and `absent` hold a bit per symptom, in the order of `SYMPTOMS`
    (bit 0 is fever); place and language are copied, so that a report of last week does not change when somebody moves.
    `status` is symptomatic, asymptomatic, non_reporting, closed (not eligible) or blank while the round is open.
    `disposition` may still improve until `final`: no attempt is left, or none is needed. Whoever changes a row sets
    `changed_at`; then its earlier state is kept (see past.py).
    """

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("campaign_id", "round", "resident_id"),
        Index("ix_record_community", "community_id", "day"),
        Index("ix_record_resident", "resident_id", "day"),
        Index(
            "ix_record_open",
            *("campaign_id", "round", "household_id"),
            sqlite_where=text("final = 0"),
            postgresql_where=text("final = false"),
        ),
        Index(
            "ix_record_fever",
            *("community_id", "building", "reported_at"),
            sqlite_where=text("fever = 1"),
            postgresql_where=text("fever = true"),
        ),
        Index(
            "ix_record_symptomatic",
            *("campaign_id", "round", "reported_at"),
            sqlite_where=text("status = 'symptomatic'"),
            postgresql_where=text("status = 'symptomatic'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    round: Mapped[int] = mapped_column(default=0)
    day: Mapped[date]
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    grid: Mapped[str] = mapped_column(default="")
    building: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    reached: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str | None]
    disposition: Mapped[str | None]
    final: Mapped[bool] = mapped_column(default=False, server_default=false())
    reason: Mapped[str | None]
    status: Mapped[str | None]
    channel: Mapped[str | None]
    reporter: Mapped[str | None]
    temperature_c: Mapped[float | None]
    fever: Mapped[bool | None]
    present: Mapped[int] = mapped_column(default=0)
    absent: Mapped[int] = mapped_column(default=0)
    onset_on: Mapped[date | None]
    contact: Mapped[bool | None]
    needs_help: Mapped[bool | None]
    needs: Mapped[str | None]
    colour: Mapped[str | None]
    advice: Mapped[str | None]
    other: Mapped[dict[str, Any]] = mapped_column(default=dict)
    conversation_id: Mapped[int | None]
    due_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]


class FollowUp(Base):
    """Work for a human: about whom, why, whose, by when, and what came of it.

    One for each resident and kind in a campaign; a later report about the same moves it to its own round. `words` are
    the resident's, `note` is the latest of the staff's. `state` is open or closed, `outcome` why it was closed,
    `escalated_to` whom it went to when overdue; `conversation_id` is the latest conversation that asked for it.
    Whoever changes a row sets `changed_at`, as in a record.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        Index("ix_follow_up_resident", "resident_id", "campaign_id", "kind"),
        Index("ix_follow_up_campaign", "campaign_id", "state"),
        Index("ix_follow_up_kind", "kind", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    round: Mapped[int] = mapped_column(default=0)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    kind: Mapped[str]
    urgent: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String, default="open")
    note: Mapped[str] = mapped_column(default="")
    assignee: Mapped[str] = mapped_column(default="", server_default="")
    outcome: Mapped[str | None]
    escalated_to: Mapped[str] = mapped_column(default="", server_default="")
    conversation_id: Mapped[int | None]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]


class FollowUpEvent(Base):
    """What happened to a follow-up after it was opened, and by whom.

    `what`: assigned, noted, reported (again), escalated, closed, reopened. `by` blank means by a report or by the
    rules. `words` are the note, the assignee, the level or the reason.
    """

    __tablename__ = "follow_up_event"
    __table_args__ = (Index("ix_follow_up_event_follow_up", "follow_up_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    what: Mapped[str]
    by: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")
    happened_at: Mapped[datetime]


class Address(Base):
    """Where a resident may be written to: a chat of a channel, linked once its owner proved that it is theirs.

    `language` blank means that of the roster. `stopped_at`: they wish no messages but answers; `blocked_at`: the
    channel refuses ours. `hour` is the local one chosen for the daily question (blank: that of the roster), `ask_at`
    when it or a reminder is next due (blank: never), `asked` how often it was put today. `draft` is what was begun to
    be entered on buttons.
    """

    __tablename__ = "address"
    __table_args__ = (
        Index("ix_address_resident", "resident_id"),
        Index(
            "ix_address_ask",
            *("channel", "ask_at"),
            sqlite_where=text("ask_at IS NOT NULL"),
            postgresql_where=text("ask_at IS NOT NULL"),
        ),
    )

    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    language: Mapped[str] = mapped_column(default="")
    linked_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    hour: Mapped[int | None]
    ask_at: Mapped[datetime | None]
    asked: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))


class Notice(Base):
    """A message to a household whom no try has reached: how to answer in writing, until `expires_at`.

    It goes to the chat of `resident_id` (`channel`, `address`), or with a link to their number by a message gateway
    (channel OUTBOX). `sent_at` blank: it waits. `household_id` is blank once the resident is erased.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("campaign_id", "round", "household_id"),
        Index("ix_notice_resident", "resident_id"),
        Index(
            "ix_notice_waiting",
            *("channel", "id"),
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )

    OUTBOX: ClassVar[str] = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    round: Mapped[int]
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    channel: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Inbox(Base):
    """An update of a channel, kept before the channel is told that it arrived, and handled once.

    `payload` is emptied when it is handled; `reply` is what is then to be sent, until `answered_at`. `taken_by` names
    the process that has it in hand until `taken_until`. What we write of our own accord has a number below zero.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_open",
            *("channel", "chat", "update_id"),
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    channel: Mapped[str] = mapped_column(primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    chat: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    payload: Mapped[dict[str, Any]]
    reply: Mapped[dict[str, Any] | None]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    taken_by: Mapped[str] = mapped_column(default="", server_default="")
    taken_until: Mapped[datetime | None]


class Staff(Base):
    """Somebody who works with Wen'an. `place` as in a campaign; `session` grows when all their sessions are to end.

    `password` is an Argon2 hash, blank when they only write from a chat.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    place: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str]
    password: Mapped[str] = mapped_column(default="")
    session: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class StaffChat(Base):
    """A chat of somebody of the staff, linked by an invitation; `draft` is what they have begun to fill in there."""

    __tablename__ = "staff_chat"

    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    linked_at: Mapped[datetime]
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))


class Told(Base):
    """That the staff were told of a follow-up: once for each time that it was opened, and each level that it went to.

    `due_at` tells one opening from the next. `chats` is how many were written to.
    """

    __tablename__ = "told"

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    chats: Mapped[int]
    told_at: Mapped[datetime]


class Watch(Base):
    """A message to one of the staff that follows something as it goes on, until `due_at` is blank.

    `what` is campaign or broadcast, `subject` its number; `message` is blank until the message was sent, `shown` what
    it shows; `due_at` is when it is next looked at.
    """

    __tablename__ = "watch"
    __table_args__ = (
        Index(
            "ix_watch_due",
            *("channel", "due_at"),
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    what: Mapped[str]
    subject: Mapped[int]
    message: Mapped[int | None] = mapped_column(BigInteger)
    shown: Mapped[str] = mapped_column(default="")
    begun_at: Mapped[datetime]
    due_at: Mapped[datetime | None]


class Broadcast(Base):
    """Words of the staff to everybody of a place; `ended_at` blank: letters are still to be sent."""

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    place: Mapped[dict[str, Any]]
    words: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class BroadcastLetter(Base):
    """What became of a broadcast for one resident.

    `state`: waiting, posted (it is in the inbox), sent; or why not: no_chat, stopped, blocked, refused, cancelled.
    """

    __tablename__ = "broadcast_letter"
    __table_args__ = (
        Index("ix_broadcast_letter_resident", "resident_id"),
        Index(
            "ix_broadcast_letter_waiting",
            "broadcast_id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), primary_key=True)
    address: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    settled_at: Mapped[datetime | None]


class Slot(Base):
    """From when on the next message may leave that we write of our own accord: to a chat, or (chat 0) to any."""

    __tablename__ = "slot"

    channel: Mapped[str] = mapped_column(primary_key=True)
    chat: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    free_at: Mapped[datetime]


class Invitation(Base):
    """A code for one resident, or one of the staff, to link a chat; good once, until it expires."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_resident", "resident_id"), Index("ix_invitation_staff", "staff_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Audit(Base):
    """Who of the staff saw or did what, and when; `whom` is the number of a thing, never a name or telephone."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_happened", "happened_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    what: Mapped[str]
    whom: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    happened_at: Mapped[datetime]
