"""Health codes on the command line: shown with a picture, found true, and refused when forged."""

import io
from datetime import UTC, datetime

import pytest
import zxingcpp
from PIL import Image

import run_bot
from dialogs.events import Answered, Ended
from records.answers import fold_conversation
from records.store import Store
from tests.records.town import LI, WANG, make_town


@pytest.fixture
def shell(tmp_path, monkeypatch, capsys):
    """Runs a command in an empty folder where Wang has reported just now; gives back status and output."""
    monkeypatch.chdir(tmp_path)
    store = Store("sqlite:///wenan.sqlite")
    town = make_town(store, datetime.now(UTC))
    talk = town.call(WANG)
    with store.transaction() as tx:
        said = [Answered("temperature", 36.4, str(WANG)), Ended("complete", "done", "bye")]
        fold_conversation(tx, talk, said, essential=("temperature",), now=talk.opened_at)
    store.close()

    def run(*arguments):
        status = run_bot.main(arguments)
        return status, capsys.readouterr()

    return run


def test_code_is_shown_checked_and_refused_when_forged(shell, tmp_path):
    status, out = shell("--lang", "en", "code", "show", str(WANG), "--picture", "code.png")
    assert status == 0
    assert out.out.startswith("Green\n")
    token = out.out.split()[-1]
    picture = Image.open(io.BytesIO((tmp_path / "code.png").read_bytes()))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [token]
    assert shell("--lang", "en", "code", "check", token)[1].out == "True: Green, 王*\n"
    assert shell("--lang", "zh-Hans", "code", "check", token)[1].out == "有效：绿码，王*\n"
    status, out = shell("--lang", "zh-Hans", "code", "check", token[:-3] + "abc")
    assert (status, out.out) == (1, "无效：不是本系统签发的码\n")
    assert (tmp_path / "wenan.secret").stat().st_mode & 0o777 == 0o600


def test_without_a_report_there_is_no_code(shell):
    status, out = shell("--lang", "en", "code", "show", str(LI))
    assert (status, out.out) == (1, "No health code: there is no recent report.\n")
    status, out = shell("code", "show", "4711")
    assert status == 2
    assert "4711" in out.err
