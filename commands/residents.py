"""Commands on the roster."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from commands.house import House, now

if TYPE_CHECKING:
    from records.roster import ImportResult


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
