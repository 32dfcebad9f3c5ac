"""Notices to households whom no try has reached: to whom, once, until when, and what is left of them later."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from records.addresses import change_address, link
from records.erasure import erase
from records.export import everything_about
from records.notices import Unreached, leave_notice, note_sent, resident_of, send_otherwise, waiting
from records.retention import Keep, purge
from records.rounds import finish_round
from records.tables import FollowUp, Notice
from tests.records.town import BABY, FAMILY, LI, WANG

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = "+8611100000001"


def leave(town, numbers, links=True, after=timedelta(0)):
    home, at = Unreached(1, 0, FAMILY, numbers), town.now + after
    with town.store.transaction() as tx:
        return leave_notice(tx, home, at, town.now + 8 * HOUR, links=links)


def there(town):
    return [(n.resident_id, n.channel, n.address) for n in town.rows(Notice)]


@pytest.mark.parametrize(
    ("chats", "numbers", "links", "left"),
    [
        ({}, {WANG: PHONE}, True, [(WANG, "outbox", PHONE)]),
        ({}, {WANG: PHONE}, False, []),
        ({}, {WANG: "", LI: PHONE}, True, [(LI, "outbox", PHONE)]),
        ({}, {WANG: ""}, True, []),
        ({"9": (LI, {})}, {WANG: PHONE, LI: PHONE}, False, [(LI, "telegram", "9")]),
        ({"9": (LI, {})}, {WANG: ""}, True, []),
        ({"9": (WANG, {"stopped_at": 1})}, {WANG: PHONE}, True, [(WANG, "outbox", PHONE)]),
        ({"9": (WANG, {"blocked_at": 1})}, {WANG: PHONE}, False, []),
        ({"8": (WANG, {}), "9": (WANG, {})}, {WANG: PHONE}, True, [(WANG, "telegram", "9")]),
    ],
)
def test_chat_goes_before_number(town, now, chats, numbers, links, left):
    with town.store.transaction() as tx:
        for place, (address, (resident, changes)) in enumerate(chats.items()):
            link(tx, "telegram", address, resident, now + place * HOUR)
            if changes:
                change_address(tx, "telegram", address, **dict.fromkeys(changes, now))
    assert leave(town, numbers, links) is bool(left)
    assert there(town) == left


def test_household_is_written_to_once_in_a_round(town):
    assert leave(town, {WANG: PHONE})
    assert leave(town, {BABY: "+8611100000003"}, after=HOUR)
    assert there(town) == [(WANG, "outbox", PHONE)]


def test_notice_waits_until_it_is_sent_or_over(town, now):
    leave(town, {WANG: PHONE})
    with town.store.transaction() as tx:
        (letter,) = waiting(tx, "outbox", now)
        assert (letter.address, letter.name, letter.language) == (PHONE, "王伟", "zh-Hans")
        assert letter.until == now + 8 * HOUR
        assert waiting(tx, "telegram", now) == []
        assert waiting(tx, "outbox", now + 8 * HOUR) == []
        assert (resident_of(tx, letter.id, now), resident_of(tx, letter.id, now + 8 * HOUR)) == (WANG, None)
        note_sent(tx, [letter.id], now)
        assert waiting(tx, "outbox", now) == []


def test_notice_that_a_chat_refuses_goes_to_the_number(town, now):
    with town.store.transaction() as tx:
        link(tx, "telegram", "9", WANG, now)
    leave(town, {WANG: PHONE})
    with town.store.transaction() as tx:
        send_otherwise(tx, waiting(tx, "telegram", now)[0].id)
    assert there(town) == [(WANG, "outbox", PHONE)]


def test_notice_is_exported_forgotten_and_erased(town, now):
    if not town.store.is_sqlite:
        with town.store.transaction() as tx:
            tx.execute(text("SELECT setval(pg_get_serial_sequence('household', 'id'), 1000)"))
    leave(town, {WANG: PHONE})
    with town.store.transaction() as tx:
        assert [n["address"] for n in everything_about(tx, WANG, now)["notices"]] == [PHONE]
        assert everything_about(tx, LI, now)["notices"] == []
        tx.execute(FollowUp.__table__.delete())
    erase(town.store, WANG, now + HOUR)
    (notice,) = town.rows(Notice)
    assert (notice.address, notice.household_id, notice.expires_at) == ("", None, now + HOUR)


def test_old_notices_lose_their_address_and_go_with_their_round(town, now):
    leave(town, {WANG: PHONE})
    keep = Keep(words=90 * DAY, records=700 * DAY)
    assert purge(town.store, keep, now + 91 * DAY).counts["notice"] == 1
    assert there(town) == [(WANG, "outbox", "")]
    with town.store.transaction() as tx:
        finish_round(tx, 1, 0, now)
        tx.execute(FollowUp.__table__.delete())
    purge(town.store, keep, now + 702 * DAY)
    assert town.rows(Notice) == []
