"""Follow-ups as staff work on them from the keyboard, in both languages, with good and bad input."""

import shutil
from datetime import timedelta

import pytest

import run_bot
from commands.house import now
from dialogs.events import Answered, Ended, Requested
from records.answers import fold_conversation
from records.store import Store
from tests.records.town import WANG, make_town


@pytest.fixture
def office(empty_sqlite, tmp_path, monkeypatch):
    """A folder with a store in which 王伟 had fever three hours ago, and asked for a person."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    shutil.copy(empty_sqlite, "wenan.sqlite")
    store = Store("sqlite:///wenan.sqlite")
    town = make_town(store, now() - timedelta(hours=3))
    talk = town.call(WANG)
    with store.transaction() as tx:
        events = [Answered("temperature", 38.4, "1"), Requested("human", "找个人"), Ended("complete", "done", "bye")]
        fold_conversation(tx, talk, events, essential=(), now=talk.opened_at)
    store.close()


@pytest.fixture
def run(office, capsys):
    """Runs a command and returns (exit code, what it printed, what it complained of)."""

    def call(*arguments, lang="en"):
        code = run_bot.main(["--lang", lang, "follow-up", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_list_shows_the_urgent_first_and_numbers_masked(run):
    code, said, _ = run("list")
    assert code == 0
    assert said.index("Red result") < said.index("Asked for a person")
    assert "2 of 2 shown" in said
    assert "111****0001" in said
    assert "11100000001" not in said
    assert "11100000001" in run("list", "--full-phones")[1]
    assert "红码" in run("list", lang="zh-Hans")[1]


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        (["--kind", "human"], 1),
        (["--community", "桂园社区"], 2),
        (["--community", "没有社区"], 0),
        (["--grid", "第1网格", "--campaign", "每日健康"], 2),
        (["--overdue"], 1),
        (["--assignee", "周护士"], 0),
        (["--closed"], 0),
    ],
)
def test_list_is_narrowed_by_filters(run, arguments, number):
    assert f"{number} of {number} shown" in run("list", *arguments)[1]


def test_one_follow_up_from_assigned_to_opened_again(run):
    assert run("assign", "1", "周护士", "--by", "站长")[0] == 0
    assert run("note", "1", "已送药", "--by", "周护士")[0] == 0
    assert "1 of 1" in run("list", "--assignee", "周护士")[1]
    assert "closed: Seen at the door" in run("close", "1", "seen", "--note", "退烧了", "--by", "周护士")[1]
    assert "Seen at the door" in run("list", "--closed")[1]
    assert "open again" in run("reopen", "1", "又发烧", "--by", "站长")[1]
    shown = run("show", "1", lang="zh-Hans")[1]
    for words in ("分派", "周护士", "已送药", "退烧了", "办结", "已上门看望", "重新打开", "又发烧", "38.4"):
        assert words in shown


def test_overdue_work_is_escalated(run):
    assert run("escalate")[1] == "1 follow-ups escalated\n2\tcommunity\n"
    assert "0 follow-ups escalated" in run("escalate")[1]
    assert "Escalated: " in run("list", "--overdue")[1]
    assert run("escalate", "2")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "99"], "there is no follow-up 99"),
        (["close", "1", "bored"], "'bored' is no reason to close follow-up 1"),
        (["reopen", "1"], "follow-up 1 is open"),
        (["list", "--kind", "fun"], "'fun' is not a kind of follow-up (known: emergency, "),
        (["list", "--campaign", "none"], "there is no campaign 'none'"),
    ],
)
def test_bad_input_says_what_to_mend(run, arguments, said):
    code, _, error = run(*arguments)
    assert code == 2
    assert said in error
    assert len(error.splitlines()) == 1
