"""Administrators keep the accounts of their place: made, changed, locked, closed, invited; nobody reaches further."""

import re

import pytest

from records.invitations import accept
from records.staff import member_named
from records.tables import Staff
from tests.web.town import GUIYUAN, SONGYUAN


def number_of(town, login):
    with town.store.reading() as tx:
        return member_named(tx, login).id


def shown(text, word):
    return re.search(rf"{word}[^<]*<code[^>]*>([^<]+)</code>", text)[1]


def test_account_is_made_with_a_password_shown_once_and_used(town):
    boss = town.browser("boss")
    made = town.post(boss, "/accounts", login="lin", name="Lin", role="worker", community=[GUIYUAN], grid="第1网格")
    assert made.status_code == 200
    password = shown(made.text, "password")
    (row,) = town.rows(Staff, Staff.login == "lin")
    assert (row.role, row.place) == ("worker", {"community": [GUIYUAN], "grid": ["第1网格"]})
    assert password not in row.password
    assert password not in boss.get(f"/accounts/{row.id}").text
    assert town.browser("lin", password).get("/residents").status_code == 200
    again = town.post(boss, "/accounts", login="lin", role="worker")
    assert again.status_code == 422
    assert "already" in again.text
    assert ("made account", f"staff {row.id}") in town.deeds()


def test_locking_ends_sessions_and_refuses_until_unlocked(town):
    boss, worker, number = town.browser("boss"), town.browser("gui-worker"), number_of(town, "gui-worker")
    assert town.post(boss, f"/accounts/{number}/lock").status_code == 303
    assert worker.get("/residents").status_code == 303
    assert town.sign_in(town.browser(), "gui-worker").status_code == 401
    assert "locked" in boss.get("/accounts").text
    town.post(boss, f"/accounts/{number}/unlock")
    worker = town.browser("gui-worker")
    town.post(boss, f"/accounts/{number}/end")
    assert worker.get("/residents").status_code == 303
    new = shown(town.post(boss, f"/accounts/{number}/password").text, "password")
    assert town.browser("gui-worker", new).get("/residents").status_code == 200
    town.post(boss, f"/accounts/{number}/close")
    assert town.sign_in(town.browser(), "gui-worker", new).status_code == 401
    assert boss.get(f"/accounts/{number}").status_code == 404
    deeds = [what for what, whom in town.deeds() if whom == f"staff {number}"]
    assert deeds == ["locked account", "unlocked account", "ended sessions", "changed account", "closed account"]


def test_invitation_links_the_chat_of_this_account(town):
    boss, number = town.browser("boss"), number_of(town, "staff")
    link = shown(town.post(boss, f"/accounts/{number}/invite").text, "invitation")
    with town.store.transaction() as tx:
        assert accept(tx, town.seal, link.split("start=")[1], town.at).staff_id == number


def test_role_and_place_are_changed_but_not_ones_own(town):
    boss, number = town.browser("boss"), number_of(town, "gui-worker")
    town.post(boss, f"/accounts/{number}", name="Gui", role="staff", community=[GUIYUAN, SONGYUAN])
    (row,) = town.rows(Staff, Staff.id == number)
    assert (row.name, row.role, row.place) == ("Gui", "staff", {"community": [GUIYUAN, SONGYUAN]})
    own = number_of(town, "boss")
    town.post(boss, f"/accounts/{own}", name="The Boss", role="worker", community=[GUIYUAN])
    (row,) = town.rows(Staff, Staff.id == own)
    assert (row.name, row.role, row.place) == ("The Boss", "administrator", {})
    for step in ("lock", "close"):
        assert town.post(boss, f"/accounts/{own}/{step}").status_code == 403
    assert town.post(boss, f"/accounts/{number}", role="king").status_code == 422
    assert town.post(boss, f"/accounts/{number}/promote").status_code == 404


@pytest.mark.parametrize("other", ["boss", "staff"])
def test_administrator_of_a_place_reaches_no_further(town, other):
    mine, number = town.browser("gui-administrator"), number_of(town, other)
    assert mine.get(f"/accounts/{number}").status_code == 404
    for step in ("", "/lock", "/close", "/password", "/invite", "/end"):
        assert town.post(mine, f"/accounts/{number}{step}", role="worker").status_code == 404
    assert f"/accounts/{number}" not in mine.get("/accounts").text
    for place in ({"community": [SONGYUAN]}, {"community": [GUIYUAN, SONGYUAN]}):
        assert town.post(mine, "/accounts", login="x", role="administrator", **place).status_code == 403
    assert town.post(mine, "/accounts", login="x", role="worker", community=[GUIYUAN]).status_code == 200
    assert town.post(mine, "/accounts", login="y", role="worker").status_code == 200
    assert [row.place for row in town.rows(Staff, Staff.login == "y")] == [{"community": [GUIYUAN]}]
    assert town.browser("staff").get("/accounts").status_code == 403
