"""A town behind the real application: two communities, members of every role, conversations that were really held."""

import re
import threading
import time
import wave
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import uvicorn
from sqlalchemy import insert, select, update

from bots.desk import Desk
from campaigns.plan_file import load_plan, plan_data
from records.notices import PURPOSE
from records.recordings import name_of
from records.scripts import Scripts
from records.seal import Seal
from records.staff import add_member
from records.tables import Attempt, Audit, Campaign, Community, Conversation, FollowUp, Notice, Record, Resident
from tests.reports.town import DUE, settle
from web.app import make_app
from web.office import Office

PASSWORD = "correct horse battery"
GUIYUAN, SONGYUAN = "桂园社区", "松苑社区"
EVIL = "<script>alert('x')</script>"


@dataclass
class Town:
    """The store, the application over it, and a clock that tests move."""

    store: object
    folder: Path
    at: datetime = DUE + timedelta(hours=3)
    people: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)
    talks: dict[str, int] = field(default_factory=dict)

    def __post_init__(self):
        self.seal = Seal("a secret of the tests, long enough")
        name = {"zh-Hans": "桂园社区居委会", "zh-Hant": "桂園社區居委會", "en": "the community office"}
        scripts = Scripts(self.folder / "wordings")
        desk = Desk(self.store, scripts, clock=lambda: self.at, facts={"caller": name, "fever_c": 37.3})
        self.office = Office(
            self.store, desk, self.seal, lambda: self.at, name, self.folder, out=self.folder / "out", scripts=scripts,
            bot_link="https://t.me/our_bot?start={token}",
        )  # fmt: skip
        self.app = make_app(self.office)
        self.server = uvicorn.Server(uvicorn.Config(self.app, port=0, log_config=None, timeout_graceful_shutdown=0))
        self.thread = threading.Thread(target=self.server.run)
        self.browsers = []

    def __enter__(self):
        """Opens the pages, on a port of this machine."""
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_):
        for browser in self.browsers:
            browser.close()
        self.server.should_exit = True
        self.thread.join(10)
        assert not self.thread.is_alive()
        self.store.close()

    def settle(self):
        """Puts in people, accounts, follow-ups, and a conversation in each of the two communities."""
        with self.store.transaction() as tx:
            settle(tx, residents=160)
            for community in (GUIYUAN, SONGYUAN):
                self.people[community] = tx.execute(
                    select(Record.resident_id)
                    .join(Community, Community.id == Record.community_id)
                    .where(Community.name == community, Record.status == "non_reporting")
                    .limit(1)
                ).scalar_one()
            tx.execute(update(Resident).where(Resident.id == self.people[SONGYUAN]).values(name="松苑密友"))
            tx.execute(update(Campaign).values(plan=plan_data(load_plan("default"))))
            for place, resident in self.people.items():
                row = {"campaign_id": 1, "resident_id": resident, "kind": "home_visit", "opened_at": DUE}
                row |= {"due_at": DUE + timedelta(hours=8), "words": f"words of {place}"}
                self.tasks[place] = tx.execute(insert(FollowUp), row).inserted_primary_key[0]
            everywhere = {"password": PASSWORD, "now": self.at, "language": "en"}
            add_member(tx, "boss", name="Boss", role="administrator", **everywhere)
            add_member(tx, "staff", name="Staff", role="staff", **everywhere)
            for role in ("worker", "staff", "administrator"):
                add_member(
                    tx, f"gui-{role}", name=f"Gui {role}", role=role, place={"community": [GUIYUAN]}, **everywhere
                )
        for place, resident in self.people.items():
            self.talks[place] = self.talk(self.link(resident))
        return self

    def link(self, resident, good=timedelta(hours=8)):
        """The page of a new notice for a resident."""
        with self.store.transaction() as tx:
            home = tx.execute(select(Resident.household_id).where(Resident.id == resident)).scalar_one()
            number = tx.execute(select(Notice.id).order_by(Notice.id.desc()).limit(1)).scalar() or 0
            row = {"campaign_id": 1, "round": number + 100, "household_id": home, "resident_id": resident}
            row |= {"channel": "outbox", "address": "+8611100000000", "created_at": self.at}
            key = tx.execute(insert(Notice), {**row, "expires_at": self.at + good}).inserted_primary_key[0]
        return f"/r/{self.seal.sign(PURPOSE, key)}"

    def talk(self, page, words=("38.6", "有点咳嗽，昨天开始的")):
        """Answers the first questions on a resident's page; returns the number of the conversation."""
        browser = self.browser()
        browser.post(page)
        for said in words:
            turn = re.search(r'name="turn" value="([^"]+)"', browser.get(page).text)[1]
            browser.post(page, data={"turn": turn, "words": said})
        return int(turn.split(":")[0])

    def record(self):
        """Keeps a sound for each of the two conversations."""
        for talk in self.talks.values():
            (kept,) = self.rows(Conversation, Conversation.id == talk)
            name = name_of("march", kept.attempt_id)
            file = self.office.out / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with wave.open(str(file), "wb") as sound:
                sound.setnchannels(2)
                sound.setsampwidth(2)
                sound.setframerate(8000)
                sound.writeframes(bytes(range(256)) * 400)
            with self.store.transaction() as tx:
                tx.execute(update(Attempt).where(Attempt.id == kept.attempt_id).values(recording=name))

    def browser(self, login="", password=PASSWORD, **more):
        """A browser that keeps cookies; signed in when a login is given."""
        browser = httpx.Client(
            base_url=self.url, trust_env=False, timeout=30, **{"headers": {"accept-language": "en"}, **more}
        )
        self.browsers.append(browser)
        if login:
            answer = self.sign_in(browser, login, password)
            assert answer.status_code == 303, answer.text
        return browser

    def sign_in(self, browser, login, password=PASSWORD, **more):
        return browser.post("/sign-in", data={"csrf": token(browser), "login": login, "password": password, **more})

    def post(self, browser, path, **data):
        """Sends a form as its page would."""
        return browser.post(path, data={"csrf": token(browser, "/account"), **data})

    def rows(self, table, *where):
        with self.store.reading() as tx:
            return tx.execute(select(table.__table__).where(*where)).all()

    def deeds(self):
        return [(row.what, row.whom) for row in self.rows(Audit)]


def token(browser, page="/sign-in"):
    """The token in the form of a page."""
    shown = browser.get(page)
    found = re.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert found, (shown.status_code, shown.headers, shown.text[:500])
    return found[1]
