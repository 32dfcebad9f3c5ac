"""Whose chat it is: proved by the own number, by an invitation, or by a notice that came to the own number."""

from __future__ import annotations

from datetime import datetime

from bots.telegram.letters import Button, Letter
from bots.telegram.wordings import RELATIONS, wording
from records.addresses import Linked, change_address, link, linked_at, residents_with
from records.check_ins import ask_from, local
from records.invitations import InvitationRefused, accept
from records.notices import PURPOSE as NOTICE
from records.notices import resident_of
from records.residents import Member, load_members
from records.seal import Seal, SealError
from records.staff import Member as Colleague
from records.staff import StaffError, member_of, note_deed
from records.staff_chats import link_chat
from records.store import Tx


class Linking:
    """Gives chats of a channel to residents and staff; `zone` is that of residents for whom the roster names none."""

    def __init__(self, channel: str, seal: Seal, zone: str) -> None:
        self.channel, self.seal, self.zone = channel, seal, zone

    def by_number(self, tx: Tx, chat: int, phone: str, at: datetime) -> Linked | None:
        """Links to the first of those with this number; where they are several, who it is must still be said."""
        residents = residents_with(tx, phone)
        if not residents:
            return None
        linked = self.link(tx, chat, residents[0], at)
        if len(residents) > 1:
            change_address(tx, self.channel, linked.address, draft={"who": True})
        return linked_at(tx, self.channel, linked.address)

    def by_code(self, tx: Tx, chat: int, code: str, at: datetime) -> Linked | Colleague:
        """Links by a code from a link, to a resident or to one of the staff. Raises InvitationRefused."""
        noticed = self._noticed(tx, code, at)
        if noticed is not None:
            return self.link(tx, chat, noticed, at)
        invited = accept(tx, self.seal, code, at)
        if invited.resident_id is not None:
            return self.link(tx, chat, invited.resident_id, at)
        assert invited.staff_id is not None
        try:
            member = member_of(tx, invited.staff_id)
        except StaffError:  # the account was closed meanwhile
            raise InvitationRefused("expired") from None
        link_chat(tx, member.id, self.channel, str(chat), at)
        note_deed(tx, member, "linked chat", f"staff {member.id}", at, self.channel)
        return member

    def link(self, tx: Tx, chat: int, resident: int, at: datetime) -> Linked:
        """Links a chat to a resident, and has the daily question put from now on."""
        linked = link(tx, self.channel, str(chat), resident, at)
        ask_from(tx, linked, None, local(linked, self.zone, at))
        return linked

    def ask_who(self, tx: Tx, linked: Linked) -> Letter:
        """Asks which of those with the number it is."""
        return Letter(wording("who", linked.language), self._family(tx, linked), columns=2)

    def told_who(self, tx: Tx, linked: Linked, words: str, at: datetime) -> Linked | None:
        """Links to whoever the words or the button's data name; None when that is nobody of this number."""
        people = load_members(tx, residents_with(tx, linked.phone))
        said = words.strip().lower()
        named = [one for one in people if said in (f"who:{one.id}", *_names(one, linked.language))]
        return self.link(tx, int(linked.address), named[0].id, at) if len(named) == 1 else None

    def _family(self, tx: Tx, linked: Linked) -> tuple[Button, ...]:
        people = load_members(tx, residents_with(tx, linked.phone))
        return tuple((f"who:{one.id}", label(one, linked.language)) for one in people)

    def _noticed(self, tx: Tx, code: str, at: datetime) -> int | None:
        try:
            (number,) = self.seal.read(NOTICE, code)
        except (SealError, ValueError):
            return None
        resident = resident_of(tx, number, at)
        if resident is None:
            raise InvitationRefused("expired")
        return resident


def label(member: Member, language: str) -> str:
    """A name as the family knows it: the given name, and the relation where the roster has it."""
    relation = RELATIONS.get(member.relation, {}).get("zh" if language.startswith("zh") else "en", member.relation)
    return f"{given_name(member.name)}（{relation}）" if relation else given_name(member.name)


def given_name(name: str) -> str:
    """The given name: of Chinese names what follows the surname, of others the first word."""
    if name[:1] > "⺀" and " " not in name:
        return name[1:] if len(name) in (2, 3) else name[2:] if len(name) == 4 else name
    return name.split()[0] if name.split() else name


def _names(member: Member, language: str) -> tuple[str, ...]:
    relation = RELATIONS.get(member.relation, {}).get("zh" if language.startswith("zh") else "en", "")
    names = (member.name, given_name(member.name), label(member, language), relation)
    return tuple(name.lower() for name in names if name)
