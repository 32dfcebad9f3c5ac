"""Follow-ups in a chat: told to the staff of the place once, with buttons for what came of it, and notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from bots.telegram.letters import Button, Letter, Outgoing
from bots.telegram.office.errands import CHANNEL, Done, Errand, button
from bots.telegram.office.wordings import NOTES, said
from dialogs.events import Reply
from records.follow_ups import FollowUpError, alarm, close, find_follow_up, note
from records.places import place_of
from records.residents import load_members
from records.staff import Member
from records.staff_chats import chats_of
from records.store import Tx
from records.telling import note_told, told_whom, untold
from reports.labels import KIND_LABELS, VISITS
from reports.line_list import written
from reports.table import Label, Row, Table, shown
from reports.work import Chosen, work_count, work_sheet, work_table

PAGE = 8  # follow-ups on a page
APART = 3  # letters to one chat at once; of further ones only the number is told
LONGEST = 1_000  # characters of a note


def news(tx: Tx, now: datetime, zone: tzinfo) -> list[Outgoing]:
    """Letters about follow-ups that nobody was told of: to everybody whose work they are, each once."""
    staff = chats_of(tx, CHANNEL)
    whose: dict[str, list[Any]] = defaultdict(list)
    members = {chat: member for member, chat in staff}
    for task in untold(tx) if staff else ():
        chats = [chat for _, chat in told_whom(task, staff)]
        if note_told(tx, task, len(chats), now):
            for chat in chats:
                whose[chat].append(task)
    found = []
    for chat, tasks in whose.items():
        member = members[chat]
        letters = [_letter(tx, task.id, member, now, zone) for task in tasks[:APART]]
        if len(tasks) > APART:
            more = said("tasks_more", member.language, count=len(tasks) - APART)
            letters.append(Letter(more, (button(said("tasks_show", member.language), "tasks"),)))
        found += [Outgoing(0, int(chat), (letter,)) for letter in letters]
    return found


def count(e: Errand) -> int:
    """How many follow-ups are open in the place of the member."""
    return work_count(e.tx, _mine(e), e.at)


def listing(e: Errand) -> Done:
    """The open follow-ups of their place, the urgent first, page by page."""
    first = max(0, e.number())
    number = count(e)
    table = work_table(e.tx, _mine(e), e.at, zone=e.zone, limit=PAGE, first=first)
    e.note("saw follow-ups", "follow-ups", f"{len(table.rows)} rows from {first}")
    buttons = []
    for row in table.rows:
        texts = _texts(table, row, e.language)
        sign = "🔴 " if "kind" in row.marks else "⏰ " if "due_at" in row.marks else ""
        where = texts["place"].partition(" ")[2] or texts["place"]
        buttons.append(button(f"{sign}{texts['kind']} · {texts['name']} · {where}", "task", texts["id"], first))
    if first:
        buttons.append(button(e.say("back_page"), "tasks", max(0, first - PAGE)))
    if first + len(table.rows) < number:
        buttons.append(button(e.say("next_page"), "tasks", first + PAGE))
    letter = e.letter("tasks" if number else "tasks_none", *buttons, count=number)
    return Done(board=letter) if e.rest else Done((letter,))


def show(e: Errand) -> Done:
    """One follow-up with its buttons, in the place of the list."""
    if not _theirs(e):
        return Done(notice=e.say("gone"))
    e.note("saw follow-up", f"follow-up {e.number()}")
    letter = _letter(e.tx, e.number(), e.member, e.at, e.zone)
    back = button(e.say("back"), "tasks", max(0, e.number(1)))
    return Done(board=Letter(letter.text, (*letter.buttons, back), 2))


def finish(e: Errand) -> Done:
    """It is done: seen at the door, or spoken to."""
    kind = str(find_follow_up(e.tx, e.number()).kind) if _theirs(e) else ""
    reason = "seen" if kind in VISITS else "spoken_to"
    label = e.say("task_done")
    return _step(e, lambda: close(e.tx, e.number(), reason, e.member.name, e.at), "closed", Done(chosen=label))


def nobody_home(e: Errand) -> Done:
    """Noted; it stays open."""
    words = e.say("nobody_home_note")
    done = Done(notice=e.say("noted_home"))
    return _step(e, lambda: note(e.tx, e.number(), words, e.member.name, e.at), "noted", done)


def ambulance(e: Errand) -> Done:
    """Noted, urgent, and told to the level above at once."""
    words = e.say("ambulance_note")
    done = Done((e.letter("ambulance", number=e.number()),), notice=e.say("ambulance_now"), alert=True)
    return _step(e, lambda: alarm(e.tx, e.number(), words, e.member.name, e.at), "noted", done)


def ask_note(e: Errand) -> Done:
    """Has the next words, written or spoken, kept as a note."""
    if not _theirs(e):
        return Done(notice=e.say("gone"))
    e.keep("note", task=e.number())
    return Done((e.letter("note_ask", button(e.say("drop_button"), "drop"), number=e.number()),))


def keep_note(e: Errand) -> Done:
    """The words that were asked for."""
    assert e.draft is not None
    at = e.behind(str(e.draft["task"]))
    e.drop()
    words = e.words.strip()[:LONGEST]
    done = Done((e.letter("note_kept", number=e.draft["task"], words=words),))
    kept = _step(at, lambda: note(e.tx, at.number(), words, e.member.name, e.at), "noted", done)
    return kept if kept.letters else Done((Letter(kept.notice),))


def phone(e: Errand) -> Done:
    """The whole number, on the screen only until it is put away: in the chat it would stay."""
    if not _theirs(e):
        return Done(notice=e.say("gone"))
    (person,) = load_members(e.tx, [find_follow_up(e.tx, e.number()).resident_id])
    e.note("saw number", f"follow-up {e.number()}")
    return Done(notice=f"{person.name} {written(person.phone)}"[:190], alert=True)


def noting(member: Member) -> Reply:
    """What a spoken note is listened for: what one says after a visit."""
    language = "zh-Hans" if member.language.startswith("zh") else "en"
    said_of = ("temperature", "symptoms", "needs", "contact", "onset")
    return Reply("", "", "note", "text", asked={"said": list(said_of)}, expects=NOTES[language[:2]], language=language)


def _mine(e: Errand) -> Chosen:
    return Chosen(place=e.member.narrowed({}))


def _theirs(e: Errand) -> bool:
    place = place_of(e.tx, "follow_up", e.number()) if e.number() >= 0 else None
    return place is not None and e.member.sees(place)


def _step(e: Errand, take: Callable[[], None], what: str, done: Done) -> Done:
    """One step with a follow-up of theirs, kept in its history and in the trail."""
    if not _theirs(e):
        return Done(notice=e.say("gone"))
    try:
        take()
    except FollowUpError as error:
        return Done(notice=error.read(e.language)[:190], alert=True)
    e.note(what, f"follow-up {e.number()}")
    return done


def _letter(tx: Tx, number: int, member: Member, now: datetime, zone: tzinfo) -> Letter:
    """All that somebody at the door must know of a follow-up, its number masked, with its buttons."""
    language = member.language
    task = find_follow_up(tx, number)
    (sheet, _) = work_sheet(tx, number, zone=zone)
    (row,) = sheet.rows
    texts = _texts(sheet, row, language)
    kind = KIND_LABELS.get(task.kind, Label(task.kind, task.kind)).read(language)
    who = " ".join(texts[key] for key in ("name", "sex", "phone") if texts[key])
    age = said("age", language, age=texts["age"]) if texts["age"] else ""
    where = " ".join(texts[key] for key in ("community", "grid", "building", "unit") if texts[key])
    found = " · ".join(
        part for part in (f"{texts['temperature_c']} °C" if texts["temperature_c"] else "", texts["present"]) if part
    )
    due = said("due_over" if task.due_at <= now else "due", language, at=f"{task.due_at.astimezone(zone):%m-%d %H:%M}")
    lines = [
        f"{'🔴' if task.urgent else '🔵'} {kind} #{number}",
        f"{who} {age}".strip(),
        where,
        found,
        texts["needs"],
        f"“{texts['words']}”" if texts["words"] else "",
        f"⏰ {due}",
        f"⬆️ {texts['state']}" if task.escalated_to and task.closed_at is None else "",
        f"📝 {texts['note']}" if texts["note"] else "",
    ]
    text = "\n".join(line for line in lines if line)
    if task.closed_at is not None:
        return Letter(f"{text}\n✓ {texts['state']}")
    return Letter(text, _buttons(number, language), 2)


def _texts(table: Table, row: Row, language: str) -> dict[str, str]:
    return {column.key: shown(cell, column, language) for cell, column in zip(row.cells, table.columns, strict=True)}


def _buttons(number: int, language: str) -> tuple[Button, ...]:
    deeds = ("task_done", "nobody_home", "need_ambulance", "note", "phone")
    return tuple(button(said(f"{deed}_button", language), deed, number) for deed in deeds)


DEEDS = {
    "tasks": ("worker", listing), "task": ("worker", show), "task_done": ("worker", finish),
    "nobody_home": ("worker", nobody_home), "need_ambulance": ("worker", ambulance), "note": ("worker", ask_note),
    "phone": ("worker", phone),
}  # fmt: skip
FORMS = {"note": keep_note}
