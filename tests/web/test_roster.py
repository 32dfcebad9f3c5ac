"""A roster is looked through before it is loaded; what is no roster is refused with a word why."""

import io
import re
import socket
import zipfile
from contextlib import suppress

import httpx
import openpyxl
import pytest

from records.tables import Resident
from tests.web.town import EVIL, token
from web import guard, roster

HEAD = "姓名,电话,社区,楼栋,房号\n"
ROWS = "赵一,11122220001,桂园社区,1号楼,101\n钱二,not a number,桂园社区,1号楼,102\n"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def upload(town, browser, content, name="list.csv"):
    files = {"roster": (name, content, "text/csv")}
    return browser.post("/roster", data={"csrf": token(browser, "/account")}, files=files)


def xlsx(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


@pytest.mark.parametrize("kind", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "xlsx"])
def test_preview_shows_good_and_rejected_rows_and_loads_nothing_until_accepted(town, kind):
    browser, before = town.browser("staff"), len(town.rows(Resident))
    text = HEAD + ROWS
    content = xlsx([line.split(",") for line in text.splitlines()]) if kind == "xlsx" else text.encode(kind)
    shown = upload(town, browser, content, f"list.{'xlsx' if kind == 'xlsx' else 'csv'}")
    assert shown.status_code == 200
    assert "赵一" in shown.text
    assert "111****0001" in shown.text or "+86111****0001" in shown.text
    assert re.search(r"Rejected rows</dt><dd[^>]*>1<", shown.text)
    assert len(town.rows(Resident)) == before
    ticket = re.search(r'name="ticket" value="([^"]+)"', shown.text)[1]
    done = town.post(browser, "/roster/accept", ticket=ticket)
    assert done.headers["location"] == "/roster?added=1&updated=0&rejected=1"
    assert "1 added, 0 updated, 1 rows rejected" in browser.get(done.headers["location"]).text
    assert len(town.rows(Resident)) == before + 1
    assert list(town.folder.iterdir()) == []
    assert town.post(browser, "/roster/accept", ticket=ticket).status_code == 404  # once only


def test_ticket_is_good_for_who_looked_only(town):
    first, other = town.browser("staff"), town.browser("boss")
    shown = upload(town, first, (HEAD + ROWS).encode())
    ticket = re.search(r'name="ticket" value="([^"]+)"', shown.text)[1]
    assert town.post(other, "/roster/accept", ticket=ticket).status_code == 404
    for forged in ("", "x", ticket[:-1] + ("A" if ticket[-1] != "A" else "B"), town.seal.sign("notice", 1)):
        assert town.post(first, "/roster/accept", ticket=forged).status_code == 404


def test_only_who_sees_all_places_may_load(town):
    for login in ("gui-staff", "gui-administrator"):
        browser = town.browser(login)
        assert upload(town, browser, (HEAD + ROWS).encode()).status_code == 403
        assert town.post(browser, "/roster/accept", ticket="x").status_code == 403
    worker = town.browser("gui-worker")
    assert upload(town, worker, (HEAD + ROWS).encode()).status_code == 403


def bomb():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        for number in range(3):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"\0" * (roster.UNPACKED // 2))
    return held.getvalue()


REFUSED = {
    "empty": (b"", "empty"),
    "binary": (bytes(range(256)) * 40, "cannot be read as a roster"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls"),
    "broken zip": (b"PK\x03\x04" + b"\xff" * 300, "cannot be read as a roster"),
    "zip without a book": (None, "cannot be read as a roster"),
    "no headers": (b"a,b,c\n1,2,3\n", "cannot be read as a roster"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_roster_is_refused(town, case):
    content, why = REFUSED[case]
    if content is None:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("readme.txt", "no book")
        content = held.getvalue()
    shown = upload(town, town.browser("staff"), content)
    assert shown.status_code == 422
    assert why in shown.text
    assert str(town.folder) not in shown.text
    assert list(town.folder.iterdir()) == []


def test_archive_that_unpacks_to_very_much_is_not_unpacked(town):
    content = bomb()
    assert len(content) < 1 << 20
    shown = upload(town, town.browser("staff"), content, "bomb.xlsx")
    assert shown.status_code == 422
    assert "unpacks to far more" in shown.text


def told_to_be_large(town, browser):
    """The answer to a request that says how long it is, and has not yet sent anything."""
    host, port = town.url.removeprefix("http://").split(":")
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    with socket.create_connection((host, int(port)), timeout=20) as wire:
        head = ("POST /roster HTTP/1.1", f"Host: {host}:{port}", f"Cookie: {cookies}", f"Content-Length: {200 << 20}")
        wire.sendall("\r\n".join((*head, "", "")).encode())
        return wire.recv(1000).decode()


def test_file_of_200_megabytes_is_cut_off(town):
    browser = town.browser("staff")
    form = token(browser, "/account")

    def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + form.encode() + b"\r\n--x\r\n"
        yield b'Content-Disposition: form-data; name="roster"; filename="a.csv"\r\n\r\n'
        for _ in range(200):
            yield b"x" * (1 << 20)

    kind = {"content-type": "multipart/form-data; boundary=x"}
    with suppress(httpx.WriteError):  # the answer comes, and the connection is closed, before all is sent
        assert browser.post("/roster", content=endless(), headers=kind).status_code == 413
    assert told_to_be_large(town, browser).startswith("HTTP/1.1 413")
    assert browser.post("/account", content=b"x" * (guard.LARGEST + 1), headers=kind).status_code == 413
    assert sum(path.stat().st_size for path in town.folder.iterdir()) < guard.LARGEST_FILE


def test_names_in_a_preview_are_text(town):
    shown = upload(town, town.browser("staff"), (HEAD + f"{EVIL},11122220001,桂园社区,,\n").encode(), f"{EVIL}.csv")
    assert EVIL not in shown.text
    assert "&lt;script&gt;" in shown.text
