"""Rosters: the lists of residents that offices send, read from spreadsheets, checked, and put into the store."""

from records.roster.importing import ImportResult, import_roster
from records.roster.rows import Rejected, Row, read_roster, write_rejected
from records.roster.sheets import RosterError

__all__ = ["ImportResult", "Rejected", "RosterError", "Row", "import_roster", "read_roster", "write_rejected"]
