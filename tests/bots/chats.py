"""A few residents with chats, the store, the local Bot API, and the bot between them, started and stopped at will."""

import threading
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from bots.desk import Desk
from bots.telegram import serve
from dialogs.script import load_script
from records.inbox import open_updates
from records.rounds import launch_round
from records.seal import Seal
from records.tables import Campaign, Community, Household, Resident
from tests.bots.bot_api import PATIENCE, SHORT, TOKEN

WANG, ANN, LI, MOTHER = 1, 2, 3, 4
PEOPLE = [  # id, household, name, phone, language, relation
    (WANG, 1, "王伟", "+8611100000001", "zh-Hans", "head"),
    (ANN, 2, "Ann Smith", "+8611100000002", "en", "head"),
    (LI, 3, "李娜", "+8611100000003", "zh-Hans", "spouse"),
    (MOTHER, 3, "李母", "+8611100000003", "zh-Hans", "head"),
]
SEAL = Seal("a secret of these tests alone")


def now():
    return datetime.now(UTC)


class Town:
    """The store with a few residents, the Bot API with their chats, and the bot, started and stopped at will."""

    def __init__(self, store, api):
        self.store, self.api = store, api
        self.thread = None
        with store.transaction() as tx:
            tx.execute(
                insert(Community), {"id": 1, "district": "和安区", "subdistrict": "柳岸街道", "name": "桂园社区"}
            )
            tx.execute(insert(Household), [{"id": n, "community_id": 1, "unit": f"{n}01"} for n in (1, 2, 3)])
            for key, household, name, phone, language, relation in PEOPLE:
                row = {"id": key, "household_id": household, "name": name, "phone": phone, "language": language}
                tx.execute(insert(Resident), {**row, "relation": relation, "imported_at": now()})
        self.wang = api.person(9_000_000_001, name="王伟", phone="8611100000001")
        self.ann = api.person(9_000_000_002, "en", name="Ann", phone="+86 111 0000 0002")
        self.li = api.person(9_000_000_003, name="李娜", phone="8611100000003")
        self.stranger = api.person(9_000_000_009, "en", name="Bob", phone="8611199999999")

    def launch(self, line="telegram"):
        row = {"name": "每日健康", "script": "daily_check", "script_version": 1, "plan": {}, "line": line,
               "state": "running", "created_at": now()}  # fmt: skip
        with self.store.transaction() as tx:
            tx.execute(insert(Campaign), row)
            launch_round(tx, 1, 0, place={}, day=now().astimezone(ZoneInfo("Asia/Shanghai")).date(), due_at=now())

    def start(self, token=TOKEN, **options):
        options = {"poll_seconds": 5, **options}
        facts = {"caller": "桂园社区", "recorded": False}
        desk = Desk(self.store, load_script, clock=now, facts=facts)
        self.stopped, self.faults = threading.Event(), []

        def run():
            try:
                serve(self.store, desk, SEAL, token, base_url=self.api.url, stopped=self.stopped, **options)
            except Exception as error:
                self.faults.append(error)

        self.thread = threading.Thread(target=run)
        self.thread.start()

    def stop(self):
        if self.thread:
            self.stopped.set()
            self.thread.join(10)
            assert not self.thread.is_alive()
            assert self.faults == []
            self.thread = None

    def link(self, person):
        """The person shares their number, and is greeted; returns how many messages they have."""
        before = len(person.received)
        person.shares()
        person.gets(before + 2)
        return before + 2

    def talk(self, person, answers):
        for answer in answers:
            count = len(person.received)
            person.presses(answer[1:-1]) if answer[0] == "[" else person.writes(answer)
            person.gets(count + 1)

    def rows(self, table, *where):
        with self.store.reading() as tx:
            return tx.execute(select(table.__table__).where(*where).order_by(*table.__table__.primary_key)).all()

    def count(self, table):
        with self.store.reading() as tx:
            return tx.execute(select(func.count()).select_from(table)).scalar_one()

    def settled(self):
        """Waits until all updates are in the inbox, and done with."""
        self.api.until(lambda: not self.api.ready, "the updates to be confirmed")
        end = time.monotonic() + PATIENCE
        while True:
            with self.store.reading() as tx:
                if not open_updates(tx, "telegram"):
                    return
            assert time.monotonic() < end, f"the inbox is not emptied after {self.api.calls[-3:]}"
            time.sleep(SHORT)
