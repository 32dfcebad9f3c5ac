"""A small town's records, made up by seed and written by plain inserts: what the tests of the tables count."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert

from records.symptoms import BIT, FEVER
from records.tables import Attempt, Campaign, Community, FollowUp, Household, Record, Resident

DAY = date(2026, 3, 2)
DUE = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
COMMUNITIES = tuple(
    f"{first}{second}社区" for first, second in zip("桂松梅荷竹枫杏兰菊榆桐槐", "园苑里湾庭坊溪林泉堤园苑", strict=True)
)
SUBDISTRICTS = ("柳岸街道", "望山街道", "长桥街道")
SURNAMES, NAMES = "张王李赵陈杨刘周吴徐", "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚"
SEVERE = ("shortness_of_breath", "chest_pain")


def settle(tx: Connection, residents: int = 240, days: int = 1, seed: int = 7) -> int:
    """Writes a campaign with a round for each day, done; returns its id."""
    draw = random.Random(seed)
    tx.execute(insert(Campaign), [{
        "id": 1, "name": "三月每日健康询问", "script": "daily_check", "script_version": 1, "plan": {}, "place": {},
        "line": "simulated", "lines": 10, "state": "completed", "seed": seed, "created_at": DUE,
    }])  # fmt: skip
    tx.execute(insert(Community), [
        {"id": number + 1, "district": "和安区", "subdistrict": SUBDISTRICTS[number // 4], "name": name}
        for number, name in enumerate(COMMUNITIES)
    ])  # fmt: skip
    people = _people(draw, residents)
    homes = {person["household_id"]: person["home"] for person in people}
    tx.execute(insert(Household), [{"id": number, **home} for number, home in homes.items()])
    tx.execute(insert(Resident), [{k: v for k, v in person.items() if k != "home"} for person in people])
    for number in range(days):
        _round(tx, draw, people, number)
    return 1


def _people(draw: random.Random, residents: int) -> list[dict]:
    people = []
    household = 0
    while len(people) < residents:
        household += 1
        home = {
            "community_id": draw.randint(1, len(COMMUNITIES)), "grid": f"第{draw.randint(1, 3)}网格",
            "building": f"{draw.randint(1, 12)}号楼", "unit": f"{household}室",
        }  # fmt: skip
        surname = draw.choice(SURNAMES)
        for _ in range(draw.choice((1, 2, 2, 3, 3, 4))):
            number = len(people) + 1
            people.append({
                "id": number, "roster_id": f"R{number:06}", "household_id": household, "home": home,
                "name": surname + draw.choice(NAMES) + draw.choice(("", draw.choice(NAMES))),
                "phone": f"+861115{household:07}", "language": draw.choice(("zh-Hans",) * 19 + ("en",)),
                "sex": draw.choice(("male", "female")), "birth_year": draw.choice((None, draw.randint(1930, 2020))),
                "relation": "", "time_zone": "", "ineligible": "", "imported_at": DUE,
            })  # fmt: skip
    return people[:residents]


def _round(tx: Connection, draw: random.Random, people: list[dict], number: int) -> None:
    due = DUE + timedelta(days=number)
    records, tasks, attempts = [], [], []
    for person in people:
        home = person["home"]
        ill = 0.12 if home["community_id"] == 3 else 0.03
        record = _record(draw, due, ill, silent=0.4 if home["community_id"] == 7 else 0.12)
        record |= {
            "campaign_id": 1, "round": number, "day": due.date(), "resident_id": person["id"], "due_at": due,
            "household_id": person["household_id"], "language": person["language"], "other": {},
            **{key: home[key] for key in ("community_id", "grid", "building")},
        }  # fmt: skip
        records.append(record)
        tasks += _tasks(record, due)
        if not attempts or attempts[-1]["household_id"] != person["household_id"]:
            attempts += _attempts(draw, record, person["phone"], due)
    tx.execute(insert(Record), records)
    tx.execute(insert(Attempt), attempts)
    if tasks:
        tx.execute(insert(FollowUp), tasks)


BLANK = {
    "attempts": 3, "reached": False, "outcome": "no_answer", "disposition": "non_contact", "final": True,
    "reason": None, "status": "non_reporting",
    "channel": None, "reporter": None, "temperature_c": None, "fever": None, "present": 0,
    "absent": 0, "onset_on": None, "contact": None, "needs_help": None, "needs": None, "colour": None,
    "reported_at": None,
}  # fmt: skip


def _record(draw: random.Random, due: datetime, ill: float, silent: float) -> dict:
    if draw.random() < silent:
        outcome, disposition = draw.choice(
            (("no_answer", "non_contact"), ("busy", "non_contact"), ("invalid_number", "unknown"))
        )
        return BLANK | {"outcome": outcome, "disposition": disposition}
    reached = BLANK | {
        "attempts": draw.choice((1, 1, 1, 2)),
        "reached": True,
        "outcome": "answered_human",
        "channel": "phone",
    }
    if draw.random() < 0.06:
        disposition = draw.choice(("refused", "break_off", "other", "ineligible"))
        return reached | {
            "disposition": disposition,
            "status": "closed" if disposition == "ineligible" else "non_reporting",
        }
    return reached | _report(draw, due, draw.random() < ill)


def _report(draw: random.Random, due: datetime, ill: bool) -> dict:
    temperature = round(draw.gauss(38.2 if ill else 36.5, 0.5 if ill else 0.2), 1)
    present = sum(bit for bit in BIT.values() if draw.random() < 0.25 and bit != FEVER) if ill else 0
    given = draw.random() < 0.95
    fever = temperature >= 37.3 if given else (True if ill else None)
    present |= FEVER if fever else 0
    whole = fever is not None and draw.random() < 0.95
    asked = sum(BIT.values()) if whole else FEVER | BIT["cough"]
    return {
        "disposition": "complete" if whole else "partial", "status": "symptomatic" if present else "asymptomatic",
        "reporter": draw.choice(("self", "self", "proxy")), "temperature_c": temperature if given else None,
        "fever": fever, "present": present, "absent": asked & ~present & ~(0 if fever is False else FEVER),
        "onset_on": due.date() - timedelta(days=draw.randint(0, 3)) if present else None,
        "contact": draw.random() < 0.04 if whole else None, "needs_help": draw.random() < 0.03 if whole else None,
        "colour": "red" if fever else "yellow" if present else "green",
        "reported_at": due + timedelta(seconds=draw.randint(60, 36_000)),
    }  # fmt: skip


def _tasks(record: dict, due: datetime) -> list[dict]:
    kinds = []
    if any(record["present"] & BIT[name] for name in SEVERE):
        kinds.append("urgent_visit")
    elif record["fever"]:
        kinds.append("home_visit")
    if record["disposition"] in ("non_contact", "unknown"):
        kinds.append("not_reached")
    if record["needs_help"]:
        kinds.append("needs_help")
    return [
        {
            "campaign_id": 1, "round": record["round"], "resident_id": record["resident_id"], "kind": kind,
            "urgent": kind == "urgent_visit", "words": "我喘不上气" if kind == "urgent_visit" else "", "state": "open",
            "note": "", "opened_at": due + timedelta(hours=2), "closed_at": None,
            "due_at": due + timedelta(hours=4 if kind == "urgent_visit" else 26),
        }
        for kind in kinds
    ]  # fmt: skip


def _attempts(draw: random.Random, record: dict, phone: str, due: datetime) -> list[dict]:
    made = []
    for number in range(1, record["attempts"] + 1):
        outcome = (
            record["outcome"] if number == record["attempts"] else draw.choice(("no_answer", "busy", "powered_off"))
        )
        answered = outcome == "answered_human"
        made.append({
            "campaign_id": 1, "round": record["round"], "household_id": record["household_id"], "residents": [],
            "phone": phone, "channel": "phone", "number": number, "outcome": outcome, "started_at": due,
            "ended_at": due, "ring_seconds": float(draw.randint(3, 45)),
            "talk_seconds": float(draw.randint(20, 180)) if answered else None, "recorded_at": due,
        })  # fmt: skip
    return made
