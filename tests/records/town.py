"""A tiny town for the tests of records: two households in one community, one of them a family that shares a phone."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select

from records.attempts import begin_attempt
from records.conversations import Kept, load_conversation, open_conversation
from records.rounds import launch_round
from records.tables import Campaign, Community, Household, Record, Resident

WANG, LI, BABY, ZHAO = 1, 2, 3, 4
FAMILY, FLAT = 1, 2


def settle(tx, now):
    """Puts the people of the town into an empty store."""
    tx.execute(insert(Community), {"id": 1, "district": "和安区", "subdistrict": "柳岸街道", "name": "桂园社区"})
    tx.execute(
        insert(Household),
        [
            {"id": FAMILY, "community_id": 1, "grid": "第1网格", "building": "1号楼", "unit": "101"},
            {"id": FLAT, "community_id": 1, "grid": "第2网格", "building": "2号楼", "unit": "202"},
        ],
    )
    people = [
        (WANG, FAMILY, "王伟", "+8611100000001", "head", ""),
        (LI, FAMILY, "李娜", "+8611100000001", "spouse", ""),
        (BABY, FAMILY, "王宝", "+8611100000003", "son", ""),
        (ZHAO, FLAT, "赵六", "+8611100000004", "head", "moved"),
    ]
    for key, household, name, phone, relation, ineligible in people:
        row = {"id": key, "household_id": household, "name": name, "phone": phone, "relation": relation}
        tx.execute(insert(Resident), {**row, "ineligible": ineligible, "imported_at": now})
    tx.execute(
        insert(Campaign),
        {"name": "每日健康", "script": "daily_check", "script_version": 1, "plan": {}, "created_at": now},
    )


@dataclass
class Town:
    """The store of the town, its campaign launched, and shorthands for what tests look at."""

    store: object
    now: object

    def call(self, *residents, phone="+8611100000001", after=timedelta(0)) -> Kept:
        """Begins an attempt for these residents and opens its conversation."""
        at = self.now + after
        people = list(residents or (WANG, LI, BABY))
        with self.store.transaction() as tx:
            attempt = begin_attempt(
                tx, campaign_id=1, round=0, household_id=FAMILY, residents=people, phone=phone, channel="simulated",
                number=1, started_at=at, now=at,
            )  # fmt: skip
            key = open_conversation(
                tx, attempt_id=attempt, channel="simulated", address=phone, script="daily_check", script_version=1,
                now=at,
            )  # fmt: skip
            return load_conversation(tx, key)

    def record(self, resident):
        with self.store.transaction() as tx:
            return tx.execute(select(Record.__table__).where(Record.resident_id == resident)).one()

    def rows(self, table):
        with self.store.transaction() as tx:
            return tx.execute(select(table.__table__).order_by(*table.__table__.primary_key)).all()


def make_town(store, now) -> Town:
    with store.transaction() as tx:
        settle(tx, now)
        launch_round(tx, 1, 0, place={}, day=now.date(), due_at=now)
    return Town(store, now)
