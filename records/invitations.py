"""Invitations: a signed code that links one chat to one resident, or to somebody who works here, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from records.seal import Seal, SealError
from records.store import new_key
from records.tables import Invitation

PURPOSE = "invitation"
GOOD = timedelta(days=14)


class InvitationRefused(ValueError):
    """A code that links nothing: `why` is forged, used, or expired."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the invitation is {why}")
        self.why = why


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation is for: a resident or somebody of the staff, by number."""

    resident_id: int | None = None
    staff_id: int | None = None


def invite(tx: Connection, seal: Seal, whom: Invited, now: datetime, good: timedelta = GOOD) -> str:
    """A code for one use; earlier ones for the same person that were not used yet are good no more."""
    mine = Invitation.resident_id == whom.resident_id if whom.resident_id else Invitation.staff_id == whom.staff_id
    tx.execute(update(Invitation).where(mine, Invitation.used_at.is_(None)).values(expires_at=now))
    row = {"resident_id": whom.resident_id, "staff_id": whom.staff_id, "made_at": now, "expires_at": now + good}
    return seal.sign(PURPOSE, new_key(tx.execute(insert(Invitation), row)))


def accept(tx: Connection, seal: Seal, code: str, now: datetime) -> Invited:
    """Uses a code up. Raises InvitationRefused."""
    try:
        (number,) = seal.read(PURPOSE, code)
    except (SealError, ValueError):
        raise InvitationRefused("forged") from None
    here = Invitation.id == number
    used = tx.execute(
        update(Invitation).where(here, Invitation.used_at.is_(None), Invitation.expires_at > now).values(used_at=now)
    )
    row = tx.execute(select(Invitation.__table__).where(here)).one_or_none()
    if row is None or not used.rowcount:
        raise InvitationRefused("used" if row is not None and row.used_at else "expired")
    return Invited(row.resident_id, row.staff_id)
