"""The inbox keeps what arrives once, has it handled once, and forgets what was done with."""

from datetime import timedelta

from records.inbox import claim_update, forget_updates, keep_reply, keep_updates, note_answered, open_updates

CHANNEL = "telegram"


def test_update_is_kept_once_and_handled_once(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, {5: {"text": "first"}, 3: {"text": "earlier"}}, now)
        keep_updates(tx, CHANNEL, {5: {"text": "again"}, 2**40: {}}, now)
        keep_updates(tx, CHANNEL, {}, now)
        arrived = open_updates(tx, CHANNEL)
        assert [(one.update_id, one.payload) for one in arrived[:2]] == [
            (3, {"text": "earlier"}),
            (5, {"text": "first"}),
        ]
        assert claim_update(tx, CHANNEL, 5, now)
        assert not claim_update(tx, CHANNEL, 5, now)
        assert not claim_update(tx, CHANNEL, 99, now)
        assert not claim_update(tx, "other", 3, now)


def test_reply_stays_until_it_is_noted_as_sent(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, {1: {"text": "36.5"}, 2: {"text": "no"}}, now)
        claim_update(tx, CHANNEL, 1, now)
        keep_reply(tx, CHANNEL, 1, {"letters": ["好的"]})
        handled, waiting = open_updates(tx, CHANNEL)
        assert (handled.payload, handled.reply) == ({}, {"letters": ["好的"]})
        assert (waiting.payload, waiting.reply, waiting.received_at) == ({"text": "no"}, None, now)
        note_answered(tx, CHANNEL, 1, now)
        assert [one.update_id for one in open_updates(tx, CHANNEL)] == [2]


def test_only_what_is_done_with_is_forgotten(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, {1: {}, 2: {}}, now)
        claim_update(tx, CHANNEL, 1, now)
        note_answered(tx, CHANNEL, 1, now)
        assert forget_updates(tx, CHANNEL, now) == 0
        assert forget_updates(tx, CHANNEL, now + timedelta(seconds=1)) == 1
        assert [one.update_id for one in open_updates(tx, CHANNEL)] == [2]


def test_update_handled_in_a_transaction_that_fails_is_still_open(store, now):
    with store.transaction() as tx:
        keep_updates(tx, CHANNEL, {1: {"text": "36.5"}}, now)
    try:
        with store.transaction() as tx:
            claim_update(tx, CHANNEL, 1, now)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with store.reading() as tx:
        (one,) = open_updates(tx, CHANNEL)
    assert (one.payload, one.reply) == ({"text": "36.5"}, None)
