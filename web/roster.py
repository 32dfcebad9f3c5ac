"""Loading a roster: the file is looked through first, and read into the store once it is accepted."""

from __future__ import annotations

import shutil
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, UploadFile
from fastapi.responses import Response

from records.roster import Rejected, RosterError, Row, import_roster, read_roster
from records.seal import SealError
from web.access import Rooms, Staff, Visitor, note, own_form
from web.office import Office
from web.pages import go, page

SHOWN, REJECTED = 20, 200  # rows of a preview
MOST_ROWS = 200_000
UNPACKED = 200 << 20  # bytes of an XLSX file
KEPT = 3600.0  # seconds for which a file waits to be accepted
PURPOSE = "roster"

router = APIRouter(include_in_schema=False)


class Refused(ValueError):
    """A file that is not looked at further; `why` is a key of the page's wordings, `detail` says where."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


@dataclass(frozen=True, slots=True)
class Looked:
    """What is in a file: the number of good rows, the first of them, and the rejected ones, `more` left out."""

    good: int
    first: tuple[Row, ...]
    rejected: tuple[Rejected, ...]
    more: int


@router.get("/roster")
def form(request: Request, visitor: Staff, added: int = -1, updated: int = 0, rejected: int = 0) -> Response:
    """Where a file is dropped; after one was read in, what came of it."""
    done = {"added": added, "updated": updated, "rejected": rejected} if added >= 0 else None
    return _page(request, visitor, done=done)


@router.post("/roster", dependencies=[Depends(own_form)])
def look(request: Request, office: Rooms, visitor: Staff, roster: UploadFile | None = None) -> Response:
    """Looks through a file, and shows what would be taken and what not."""
    _everywhere(visitor)
    _tidy(office.uploads)
    if roster is None or not roster.filename:
        return _page(request, visitor, 422, refused=Refused("none"))
    number = time.time_ns()
    path = _path(office, number)
    with path.open("wb") as file:
        shutil.copyfileobj(roster.file, file)
    try:
        looked = look_through(path, office.clock().year)
    except Refused as refused:
        path.unlink()
        return _page(request, visitor, 422, refused=refused)
    note(office, visitor, "looked through a roster", "roster", f"{looked.good} rows")
    ticket = office.seal.sign(PURPOSE, visitor.member.id, number)
    return _page(request, visitor, looked=looked, ticket=ticket, name=roster.filename)


@router.post("/roster/accept", dependencies=[Depends(own_form)])
def accept(request: Request, office: Rooms, visitor: Staff, ticket: Annotated[str, Form()] = "") -> Response:
    """Reads a file that was looked through into the store."""
    _everywhere(visitor)
    path = _file(office, visitor, ticket)
    try:
        result = import_roster(office.store, path, office.clock())
    except RosterError:
        return _page(request, visitor, 422, refused=Refused("broken"))
    finally:
        path.unlink(missing_ok=True)
    note(office, visitor, "loaded a roster", "roster", f"{result.added} added, {result.updated} updated")
    return go("/roster", added=result.added, updated=result.updated, rejected=len(result.rejected))


def look_through(path: Path, year: int) -> Looked:
    """What a file holds; Refused when it is no roster, or larger than one is."""
    _check_packed(path)
    good, more = 0, 0
    first: list[Row] = []
    rejected: list[Rejected] = []
    for row in _rows(path, year):
        if isinstance(row, Row):
            good += 1
            first += [row] if good <= SHOWN else []
        elif len(rejected) < REJECTED:
            rejected.append(row)
        else:
            more += 1
        if good + len(rejected) + more > MOST_ROWS:
            raise Refused("rows")
    return Looked(good, tuple(first), tuple(rejected), more)


def _rows(path: Path, year: int) -> Iterator[Row | Rejected]:
    try:
        yield from read_roster(path, year)
    except RosterError as error:
        raise Refused("broken", str(error).replace(f"{path}: ", "").replace(str(path), "")) from None


def _check_packed(path: Path) -> None:
    """Refuses an archive that unpacks to more than a roster can be, before anything of it is unpacked."""
    if path.stat().st_size == 0:
        raise Refused("empty")
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError):
        raise Refused("broken") from None
    if size > UNPACKED:
        raise Refused("bomb")


def _everywhere(visitor: Visitor) -> None:
    """A row may name a resident of any place by their number: so only who may see all places may load a roster."""
    if visitor.member.place:
        raise HTTPException(403, "place")


def _file(office: Office, visitor: Visitor, ticket: str) -> Path:
    try:
        owner, number = office.seal.read(PURPOSE, ticket)
    except (SealError, ValueError):
        raise HTTPException(404, "nothing") from None
    path = _path(office, number)
    if owner != visitor.member.id or not path.exists():
        raise HTTPException(404, "nothing")
    return path


def _path(office: Office, number: int) -> Path:
    """Where a file waits; whatever is in it, since Excel's reader opens no file of another name."""
    return office.uploads / f"{int(number)}.xlsx"


def _tidy(folder: Path) -> None:
    """Deletes what waited too long: these are lists of people."""
    for path in folder.iterdir():
        if path.stat().st_mtime < time.time() - KEPT:
            path.unlink(missing_ok=True)


def _page(
    request: Request,
    visitor: Visitor,
    status: int = 200,
    *,
    looked: Looked | None = None,
    refused: Refused | None = None,
    done: dict[str, int] | None = None,
    ticket: str = "",
    name: str = "",
) -> Response:
    return page(
        request, "roster.html", status=status, looked=looked, refused=refused, done=done, ticket=ticket, name=name,
        everywhere=not visitor.member.place,
    )  # fmt: skip
