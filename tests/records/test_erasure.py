"""One resident erased: nothing tells who it was, and no figure of an earlier report changes."""

import json
from datetime import timedelta
from itertools import chain
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import insert, select, update

from dialogs.events import Answered, Concluded, Ended, Heard, Requested, Said
from records.addresses import link
from records.answers import fold_conversation
from records.attempts import end_attempt
from records.conversations import keep_turns, transcript
from records.erasure import ErasureError, erase
from records.export import everything_about
from records.follow_ups import close, note
from records.residents import do_not_call, roster
from records.rounds import finish_round, launch_round
from records.tables import Attempt, Base, Conversation, FollowUp, Record, Resident
from records.thorough import leave_no_copies
from records.traces import NoResident, find_resident
from reports.figures import Scope, read_figures
from reports.quality import WORDS
from reports.report import campaign_tables
from tests.records.town import BABY, LI, WANG
from tests.reports.town import settle

pytestmark = pytest.mark.usefixtures("free_keys")
HOUR = timedelta(hours=1)
FAMILY_TALK = [
    Said("greeting", "王伟您好，您家都好吗？", "您好"),
    Heard(words="我三十六度五，爱人李娜三十八度六，还要猫粮", seconds=9.0, alternatives=("爱人三十八",)),
    Answered("temperature", 36.5, "1", words="我三十六度五", span=(0, 6)),
    Answered("temperature", 38.6, "2", "proxy", words="爱人李娜三十八度六"),
    Answered("needs", ["猫粮"], "2", "proxy", words="猫粮"),
    Concluded("2", colour="red", follow_up="home_visit"),
    Ended("complete", "done", "bye"),
]
OWN_TALK = [
    Heard(words="我是宝宝，咳嗽得厉害", seconds=5.0),
    Answered("symptoms", {"present": ["cough"], "absent": []}, "3", words="咳嗽得厉害"),
    Answered("needs", ["止咳糖浆"], "3", words="止咳糖浆"),
    Requested("stop", "别再打我电话"),
    Ended("complete", "done", "bye"),
]


def talk(town, events, *residents, phone="+8611100000001"):
    """A call over and done with: transcript, fold, outcome."""
    kept = town.call(*residents, phone=phone)
    with town.store.transaction() as tx:
        keep_turns(
            tx,
            kept.id,
            0,
            {"facts": [str(resident) for resident in residents]},
            True,
            [(kept.opened_at, events)],
            town.now,
        )
        fold_conversation(tx, kept, events, essential=("temperature",), now=town.now + HOUR)
        end_attempt(tx, kept.attempt_id, outcome="answered_human", ended_at=town.now + HOUR)
    return kept


@pytest.fixture
def family(town):
    """A family that was called together, its child alone; the round is finished, the work done."""
    talk(town, FAMILY_TALK, WANG, LI)
    talk(town, OWN_TALK, BABY, phone="+8611100000003")
    with town.store.transaction() as tx:
        link(tx, "telegram", "chat-of-the-child", BABY, town.now)
        finish_round(tx, 1, 0, town.now + HOUR)
        for task in tx.execute(select(FollowUp.id)).scalars().all():
            note(tx, task, "咳嗽，已就医", "周护士", town.now)
            close(tx, task, "seen", "周护士", town.now)
    return town


BY_HOME = ("clusters",)  # has rows of single households, and who was erased is found in none


def tables(store, fever_c=37.3):
    with store.reading() as tx:
        scope, found = campaign_tables(tx, Scope(1), fever_c)
        return scope, {table.key: table for table in found if table.key not in (*WORDS, *BY_HOME)}


def everything(store):
    """All that stands in the store, as one text."""
    with store.reading() as tx:
        rows = chain.from_iterable(tx.execute(select(table)) for table in Base.metadata.sorted_tables)
        return json.dumps([list(row) for row in rows], default=str, ensure_ascii=False)


def test_all_tables_of_the_report_stay_as_they_were(family):
    before = tables(family.store)
    assert len(before[1]) > 10
    for resident in (BABY, WANG, LI):
        erase(family.store, resident, family.now + HOUR)
        after = tables(family.store)
        assert [key for key, table in after[1].items() if table != before[1].get(key)] == []
        assert after == before


def test_all_tables_of_a_larger_town_stay_as_they_were(store, now):
    with store.transaction() as tx:
        settle(tx, residents=240, days=3)
        tx.execute(update(FollowUp).where(FollowUp.resident_id <= 5).values(state="closed", closed_at=now))
        first = select(Attempt.id, Record.resident_id).join(
            Record, (Record.household_id == Attempt.household_id) & (Record.round == Attempt.round)
        )
        for attempt, resident in tx.execute(first.where(Record.resident_id <= 5)).all():
            tx.execute(update(Attempt).where(Attempt.id == attempt).values(residents=[resident]))
    before = [tables(store)]
    with store.reading() as tx:
        before += [read_figures(tx, Scope(1, round=round)).spots for round in range(3)]
    for resident in range(1, 6):
        assert erase(store, resident, now).records == 3
    after = [tables(store)]
    with store.reading() as tx:
        after += [read_figures(tx, Scope(1, round=round)).spots for round in range(3)]
    assert after == before


def test_nothing_tells_who_it_was(family):
    before = everything(family.store)
    tells = ("王宝", "+8611100000003", "宝宝", "咳嗽", "止咳糖浆", "chat-of-the-child")
    assert all(words in before for words in tells)
    erased = erase(family.store, BABY, family.now + HOUR)
    assert (erased.records, erased.attempts, erased.conversations, erased.addresses) == (1, 1, 1, 1)
    after = everything(family.store).replace("+8611100000003", "", 1)  # once: nobody may call that number again
    assert [words for words in tells if words in after] == ["咳嗽"], "the notes on the others' visits stay"
    with family.store.reading() as tx:
        assert "+8611100000003" in do_not_call(tx)
        assert set(tx.execute(select(FollowUp.note).where(FollowUp.resident_id == BABY)).scalars()) == {""}


def test_talk_of_the_family_keeps_only_what_was_answered_for_the_others(family):
    erase(family.store, LI, family.now + HOUR)
    left = everything(family.store)
    for words in ("李娜", "三十八度六", "猫粮", "三十六度五"):
        assert words not in left
    with family.store.reading() as tx:
        (turn,) = transcript(tx, 1)
    assert [type(event).__name__ for event in turn.events] == ["Said", "Heard", "Answered", "Ended"]
    assert turn.events[2] == Answered("temperature", 36.5, "1")
    attempt, conversation = min(family.rows(Attempt)), min(family.rows(Conversation))
    assert attempt.residents == [WANG]
    assert attempt.phone == "+8611100000001", "it is the number of another member too"
    record = family.record(LI)
    assert (record.temperature_c, record.fever, record.colour, record.status) == (38.6, True, "red", "symptomatic")
    assert (record.needs, record.other, record.needs_help) == (None, {}, True)
    assert (conversation.memory, conversation.over) == ({}, True)


def test_file_of_the_store_holds_no_trace_either(family):
    erase(family.store, BABY, family.now + HOUR)
    erase(family.store, LI, family.now + HOUR)
    assert leave_no_copies(family.store)
    path = family.store.engine.url.database
    for file in (path, path + "-wal") if family.store.is_sqlite else ():
        data = Path(file).read_bytes()
        for words in ("王宝", "李娜", "三十八度六", "止咳糖浆", "chat-of-the-child"):
            assert words.encode() not in data


def test_store_in_use_is_not_rewritten(sqlite_store, now, monkeypatch):
    monkeypatch.setattr("records.thorough.PATIENCE_MILLISECONDS", 50)
    with sqlite_store.transaction():
        result = []
        other = Thread(target=lambda: result.append(leave_no_copies(sqlite_store)))
        other.start()
        other.join()
    assert result == [False]
    assert leave_no_copies(sqlite_store)


def test_erased_is_not_called_again_and_not_on_the_roster(family, now):
    erase(family.store, BABY, now + HOUR)
    with family.store.transaction() as tx:
        launched = launch_round(tx, 1, 1, place={}, day=now.date(), due_at=now)
        assert launched.residents == 3
        assert BABY not in {listed.id for listed in roster(tx)}
        row = tx.execute(select(Resident.__table__).where(Resident.id == BABY)).one()
    assert (row.name, row.phone, row.roster_id, row.birth_year, row.ineligible) == ("", "", None, None, "erased")


def test_erased_in_a_round_under_way_counts_as_not_eligible(town, now):
    erase(town.store, LI, now)
    record = town.record(LI)
    assert (record.disposition, record.reason, record.status, record.final) == ("ineligible", "erased", "closed", True)


def test_nobody_is_erased_who_is_still_looked_after(town, now):
    live = town.call(WANG, LI)
    with pytest.raises(ErasureError, match=r"resident 2 is being talked to \(attempt 1\)"):
        erase(town.store, LI, now)
    with town.store.transaction() as tx:
        fold_conversation(tx, live, FAMILY_TALK, essential=(), now=now)
    with pytest.raises(ErasureError, match=r"resident 2 has open follow-ups \(1, 2\): close them first"):
        erase(town.store, LI, now)
    assert "李娜" in everything(town.store)
    erase(town.store, BABY, now)
    with pytest.raises(ErasureError, match="resident 3 is erased already"):
        erase(town.store, BABY, now)


def test_resident_is_found_by_the_rosters_id_or_ours(town, now):
    with town.store.transaction() as tx:
        row = {"id": 21, "roster_id": "A-7", "household_id": 1, "name": "x", "phone": "+8611100000021"}
        tx.execute(insert(Resident), {**row, "imported_at": now})
        assert (find_resident(tx, "A-7"), find_resident(tx, "1"), find_resident(tx, "21")) == (21, 1, 21)
        for name, said in (("B", "'B'"), ("99", "'99'"), ("+8611100000001", r"'\+86111\*\*\*\*0001'")):
            with pytest.raises(NoResident, match=f"^there is no resident {said}"):
                find_resident(tx, name)


def test_export_holds_everything_about_one_and_nothing_of_the_others(family, now):
    with family.store.reading() as tx:
        mother = everything_about(tx, LI, now)
        father = everything_about(tx, WANG, now)
        child = everything_about(tx, BABY, now)
    known = json.dumps(mother, ensure_ascii=False)
    assert "爱人李娜三十八度六" in known, "the words her answer came from"
    assert "我三十六度五，" not in known, "what her husband said was said by him"
    assert [event["event"] for turn in mother["conversations"][0]["turns"] for event in turn["events"]] == [
        "answered", "answered", "concluded",
    ]  # fmt: skip
    assert mother["follow_ups"][0]["history"][0]["words"] == "咳嗽，已就医"
    assert mother["attempts"][0]["residents"] == 2
    assert "38.6" not in json.dumps(father, ensure_ascii=False)
    assert child["records"][0]["present"] == ("cough",)
    assert child["addresses"][0]["address"] == "chat-of-the-child"
    assert child["do_not_call"][0]["reason"] == "别再打我电话"
    assert len(child["conversations"][0]["turns"][0]["events"]) == len(OWN_TALK)
