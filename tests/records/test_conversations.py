"""Conversations keep every turn, once, whoever else is writing."""

import threading
from datetime import timedelta

import pytest

from dialogs.events import Answered, Ended, Heard, Said
from records.conversations import (
    Stale,
    conversation_at,
    conversation_of,
    events_of,
    keep_turns,
    load_conversation,
    transcript,
)

SAID = Said("temperature", "您今天体温多少？", "体温多少？")
HEARD = Heard(
    words="三十六度五", seconds=4.5, confidence=0.9, alternatives=("三十六度", "三十度五"), step="temperature"
)
ANSWERED = Answered("temperature", 36.5, "1", words="三十六度五", span=(0, 5), confidence=0.9)


def test_turns_come_back_as_they_were_kept(town, now):
    talk = town.call()
    later = now + timedelta(seconds=5)
    with town.store.transaction() as tx:
        revision = keep_turns(tx, talk.id, 0, {"step": "temperature"}, False, [(now, [SAID])], now)
        assert revision == 1
        assert keep_turns(tx, talk.id, 1, {"step": "bye"}, True, [(later, [HEARD, ANSWERED])], later) == 2
    with town.store.reading() as tx:
        first, second = transcript(tx, talk.id)
        assert (first.number, first.happened_at, first.events) == (0, now, (SAID,))
        assert (second.number, second.recorded_at, second.events) == (1, later, (HEARD, ANSWERED))
        assert events_of(tx, talk.id) == [SAID, HEARD, ANSWERED]
        kept = load_conversation(tx, talk.id)
    assert (kept.memory, kept.revision, kept.over) == ({"step": "bye"}, 2, True)
    assert (kept.campaign_id, kept.residents, kept.opened_at) == (1, (1, 2, 3), now)


def test_whole_talk_may_be_kept_at_once(town, now):
    talk = town.call()
    with town.store.transaction() as tx:
        assert keep_turns(tx, talk.id, 0, {}, True, [(now, [SAID]), (now, [HEARD]), (now, [])], now) == 3
        assert [turn.number for turn in transcript(tx, talk.id)] == [0, 1, 2]


def test_second_writer_of_a_turn_is_stale_and_writes_nothing(town, now):
    talk = town.call()
    with town.store.transaction() as tx:
        keep_turns(tx, talk.id, 0, {"by": "first"}, False, [(now, [SAID])], now)
    with pytest.raises(Stale, match=f"conversation {talk.id} .* revision 0"), town.store.transaction() as tx:
        keep_turns(tx, talk.id, 0, {"by": "second"}, False, [(now, [HEARD])], now)
    with town.store.reading() as tx:
        assert events_of(tx, talk.id) == [SAID]
        assert load_conversation(tx, talk.id).memory == {"by": "first"}


def test_many_writers_at_once_lose_no_turn(town, now):
    talk = town.call()
    writers, each = 4, 5

    def write():
        for _ in range(each):
            while True:
                try:
                    with town.store.transaction() as tx:
                        revision = load_conversation(tx, talk.id).revision
                        keep_turns(tx, talk.id, revision, {}, False, [(now, [HEARD])], now)
                    break
                except Stale:
                    continue

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with town.store.reading() as tx:
        assert [turn.number for turn in transcript(tx, talk.id)] == list(range(writers * each))


def test_conversation_is_found_by_its_address_until_it_is_over(town, now):
    talk = town.call()
    with town.store.transaction() as tx:
        assert conversation_at(tx, "simulated", talk.address) == talk
        assert conversation_at(tx, "telegram", talk.address) is None
        keep_turns(tx, talk.id, 0, {}, True, [(now, [Ended("complete", "done", "bye")])], now)
        assert conversation_at(tx, "simulated", talk.address) is None
        assert conversation_of(tx, talk.attempt_id).over


def test_unknown_conversation_is_named(town):
    with town.store.reading() as tx, pytest.raises(KeyError, match="no conversation 99"):
        load_conversation(tx, 99)
