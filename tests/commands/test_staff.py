"""Accounts by the command line: no password is ever an argument."""

import argparse
import io
import re

import pytest

import run_bot
from records.staff import Refused, sign_in
from records.store import Store
from records.tables import Audit


@pytest.fixture
def staff(tmp_path, monkeypatch):
    """Runs `staff` commands in a folder of their own, with a line at the keyboard."""
    monkeypatch.chdir(tmp_path)

    def run(*words, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return run_bot.main(["--lang", "en", "staff", *words])

    return run


def signed_in(login, password):
    from commands.house import now

    store = Store("sqlite:///wenan.sqlite")
    with store.transaction() as tx:
        member = sign_in(tx, login, password, now())
    store.close()
    return member


def test_first_administrator_is_made_at_the_prompt(staff, capsys):
    assert staff("add", "boss", "--role", "administrator", typed="correct horse battery\n") == 0
    assert signed_in("boss", "correct horse battery").may("administrator")
    assert staff("list") == 0
    assert "boss\tboss\tadministrator\t-" in capsys.readouterr().out
    assert staff("add", "boss", typed="correct horse battery\n") == 2
    assert staff("add", "li", typed="short\n") == 2
    assert "at least 10 characters" in capsys.readouterr().err


def test_password_can_be_made_up_and_is_shown_once(staff, capsys):
    staff("add", "li", "--generate", "--place", "community=桂园社区", "--place", "community=松苑社区")
    password = re.search(r"shown this once: (\S+)", capsys.readouterr().out)[1]
    member = signed_in("li", password)
    assert member.place == {"community": ["桂园社区", "松苑社区"]}
    staff("list")
    assert password not in capsys.readouterr().out
    assert staff("add", "wu", "--generate", "--place", "planet=Earth") == 2


def test_account_is_changed_and_closed(staff, capsys):
    staff("add", "li", typed="correct horse battery\n")
    assert staff("change", "li", "--role", "staff", "--place", "district=和安区") == 0
    assert signed_in("li", "correct horse battery").role == "staff"
    assert staff("change", "li", "--everywhere", "--password", typed="another long one\n") == 0
    assert signed_in("li", "another long one").place == {}
    assert staff("change", "li") == 2
    assert "nothing to change" in capsys.readouterr().err
    assert staff("close", "li") == 0
    with pytest.raises(Refused):
        signed_in("li", "another long one")
    assert staff("change", "li", "--role", "worker") == 2
    store = Store("sqlite:///wenan.sqlite")
    with store.session() as session:
        assert [row.what for row in session.query(Audit)] == ["made account", "changed account", "changed account",
                                                              "closed account"]  # fmt: skip
    store.close()


def test_link_to_a_chat_is_made_once_and_taken_back(staff, capsys):
    from commands.house import House, now
    from commands.settings import Settings
    from records.invitations import InvitationRefused, accept
    from records.staff_chats import link_chat, member_at

    assert staff("add", "li", "--chat-only", "--place", "community=桂园社区") == 0
    assert staff("invite", "li") == 2
    assert "--bot" in capsys.readouterr().err
    assert staff("invite", "li", "--bot", "wenan_bot") == 0
    assert staff("invite", "li", "--bot", "wenan_bot") == 0
    first, second = re.findall(r"https://t.me/wenan_bot\?start=(\S+)", capsys.readouterr().out)
    house = House(Settings(), "en")
    with house.store.transaction() as tx:
        with pytest.raises(InvitationRefused, match="expired"):
            accept(tx, house.seal, first, now())
        invited = accept(tx, house.seal, second, now())
        link_chat(tx, invited.staff_id, "telegram", "7", now())
        assert member_at(tx, "telegram", "7").login == "li"
    assert staff("unlink", "li") == 0
    assert "1 chats" in capsys.readouterr().out
    with house.store.reading() as tx:
        assert member_at(tx, "telegram", "7") is None
    house.store.close()


def test_no_option_takes_a_password():
    group = next(a for a in run_bot.parser()._actions if isinstance(a, argparse._SubParsersAction)).choices["staff"]
    for sub in next(a for a in group._actions if isinstance(a, argparse._SubParsersAction)).choices.values():
        assert all(action.nargs == 0 for action in sub._actions if "password" in str(action.option_strings))


def test_listen_must_be_an_address(staff, capsys):
    assert run_bot.main(["--lang", "en", "web", "--listen", "8080"]) == 2
    assert "HOST:PORT" in capsys.readouterr().err
