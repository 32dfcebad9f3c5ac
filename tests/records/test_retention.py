"""What is too old goes: words first, whole rounds later; what is younger, open or counted stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dialogs.events import Answered, Ended, Heard
from records.answers import fold_conversation
from records.attempts import end_attempt
from records.conversations import conversation_at, keep_turns
from records.follow_ups import close, note
from records.inbox import Arrival, claim_update, keep_updates, note_answered
from records.retention import Keep, expired, purge
from records.rounds import finish_round
from records.tables import Answer, Attempt, Conversation, FollowUp, FollowUpEvent, Inbox, Record, Turn
from reports.figures import Scope, read_figures
from tests.records.town import WANG

DAY = timedelta(days=1)
KEEP = Keep(words=90 * DAY, records=700 * DAY)
EVENTS = [
    Heard(words="三十八度四，家里没米了", seconds=4.0),
    Answered("temperature", 38.4, "1", words="三十八度四"),
    Answered("needs", ["米"], "1", words="家里没米了"),
    Answered("pets", 2, "1"),
    Ended("complete", "done", "bye"),
]


@pytest.fixture
def worked(town):
    """A finished round with one talk and its work, one update handled and one not."""
    talk = town.call(WANG)
    with town.store.transaction() as tx:
        keep_turns(tx, talk.id, 0, {"step": "bye"}, True, [(town.now, EVENTS)], town.now)
        fold_conversation(tx, talk, EVENTS, essential=(), now=town.now)
        end_attempt(tx, talk.attempt_id, outcome="answered_human", ended_at=town.now)
        finish_round(tx, 1, 0, town.now)
        arrivals = [Arrival(1, 7, {"text": "38.4"}), Arrival(2, 8, {"text": "38.5"})]
        keep_updates(tx, "telegram", arrivals, "me", town.now)
        claim_update(tx, "telegram", 1, "me", town.now)
        note_answered(tx, "telegram", [1], town.now)
        for task in tx.execute(select(FollowUp.id)).scalars().all():
            note(tx, task, "已送米", "周护士", town.now)
            close(tx, task, "seen", "周护士", town.now)
    return town


def count(town, table):
    with town.store.reading() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def test_nothing_goes_before_its_time(worked, now):
    found = purge(worked.store, KEEP, now + 89 * DAY)
    assert set(found.counts.values()) == {0}
    assert (count(worked, Turn), count(worked, Answer), count(worked, Inbox)) == (1, 3, 2)
    assert worked.record(WANG).needs == "米"


def test_words_go_and_figures_stay(worked, now):
    with worked.store.reading() as tx:
        before = read_figures(tx, Scope(1))
        announced = expired(tx, KEEP, now + 91 * DAY)
    gone = purge(worked.store, KEEP, now + 91 * DAY)
    assert gone == announced
    assert {name: number for name, number in gone.counts.items() if number} == {
        "turn": 1, "answer": 3, "conversation": 1, "record": 1, "follow_up": 4, "inbox": 1,
    }  # fmt: skip
    assert (count(worked, Turn), count(worked, Answer), count(worked, Inbox)) == (0, 0, 1)
    (talk,) = worked.rows(Conversation)
    assert (talk.memory, talk.address, talk.over) == ({}, "", True)
    record = worked.record(WANG)
    assert (record.needs, record.other, record.temperature_c, record.needs_help) == (None, {}, 38.4, True)
    assert {(task.note, task.words, task.outcome) for task in worked.rows(FollowUp)} == {("", "", "seen")}
    assert {event.words for event in worked.rows(FollowUpEvent)} == {"", "seen"}
    with worked.store.reading() as tx:
        assert read_figures(tx, Scope(1)) == before
        assert conversation_at(tx, "simulated", "+8611100000001") is None
    assert set(purge(worked.store, KEEP, now + 91 * DAY).counts.values()) == {0}


def test_talk_that_nobody_ended_goes_too(town, now):
    talk = town.call(WANG)
    purge(town.store, KEEP, now + 91 * DAY)
    (left,) = town.rows(Conversation)
    assert (left.id, left.over, left.address) == (talk.id, True, "")


def test_old_rounds_go_whole(worked, now):
    gone = purge(worked.store, KEEP, now + 702 * DAY)
    assert (gone.counts["round"], gone.counts["round_record"], gone.counts["round_attempt"]) == (1, 4, 1)
    for table in (Record, Attempt, Conversation, Turn, Answer, FollowUp, FollowUpEvent):
        assert count(worked, table) == 0, table


def test_round_with_open_work_is_kept_and_named(town, now):
    with town.store.transaction() as tx:
        finish_round(tx, 1, 0, now)
    gone = purge(town.store, KEEP, now + 702 * DAY)
    assert (gone.counts["round"], [round.open_work for round in gone.rounds]) == (0, [3])
    assert count(town, Record) == 4
