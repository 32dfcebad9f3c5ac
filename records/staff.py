"""The people who work with Wen'an: their role, the place they may see, their password, and a trail of what they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from records.store import new_key
from records.tables import Audit, Invitation, Staff, StaffChat

ROLES = ("worker", "staff", "administrator")  # each may what those before it may
LEVELS = ("district", "subdistrict", "community", "grid")
TRIES, LOCKED = 5, timedelta(minutes=15)
SHORTEST = 10
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's least for Argon2id
_NOBODY = _HASHER.hash("a password that nobody has")


class StaffError(ValueError):
    """What cannot be done with an account; the message says why."""


class Refused(Exception):
    """A sign-in that fails; it never says whether the name or the password was wrong. `until` is set when locked."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__("locked after too many tries" if until else "wrong name or password")
        self.until = until


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here: `place` limits what they see, e.g. {"community": "..."}; an empty one is everywhere."""

    id: int
    login: str
    name: str
    role: str
    place: Mapping[str, Any]
    language: str
    session: int

    def may(self, role: str) -> bool:
        """Whether their role is this one or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def sees(self, place: Mapping[str, Any]) -> bool:
        """Whether this place, given by all its levels, lies within theirs."""
        return all(place.get(level) in _names(names) for level, names in self.place.items())

    def touches(self, place: Mapping[str, Any]) -> bool:
        """Whether a part of a place, as of a campaign, lies within theirs."""
        return all(bool(names) for names in self.narrowed(place).values())

    def holds(self, place: Mapping[str, Any]) -> bool:
        """Whether a place lies within theirs as a whole, so that they may decide what is done there."""
        narrowed = {level: _names(names) for level, names in self.narrowed(place).items()}
        return narrowed == {level: _names(names) for level, names in place.items()}

    def narrowed(self, place: Mapping[str, Any]) -> dict[str, Any]:
        """What they may see of a place that they ask for: nothing (an empty list of names) outside of theirs."""
        both = {**self.place, **place}
        for level in self.place.keys() & place.keys():
            allowed = _names(self.place[level])
            both[level] = [name for name in _names(place[level]) if name in allowed]
        return both


def add_member(
    tx: Connection,
    login: str,
    *,
    name: str,
    role: str,
    now: datetime,
    password: str = "",
    place: Mapping[str, Any] | None = None,
    language: str = "zh-Hans",
) -> Member:
    """Makes an account; without a password it is for a chat only. StaffError when it cannot be."""
    if not login.strip() or login != login.strip():
        raise StaffError(f"{login!r} is no name to sign in with")
    if tx.execute(select(Staff.id).where(Staff.login == login)).first():
        raise StaffError(f"there is an account {login!r} already")
    _check(role, place or {})
    row = {
        "login": login, "name": name or login, "role": role, "place": dict(place or {}), "language": language,
        "password": _hashed(password) if password else "", "created_at": now,
    }  # fmt: skip
    return member_of(tx, new_key(tx.execute(insert(Staff), row)))


def member_of(tx: Connection, staff_id: int) -> Member:
    """An account by its number; StaffError when there is none, or it is closed."""
    return member_from(tx.execute(select(Staff.__table__).where(Staff.id == staff_id)).one_or_none(), staff_id)


def member_named(tx: Connection, login: str) -> Member:
    """An account by the name they sign in with; StaffError when there is none, or it is closed."""
    return member_from(tx.execute(select(Staff.__table__).where(Staff.login == login)).one_or_none(), login)


def members(tx: Connection) -> list[Member]:
    """All accounts that are open, by name."""
    rows = tx.execute(select(Staff.__table__).where(Staff.closed_at.is_(None)).order_by(Staff.login))
    return [member_from(row, row.id) for row in rows]


def change_member(tx: Connection, staff_id: int, **values: Any) -> Member:
    """Changes name, role, place, language or password; a new role, place or password ends their sessions."""
    before = member_of(tx, staff_id)
    _check(values.get("role", before.role), values.get("place", before.place))
    if "password" in values:
        values |= {"password": _hashed(values["password"]), "failures": 0, "locked_until": None}
    if values.keys() & {"role", "place", "password"}:
        values["session"] = before.session + 1
    tx.execute(update(Staff).where(Staff.id == staff_id).values(**values))
    return member_of(tx, staff_id)


def close_member(tx: Connection, staff_id: int, now: datetime) -> None:
    """Closes an account: nobody can sign in with it or write to us as it any more; what it did stays in the trail."""
    unlink_chats(tx, staff_id, now)
    tx.execute(update(Staff).where(Staff.id == staff_id).values(closed_at=now, session=Staff.session + 1))


def unlink_chats(tx: Connection, staff_id: int, now: datetime) -> int:
    """Takes all their chats from them, and every invitation that they did not use; returns how many chats they had."""
    unused = (Invitation.staff_id == staff_id, Invitation.used_at.is_(None))
    tx.execute(update(Invitation).where(*unused).values(expires_at=now))
    return tx.execute(delete(StaffChat).where(StaffChat.staff_id == staff_id)).rowcount


def end_sessions(tx: Connection, staff_id: int) -> None:
    """Ends all their sessions: they have to sign in again."""
    tx.execute(update(Staff).where(Staff.id == staff_id).values(session=Staff.session + 1))


def lock_member(tx: Connection, staff_id: int, until: datetime | None) -> None:
    """Refuses every sign-in until a moment, and ends their sessions; None lets them in again."""
    values: dict[str, Any] = {"locked_until": until, "failures": 0}
    if until is not None:
        values["session"] = Staff.session + 1
    tx.execute(update(Staff).where(Staff.id == staff_id).values(**values))


def locked_members(tx: Connection, now: datetime) -> set[int]:
    """Who cannot sign in at this moment, after too many wrong passwords or by an administrator."""
    return set(tx.execute(select(Staff.id).where(Staff.locked_until > now)).scalars())


def chats_by_member(tx: Connection) -> dict[int, int]:
    """How many chats each of those who have any works from."""
    query = select(StaffChat.staff_id, func.count()).group_by(StaffChat.staff_id)
    return {row[0]: row[1] for row in tx.execute(query)}


def sign_in(tx: Connection, login: str, password: str, now: datetime) -> Member:
    """Whose name and password these are. Raises Refused, after which the caller must commit: failures are counted."""
    row = tx.execute(select(Staff.__table__).where(Staff.login == login, Staff.closed_at.is_(None))).one_or_none()
    if row is not None and row.locked_until and row.locked_until > now:
        raise Refused(row.locked_until)
    right = _right(row.password if row is not None and row.password else _NOBODY, password)
    if row is None or not row.password:
        raise Refused
    if not right:
        failures = row.failures + 1
        until = now + LOCKED if failures % TRIES == 0 else None
        tx.execute(update(Staff).where(Staff.id == row.id).values(failures=failures, locked_until=until))
        raise Refused(until)
    tx.execute(update(Staff).where(Staff.id == row.id).values(failures=0, locked_until=None))
    return member_from(row, login)


def note_deed(tx: Connection, who: Member | None, what: str, whom: str, now: datetime, detail: str = "") -> None:
    """Adds to the trail who did or saw what; `whom` names a thing by its number, never by a name or telephone."""
    row = {"staff_id": who and who.id, "what": what, "whom": whom, "detail": detail, "happened_at": now}
    tx.execute(insert(Audit), row)


def _names(names: Any) -> list[Any]:
    return [names] if isinstance(names, str) else list(names)


def _check(role: str, place: Mapping[str, Any]) -> None:
    if role not in ROLES:
        raise StaffError(f"{role!r} is not a role (known: {', '.join(ROLES)})")
    if strange := set(place) - set(LEVELS):
        raise StaffError(f"{sorted(strange)} is not a level of places (known: {', '.join(LEVELS)})")


def member_from(row: Row[Any] | None, asked: int | str) -> Member:
    """A row of `staff` as a member; StaffError when there is none, or the account is closed."""
    if row is None or row.closed_at:
        raise StaffError(f"there is no account {asked!r}")
    return Member(row.id, row.login, row.name, row.role, row.place, row.language, row.session)


def _hashed(password: str) -> str:
    if len(password) < SHORTEST:
        raise StaffError(f"a password has at least {SHORTEST} characters")
    return _HASHER.hash(password)


def _right(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False
