"""Broadcasts in a chat: words to a community, looked at beforehand, followed as they go out, and accounted for."""

from __future__ import annotations

import csv
import io

from bots.telegram.letters import Button, Letter, Outgoing
from bots.telegram.office.enrolling import places_of
from bots.telegram.office.errands import CHANNEL, Done, Errand, button
from bots.telegram.office.wordings import said
from records.broadcasts import (
    POSTED,
    SENT,
    UNREACHED,
    WAITING,
    Account,
    Addressed,
    account_of,
    cancel_broadcast,
    end_broadcasts,
    find_broadcast,
    look_ahead,
    make_broadcast,
    unreached,
)
from records.pacing import GAP
from records.watches import begin_watch, note_shown
from reports.line_list import masked

LONGEST = 1_500  # characters: one message, with its head
NAMED = 10  # of those who are not reached; all are in the file
CELLS = 12  # of the bar


def begin(e: Errand) -> Done:
    """Asks for the community, or where there is one only, for the words."""
    mine = places_of(e)
    if not mine:
        return Done((e.letter("no_place"),))
    if len(mine) == 1:
        return _ask_words(e, mine[0])
    choices = [button(place["community"], "cast_to", number) for number, place in enumerate(mine[:40])]
    return Done((e.letter("cast_where", *choices, button(e.say("drop_button"), "drop"), columns=2),))


def to(e: Errand) -> Done:
    """The community was chosen."""
    mine = places_of(e)
    if not 0 <= e.number() < len(mine):
        return Done(notice=e.say("gone"))
    place = mine[e.number()]
    return Done(_ask_words(e, place).letters, chosen=place["community"])


def take(e: Errand) -> Done:
    """The words: shown as they will arrive, with who gets them and who does not, to be confirmed."""
    assert e.draft is not None
    place, words = e.draft["place"], e.words.strip()
    if len(words) > LONGEST:
        return Done((e.letter("cast_long", longest=LONGEST, there=len(words)),))
    ahead = look_ahead(e.tx, CHANNEL, place)
    e.keep("cast", place=place, words=words)
    head = e.say("cast_head", where=place["community"])
    lost = "\n".join(_unreached_lines(e, ahead)) or e.say("cast_all")
    told = e.say("cast_ahead", people=ahead.residents, chats=ahead.count(WAITING), lines=lost)
    seconds = ahead.count(WAITING) * GAP.total_seconds()
    about = "\n" + e.say("cast_lasts", minutes=max(1, round(seconds / 60))) if seconds else ""
    go = (button(e.say("cast_go", count=ahead.count(WAITING)), "cast_go"),) if ahead.count(WAITING) else ()
    buttons = (*go, button(e.say("drop_button"), "drop"))
    return Done((Letter(f"{head}\n{words}"), Letter(f"{told}{about}", buttons, 1)))


def send(e: Errand) -> Done:
    """Sends it, and follows it in one message."""
    draft = e.draft or {}
    if draft.get("form") != "cast" or not draft.get("words"):
        return Done(notice=e.say("gone"))
    e.drop()
    number = make_broadcast(e.tx, CHANNEL, e.member.id, draft["place"], draft["words"], e.at)
    e.note("broadcast", f"broadcast {number}", f"{account_of(e.tx, number).count(WAITING)} chats")
    letter, _ = shown(e, number)
    watch = begin_watch(e.tx, CHANNEL, str(e.chat), e.member.id, "broadcast", number, e.at)
    note_shown(e.tx, watch, letter.text)
    return Done((letter,), chosen=e.say("yes"), watch=watch)


def stop(e: Errand) -> Done:
    """Sends no more letters of a broadcast of theirs."""
    found = find_broadcast(e.tx, e.number())
    if found is None or not e.member.holds(found.place):
        return Done(notice=e.say("gone"))
    left = cancel_broadcast(e.tx, found.id, e.at)
    end_broadcasts(e.tx, CHANNEL, e.at)
    e.note("stopped broadcast", f"broadcast {found.id}", f"{left} not sent")
    return Done(board=shown(e, found.id)[0])


def account(e: Errand) -> Done:
    """Who could not be reached, as a file."""
    found = find_broadcast(e.tx, e.number())
    if found is None or not e.member.holds(found.place):
        return Done(notice=e.say("gone"))
    e.note("downloaded", f"broadcast {found.id}", "unreached")
    file = (str(e.member.id), "unreached", str(found.id))
    return Done((Letter(e.say("cast_unreached_file"), file=file),))


def shown(e: Errand, number: int) -> tuple[Letter, bool]:
    """What a message that follows a broadcast shows now, and whether it is over."""
    found = find_broadcast(e.tx, number)
    if found is None or not e.member.holds(found.place):
        return e.letter("gone"), True
    account, over = account_of(e.tx, number), found.ended_at is not None
    done = account.count(SENT, "blocked", "refused")
    left = account.count(WAITING, POSTED)
    share = done / (done + left) if done + left else 1.0
    full = int(CELLS * share)
    lines = [
        e.say("cast_over" if over else "cast_going", where=found.place["community"]),
        f"{'▓' * full}{'░' * (CELLS - full)} {share:.0%}",
        e.say("cast_pulse", sent=account.count(SENT), left=left),
        *_unreached_lines(e, account),
    ]
    buttons: list[Button] = []
    if left and not over:
        buttons.append(button(e.say("cast_stop"), "cast_stop", number))
    if over and account.count(*UNREACHED):
        buttons.append(button(e.say("cast_unreached_button"), "cast_account", number))
        lines += _named(e, number, account)
    return Letter("\n".join(lines), tuple(buttons), 1), over


def outgoing(letter: Addressed) -> Outgoing:
    """A letter of a broadcast, in the language of its reader around the words of the staff."""
    head = said("cast_head", letter.language, where=str(letter.place["community"]))
    of = (letter.broadcast_id, letter.resident_id)
    return Outgoing(0, int(letter.address), (Letter(f"{head}\n{letter.words}"),), letter=of)


def make(e: Errand) -> tuple[str, bytes] | None:
    """The file of those who could not be reached; None when the broadcast is not theirs."""
    found = find_broadcast(e.tx, e.number())
    if found is None or not e.member.holds(found.place):
        return None
    held = io.StringIO(newline="")
    writer = csv.writer(held)
    writer.writerow(e.say("cast_columns").split("|"))
    for row in unreached(e.tx, found.id):
        where = " ".join(part for part in (row.grid, row.building, row.unit) if part)
        cells = (row.roster_id or row.id, row.name, masked(row.phone), row.community, where)
        writer.writerow(
            (*map(_harmless, map(str, cells)), e.say(f"cast_{row.state}"), e.say("yes" if row.family else "no"))
        )
    return f"unreached_{found.id}.csv", held.getvalue().encode("utf-8-sig")


def _ask_words(e: Errand, place: dict[str, str]) -> Done:
    """A member of one grid writes to that grid only."""
    e.keep("cast", place={**e.member.narrowed(place), **place})
    return Done((e.letter("cast_words", button(e.say("drop_button"), "drop"), where=place["community"]),))


def _unreached_lines(e: Errand, account: Account) -> list[str]:
    found = [f"· {e.say(f'cast_{state}')} {account.count(state)}" for state in UNREACHED if account.count(state)]
    if not found:
        return []
    head = e.say("cast_unreached", count=account.count(*UNREACHED))
    return [head, *found, *([e.say("cast_alone", count=account.alone)] if account.alone else [])]


def _named(e: Errand, number: int, account: Account) -> list[str]:
    """The first of those whom nobody of their household can tell."""
    rows = [row for row in unreached(e.tx, number) if not row.family][:NAMED]
    return [f"  {row.name} {masked(row.phone)} {row.building} {row.unit}".rstrip() for row in rows]


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula (an apostrophe in front, after OWASP)."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


DEEDS = {
    "cast": ("staff", begin), "cast_to": ("staff", to), "cast_go": ("staff", send), "cast_stop": ("staff", stop),
    "cast_account": ("staff", account),
}  # fmt: skip
FORMS = {"cast": take}
