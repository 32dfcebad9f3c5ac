"""Reads a spreadsheet as rows of text: CSV in the encodings that offices use, and XLSX."""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

Cells = list[str]
Numbered = tuple[int, Cells]  # the row's number as the spreadsheet shows it, from 1
BLOCK = 1 << 20
LARGEST = 2 << 30  # bytes of an XLSX file when unpacked, or of a cell: beyond lies no roster, but a trap
ENCODINGS = ("utf-8-sig", "gb18030")
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # how some programs keep leading zeros in a CSV


class RosterError(ValueError):
    """A file that is no roster; the message names the file, the place in it and what is wrong."""


def read_rows(path: Path) -> Iterator[Iterator[Numbered]]:
    """The sheets of a file, each as its numbered rows of text; blank rows are left out. Raises RosterError."""
    start = _start(path)
    if start.startswith(b"PK\x03\x04"):
        yield from _xlsx(path)
    elif start.startswith(OLD_EXCEL):
        raise RosterError(f"{path}: is in the old Excel format (.xls): save it as .xlsx or CSV 请另存为 .xlsx 或 CSV")
    else:
        yield _csv(path, "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _encoding(path))


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except IsADirectoryError:
        raise RosterError(f"{path}: is a folder, not a file 是文件夹，不是文件") from None
    except OSError as error:
        raise RosterError(f"{path}: cannot be read: {error.strerror}") from error
    if not start:
        raise RosterError(f"{path}: is empty 文件是空的")
    return start


def _encoding(path: Path) -> str:
    """The first of the encodings in which the whole file can be read."""
    furthest = 0
    for encoding in ENCODINGS:
        fault = _fault(path, encoding)
        if fault is None:
            return encoding
        furthest = max(furthest, fault)
    raise RosterError(f"{path}: is not text: neither UTF-8 nor GB18030 can read it, from byte {furthest} on")


def _fault(path: Path, encoding: str) -> int | None:
    """The place of the first byte that is not text in this encoding; None when all is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if (zero := block.find(b"\0")) >= 0:
                return done + zero
            try:
                decoder.decode(block, final=len(block) < BLOCK)
            except UnicodeDecodeError as error:
                return max(0, done + error.start)
            done += len(block)
    return None


def _csv(path: Path, encoding: str) -> Iterator[Numbered]:
    csv.field_size_limit(LARGEST - 1)  # a long cell is the fault of its row, not of the file
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=_delimiter(path, encoding))
        try:
            for number, row in enumerate(reader, start=1):
                if any(row):
                    yield number, [_text(cell) for cell in row]
        except (csv.Error, UnicodeDecodeError) as error:
            raise RosterError(f"{path}: line {reader.line_num}: {error}") from error


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding) as file:
        head = file.read(4096)
    return max(",\t;", key=head.count)


def _text(cell: str) -> str:
    return wrapped[1] if cell.startswith("=") and (wrapped := AS_TEXT.fullmatch(cell)) else cell


def _xlsx(path: Path) -> Iterator[Iterator[Numbered]]:
    faults = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, ParseError, EOFError)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise RosterError(f"{path}: unpacks to more than {LARGEST >> 30} GiB, which is no roster")
        book = load_workbook(path, read_only=True, data_only=True)
    except RosterError:
        raise
    except faults as error:
        raise RosterError(f"{path}: is not an Excel file that can be read: {error}") from error
    try:
        for sheet in book.worksheets:
            yield _guarded(path, sheet.title, _sheet_rows(sheet), faults)
    finally:
        book.close()


def _guarded(
    path: Path, title: str, rows: Iterator[Numbered], faults: tuple[type[Exception], ...]
) -> Iterator[Numbered]:
    """The rows, with a fault of the file turned into one that says where it is."""
    number = 0
    try:
        for number, cells in rows:
            yield number, cells
    except RosterError:
        raise
    except faults as error:
        raise RosterError(f"{path}: sheet {title!r}, after row {number}: cannot be read: {error}") from error


def _sheet_rows(sheet: Any) -> Iterator[Numbered]:
    sheet.reset_dimensions()  # what some programs write about the size of a sheet is wrong
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(value is not None for value in row):
            yield number, ["" if value is None else _TEXT.get(type(value), str)(value) for value in row]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


_TEXT: dict[type, Callable[[Any], str]] = {
    str: _text,
    float: _number,
    datetime: lambda value: value.date().isoformat(),
    date: lambda value: value.isoformat(),
}
