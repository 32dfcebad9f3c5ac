"""Broadcasts, their pace over all processes, and follow-ups told once, on every database."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select, update

from records.addresses import link
from records.broadcasts import (
    account_of,
    cancel_broadcast,
    end_broadcasts,
    find_broadcast,
    look_ahead,
    make_broadcast,
    settle_letters,
    take_letters,
    unreached,
)
from records.erasure import erase
from records.export import everything_about
from records.pacing import CHAT_GAP, GAP, forget_slots, lease
from records.retention import Keep, purge
from records.staff import add_member
from records.staff_chats import link_chat
from records.tables import Address, Broadcast, BroadcastLetter, Community, FollowUp, Household, Resident, Slot, Told
from records.telling import level_of, note_told, told_whom, untold
from records.watches import begin_watch, due_watches, end_watch, note_message

PLACE = {"district": "d", "subdistrict": "s", "community": "c"}
SECOND = timedelta(seconds=1)


@pytest.fixture
def town(store, now):
    """Six residents in three homes: 1 and 2 have chats, 3 stopped, 4 blocked, 5 has none, 6 has moved away."""
    with store.transaction() as tx:
        tx.execute(insert(Community), {"id": 1, "district": "d", "subdistrict": "s", "name": "c"})
        tx.execute(insert(Household), [{"community_id": 1, "unit": str(n)} for n in (1, 2, 3)])
        people = [
            {"id": n, "household_id": (n + 1) // 2, "name": f"r{n}", "phone": f"+86111{n:08d}"} for n in range(1, 7)
        ]
        tx.execute(insert(Resident), [{**one, "imported_at": now} for one in people])
        tx.execute(update(Resident).where(Resident.id == 6).values(ineligible="moved"))
        for n in range(1, 5):
            link(tx, "telegram", str(70 + n), n, now, "en" if n == 2 else "")
        tx.execute(update(Address).where(Address.resident_id == 3).values(stopped_at=now))
        tx.execute(update(Address).where(Address.resident_id == 4).values(blocked_at=now))
        link(tx, "telegram", "80", 1, now)  # a second chat of the first
        tx.execute(update(Address).where(Address.address == "71").values(blocked_at=now))
        add_member(tx, "zhang", name="z", role="staff", now=now)
    return store


def test_who_is_reached_is_known_before_and_after(town, now):
    with town.transaction() as tx:
        ahead = look_ahead(tx, "telegram", PLACE)
        assert ahead.states == {"waiting": 2, "stopped": 1, "blocked": 1, "no_chat": 1}
        assert (ahead.residents, ahead.alone) == (5, 3)
        assert look_ahead(tx, "telegram", {**PLACE, "grid": "g"}).residents == 0
        number = make_broadcast(tx, "telegram", 1, PLACE, "words", now)
        taken = take_letters(tx, "telegram", now, 1)
        assert [(one.resident_id, one.address, one.language) for one in taken] == [(1, "80", "zh-Hans")]
        tx.execute(update(Address).where(Address.resident_id == 2).values(stopped_at=now))
        assert take_letters(tx, "telegram", now, 9) == []  # who stopped meanwhile is not written to
        end_broadcasts(tx, "telegram", now)
        assert find_broadcast(tx, number).ended_at is None
        settle_letters(tx, [(number, 1, "sent")], now)
        end_broadcasts(tx, "telegram", now)
        assert find_broadcast(tx, number).ended_at == now
        account = account_of(tx, number)
        assert account.states == {"sent": 1, "stopped": 2, "blocked": 1, "no_chat": 1}
        assert [(row.id, row.state, row.family) for row in unreached(tx, number)] == [
            (2, "stopped", True), (3, "stopped", False), (4, "blocked", False), (5, "no_chat", False),
        ]  # fmt: skip
        assert cancel_broadcast(tx, number, now) == 0


def test_letters_hold_no_chat_of_who_is_erased_and_old_ones_go(town, now):
    with town.transaction() as tx:
        number = make_broadcast(tx, "telegram", 1, PLACE, "words", now)
        cancel_broadcast(tx, number, now)
        end_broadcasts(tx, "telegram", now)
        (letter,) = everything_about(tx, 1, now)["broadcasts"]
        assert (letter["broadcast_id"], letter["state"]) == (number, "cancelled")
    erase(town, 1, now + timedelta(hours=1))
    with town.reading() as tx:
        letters = dict(tx.execute(select(BroadcastLetter.resident_id, BroadcastLetter.address)).all())
        assert (letters[1], letters[2]) == ("", "72")
    purge(town, Keep(timedelta(days=90), timedelta(days=730)), now + timedelta(days=91))
    with town.reading() as tx:
        assert set(tx.execute(select(BroadcastLetter.address)).scalars()) == {""}
    purge(town, Keep(timedelta(days=90), timedelta(days=730)), now + timedelta(days=731))
    with town.reading() as tx:
        assert tx.execute(select(Broadcast.id)).all() == tx.execute(select(BroadcastLetter.state)).all() == []


def test_moments_keep_the_pace_for_all_and_for_each_chat(town, now):
    with town.transaction() as tx:
        first = lease(tx, "telegram", [1, 2, 1, 3, 1], now)
        second = lease(tx, "telegram", [1, 4], now)  # as another process would
    moments = sorted((*first, *second))
    assert all(b - a >= GAP for a, b in pairwise(moments))
    of_one = sorted((first[0], first[2], first[4], second[0]))
    assert all(b - a >= CHAT_GAP for a, b in pairwise(of_one))
    assert first[3] < first[2]  # nobody waits for another's chat
    with town.transaction() as tx:
        many = lease(tx, "telegram", list(range(100, 400)), now + timedelta(minutes=1))
        assert max(sum(1 for at in many if start <= at < start + SECOND) for start in many) <= 30
        forget_slots(tx, "telegram", now + timedelta(hours=1))
        assert tx.execute(select(Slot.chat)).scalars().all() == [0]
        assert lease(tx, "telegram", [], now) == []


def test_follow_up_is_told_to_its_place_and_then_upwards(town, now):
    from records.rounds import launch_round
    from records.tables import Campaign

    with town.transaction() as tx:
        members = {}
        for login, role, place in (
            ("grid", "worker", {"grid": "g"}), ("near", "worker", {"community": "c"}),
            ("far", "worker", {"community": "x"}), ("street", "staff", {"subdistrict": "s"}),
            ("all", "administrator", {}),
        ):  # fmt: skip
            members[login] = add_member(tx, login, name=login, role=role, place=place, now=now)
            link_chat(tx, members[login].id, "telegram", login, now)
        row = {"name": "c", "script": "daily_check", "script_version": 1, "plan": {}, "created_at": now}
        tx.execute(insert(Campaign), row)
        launch_round(tx, 1, 0, place={}, day=now.date(), due_at=now)
        work = {"campaign_id": 1, "resident_id": 1, "kind": "watch", "opened_at": now, "due_at": now}
        tx.execute(insert(FollowUp), work)
        staff = [(member, login) for login, member in members.items()]
        assert [level_of(member) for member in members.values()] == [
            "grid", "community", "community", "subdistrict", "everywhere",
        ]  # fmt: skip
        (task,) = untold(tx)
        assert [chat for _, chat in told_whom(task, staff)] == ["near"]
        assert [chat for _, chat in told_whom(task, staff[3:])] == ["street"]
        assert note_told(tx, task, 1, now)
        assert not note_told(tx, task, 1, now)
        assert untold(tx) == []
        for level, whom in (("community", "street"), ("subdistrict", "street"), ("district", "all")):
            tx.execute(update(FollowUp).values(escalated_to=level))
            (task,) = untold(tx)
            assert [chat for _, chat in told_whom(task, staff)] == [whom]
            assert note_told(tx, task, 1, now)
        tx.execute(update(FollowUp).values(escalated_to="", assignee="far", due_at=now + SECOND))  # opened again
        (task,) = untold(tx)
        assert [chat for _, chat in told_whom(task, staff)] == ["near"]  # whose it is not to see gets nothing
        tx.execute(update(FollowUp).values(assignee="grid", state="closed", closed_at=now))
        assert untold(tx) == []
    purge(town, Keep(timedelta(days=90), timedelta(days=730)), now + timedelta(days=732))
    with town.reading() as tx:
        assert tx.execute(select(Told.level)).all() == []


def test_one_message_of_a_chat_follows_one_thing(town, now):
    with town.transaction() as tx:
        first = begin_watch(tx, "telegram", "7", 1, "campaign", 5, now)
        assert due_watches(tx, "telegram", now) == []  # not sent yet
        note_message(tx, first, 70)
        assert [look.message for look in due_watches(tx, "telegram", now)] == [70]
        assert due_watches(tx, "telegram", now) == []  # in hand
        second = begin_watch(tx, "telegram", "7", 1, "campaign", 5, now)
        note_message(tx, second, 71)
        later = now + timedelta(minutes=1)
        assert [look.id for look in due_watches(tx, "telegram", later)] == [second]
        end_watch(tx, second)
        assert due_watches(tx, "telegram", later + timedelta(minutes=1)) == []
