"""Work for humans: opened by the rules, told of new reports, escalated, closed with a reason, opened again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from dialogs.events import Answered, Ended, Requested
from records.answers import fold_conversation
from records.follow_ups import (
    FollowUpError,
    assign,
    close,
    escalate,
    escalate_overdue,
    find_follow_up,
    history,
    level_of,
    note,
    reopen,
)
from records.health import default_rules
from records.rounds import finish_round, launch_round
from records.tables import FollowUp, Household, Record, Resident
from tests.records.town import LI, WANG

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DONE = Ended("complete", "done", "bye")
FEVER = Answered("temperature", 38.4, "1")
LEVELS = ("community", "subdistrict", "district")


def report(town, *events, after=timedelta(0), residents=(WANG,), talk=None):
    """A call after so long, and what was said in it."""
    talk = talk or town.call(*residents, after=after)
    with town.store.transaction() as tx:
        fold_conversation(tx, talk, [*events, DONE], essential=("temperature",), now=talk.opened_at)
    return talk


def work(town, kind):
    return [row for row in town.rows(FollowUp) if row.kind == kind]


def steps(town, follow_up):
    with town.store.reading() as tx:
        return [(step.what, step.by, step.words) for step in history(tx, follow_up)]


def test_work_is_assigned_noted_closed_and_opened_again(town, now):
    report(town, FEVER)
    (red,) = work(town, "red_result")
    with town.store.transaction() as tx:
        assign(tx, red.id, "周护士", "站长", now)
        note(tx, red.id, "已送退烧药", "周护士", now + HOUR)
        close(tx, red.id, "seen", "周护士", now + HOUR)
    (red,) = work(town, "red_result")
    assert (red.assignee, red.note, red.state, red.outcome) == ("周护士", "已送退烧药", "closed", "seen")
    assert red.closed_at == now + HOUR
    with town.store.transaction() as tx:
        reopen(tx, red.id, "家属来电", "站长", now + 2 * HOUR)
    (red,) = work(town, "red_result")
    assert (red.state, red.outcome, red.closed_at, red.due_at) == ("open", None, None, now + 4 * HOUR)
    assert red.assignee == "周护士"
    assert steps(town, red.id) == [
        ("opened", "", ""), ("assigned", "站长", "周护士"), ("noted", "周护士", "已送退烧药"),
        ("closed", "周护士", "seen"), ("reopened", "站长", "家属来电"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (lambda tx, now: close(tx, 9, "seen", "x", now), "there is no follow-up 9"),
        (lambda tx, now: note(tx, 9, "seen", "x", now), "there is no follow-up 9"),
        (lambda tx, now: history(tx, 9), "there is no follow-up 9"),
        (lambda tx, now: close(tx, 1, "bored", "x", now), "'bored' is no reason to close follow-up 1 .known: seen, "),
        (lambda tx, now: reopen(tx, 1, "again", "x", now), "follow-up 1 is open"),
        (lambda tx, now: [escalate(tx, 1, "x", now) for _ in range(4)], "1 is at the last level already .district"),
        (lambda tx, now: [close(tx, 1, "seen", "x", now) for _ in range(2)], "1 is closed .seen.: open it again"),
    ],
)
def test_step_that_cannot_be_taken_is_named(town, now, step, said):
    report(town, FEVER)
    with pytest.raises(FollowUpError, match=said), town.store.transaction() as tx:
        step(tx, now)


def test_new_abnormal_report_opens_closed_work_again_and_moves_it_to_its_round(town, now):
    first = report(town, FEVER)
    (red,) = work(town, "red_result")
    with town.store.transaction() as tx:
        close(tx, red.id, "seen", "周护士", now + HOUR)
        launch_round(tx, 1, 1, place={}, day=(now + DAY).date(), due_at=now + DAY)
    report(town, FEVER, talk=first)
    assert work(town, "red_result")[0].state == "closed", "an old report told again is no news"
    next_day = replace(town.call(WANG, after=DAY), round=1)
    report(town, FEVER, talk=next_day)
    (red,) = work(town, "red_result")
    assert (red.state, red.round, red.due_at, red.conversation_id) == ("open", 1, now + DAY + 2 * HOUR, next_day.id)
    report(town, FEVER, talk=replace(town.call(WANG, after=DAY + HOUR), round=1))
    assert [what for what, _, _ in steps(town, red.id)] == ["opened", "closed", "reopened", "reported"]
    assert len(work(town, "red_result")) == 1


def test_report_long_after_the_work_was_closed_opens_new_work(town, now):
    report(town, FEVER)
    with town.store.transaction() as tx:
        close(tx, 1, "seen", "周护士", now)
    report(town, Requested("human"), FEVER, after=20 * DAY)
    assert [f.state for f in work(town, "red_result")] == ["closed", "open"]


def test_who_reports_after_all_needs_no_visit(town, now):
    with town.store.transaction() as tx:
        finish_round(tx, 1, 0, now)
    assert {f.resident_id for f in work(town, "not_reached")} == {1, 2, 3}
    report(town, Answered("temperature", 36.5, "1"), after=HOUR)
    left = {f.resident_id: (f.state, f.outcome) for f in work(town, "not_reached")}
    assert left == {1: ("closed", "reported"), 2: ("open", None), 3: ("open", None)}
    assert steps(town, next(f.id for f in work(town, "not_reached") if f.resident_id == WANG))[1:] == [
        ("closed", "", "reported")
    ]


def test_not_reached_again_is_the_same_visit_of_the_newer_round(town, now):
    for round in (0, 1):
        with town.store.transaction() as tx:
            launch_round(tx, 1, round, place={}, day=now.date() + round * DAY, due_at=now + round * DAY)
            finish_round(tx, 1, round, now + round * DAY)
    assert {(f.resident_id, f.round, f.due_at) for f in work(town, "not_reached")} == {
        (1, 1, now + DAY), (2, 1, now + DAY), (3, 1, now + DAY),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "level"),
    [(-0.1, ""), (0, "community"), (1.9, "community"), (2, "subdistrict"), (4, "district"), (100, "district")],
)
def test_level_by_the_time_overdue(hours, level):
    assert level_of(LEVELS, 2 * HOUR, hours * HOUR) == level
    assert level_of((), HOUR, HOUR) == ""


def test_overdue_work_is_escalated_level_by_level_and_once(town, now):
    report(town, FEVER, Requested("human"))
    (red,), (human,) = work(town, "red_result"), work(town, "human")

    def levels(at):
        with town.store.transaction() as tx:
            return escalate_overdue(tx, at)

    assert levels(now + HOUR) == {}
    assert levels(now + 2 * HOUR) == {red.id: "community"}
    assert levels(now + 3 * HOUR) == {}
    assert levels(now + 4 * HOUR) == {red.id: "subdistrict", human.id: "community"}
    with town.store.transaction() as tx:
        assert escalate(tx, human.id, "站长", now + 4 * HOUR) == "subdistrict"
        close(tx, red.id, "referred", "周护士", now + 4 * HOUR)
    assert levels(now + DAY) == {human.id: "district"}
    with town.store.reading() as tx:
        assert find_follow_up(tx, human.id).escalated_to == "district"
    assert steps(town, human.id)[1:] == [
        ("escalated", "", "community"), ("escalated", "站长", "subdistrict"), ("escalated", "", "district"),
    ]  # fmt: skip


@pytest.fixture
def tower(town, now):
    """The town, with three more households in the family's building."""
    with town.store.transaction() as tx:
        for key in (11, 12, 13):
            door = {"id": key, "community_id": 1, "grid": "第1网格", "building": "1号楼", "unit": str(key)}
            tx.execute(insert(Household), door)
            person = {"id": key, "household_id": key, "name": "邻居", "phone": f"+86111000000{key}"}
            tx.execute(insert(Resident), {**person, "imported_at": now})
        launch_round(tx, 1, 0, place={}, day=now.date(), due_at=now)
    return town


def fever(town, *residents, after=timedelta(0)):
    events = [Answered("temperature", 38.0, str(resident)) for resident in residents]
    return report(town, *events, residents=residents, after=after)


def test_fevers_behind_several_doors_of_a_building_are_one_cluster(tower, now):
    fever(tower, WANG, LI)
    assert work(tower, "fever_cluster") == []
    talk = fever(tower, 11, after=HOUR)
    (cluster,) = work(tower, "fever_cluster")
    assert (cluster.resident_id, cluster.urgent, cluster.due_at) == (11, True, now + 5 * HOUR)
    report(tower, Answered("temperature", 38.0, "11"), talk=talk)
    fever(tower, 12, after=2 * HOUR)
    assert len(work(tower, "fever_cluster")) == 1
    assert [what for what, _, _ in steps(tower, cluster.id)] == ["opened", "reported"]
    with tower.store.transaction() as tx:
        close(tx, cluster.id, "seen", "周护士", now + 3 * HOUR)
    fever(tower, 13, after=4 * HOUR)
    assert [what for what, _, _ in steps(tower, cluster.id)][2:] == ["closed", "reopened"]


def test_fevers_of_one_family_long_ago_or_without_a_building_are_no_cluster(tower):
    fever(tower, WANG, LI, 3)
    assert work(tower, "fever_cluster") == [], "one household"
    fever(tower, 11, after=timedelta(hours=49))
    fever(tower, 12, after=timedelta(hours=50))
    assert work(tower, "fever_cluster") == [], "two within 48 hours"
    with tower.store.transaction() as tx:
        tx.execute(update(Record).values(building=""))
    fever(tower, 13, after=timedelta(hours=51))
    assert work(tower, "fever_cluster") == [], "nobody knows in which building"


def test_every_kind_of_the_rules_names_what_opens_it_and_by_when():
    rules = default_rules()
    assert {"emergency", "red_result", "fever_cluster", "human", "needs_help", "not_reached"} <= set(rules.follow_ups)
    assert rules.due("emergency").within < rules.due("red_result").within < rules.due("not_reached").within
    assert rules.due("urgent_visit").urgent
    assert rules.due("a kind of some script") == rules.due("other")
