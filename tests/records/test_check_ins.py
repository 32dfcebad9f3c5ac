"""The daily question: when it is due, its reminders, and that each is written by one process only."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from records.addresses import change_address, link, linked_at
from records.check_ins import (
    CheckInError,
    CheckIns,
    ask_from,
    default_check_ins,
    due_check_ins,
    first_at,
    load_check_ins,
    next_at,
    note_asked,
)
from tests.records.town import BABY, LI, WANG, ZHAO

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = CheckIns(9, (7, 9), (timedelta(hours=2), timedelta(hours=6)), 21, timedelta(hours=2))
HOUR = timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hour", "asked", "answered", "now", "expected"),
    [
        (9, 0, False, "10T09:00", ("10T11:00", 1)),
        (9, 1, False, "10T11:00", ("10T15:00", 2)),
        (9, 2, False, "10T15:00", ("11T09:00", 0)),
        (9, 0, True, "10T09:00", ("11T09:00", 0)),
        (9, 1, True, "10T11:00", ("11T09:00", 0)),
        (18, 0, False, "10T18:00", ("10T20:00", 1)),
        (18, 1, False, "10T20:00", ("11T18:00", 0)),  # the next would come at midnight
        (20, 0, False, "10T20:00", ("11T20:00", 0)),
        (9, 0, False, "10T11:30", ("11T09:00", 0)),  # the time of the reminder is over too
        (9, 0, False, "31T09:00", ("31T11:00", 1)),
    ],
)
def test_reminders_stop_when_answered_and_in_the_evening(hour, asked, answered, now, expected):
    assert next_at(RULES, hour, asked, answered, at(now)) == (at(expected[0]), expected[1])


def test_question_comes_at_the_local_hour_also_when_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    evening = datetime(2026, 3, 28, 20, tzinfo=berlin)  # the night loses an hour
    assert first_at(9, evening).astimezone(UTC) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert first_at(20, evening) == evening + timedelta(days=1)
    assert first_at(21, evening) == evening + HOUR


def test_hour_is_the_chosen_one_else_that_of_the_roster_else_that_of_the_rules(town, now):
    local = now.astimezone(SHANGHAI)
    with town.store.transaction() as tx:
        linked = link(tx, "telegram", "7", WANG, now)
        ask_from(tx, linked, None, local)
        assert due_check_ins(tx, "telegram", first_at(RULES.hour, local) - HOUR / 60, 9) == []
        (due,) = due_check_ins(tx, "telegram", first_at(RULES.hour, local), 9)
        assert (due.linked.resident_id, due.asked) == (WANG, 0)
        ask_from(tx, linked, 20, local)
        assert linked_at(tx, "telegram", "7").hour == 20
        (due,) = due_check_ins(tx, "telegram", first_at(20, local), 9)
        assert due.at == first_at(20, local)
        ask_from(tx, linked, None, local, never=True)
        assert not linked_at(tx, "telegram", "7").asks
        assert due_check_ins(tx, "telegram", now + timedelta(days=9), 9) == []


def test_who_stopped_blocked_or_left_is_not_asked(town, now):
    local = now.astimezone(SHANGHAI)
    with town.store.transaction() as tx:
        for chat, resident in (("1", WANG), ("2", LI), ("3", BABY), ("4", ZHAO)):
            ask_from(tx, link(tx, "telegram", chat, resident, now), None, local)
        change_address(tx, "telegram", "2", stopped_at=now)
        change_address(tx, "telegram", "3", blocked_at=now)
        due = due_check_ins(tx, "telegram", now + timedelta(days=1), 9)
    assert [one.linked.address for one in due] == ["1"]


def test_what_is_late_waits_for_the_next_day(town, now):
    local = now.astimezone(SHANGHAI)
    with town.store.transaction() as tx:
        ask_from(tx, link(tx, "telegram", "7", WANG, now), None, local)
        late = first_at(RULES.hour, local) + RULES.late + HOUR
        (due,) = due_check_ins(tx, "telegram", late, 9)
        assert not note_asked(tx, due, RULES, False, late)
        assert due_check_ins(tx, "telegram", late + 20 * HOUR, 9) == []
        (due,) = due_check_ins(tx, "telegram", late + 21 * HOUR, 9)
        assert due.asked == 0


def test_each_is_taken_by_one_process_only(store, now):
    from tests.records.town import make_town

    town, local = make_town(store, now), now.astimezone(SHANGHAI)
    with store.transaction() as tx:
        for chat in range(40):
            ask_from(tx, link(tx, "telegram", str(chat), WANG, now), None, local)
    moment, written, ready = first_at(RULES.hour, local), [], threading.Barrier(4)

    def work():
        ready.wait()
        while True:
            with town.store.transaction() as tx:
                found = due_check_ins(tx, "telegram", moment, 7)
                for due in found:
                    if note_asked(tx, due, RULES, False, moment):
                        written.append(due.linked.address)
            if not found:
                return

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == sorted(map(str, range(40)))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[2, 6]", "[2, 4, 6]", "2 at most"),
        ("[2, 6]", "[6, 2]", "the earlier first"),
        ("hour: 9 ", "hour: 24 ", "from 0 to 23"),
        ("latest: 21", "", "KeyError: 'latest'"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(tmp_path, old, new, why):
    text = Path(default_check_ins.__wrapped__.__code__.co_filename).with_suffix(".yaml").read_text(encoding="utf-8")
    file = tmp_path / "rules.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CheckInError, match=why):
        load_check_ins(file)
