"""Stored words are understood again: what would change is shown first, and applied only when it is confirmed."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from dialogs.events import Concluded, from_json, to_json
from records.answers import fold_conversation
from records.conversations import load_conversation
from records.erasure import erase
from records.rereading import apply_again, look_again
from records.retention import Keep, purge
from records.symptoms import BIT, FEVER
from records.tables import Answer, Audit, Campaign, FollowUp, Record, Turn
from reports.figures import Scope
from reports.report import campaign_tables
from tests.web.town import GUIYUAN

SAYS = ("38.6", "对", "有点咳嗽没有别的", "昨天开始的", "没有", "不用了")
BLANK = {
    **{"status": "non_reporting", "disposition": "non_contact", "present": 0, "absent": 0},
    **dict.fromkeys(("temperature_c", "fever", "onset_on", "contact", "needs_help", "colour", "reported_at")),
}


@pytest.fixture
def talk(town):
    return talked(town, SAYS)


def talked(town, says):
    """A conversation of the round that came to its end, with somebody who lives alone."""
    with town.store.transaction() as tx:
        tx.execute(update(Campaign).values(state="running"))
        alone = select(Record.household_id).group_by(Record.household_id).having(func.count() == 1)
        theirs = (Record.household_id.in_(alone), Record.status == "non_reporting")
        homes = tx.execute(select(Record.resident_id).where(*theirs, Record.campaign_id == 1)).scalars()
        resident = next(each for each in homes if each not in town.people.values())
    number = town.talk(town.link(resident), says)
    with town.store.reading() as tx:
        assert load_conversation(tx, number).over
    return number


def understood_then(town, number, change):
    """Has the store as an older lexicon left it: `change` makes the answers of then out of those of today."""
    with town.store.transaction() as tx:
        kept = load_conversation(tx, number)
        turns = tx.execute(select(Turn.number, Turn.events).where(Turn.conversation_id == number)).all()
        events = []
        for turn, stored in turns:
            then = [change(e) for each in stored if not isinstance(e := from_json(each), Concluded)]
            then = [event for event in then if event]
            events += then
            where = (Turn.conversation_id == number, Turn.number == turn)
            tx.execute(update(Turn).where(*where).values(events=[to_json(event) for event in then]))
        of_round = (Record.campaign_id == 1, Record.round == kept.round, Record.resident_id.in_(kept.residents))
        tx.execute(update(Record).where(*of_round).values(BLANK))
        fold_conversation(tx, kept, events, essential=("temperature",), now=town.at)
    return kept


def taken_for(event, value, confirmed=False):
    """The temperature was taken for another."""
    if getattr(event, "name", "") != "temperature":
        return event
    return replace(event, value=value, confirmed=confirmed)


def cooler(event):
    return taken_for(event, 36.8)


def look(town, round=0):
    with town.store.reading() as tx:
        return look_again(tx, town.office.scripts, 1, round)


def record_of(town, kept):
    who = (Record.campaign_id == kept.campaign_id, Record.round == kept.round, Record.resident_id == kept.residents[0])
    (row,) = town.rows(Record, *who)
    return row


def test_same_understanding_changes_nothing(town, talk):
    again = look(town)
    assert (again.changes, again.unlike, again.strayed) == ((), 0, 0)
    assert again.read >= 1


def test_what_would_change_is_shown_and_nothing_is_written(town, talk):
    kept = understood_then(town, talk, cooler)
    before = [town.rows(table) for table in (Record, Answer, Turn, FollowUp)]
    (change,) = look(town).changes
    assert (change.resident, change.conversation) == (kept.residents[0], talk)
    assert (change.before, change.after) == ("symptomatic", "symptomatic")  # the cough was understood
    (answer,) = change.answers
    assert (answer.name, answer.old, answer.new) == ("temperature", 36.8, 38.6)
    assert "38.6" in answer.words
    assert [town.rows(table) for table in (Record, Answer, Turn, FollowUp)] == before


def test_applied_it_is_new_events_said_then_and_written_now(town, talk):
    kept = understood_then(town, talk, cooler)
    old = record_of(town, kept)
    assert (old.temperature_c, old.fever) == (36.8, False)
    (given,) = town.rows(Answer, Answer.conversation_id == talk, Answer.name == "temperature")
    town.at += timedelta(days=1)
    mark = look(town).mark
    done = apply_again(town.store, town.office.scripts, 1, 0, mark, town.at)
    assert done.mark == mark
    new = record_of(town, kept)
    assert (new.temperature_c, new.fever, new.present & FEVER) == (38.6, True, FEVER)
    assert new.present & BIT["cough"]
    assert (new.reported_at, new.recorded_at) == (old.reported_at, town.at)
    was, now = town.rows(Answer, Answer.conversation_id == talk, Answer.name == "temperature")
    assert (was.value, was.replaced_at, now.value, now.replaced_at) == (36.8, town.at, 38.6, None)
    assert (now.happened_at, now.recorded_at) == (given.happened_at, town.at)
    turn = town.rows(Turn, Turn.conversation_id == talk)[-2]
    assert [event["event"] for event in turn.events] == ["reread", "answered"]
    assert (turn.happened_at, turn.recorded_at) == (given.happened_at, town.at)
    assert {row.kind for row in town.rows(FollowUp, FollowUp.resident_id == kept.residents[0])} & {
        "home_visit",
        "red_result",
    }
    assert look(town).changes == ()
    assert apply_again(town.store, town.office.scripts, 1, 0, mark, town.at) is None


def test_report_of_that_day_stays_as_it_was(town, talk):
    kept = understood_then(town, talk, cooler)
    end = town.at.replace(hour=16)  # midnight in Shanghai
    scope = Scope(1, round=0, as_of=end)

    def report():
        with town.store.past(end) as tx:
            return {table.key: table.lines for table in campaign_tables(tx, scope)[1]}

    then = report()
    town.at = end + timedelta(hours=12)
    apply_again(town.store, town.office.scripts, 1, 0, look(town).mark, town.at)
    after = report()
    late = after.pop("late")
    assert after == then
    (fever,) = [row.cells for row in late if row.key == ("fever",)]
    assert fever[2:5] == (1, 0, 0)  # it was answered by then, and written down later
    assert record_of(town, kept).fever


def test_value_is_put_right_downwards_too(town, talk):
    kept = understood_then(town, talk, lambda event: taken_for(event, 39.9))
    assert record_of(town, kept).temperature_c == 39.9
    apply_again(town.store, town.office.scripts, 1, 0, look(town).mark, town.at)
    assert record_of(town, kept).temperature_c == 38.6


def test_answer_that_was_not_understood_then_makes_a_report(town, talk):
    def deaf(event):
        return None if getattr(event, "name", "") in ("temperature", "symptoms", "onset", "contact") else event

    kept = understood_then(town, talk, deaf)
    assert record_of(town, kept).temperature_c is None
    (change,) = look(town).changes
    assert change.after == "symptomatic"
    assert "temperature" in {answer.name for answer in change.answers}
    apply_again(town.store, town.office.scripts, 1, 0, look(town).mark, town.at)
    assert record_of(town, kept).status == "symptomatic"


def test_value_that_was_confirmed_stays(town):
    talk = talked(town, ("36.5", *SAYS[2:]))
    understood_then(town, talk, lambda event: taken_for(event, 36.8, confirmed=True))
    assert look(town).changes == ()


def test_wish_that_was_not_heard_then_is_shown_and_becomes_work(town):
    talk = talked(town, ("我喘不上气快打120",))
    kept = understood_then(town, talk, lambda event: None if type(event).__name__ == "Requested" else event)
    (change,) = look(town).changes
    assert "emergency" in {answer.name for answer in change.answers}
    apply_again(town.store, town.office.scripts, 1, 0, look(town).mark, town.at)
    told = [event["what"] for turn in town.rows(Turn, Turn.conversation_id == talk) for event in turn.events
            if event["event"] == "requested"]  # fmt: skip
    assert "emergency" in told
    assert "emergency" in {row.kind for row in town.rows(FollowUp, FollowUp.resident_id == kept.residents[0])}
    assert look(town).changes == ()


def test_words_that_are_gone_are_counted_as_such(town, talk):
    kept = understood_then(town, talk, cooler)
    with town.store.transaction() as tx:
        tx.execute(update(FollowUp).where(FollowUp.resident_id.in_(kept.residents)).values(
            state="closed", closed_at=town.at, outcome="seen"))  # fmt: skip
    before = look(town)
    erase(town.store, kept.residents[0], town.at + timedelta(hours=1))
    after = look(town)
    assert (after.changes, after.read + after.gone) in (((), before.read - 1), ((), before.read))
    purge(town.store, Keep(timedelta(days=1), timedelta(days=900)), town.at + timedelta(days=9))
    purged = look(town)
    assert (purged.read, purged.gone) == (0, after.read + after.gone)


def test_page_shows_and_applies_for_administrators_alone(town, talk):
    kept = understood_then(town, talk, cooler)
    boss = town.browser("boss")
    assert 'href="/campaigns/1/reread"' in boss.get("/campaigns/1").text
    shown = town.post(boss, "/campaigns/1/reread", round=0).text
    assert "36.8" in shown
    assert "38.6" in shown
    assert record_of(town, kept).temperature_c == 36.8
    mark = re.search(r'name="mark" value="(\w+)"', shown)[1]
    stale = town.post(boss, "/campaigns/1/reread", round=0, mark="0" * 16).text
    assert "nothing was applied" in stale
    assert record_of(town, kept).temperature_c == 36.8
    assert "1 changes were applied" in town.post(boss, "/campaigns/1/reread", round=0, mark=mark).text
    assert record_of(town, kept).temperature_c == 38.6
    assert ("applied reading", "campaign 1") in town.deeds()
    assert "understood again later" in boss.get(f"/conversations/{talk}").text
    for login in ("staff", "gui-administrator"):
        other = town.browser(login)
        assert other.get("/campaigns/1/reread").status_code == 403
        assert town.post(other, "/campaigns/1/reread", round=0, mark=mark).status_code == 403
    details = " ".join(row.detail for row in town.rows(Audit))
    assert GUIYUAN not in details
