"""Commands on the roster."""

from __future__ import annotations

import argparse
import csv
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from commands.house import House, now
from commands.notices import bot_link
from commands.settings import UsageError

if TYPE_CHECKING:
    from records.residents import Listed
    from records.roster import ImportResult
    from records.store import Tx
    from reports.invitations import Slip

CHANNEL = "telegram"


def load(house: House, args: argparse.Namespace) -> int:
    """Reads a roster into the store; fails when not one row could be used."""
    result = import_file(house, Path(args.file), Path(args.rejected) if args.rejected else None)
    return 0 if result.added or result.updated else 1


def import_file(house: House, file: Path, rejected: Path | None) -> ImportResult:
    """Imports a roster; the rejected rows go into `rejected` (default: beside the roster)."""
    from records.roster import import_roster, write_rejected

    result = import_roster(house.store, file, now())
    house.say(
        f"名册 {file.name}：新增 {result.added} 人，更新 {result.updated} 人，退回 {len(result.rejected)} 行",
        f"Roster {file.name}: {result.added} added, {result.updated} updated, {len(result.rejected)} rows rejected",
    )
    if result.rejected:
        rejected = rejected or file.with_name(f"{file.stem}.rejected.csv")
        write_rejected(rejected, result.rejected)
        house.say(f"  退回的行及原因：{rejected}", f"  rejected rows and reasons: {rejected}")
    return result


def count(house: House, args: argparse.Namespace) -> int:
    """Lists the communities with the number of their residents."""
    from records.residents import roster

    with house.store.reading() as tx:
        places = Counter((r.district, r.subdistrict, r.community) for r in roster(tx))
    for place, residents in sorted(places.items()):
        print(*place, residents, sep="\t")
    return 0


def invite(house: House, args: argparse.Namespace) -> int:
    """Writes one-time links for residents who have no chat yet (or for one who is named), as a list and to be printed.

    The files hold links by which a chat becomes that of a resident: only their owner may read them.
    """
    from records.addresses import linked_residents
    from records.residents import roster
    from records.traces import find_resident
    from reports.invitations import invitation_page, invitation_rows

    link = bot_link(house, args.bot)
    with house.store.transaction() as tx:
        one = find_resident(tx, args.resident) if args.resident else None
        known = linked_residents(tx, CHANNEL)
        people = [
            person
            for person in roster(tx, eligible=True)
            if person.id == one or (one is None and person.id not in known)
            if args.community in (None, person.community)
        ]
        slips = list(_slips(house, tx, people, link))
    if not slips:
        raise UsageError("nobody is to be invited: all of them have a chat, or there is no such community")
    folder = Path(args.out)
    folder.mkdir(parents=True, exist_ok=True)
    listed, page = folder / "invitations.csv", folder / "invitations.html"
    with _private(listed, "utf-8-sig") as file:
        csv.writer(file).writerows(invitation_rows(slips, house.language))
    with _private(page, "utf-8") as file:
        file.write(invitation_page(slips, house.language))
    house.say(f"{len(slips)} 份邀请：{listed}，打印：{page}", f"{len(slips)} invitations: {listed}; to print: {page}")
    return 0


def _slips(house: House, tx: Tx, people: Sequence[Listed], link: str) -> Iterator[Slip]:
    from records import invitations
    from reports.invitations import Slip
    from reports.line_list import ZONE

    moment = now()
    until = (moment + invitations.GOOD).astimezone(ZONE)
    for one in people:
        code = invitations.invite(tx, house.seal, invitations.Invited(resident_id=one.id), moment)
        address = " ".join(part for part in (one.building, one.unit) if part)
        yield Slip(one.id, one.name, one.phone, one.community, address, link.replace("{token}", code), until)


def _private(file: Path, encoding: str) -> IO[str]:
    """A new file that only its owner may read, in the place of an old one."""
    file.unlink(missing_ok=True)
    return os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding=encoding, newline="")
