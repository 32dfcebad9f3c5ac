"""The daily question in a chat: when it is due, the reminders after it, and who is to be asked now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import Connection, bindparam, select, update

from records.addresses import Linked, linked_at
from records.tables import Address, Resident

MOST_REMINDERS = 2
_DUE = (
    select(Address.address, Address.ask_at, Address.asked)
    .join(Resident, Resident.id == Address.resident_id)
    .where(
        Address.channel == bindparam("channel"),
        Address.ask_at <= bindparam("now"),
        Address.stopped_at.is_(None),
        Address.blocked_at.is_(None),
        Resident.ineligible == "",
    )
    .order_by(Address.ask_at)
    .with_for_update(skip_locked=True, of=Address)
)
_NEXT = update(Address).where(Address.channel == bindparam("of_channel"), Address.address == bindparam("of_address"))


class CheckInError(ValueError):
    """Rules of the daily question that cannot be followed; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class CheckIns:
    """The rules: hours are local; `reminders` are the times after the question, in their order."""

    hour: int
    offered: tuple[int, ...]
    reminders: tuple[timedelta, ...]
    latest: int
    late: timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """A chat whose question or reminder (`asked` above 0) is due, since `at`."""

    linked: Linked
    asked: int
    at: datetime


@cache
def default_check_ins() -> CheckIns:
    """The rules that ship with Wen'an."""
    return load_check_ins(Path(__file__).with_name("check_ins.yaml"))


def load_check_ins(file: Path) -> CheckIns:
    """The rules in a file; CheckInError names what is wrong in it."""
    read: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    try:
        rules = CheckIns(
            hour=int(read["hour"]),
            offered=tuple(map(int, read["offered"])),
            reminders=tuple(timedelta(hours=float(hours)) for hours in read["reminders"]),
            latest=int(read["latest"]),
            late=timedelta(hours=float(read["late"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CheckInError(f"{file}: {type(error).__name__}: {error}") from None
    if len(rules.reminders) > MOST_REMINDERS or list(rules.reminders) != sorted(set(rules.reminders)):
        raise CheckInError(f"{file}: reminders: {MOST_REMINDERS} at most, the earlier first")
    if not all(0 <= hour < 24 for hour in (rules.hour, *rules.offered)):
        raise CheckInError(f"{file}: an hour is not from 0 to 23")
    return rules


def first_at(hour: int, now: datetime) -> datetime:
    """The next time that it is this hour, after a local moment."""
    today = datetime.combine(now.date(), time(hour), now.tzinfo)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), time(hour), now.tzinfo)


def next_at(rules: CheckIns, hour: int, asked: int, answered: bool, now: datetime) -> tuple[datetime, int]:
    """After a question (`asked` 0) or reminder at a local moment: when the next is due, and which it is.

    None follows once the report is in, after the last, and late in the evening: then it is tomorrow's question.
    """
    if not answered and asked < len(rules.reminders):
        at = datetime.combine(now.date(), time(hour), now.tzinfo) + rules.reminders[asked]
        if at > now and at.date() == now.date() and at.hour < rules.latest:
            return at, asked + 1
    return first_at(hour, now), 0


def ask_from(tx: Connection, linked: Linked, hour: int | None, now: datetime, *, never: bool = False) -> None:
    """Has the question of a chat put daily from a local moment on; `hour` None leaves what was chosen before."""
    values: dict[str, Any] = {"ask_at": None, "asked": 0}
    if not never:
        chosen = linked.hour if hour is None else hour
        values["ask_at"] = first_at(default_check_ins().hour if chosen is None else chosen, now)
    if hour is not None:
        values["hour"] = hour
    tx.execute(_NEXT, {"of_channel": linked.channel, "of_address": linked.address, **values})


def due_check_ins(tx: Connection, channel: str, now: datetime, limit: int) -> list[Due]:
    """The chats to be written to now, locked until the transaction ends, so that no other process has them too."""
    found = tx.execute(_DUE.limit(limit), {"channel": channel, "now": now}).all()
    chats = [(linked_at(tx, channel, row.address), row) for row in found]
    return [Due(linked, row.asked, row.ask_at) for linked, row in chats if linked is not None]


def note_asked(tx: Connection, due: Due, rules: CheckIns, answered: bool, now: datetime) -> bool:
    """Sets the next time after one that was due, in local time; whether this one is to be written at all."""
    hour = rules.hour if due.linked.hour is None else due.linked.hour
    late = now - due.at > rules.late
    at, asked = (first_at(hour, now), 0) if late else next_at(rules, hour, due.asked, answered, now)
    tx.execute(
        _NEXT, {"of_channel": due.linked.channel, "of_address": due.linked.address, "ask_at": at, "asked": asked}
    )
    return not (late or answered)


def local(linked: Linked, zone: str, now: datetime) -> datetime:
    """A moment in the time of a resident; `zone` is for those for whom the roster names none."""
    return now.astimezone(ZoneInfo(linked.time_zone or zone))
