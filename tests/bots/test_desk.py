"""The desk: every turn is kept before it is answered, survives a restart, and is safe from two writers at once."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from bots.desk import Desk, Visit
from bots.line import talk
from dialogs.events import Answered, Ended, Heard
from dialogs.script import load_script
from records.attempts import begin_attempt
from records.conversations import load_conversation, transcript
from records.rounds import launch_round
from records.tables import Answer, Campaign, Community, DoNotCall, FollowUp, Household, Record, Resident

PEOPLE = {
    1: {"name": "王芳", "language": "zh-Hans", "relation": "head", "sex": "female", "birth_year": 1980},
    2: {"name": "李明", "language": "zh-Hans", "relation": "spouse", "sex": "male", "birth_year": 1979},
}
PHONE = "+8611112345678"


@pytest.fixture
def office(store, now):
    """A household of two in a launched round."""
    with store.session() as session:
        session.add(Community(id=1, district="d", subdistrict="s", name="c"))
        session.flush()
        session.add(Household(id=1, community_id=1))
        session.flush()
        for number, person in PEOPLE.items():
            session.add(Resident(id=number, household_id=1, phone=PHONE, imported_at=now, **person))
        session.add(Campaign(id=1, name="c", script="daily_check", script_version=1, plan={}, created_at=now))
        session.commit()
    with store.transaction() as tx:
        launch_round(tx, 1, 0, place={}, day=now.date(), due_at=now)
    return store


def desk_of(store, now):
    return Desk(
        store, load_script, clock=lambda: now + timedelta(seconds=30), facts={"caller": "办公室", "fever_c": 37.3}
    )


def visit(store, now, script="daily_check", round=0, people=PEOPLE):
    with store.transaction() as tx:
        attempt = begin_attempt(
            tx, campaign_id=1, round=round, household_id=1, residents=list(people), phone=PHONE, channel="simulated",
            number=1, started_at=now, now=now,
        )  # fmt: skip
    return Visit(attempt, 1, round, 1, people, PHONE, script, None, "simulated", PHONE, "phone", now)


def rows(store, what):
    with store.session() as session:
        return list(session.scalars(select(what)))


def record(store, resident=1):
    return next(r for r in rows(store, Record) if r.resident_id == resident)


def test_a_whole_conversation_is_kept_and_folded(office, now):
    desk = desk_of(office, now)
    conversation, reply = desk.open(visit(office, now))
    assert "王芳" in reply.short
    for second, words in enumerate(("我是", "三十六度五", "没有不舒服", "没有", "都好", "不用"), start=1):
        reply = desk.hear(conversation, Heard(words, seconds=second * 5.0, how="voice"))
    assert reply.over
    closed = desk.close(conversation)
    assert (closed.disposition, closed.dispositions) == ("complete", {1: "complete", 2: "complete"})
    first, second = record(office, 1), record(office, 2)
    assert (first.temperature_c, first.status, first.reporter) == (36.5, "asymptomatic", "self")
    assert (second.temperature_c, second.status, second.reporter) == (None, "asymptomatic", "proxy")
    kept = {(a.resident_id, a.name): a for a in rows(office, Answer)}
    assert kept[1, "temperature"].words == "三十六度五"
    assert kept[1, "temperature"].happened_at == now + timedelta(seconds=10)


def test_each_turn_is_kept_before_it_is_answered(office, now):
    desk = desk_of(office, now)
    conversation, _ = desk.open(visit(office, now))
    for number, words in enumerate(("我是", "三十六度五"), start=1):
        desk.hear(conversation, Heard(words, seconds=float(number)))
        with office.reading() as tx:
            turns = transcript(tx, conversation)
        assert len(turns) == number + 1
        assert any(isinstance(e, Heard) and e.words == words for e in turns[-1].events)


def test_a_conversation_goes_on_after_a_restart_between_any_two_turns(office, now):
    conversation, _ = desk_of(office, now).open(visit(office, now))
    for second, words in enumerate(("我是", "三十六度五", "没有不舒服", "没有", "都好", "不用"), start=1):
        reply = desk_of(office, now).hear(conversation, Heard(words, seconds=float(second)))
    assert reply.over
    assert desk_of(office, now).close(conversation).disposition == "complete"
    assert record(office).temperature_c == 36.5


def test_two_desks_at_once_keep_both_turns_in_some_order(office, now):
    first, second = desk_of(office, now), desk_of(office, now)
    conversation, _ = first.open(visit(office, now))
    second.hear(conversation, Heard("我是", seconds=1.0))
    first.hear(conversation, Heard("三十六度五", seconds=2.0))  # stale in memory: read again, the turn repeated
    with office.reading() as tx:
        events = [e for turn in transcript(tx, conversation) for e in turn.events]
        assert load_conversation(tx, conversation).revision == 3
    assert [e.value for e in events if isinstance(e, Answered) and e.name == "temperature"] == [36.5]


def test_many_threads_lose_no_turn(office, now):
    desks = [desk_of(office, now) for _ in range(4)]
    conversation, _ = desks[0].open(visit(office, now))
    faults = []

    def say(desk):
        try:
            desk.hear(conversation, Heard("请再说一遍", seconds=1.0))
        except Exception as fault:
            faults.append(fault)

    for desk in desks:  # the same desk from two threads, and other desks meanwhile
        threads = [threading.Thread(target=say, args=(desk,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not faults
    with office.reading() as tx:
        heard = [e for t in transcript(tx, conversation) for e in t.events if isinstance(e, Heard)]
    assert len(heard) == 8


def test_an_emergency_opens_its_task_before_the_call_is_over(office, now):
    desk = desk_of(office, now)
    conversation, _ = desk.open(visit(office, now))
    desk.hear(conversation, Heard("我是", seconds=1.0))
    desk.hear(conversation, Heard("救命，我喘不上气，快叫救护车", seconds=2.0))
    tasks = [f for f in rows(office, FollowUp) if f.kind == "emergency"]
    assert [(f.resident_id, f.urgent) for f in tasks] == [(1, True)]
    desk.close(conversation)
    assert len([f for f in rows(office, FollowUp) if f.kind == "emergency"]) == 1


def test_who_wants_no_more_calls_gets_none(office, now):
    desk = desk_of(office, now)
    conversation, _ = desk.open(visit(office, now))
    desk.hear(conversation, Heard("我是", seconds=1.0))
    desk.hear(conversation, Heard("别再打来了，以后都不要打了", seconds=2.0))
    closed = desk.close(conversation)
    assert closed.wished("stop")
    assert [d.phone for d in rows(office, DoNotCall)] == [PHONE]
    assert record(office).disposition == "refused"


def test_a_line_that_goes_dead_keeps_what_was_said(office, now):
    desk = desk_of(office, now)
    conversation, _ = desk.open(visit(office, now))
    desk.hear(conversation, Heard("我是", seconds=1.0))
    desk.hear(conversation, Heard("三十八度二", seconds=2.0))
    desk.hear(conversation, Heard("对", seconds=3.0))
    closed = desk.close(conversation)
    assert closed.disposition in ("partial", "break_off")
    assert record(office).temperature_c == 38.2
    assert record(office).fever is True


def test_words_after_the_end_change_nothing(office, now):
    desk = desk_of(office, now)
    conversation, _ = desk.open(visit(office, now))
    desk.hear(conversation, Heard("打错了，不认识这个人", seconds=1.0))
    with office.reading() as tx:
        before = transcript(tx, conversation)
    assert any(isinstance(e, Ended) for e in before[-1].events)
    assert desk.hear(conversation, Heard("喂？", seconds=9.0)).over
    with office.reading() as tx:
        assert transcript(tx, conversation) == before


def test_a_conversation_that_is_not_there_is_named(office, now):
    with pytest.raises(KeyError, match="4711"):
        desk_of(office, now).hear(4711, Heard("喂"))


def test_the_second_call_of_a_quarantine_knows_the_first(office, now):
    yesterday = {"symptoms": {"present": ["cough"], "absent": []}, "temperature": 36.9}
    people = {1: {**PEOPLE[1], "previous": yesterday}}
    desk = desk_of(office, now)
    conversation, _ = desk.open(visit(office, now, "quarantine_followup", round=2, people=people))
    said = ""
    for second, words in enumerate(("我是", "三十六度六"), start=1):
        said += desk.hear(conversation, Heard(words, seconds=float(second))).short
    assert "咳嗽" in said
    with office.reading() as tx:
        assert load_conversation(tx, conversation).memory["facts"]["day"] == 2


class Silent:
    """A line on which nobody says a word."""

    def __init__(self):
        self.seconds, self.told = 0.0, []

    def ask(self, reply):
        self.seconds += reply.silence_seconds
        return Heard(seconds=self.seconds)

    def tell(self, reply):
        self.told.append(reply.short)


def test_a_talk_with_silence_ends_by_itself(office, now):
    line = Silent()
    closed = talk(line, desk_of(office, now), visit(office, now))
    assert closed.disposition == "non_contact"
    assert len(line.told) == 1
    assert closed.seconds < 60
