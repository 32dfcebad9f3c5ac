"""Commands on follow-ups: whom to visit or call, who does it, and what came of it."""

from __future__ import annotations

import argparse
import getpass

from commands.house import House, now
from commands.settings import UsageError


def show_list(house: House, args: argparse.Namespace) -> int:
    """Lists the follow-ups that are asked for, the urgent first, the overdue marked."""
    from campaigns.campaign import find
    from records.health import default_rules
    from reports.work import Chosen, work_table

    if args.campaign:
        find(house.store, args.campaign)
    if args.kind and args.kind not in (kinds := default_rules().follow_ups):
        names = ", ".join(kinds)
        en, zh = f"is not a kind of follow-up (known: {names})", f"不是任务种类（可用：{names}）"
        raise UsageError(f"--kind {args.kind!r} {en}", f"--kind {args.kind!r} {zh}")
    chosen = Chosen(
        campaign=args.campaign or "",
        community=args.community or "",
        grid=args.grid or "",
        kind=args.kind or "",
        assignee=args.assignee or "",
        overdue=args.overdue,
        closed=args.closed,
    )
    with house.store.reading() as tx:
        house.show(work_table(tx, chosen, now(), full_phones=args.full_phones, limit=args.limit))
    return 0


def show(house: House, args: argparse.Namespace) -> int:
    """Shows one follow-up with all that is known, and its history."""
    from reports.work import work_sheet

    with house.store.reading() as tx:
        for table in work_sheet(tx, args.number, full_phones=args.full_phones):
            house.show(table)
    return 0


def assign(house: House, args: argparse.Namespace) -> int:
    """Gives a follow-up to somebody."""
    from records.follow_ups import assign

    with house.store.transaction() as tx:
        assign(tx, args.number, args.assignee, _by(args), now())
    house.say(f"任务 {args.number} 已交给{args.assignee}", f"Follow-up {args.number} goes to {args.assignee}")
    return 0


def note(house: House, args: argparse.Namespace) -> int:
    """Adds a note to a follow-up."""
    from records.follow_ups import note

    with house.store.transaction() as tx:
        note(tx, args.number, args.text, _by(args), now())
    house.say(f"任务 {args.number} 已加备注", f"Follow-up {args.number}: noted")
    return 0


def close(house: House, args: argparse.Namespace) -> int:
    """Closes a follow-up for a reason, with a note where one is given."""
    from records.follow_ups import close, note
    from reports.labels import CLOSE_LABELS, in_words

    with house.store.transaction() as tx:
        if args.note:
            note(tx, args.number, args.note, _by(args), now())
        close(tx, args.number, args.reason, _by(args), now())
    reason = in_words(args.reason, CLOSE_LABELS)
    words = reason if isinstance(reason, str) or reason is None else reason.read(house.language)
    house.say(f"任务 {args.number} 已办结：{words}", f"Follow-up {args.number} closed: {words}")
    return 0


def reopen(house: House, args: argparse.Namespace) -> int:
    """Opens a closed follow-up again."""
    from records.follow_ups import reopen

    with house.store.transaction() as tx:
        reopen(tx, args.number, args.reason, _by(args), now())
    house.say(f"任务 {args.number} 已重新打开", f"Follow-up {args.number} is open again")
    return 0


def escalate(house: House, args: argparse.Namespace) -> int:
    """Gives one follow-up to the next level, or without a number all overdue ones to theirs."""
    from records.follow_ups import escalate, escalate_overdue

    with house.store.transaction() as tx:
        if args.number is None:
            raised = escalate_overdue(tx, now())
        else:
            raised = {args.number: escalate(tx, args.number, _by(args), now())}
    house.say(f"上报 {len(raised)} 项任务", f"{len(raised)} follow-ups escalated")
    for number, level in raised.items():
        print(number, level, sep="\t")
    return 0


def _by(args: argparse.Namespace) -> str:
    """Who does it: as given, else the user of this machine."""
    if args.by:
        return str(args.by)
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return ""
