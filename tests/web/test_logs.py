"""What the server writes while people work with it: nothing that is secret."""

import re
import socket
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from records.staff import add_member
from records.tables import Resident
from tests.web.town import GUIYUAN, PASSWORD, token

RUN = Path(__file__).parents[2] / "run_bot.py"
WRONG, WORDS, SECRET = "wrong horse battery", "38.6 我发烧了", "a secret of the tests, long enough"


@pytest.fixture
def served(town, tmp_path):
    """A process of its own over the store of the town: its address, what it has written, and the end of it."""
    with town.store.transaction() as tx:
        add_member(tx, "late", name="Late", role="administrator", password=PASSWORD, now=town.at, language="en")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    written = tmp_path / "log"
    environment = {"WENAN_STORE": f"sqlite:///{tmp_path / 'town.sqlite'}", "WENAN_SECRET": SECRET, "PYTHONUTF8": "1"}
    with written.open("w") as log:
        command = [sys.executable, "-W", "default", str(RUN), "web", "--listen", f"127.0.0.1:{port}"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
        try:
            yield f"http://127.0.0.1:{port}", written, process
        finally:
            process.terminate()
            process.wait(20)


def opened(address):
    """A browser, as soon as anybody answers."""
    browser = httpx.Client(base_url=address, trust_env=False, timeout=30)
    for _ in range(300):
        try:
            browser.get("/sign-in")
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return browser
    raise AssertionError("nobody answers")


def test_log_holds_no_password_token_number_or_word(town, served):
    address, written, process = served
    browser = opened(address)
    with closing(browser):
        links = [town.link(town.people[GUIYUAN] + number, timedelta(5000)) for number in (0, 2)]
        secrets = [PASSWORD, WRONG, WORDS, SECRET, *(link.rpartition("/")[2] for link in links)]
        for password, status in ((WRONG, 401), (PASSWORD, 303)):
            form = {"csrf": token(browser), "login": "late", "password": password}
            assert browser.post("/sign-in", data=form).status_code == status
        assert browser.post("/api/sign-in", json={"login": "late", "password": PASSWORD}).status_code == 200
        secrets += [value for cookie in browser.cookies.jar if (value := cookie.value) and len(value) > 8]
        person = town.people[GUIYUAN]
        for path in ("/overview", "/residents?campaign=1", f"/residents/{person}?phone=true", f"/code/{secrets[4]}",
                     "/reports/files/line_list.csv?campaign=1&full=true", f"/r/{'x' * 60}", "/nowhere"):  # fmt: skip
            assert browser.get(path).status_code in (200, 404), path
        browser.post("/roster", data={"csrf": token(browser, "/roster")},
                     files={"roster": ("r.csv", f"姓名,电话\n{WORDS},13800138000\n".encode())})  # fmt: skip
    with httpx.Client(base_url=address, trust_env=False, follow_redirects=True) as resident:
        resident.post(links[1])
        turn = re.search(r'name="turn" value="([^"]+)"', resident.get(links[1]).text)[1]
        assert WORDS in resident.post(links[1], data={"turn": turn, "words": WORDS}).text
        assert resident.get(f"{links[0]}/code.png").status_code in (200, 404)
    host, _, port = address.removeprefix("http://").rpartition(":")
    for broken in (
        f"GET {links[0]} HTTP/9.9\r\n\r\n",
        f"\x00{links[1]}\r\n\r\n",
        f"GET {links[0]} HTTP/1.1\r\nx\r\n\r\n",
    ):
        with socket.create_connection((host, int(port))) as line:
            line.sendall(broken.encode())
            line.recv(1000)
    process.terminate()
    process.wait(20)
    log = written.read_text(encoding="utf-8")
    assert address in log  # it is the log
    phones = {row.phone for row in town.rows(Resident)}
    assert not [secret for secret in (*secrets, "13800138000") if secret in log]
    assert not [phone for phone in phones if phone[-8:] in log]
