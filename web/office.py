"""What the pages need of the house, handed in once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bots.desk import Desk
from records.scripts import Scripts
from records.seal import Seal
from records.store import Store
from reports.indicators import FEVER_C
from reports.line_list import ZONE
from reports.tallies import Tallies
from web.live import Live

if TYPE_CHECKING:
    from web.rehearsal import Rehearsals


def _rehearsals() -> Rehearsals:
    from web.rehearsal import Rehearsals  # the simulator is read when a house with pages is built

    return Rehearsals()


@dataclass(frozen=True, slots=True)
class Office:
    """The rooms behind the pages: `name` is who calls, by language; `uploads` keeps rosters until they are accepted.

    Below `out` lie the recordings of calls, as everything else that is written.
    """

    store: Store
    desk: Desk
    seal: Seal
    clock: Callable[[], datetime]
    name: Mapping[str, str]
    uploads: Path
    fever_c: float = FEVER_C
    zone: ZoneInfo = ZONE
    live: Live = field(default_factory=Live)
    tallies: Tallies = field(default_factory=Tallies)
    out: Path = Path("out")
    bot_link: str = ""  # opens the bot, with {token} in it
    scripts: Scripts = field(default_factory=lambda: Scripts(Path("wordings")))
    rehearsals: Rehearsals = field(default_factory=_rehearsals)
