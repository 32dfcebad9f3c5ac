"""A round: everybody has a record at launch, and exactly one final disposition at the end."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from records.answers import last_answers
from records.attempts import begin_attempt, calls_since, end_attempt, interrupt_attempts
from records.residents import due_household, due_households
from records.rounds import Launched, dispose, finish_round, launch_round
from records.tables import Attempt, FollowUp, Record, Resident
from tests.records.town import BABY, FAMILY, LI, WANG, ZHAO


def test_everybody_has_a_record_and_the_ineligible_are_closed_at_once(town):
    zhao, wang = town.record(ZHAO), town.record(WANG)
    assert (zhao.disposition, zhao.reason, zhao.status, zhao.final) == ("ineligible", "moved", "closed", True)
    assert (wang.disposition, wang.status, wang.final, wang.attempts) == (None, None, False, 0)
    assert (wang.community_id, wang.grid, wang.building, wang.language) == (1, "第1网格", "1号楼", "zh-Hans")
    assert (wang.temperature_c, wang.fever, wang.contact, wang.other) == (None, None, None, {})


def test_second_launch_adds_only_newcomers(town, now):
    with town.store.transaction() as tx:
        again = {"place": {}, "day": now.date(), "due_at": now}
        assert launch_round(tx, 1, 0, **again) == Launched(0, 0)
        newcomer = {"household_id": 2, "name": "钱七", "phone": "+8611100000007", "imported_at": now, "id": 7}
        tx.execute(insert(Resident), newcomer)
        assert launch_round(tx, 1, 0, **again) == Launched(1, 0)


@pytest.mark.parametrize(
    ("place", "residents"),
    [
        ({"community": "桂园社区"}, 4),
        ({"community": ["桂园社区", "梅园社区"], "grid": "第1网格"}, 3),
        ({"subdistrict": "没有街道"}, 0),
    ],
)
def test_a_place_limits_the_round(town, now, place, residents):
    with town.store.transaction() as tx:
        launched = launch_round(tx, 1, 1, place=place, day=now.date(), due_at=now)
    assert launched.residents == residents


def test_unknown_kind_of_place_is_named(town, now):
    with town.store.transaction() as tx, pytest.raises(ValueError, match="'street'"):
        launch_round(tx, 1, 1, place={"street": "x"}, day=now.date(), due_at=now)


def ended(town, now, outcome, residents=(WANG, LI, BABY), **more):
    with town.store.transaction() as tx:
        attempt = begin_attempt(
            tx, campaign_id=1, round=0, household_id=FAMILY, residents=residents, phone="+8611100000001",
            channel="simulated", number=1, started_at=now, now=now,
        )  # fmt: skip
        end_attempt(tx, attempt, outcome=outcome, ended_at=now + timedelta(seconds=45), **more)
    return attempt


def test_attempt_is_counted_to_all_it_was_made_for(town, now):
    ended(town, now, "no_answer", ring_seconds=45.0)
    ended(town, now, "answered_human", residents=(WANG,), answered_at=now, hangup_by="resident")
    wang, baby = town.record(WANG), town.record(BABY)
    assert (wang.attempts, wang.outcome, wang.reached, wang.channel) == (2, "answered_human", True, "simulated")
    assert (baby.attempts, baby.outcome, baby.reached) == (1, "no_answer", False)
    first, second = town.rows(Attempt)
    assert (first.ring_seconds, first.residents, second.hangup_by) == (45.0, [WANG, LI, BABY], "resident")


def test_end_of_an_unknown_attempt_is_named(town, now):
    with town.store.transaction() as tx, pytest.raises(KeyError, match="no attempt 5"):
        end_attempt(tx, 5, outcome="busy", ended_at=now)


@pytest.mark.parametrize(
    ("outcome", "disposition", "visited"),
    [
        ("no_answer", "non_contact", True),
        ("answered_machine", "non_contact", True),
        ("rejected", "non_contact", True),
        ("interrupted", "non_contact", True),
        ("invalid_number", "unknown", True),
        ("suspended", "unknown", True),
        ("not_dialled", "unknown", True),
        ("answered_human", "break_off", False),
        (None, "unknown", True),
    ],
)
def test_outcome_becomes_a_disposition_when_no_attempt_is_left(town, now, outcome, disposition, visited):
    if outcome:
        ended(town, now, outcome)
    with town.store.transaction() as tx:
        dispose(tx, 1, 0, [WANG, ZHAO], now)
    record = town.record(WANG)
    assert town.record(ZHAO).disposition == "ineligible"
    assert (record.disposition, record.status, record.final) == (disposition, "non_reporting", True)
    assert [f.kind for f in town.rows(FollowUp)] == (["not_reached"] if visited else [])
    assert not town.record(LI).final


def test_finished_round_has_everybody_in_exactly_one_disposition(town, now):
    ended(town, now, "busy", residents=(WANG,))
    with town.store.transaction() as tx:
        tx.execute(update(Record).where(Record.resident_id == LI).values(disposition="partial", status="symptomatic"))
        assert finish_round(tx, 1, 0, now) == {"ineligible": 1, "non_contact": 1, "partial": 1, "unknown": 1}
        assert finish_round(tx, 1, 0, now) == {"ineligible": 1, "non_contact": 1, "partial": 1, "unknown": 1}
    assert town.record(LI).status == "symptomatic"
    assert all(r.final and r.status for r in town.rows(Record))
    assert len(town.rows(FollowUp)) == 2


def test_due_household_lists_head_first_each_number_once_and_its_attempts(town, now):
    later = now + timedelta(hours=3)
    attempt = ended(town, now, "answered_human", call_later_at=later)
    (chunk,) = due_households(town.store, 1, 0)
    (family,) = chunk
    assert [m.id for m in family.members] == [WANG, LI, BABY]
    assert family.phones == ("+8611100000001", "+8611100000003")
    assert (family.community, family.symptomatic) == ("桂园社区", False)
    (past,) = family.attempts
    assert (past.id, past.outcome, past.call_later_at) == (attempt, "answered_human", later)
    with town.store.transaction() as tx:
        assert due_household(tx, 1, 0, FAMILY) == family
        dispose(tx, 1, 0, [WANG, LI, BABY], now)
        assert due_household(tx, 1, 0, FAMILY) is None
    assert list(due_households(town.store, 1, 0)) == []


def test_last_status_of_a_member_is_known_in_the_next_round(town, now):
    with town.store.transaction() as tx:
        tx.execute(update(Record).where(Record.resident_id == LI).values(status="symptomatic", final=True))
        launch_round(tx, 1, 1, place={}, day=now.date() + timedelta(days=1), due_at=now)
        family = due_household(tx, 1, 1, FAMILY)
    assert family.symptomatic
    assert [m.status for m in family.members] == [None, "symptomatic", None]


def test_households_come_in_chunks(town, now):
    with town.store.transaction() as tx:
        tx.execute(update(Resident).where(Resident.id == ZHAO).values(ineligible=""))
        launch_round(tx, 1, 1, place={}, day=now.date(), due_at=now)
    chunks = list(due_households(town.store, 1, 1, chunk=1))
    assert [[h.household_id for h in chunk] for chunk in chunks] == [[1], [2]]


def test_crash_leaves_attempts_that_are_ended_as_interrupted(town, now):
    town.call()
    with town.store.transaction() as tx:
        (cut,) = interrupt_attempts(tx, 1, now)
        assert interrupt_attempts(tx, 1, now) == []
    assert [(a.id, a.outcome) for a in town.rows(Attempt)] == [(cut, "interrupted")]
    assert town.record(WANG).outcome == "interrupted"


def test_calls_of_a_number_are_counted_over_a_time(town, now):
    ended(town, now, "busy")
    ended(town, now - timedelta(days=1), "busy")
    ended(town, now, "not_dialled")
    with town.store.reading() as tx:
        phones = ["+8611100000001", "+8611100000009"]
        assert calls_since(tx, phones, now - timedelta(hours=9)) == {"+8611100000001": 1}


def test_a_whole_town_of_numbers_may_be_asked_for_at_once(town, now):
    ended(town, now, "busy")
    with town.store.reading() as tx:
        phones = [f"+86111{n:08d}" for n in range(70_000)]
        assert calls_since(tx, phones, now) == {"+8611100000001": 1}
        assert last_answers(tx, range(70_000), now) == {}
