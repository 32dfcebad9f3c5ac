"""Rosters: the lists of residents that offices send, read from spreadsheets, checked, and put into the store."""

from records.roster.importing import ImportResult, enrol, import_roster, move
from records.roster.rows import Rejected, Row, check_cell, check_row, read_roster, write_rejected
from records.roster.sheets import RosterError

__all__ = [
    "ImportResult",
    "Rejected",
    "RosterError",
    "Row",
    "check_cell",
    "check_row",
    "enrol",
    "import_roster",
    "move",
    "read_roster",
    "write_rejected",
]
