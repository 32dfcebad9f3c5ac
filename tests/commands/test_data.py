"""Care for the data from the keyboard: what goes, what is shown, what is refused; complaints tell of nobody."""

import json
import shutil
from datetime import timedelta

import pytest
from sqlalchemy import insert

import run_bot
from commands.house import now
from dialogs.events import Answered, Ended, Heard
from records.answers import fold_conversation
from records.attempts import end_attempt
from records.conversations import keep_turns
from records.store import Store
from records.tables import DoNotCall
from tests.records.town import BABY, make_town


@pytest.fixture
def office(empty_sqlite, tmp_path, monkeypatch):
    """A folder with a store in which the child of a family was asked a hundred days ago."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    shutil.copy(empty_sqlite, "wenan.sqlite")
    store = Store("sqlite:///wenan.sqlite")
    town = make_town(store, now() - timedelta(days=100))
    talk = town.call(BABY, phone="+8611100000003")
    events = [
        Heard(words="三十六度五"),
        Answered("temperature", 36.5, "3", words="三十六度五"),
        Ended("complete", "done", "bye"),
    ]
    with store.transaction() as tx:
        keep_turns(tx, talk.id, 0, {}, True, [(town.now, events)], town.now)
        fold_conversation(tx, talk, events, essential=("temperature",), now=town.now)
        end_attempt(tx, talk.attempt_id, outcome="answered_human", ended_at=town.now)
    store.close()
    return tmp_path


@pytest.fixture
def run(office, capsys):
    """Runs a command and returns (exit code, what it printed, what it complained of)."""

    def call(*arguments, lang="en"):
        code = run_bot.main(["--lang", lang, "data", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def line(said, name):
    return next(row.split() for row in said.splitlines() if name in row)


def test_retention_shows_first_and_then_deletes(run, monkeypatch):
    code, said, _ = run("retention", "--dry-run")
    assert code == 0
    assert line(said, "Turns of transcripts")[-2:] == ["1", "0"]
    assert "A preview: nothing was deleted" in said
    assert line(run("retention", "--dry-run", "--words-days", "105")[1], "Turns of transcripts")[-2:] == ["0", "1"]
    monkeypatch.setenv("WENAN_KEEP_WORDS_DAYS", "200")
    assert line(run("retention")[1], "Turns of transcripts")[-2:] == ["0", "0"]
    monkeypatch.delenv("WENAN_KEEP_WORDS_DAYS")
    assert "已删除到期内容" in run("retention", lang="zh-Hans")[1]
    assert line(run("retention", "--dry-run")[1], "Turns of transcripts")[-2:] == ["0", "0"]


def test_export_is_json_for_one_pair_of_eyes(run, office):
    code, said, _ = run("export", "3")
    assert code == 0
    assert json.loads(said)["answers"][0]["words"] == "三十六度五"
    assert run("export", "3", "--out", "child.json")[0] == 0
    assert (office / "child.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((office / "child.json").read_text(encoding="utf-8"))["resident"]["name"] == "王宝"
    assert "File exists" in run("export", "3", "--out", "child.json")[2]


def test_erase_asks_first_and_leaves_nothing_in_the_file(run, office):
    code, _, error = run("erase", "3")
    assert (code, "say so with --yes" in error) == (2, True)
    assert "王宝".encode() in (office / "wenan.sqlite").read_bytes()
    code, said, _ = run("erase", "3", "--yes")
    assert code == 0
    assert "1 records made anonymous, 1 attempts, 1 conversations" in said
    for file in office.glob("wenan.sqlite*"):
        assert "王宝".encode() not in file.read_bytes()
        assert b"11100000003" not in file.read_bytes()
    assert "erased already" in run("erase", "3", "--yes")[2]


def test_backup_and_restore(run, office):
    assert run("backup", "copy.sqlite")[0] == 0
    assert run("backup")[0] == 0
    assert len(list(office.glob("out/wenan-*.sqlite"))) == 1
    run("erase", "3", "--yes")
    (office / "wenan.engine.sqlite").write_bytes(b"what the engine knew")
    code, _, error = run("restore", "copy.sqlite")
    assert (code, "restore with --replace" in error) == (2, True)
    assert (office / "wenan.engine.sqlite").exists()
    assert "Restored: 4 residents" in run("restore", "copy.sqlite", "--replace")[1]
    assert not (office / "wenan.engine.sqlite").exists()
    assert json.loads(run("export", "3")[1])["resident"]["name"] == "王宝"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "no-such"], "there is no resident 'no-such'"),
        (["erase", "+8611100000003", "--yes"], "there is no resident '+86111****0003'"),
        (["retention", "--words-days", "9", "--records-days", "3"], "cannot be kept 3 days and their words 9"),
        (["restore", "none.sqlite"], "none.sqlite: there is no such file"),
        (["backup", "wenan.sqlite"], "wenan.sqlite is there already"),
    ],
)
def test_bad_input_says_what_to_mend(run, arguments, said):
    code, _, error = run(*arguments)
    assert code == 2
    assert said in error
    assert "11100000003" not in error
    assert len(error.splitlines()) == 1


def test_fault_of_the_store_shows_no_number(office):
    store = Store("sqlite:///wenan.sqlite")
    row = {"phone": "+8611100000003", "reason": "发烧三十九度", "since": now()}
    with pytest.raises(Exception, match="UNIQUE") as caught, store.transaction() as tx:  # noqa: PT012 - the last fails
        tx.execute(insert(DoNotCall), row)
        tx.execute(insert(DoNotCall), row)
    store.close()
    assert "+8611100000003" not in str(caught.value)
    assert "三十九" not in str(caught.value)
