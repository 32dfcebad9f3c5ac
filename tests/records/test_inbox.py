"""The inbox keeps what arrives once, has it handled once, and forgets what was done with."""

from datetime import timedelta

import pytest

from records.inbox import (
    HELD,
    Arrival,
    Busy,
    claim_update,
    claim_updates,
    forget_updates,
    free_before,
    give_back,
    keep_replies,
    keep_updates,
    note_answered,
    open_updates,
    post,
    renew,
    sweep,
)

CHANNEL, ME, OTHER = "telegram", "me", "other"


def arrivals(contents, chat=7):
    return [Arrival(number, chat, content) for number, content in contents.items()]


def test_update_is_kept_once_and_handled_once(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, arrivals({5: {"text": "first"}}) + arrivals({3: {"text": "earlier"}}, 8), ME, now)
        keep_updates(tx, CHANNEL, arrivals({5: {"text": "again"}, 2**40: {}}), ME, now)
        keep_updates(tx, CHANNEL, [], ME, now)
        arrived = open_updates(tx, CHANNEL)
        assert [(one.update_id, one.payload) for one in arrived[:2]] == [
            (3, {"text": "earlier"}),
            (5, {"text": "first"}),
        ]
        assert claim_update(tx, CHANNEL, 5, ME, now)
        assert not claim_update(tx, CHANNEL, 5, ME, now)
        assert not claim_update(tx, CHANNEL, 99, ME, now)
        assert not claim_update(tx, "other", 3, ME, now)


def test_updates_of_several_chats_are_claimed_together_or_not_at_all(store, now):
    with store.transaction() as tx:
        for number in range(1, 5):
            keep_updates(tx, CHANNEL, arrivals({number: {}}, chat=number), ME, now)
        keep_updates(tx, CHANNEL, arrivals({2**40: {}, 2**40 + 1: {}}, chat=9), ME, now)
        assert claim_updates(tx, CHANNEL, [1, 2, 2**40], ME, now)
    with store.transaction() as tx:
        assert not claim_updates(tx, CHANNEL, [2, 3], ME, now)
        assert not claim_updates(tx, CHANNEL, [4, 99], ME, now)
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, arrivals({10: {}, 11: {}}, chat=10), ME, now)
        assert not claim_updates(tx, CHANNEL, [11], ME, now), "an earlier one of the same chat waits"


def test_reply_stays_until_it_is_noted_as_sent(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, arrivals({1: {"text": "36.5"}, 2: {"text": "no"}}), ME, now)
        claim_update(tx, CHANNEL, 1, ME, now)
        keep_replies(tx, CHANNEL, {1: {"letters": ["好的"]}})
        handled, waiting = open_updates(tx, CHANNEL)
        assert (handled.payload, handled.reply) == ({}, {"letters": ["好的"]})
        assert (waiting.payload, waiting.reply, waiting.received_at) == ({"text": "no"}, None, now)
        note_answered(tx, CHANNEL, [1], now)
        assert [one.update_id for one in open_updates(tx, CHANNEL)] == [2]


def test_only_what_is_done_with_is_forgotten(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, arrivals({1: {}, 2: {}}), ME, now)
        claim_update(tx, CHANNEL, 1, ME, now)
        note_answered(tx, CHANNEL, [1], now)
        assert forget_updates(tx, CHANNEL, now) == 0
        assert forget_updates(tx, CHANNEL, now + timedelta(seconds=1)) == 1
        assert [one.update_id for one in open_updates(tx, CHANNEL)] == [2]


def test_update_handled_in_a_transaction_that_fails_is_still_open(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, arrivals({1: {"text": "36.5"}}), ME, now)
    try:
        with store.transaction() as tx:
            claim_update(tx, CHANNEL, 1, ME, now)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with store.reading() as tx:
        (one,) = open_updates(tx, CHANNEL)
    assert (one.payload, one.reply) == ({"text": "36.5"}, None)


def test_chat_waits_for_the_process_that_has_an_earlier_update_of_it(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, [Arrival(1, 7, {}), Arrival(2, 8, {})], OTHER, now)
        keep_updates(tx, CHANNEL, [Arrival(3, 7, {}), Arrival(4, 7, {})], ME, now)
    with store.transaction() as tx, pytest.raises(Busy):
        claim_update(tx, CHANNEL, 3, ME, now)
    with store.transaction() as tx:
        assert claim_update(tx, CHANNEL, 1, OTHER, now)
        keep_replies(tx, CHANNEL, {1: {"letters": []}})
    with store.transaction() as tx, pytest.raises(Busy):
        claim_update(tx, CHANNEL, 3, ME, now)  # its reply is on its way
    with store.transaction() as tx:
        note_answered(tx, CHANNEL, [1], now)
        assert claim_update(tx, CHANNEL, 3, ME, now)
        assert claim_update(tx, CHANNEL, 4, ME, now)  # ours are sent in the order of their handling


def test_earlier_update_that_nobody_handles_comes_first(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, arrivals({1: {"text": "a"}}), OTHER, now)
        keep_updates(tx, CHANNEL, arrivals({2: {"text": "b"}}), ME, now + HELD / 2)
        assert free_before(tx, CHANNEL, 7, 2, ME, now) is None
        later = now + HELD * 1.1
        with pytest.raises(Busy):
            claim_update(tx, CHANNEL, 2, ME, later)
        assert free_before(tx, CHANNEL, 7, 2, ME, later).payload == {"text": "a"}
        assert claim_update(tx, CHANNEL, 1, ME, later)
        assert claim_update(tx, CHANNEL, 2, ME, later)


def test_what_nobody_renews_is_taken_over_in_order(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, arrivals({2: {"text": "b"}, 1: {"text": "a"}}), OTHER, now)
        keep_updates(tx, CHANNEL, arrivals({3: {"text": "c"}}, chat=8), "third", now)
        assert sweep(tx, CHANNEL, ME, now + HELD) == []
        renew(tx, CHANNEL, "third", now + HELD)
        later = now + HELD * 1.5
        assert [one.payload["text"] for one in sweep(tx, CHANNEL, ME, later)] == ["a", "b"]
        assert sweep(tx, CHANNEL, OTHER, later) == []
        assert claim_update(tx, CHANNEL, 1, ME, later)
        assert [one.update_id for one in sweep(tx, CHANNEL, "only", later, alone=True)] == [1, 2, 3]


def test_what_is_given_back_has_another_try_after_its_pause(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, arrivals({1: {}}), ME, now)
        give_back(tx, CHANNEL, 1, now + HELD)
        renew(tx, CHANNEL, ME, now)
        assert sweep(tx, CHANNEL, ME, now + HELD) == []
        assert [one.update_id for one in sweep(tx, CHANNEL, ME, now + HELD * 2)] == [1]


def test_what_we_write_of_our_own_accord_is_kept_until_it_is_sent(store, now):
    with store.transaction() as tx:
        number = post(tx, CHANNEL, 7, {"letters": ["您好"]}, ME, now)
        assert number < 0
        (one,) = open_updates(tx, CHANNEL)
        assert (one.chat, one.reply) == (7, {"letters": ["您好"], "update_id": number})
        note_answered(tx, CHANNEL, [number], now)
        assert open_updates(tx, CHANNEL) == []
