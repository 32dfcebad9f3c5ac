"""The counter of the office: takes an errand of one of the staff to the room that does it. Role and place limit all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bots.telegram.letters import Incoming, Letter, Outgoing, Spoken
from bots.telegram.office import broadcasting, calling, enrolling, papers, tasks
from bots.telegram.office.errands import CHANNEL, WORK, Done, Errand, button
from dialogs.events import Reply
from records.broadcasts import end_broadcasts, take_letters
from records.staff import Member, StaffError, change_member, member_of
from records.staff_chats import draft_at, member_at
from records.store import Store, Tx
from records.watches import LONGEST, Look
from reports.indicators import FEVER_C

FORGOTTEN = timedelta(hours=1)  # a form that was left for so long is no longer filled in
Deed = Callable[[Errand], Done]
MENU_WORDS = ("menu", "菜单", "start", "help")
OTHER = {"zh-Hans": ("en", "English"), "en": ("zh-Hans", "中文")}


class Office:
    """The work of the staff in their chats. `zone` is the office's own time, `facts` what is known of the house."""

    def __init__(self, store: Store, zone: ZoneInfo, facts: Mapping[str, Any]) -> None:
        self.store, self.zone = store, zone
        self.fever_c = float(facts.get("fever_c", FEVER_C))
        # Each deed with the least role for it, as in the console.
        self.deeds: dict[str, tuple[str, Deed]] = {
            "menu": ("worker", self._menu), "language": ("worker", self._language), "drop": ("worker", self._drop),
            **papers.DEEDS, **calling.DEEDS, **tasks.DEEDS, **enrolling.DEEDS, **broadcasting.DEEDS,
        }  # fmt: skip
        self.forms: dict[str, Deed] = {**tasks.FORMS, **enrolling.FORMS, **broadcasting.FORMS}

    def answer(
        self, tx: Tx, update_id: int, what: Incoming, spoken: Spoken | None, *, resident: bool
    ) -> Outgoing | None:
        """What is to be done for one of the staff; None when the sender is none, or means it as a resident."""
        member = member_at(tx, CHANNEL, str(what.chat))
        if member is None:
            return None
        errand = self._errand(tx, member, what)
        if what.kind == "button":
            return self._pressed(update_id, errand, what) if what.words.startswith(f"{WORK}:") else None
        if _leaves(what, resident):
            errand.drop()
            return _outgoing(update_id, what, self._menu(errand))
        form = self._form(errand, what.at)
        if form and what.kind == "words":
            return _outgoing(update_id, what, form(errand))
        if form and what.kind == "voice":
            return _outgoing(update_id, what, self._heard(errand, form, spoken or Spoken(trouble="text_only")))
        if what.words.lower() in MENU_WORDS or not resident:
            return _outgoing(update_id, what, self._menu(errand))
        return None

    def attend(self, tx: Tx, what: Incoming) -> Reply | None:
        """What a voice message of one of the staff is to be understood as; None when it is no errand of theirs."""
        member = member_at(tx, CHANNEL, str(what.chat))
        form = self._form(self._errand(tx, member, what), what.at) if member else None
        return tasks.noting(member) if member and form else None

    def welcome(self, tx: Tx, what: Incoming, member: Member) -> tuple[Letter, ...]:
        """The first letter to somebody whose chat was just linked, and the menu."""
        errand = self._errand(tx, member, what)
        return errand.letter("linked", name=member.name), *self._menu(errand).letters

    def news(self, tx: Tx, now: datetime) -> list[Outgoing]:
        """Follow-ups that somebody of the staff is to be told of now."""
        return tasks.news(tx, now, self.zone)

    def broadcast(self, tx: Tx, now: datetime, limit: int) -> list[Outgoing]:
        """The next letters of broadcasts."""
        if limit <= 0:
            return []
        letters = take_letters(tx, CHANNEL, now, limit)
        if not letters:
            end_broadcasts(tx, CHANNEL, now)
        return [broadcasting.outgoing(letter) for letter in letters]

    def view(self, tx: Tx, look: Look, now: datetime) -> tuple[Letter, bool]:
        """What a message that follows something is to show now, and whether it is over."""
        try:
            member = member_of(tx, look.staff_id)
        except StaffError:
            return Letter(look.shown), True
        errand = Errand(tx, self.store, member, int(look.address), now, self.zone, self.fever_c)
        shown, over = {"campaign": calling.shown, "broadcast": broadcasting.shown}[look.what](errand, look.subject)
        return shown, over or now - look.begun_at > LONGEST

    def make(self, tx: Tx, file: tuple[str, ...], now: datetime) -> tuple[str, bytes] | None:
        """The name and content of a file; None when it is not to be had by whom it is for."""
        staff, kind, *rest = file
        try:
            member = member_of(tx, int(staff))
        except StaffError:
            return None
        errand = Errand(tx, self.store, member, 0, now, self.zone, self.fever_c, tuple(rest))
        return {"paper": papers.make, "unreached": broadcasting.make}[kind](errand)

    # at the counter

    def _errand(self, tx: Tx, member: Member, what: Incoming) -> Errand:
        rest = what.words.split(":")[2:] if what.kind == "button" else ()
        words = what.words if what.kind == "words" else ""
        draft = draft_at(tx, CHANNEL, str(what.chat))
        return Errand(
            tx, self.store, member, what.chat, what.at, self.zone, self.fever_c, tuple(rest), words, draft or None
        )

    def _form(self, errand: Errand, at: datetime) -> Deed | None:
        draft = errand.draft
        if not draft or at - datetime.fromisoformat(draft["at"]) > FORGOTTEN:
            return None
        return self.forms.get(draft["form"])

    def _pressed(self, update_id: int, errand: Errand, what: Incoming) -> Outgoing:
        role, deed = self.deeds.get(what.words.split(":")[1], ("worker", None))
        if deed is None:
            return Outgoing(update_id, what.chat, (), what.query, notice=errand.say("gone"))
        if not errand.member.may(role):
            return Outgoing(update_id, what.chat, (), what.query, notice=errand.say("not_yours"), alert=True)
        return _outgoing(update_id, what, deed(errand))

    def _heard(self, errand: Errand, form: Deed, spoken: Spoken) -> Done:
        """Words that were spoken; what was not understood is not guessed at."""
        if spoken.trouble or not spoken.clear:
            return Done((errand.letter(spoken.trouble if spoken.trouble in ("too_long",) else "write_it"),))
        return form(replace(errand, words=spoken.words))

    # the menu

    def _menu(self, errand: Errand) -> Done:
        count = tasks.count(errand)
        buttons = [
            button(errand.say("table_button"), "table"),
            button(errand.say("campaigns_button"), "campaigns"),
            button(errand.say("tasks_button", count=count), "tasks"),
        ]
        if errand.member.may("staff"):
            buttons += [
                button(errand.say("add_button"), "add"),
                button(errand.say("move_button"), "move"),
                button(errand.say("broadcast_button"), "cast"),
            ]
        other = OTHER["zh-Hans" if errand.language.startswith("zh") else "en"]
        buttons.append(button(f"🌐 {other[1]}", "language", other[0]))
        place = "、".join(_names(errand.member.place)) or errand.say("everywhere")
        return Done((Letter(errand.say("menu", name=errand.member.name, place=place), tuple(buttons), 2),))

    def _language(self, errand: Errand) -> Done:
        if errand.rest[:1] not in (("zh-Hans",), ("en",)):
            return Done(notice=errand.say("gone"))
        member = change_member(errand.tx, errand.member.id, language=errand.rest[0])
        return self._menu(replace(errand, member=member))

    def _drop(self, errand: Errand) -> Done:
        errand.drop()
        return Done(chosen=errand.say("drop_button"), letters=self._menu(errand).letters)


def _leaves(what: Incoming, resident: bool) -> bool:
    """Whether somebody wants the menu, whatever they were filling in: it must not be taken for what they fill in."""
    if what.kind == "command":
        return what.words in MENU_WORDS or not resident
    return what.kind == "words" and what.words.strip().lower() in MENU_WORDS[:2]


def _names(place: Mapping[str, Any]) -> list[str]:
    return [name for names in place.values() for name in ([names] if isinstance(names, str) else names)]


def _outgoing(update_id: int, what: Incoming, done: Done) -> Outgoing:
    changes = bool(done.board or done.chosen)
    return Outgoing(
        update_id,
        what.chat,
        done.letters,
        what.query,
        what.message if changes else None,
        done.notice,
        done.chosen,
        done.board,
        alert=done.alert,
        watch=done.watch,
    )
