"""Telling the staff of follow-ups: of which nobody was told yet, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, select

from records.staff import LEVELS, Member
from records.store import missing_only
from records.tables import Community, FollowUp, Household, Record, Told

AT_ONCE = 200
EVERYWHERE, LOCAL = "everywhere", ("grid", "community")
_UPWARDS = (*reversed(LEVELS), EVERYWHERE)
_UNTOLD: Any = (
    select(
        *(FollowUp.id, FollowUp.kind, FollowUp.urgent, FollowUp.due_at, FollowUp.escalated_to, FollowUp.assignee),
        *(Community.district, Community.subdistrict, Community.name.label("community"), Record.grid, Record.building),
        Household.unit,
    )
    .join(
        Record,
        (Record.campaign_id == FollowUp.campaign_id)
        & (Record.round == FollowUp.round)
        & (Record.resident_id == FollowUp.resident_id),
    )
    .join(Community, Community.id == Record.community_id)
    .join(Household, Household.id == Record.household_id)
    .where(
        FollowUp.closed_at.is_(None),
        ~exists().where(
            Told.follow_up_id == FollowUp.id, Told.due_at == FollowUp.due_at, Told.level == FollowUp.escalated_to
        ),
    )
    .order_by(FollowUp.urgent.desc(), FollowUp.due_at, FollowUp.id)
    .limit(bindparam("at_most"))
)


def untold(tx: Connection, limit: int = AT_ONCE) -> Sequence[Row[Any]]:
    """Open follow-ups, the urgent first, that nobody was told of since they were opened, or went to another level."""
    return tx.execute(_UNTOLD, {"at_most": limit}).all()


def note_told(tx: Connection, task: Row[Any], chats: int, now: datetime) -> bool:
    """Notes that so many chats are told; False when another process was quicker."""
    row = {"follow_up_id": task.id, "due_at": task.due_at, "level": task.escalated_to, "chats": chats, "told_at": now}
    return tx.execute(missing_only(tx, Told).returning(Told.level), row).first() is not None


def told_whom(task: Row[Any], staff: Sequence[tuple[Member, str]]) -> list[tuple[Member, str]]:
    """Whose a follow-up is, of those who have a chat.

    Who has it assigned; else everybody of its grid and community, or of the level it was escalated to; where nobody
    is, of the next level above.
    """
    place = {level: getattr(task, level) for level in LEVELS}
    seeing = [(member, chat) for member, chat in staff if member.sees(place)]
    if not task.escalated_to:
        mine = [(member, chat) for member, chat in seeing if task.assignee in (member.name, member.login)]
        local = [(member, chat) for member, chat in seeing if level_of(member) in LOCAL]
        if mine or local:
            return mine or local
    above = [(member, chat) for member, chat in seeing if member.may("staff")] if task.escalated_to else seeing
    first = _UPWARDS.index(task.escalated_to) if task.escalated_to in _UPWARDS else 0
    for level in _UPWARDS[first:]:
        if found := [(member, chat) for member, chat in above if level_of(member) == level]:
            return found
    return []


def level_of(member: Member) -> str:
    """The level at which somebody works: the finest that limits them, or everywhere."""
    return next((level for level in reversed(LEVELS) if level in member.place), EVERYWHERE)
