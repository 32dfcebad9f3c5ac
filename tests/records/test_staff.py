"""People who work here: roles and places, passwords that lock out a guesser, chats, invitations, and the trail."""

from datetime import timedelta

import pytest

from records.erasure import erase
from records.export import everything_about
from records.invitations import GOOD, InvitationRefused, Invited, accept, invite
from records.retention import Keep, purge
from records.seal import Seal
from records.staff import (
    LOCKED,
    TRIES,
    Refused,
    StaffError,
    add_member,
    change_member,
    close_member,
    member_named,
    members,
    note_deed,
    sign_in,
)
from records.staff_chats import chats_of, link_chat, member_at
from records.tables import Audit, Invitation
from tests.records.town import BABY, WANG, make_town

SEAL = Seal("a secret of the tests")
GUIYUAN = {"district": "和安区", "subdistrict": "柳岸街道", "community": "桂园社区"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tx(town):
    with town.store.transaction() as tx:
        yield tx


@pytest.fixture
def chen(tx, now):
    return add_member(tx, "chen", name="陈洁", role="worker", place=GUIYUAN, password="correct horse", now=now)


def test_each_role_may_what_the_lower_ones_may(tx, now):
    ranks = [add_member(tx, role, name="", role=role, now=now) for role in ("worker", "staff", "administrator")]
    assert [[m.may(role) for role in ("worker", "staff", "administrator")] for m in ranks] == [
        [True, False, False], [True, True, False], [True, True, True],
    ]  # fmt: skip


def test_place_limits_what_is_seen(chen, tx, now):
    assert chen.sees({**GUIYUAN, "grid": "第1网格"})
    assert not chen.sees({**GUIYUAN, "community": "松苑社区"})
    assert not chen.sees({"district": "和安区"})  # the whole district is more than theirs
    assert chen.narrowed({"grid": "第2网格"}) == {**GUIYUAN, "grid": "第2网格"}
    assert chen.narrowed({"community": ["桂园社区", "松苑社区"]})["community"] == ["桂园社区"]
    assert chen.narrowed({"community": "松苑社区"})["community"] == []
    boss = add_member(tx, "boss", name="", role="administrator", now=now)
    assert boss.sees(GUIYUAN)
    assert boss.narrowed({"community": "松苑社区"}) == {"community": "松苑社区"}


def test_guesser_is_locked_out_for_a_while(chen, tx, now):
    assert sign_in(tx, "chen", "correct horse", now) == chen
    for guess in range(TRIES):
        with pytest.raises(Refused) as refused:
            sign_in(tx, "chen", "battery staple", now)
        assert refused.value.until == (now + LOCKED if guess == TRIES - 1 else None)
    with pytest.raises(Refused, match="locked"):
        sign_in(tx, "chen", "correct horse", now + LOCKED - MINUTE)
    assert sign_in(tx, "chen", "correct horse", now + LOCKED + MINUTE) == chen
    with pytest.raises(Refused, match="wrong name or password"):
        sign_in(tx, "nobody", "correct horse", now)


def test_account_without_password_or_closed_cannot_sign_in(chen, tx, now):
    add_member(tx, "chat", name="", role="worker", now=now)
    with pytest.raises(Refused):
        sign_in(tx, "chat", "", now)
    close_member(tx, chen.id, now)
    with pytest.raises(Refused):
        sign_in(tx, "chen", "correct horse", now)
    assert [member.login for member in members(tx)] == ["chat"]


def test_new_role_place_or_password_ends_sessions(chen, tx, now):
    assert change_member(tx, chen.id, language="en").session == chen.session
    assert change_member(tx, chen.id, role="staff").session == chen.session + 1
    assert change_member(tx, chen.id, password="another password").session == chen.session + 2
    assert sign_in(tx, "chen", "another password", now).role == "staff"


@pytest.mark.parametrize(
    ("login", "values", "said"),
    [
        ("chen", {}, "account 'chen' already"),
        (" ", {}, "no name to sign in"),
        ("li", {"role": "king"}, "'king' is not a role"),
        ("li", {"place": {"planet": "Earth"}}, "'planet'.*not a level"),
        ("li", {"password": "short"}, "at least 10 characters"),
    ],
)
def test_account_that_cannot_be_says_why(chen, tx, now, login, values, said):
    with pytest.raises(StaffError, match=said):
        add_member(tx, login, **{"name": "", "role": "worker", "now": now, **values})
    with pytest.raises(StaffError, match="no account 'li'"):
        member_named(tx, "li")


def test_chat_belongs_to_one_of_us(chen, tx, now):
    link_chat(tx, chen.id, "telegram", "77", now)
    other = add_member(tx, "li", name="李", role="staff", now=now)
    assert member_at(tx, "telegram", "77") == chen
    link_chat(tx, other.id, "telegram", "77", now)
    assert member_at(tx, "telegram", "77") == other
    assert chats_of(tx, "telegram") == [(other, "77")]
    close_member(tx, other.id, now)
    assert member_at(tx, "telegram", "77") is None


def test_invitation_is_good_once(chen, tx, now):
    code = invite(tx, SEAL, Invited(resident_id=WANG), now)
    assert accept(tx, SEAL, code, now) == Invited(resident_id=WANG)
    with pytest.raises(InvitationRefused, match="used"):
        accept(tx, SEAL, code, now)
    late = invite(tx, SEAL, Invited(staff_id=chen.id), now)
    with pytest.raises(InvitationRefused, match="expired"):
        accept(tx, SEAL, late, now + GOOD)
    replaced, newest = (invite(tx, SEAL, Invited(staff_id=chen.id), now) for _ in range(2))
    with pytest.raises(InvitationRefused, match="expired"):
        accept(tx, SEAL, replaced, now + MINUTE)
    assert accept(tx, SEAL, newest, now + MINUTE) == Invited(staff_id=chen.id)
    for forged in ("", "hello", newest[:-1], SEAL.sign("notice", 1), SEAL.sign("invitation", 1, 2)):
        with pytest.raises(InvitationRefused, match="forged"):
            accept(tx, SEAL, forged, now)


def test_trail_says_who_did_what(chen, town, tx, now):
    note_deed(tx, chen, "seen", "resident 1", now, "line list")
    note_deed(tx, None, "erased", "resident 1", now)
    assert [(row.staff_id, row.what, row.whom) for row in town.rows(Audit)] == [
        (chen.id, "seen", "resident 1"), (None, "erased", "resident 1"),
    ]  # fmt: skip


def test_invitations_go_with_their_resident_and_with_time(sqlite_store, now):
    town = make_town(sqlite_store, now)
    with town.store.transaction() as tx:
        first, second = (invite(tx, SEAL, Invited(resident_id=who), now) for who in (WANG, BABY))
    purge(town.store, Keep(timedelta(days=90), timedelta(days=700)), now + GOOD)
    assert len(town.rows(Invitation)) == 2
    erase(town.store, BABY, now + MINUTE)
    with town.store.transaction() as tx:
        with pytest.raises(InvitationRefused, match="expired"):
            accept(tx, SEAL, second, now + 2 * MINUTE)
        assert accept(tx, SEAL, first, now + 2 * MINUTE) == Invited(resident_id=WANG)
        assert [row["id"] for row in everything_about(tx, WANG, now)["invitations"]] == [1]
    purge(town.store, Keep(timedelta(days=90), timedelta(days=700)), now + GOOD + timedelta(days=91))
    assert town.rows(Invitation) == []
