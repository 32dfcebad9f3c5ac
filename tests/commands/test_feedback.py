"""The daily feedback on the command line: two files, an e-mail where one is wanted, and plain refusals."""

import socket
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

import run_bot
from commands.feedback import next_time
from records.store import Store
from tests.reports.town import settle

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Kept(list):
    """Keeps whatever arrives."""

    async def handle_DATA(self, server, session, envelope):
        self.append(envelope)
        return "250 OK"


@pytest.fixture
def town(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Store("sqlite:///wenan.sqlite")
    with store.transaction() as tx:
        settle(tx, residents=200, days=2)
    store.close()
    return tmp_path


def test_report_is_written_and_sent(town, monkeypatch, capsys):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = Kept()
    server = Controller(kept, "127.0.0.1", port)
    server.start()
    monkeypatch.setenv("WENAN_MAIL_SERVER", f"smtp+plain://127.0.0.1:{port}")
    monkeypatch.setenv("WENAN_MAIL_FROM", "wenan@example.org")
    try:
        status = run_bot.main(
            ["--lang", "zh-Hans", "feedback", "三月每日健康询问", "--to", "li@example.org", "--out", "f"]
        )
    finally:
        server.stop()
    assert status == 0
    out = capsys.readouterr().out
    assert "3月3日应报 200 人" in out
    assert sorted(path.name for path in (town / "f").iterdir()) == [
        "feedback-2026-03-03.docx", "feedback-2026-03-03.html",
    ]  # fmt: skip
    (letter,) = kept
    assert letter.rcpt_tos == ["li@example.org"]
    assert b"feedback-2026-03-03.docx" in letter.content


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["三月每日健康询问", "--day", "2020-01-01"], "no round on 2020-01-01"),
        (["nobody"], "'nobody'"),
        (["三月每日健康询问", "--to", "li@example.org"], "mail_server"),
    ],
)
def test_what_cannot_be_done_is_said(town, capsys, arguments, said):
    assert run_bot.main(["--lang", "en", "feedback", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_next_report_is_today_or_tomorrow():
    noon = datetime(2026, 3, 10, 12, 0, tzinfo=SHANGHAI)
    assert next_time(noon, time(18, 30)) == datetime(2026, 3, 10, 18, 30, tzinfo=SHANGHAI)
    assert next_time(noon, time(12, 0)) == datetime(2026, 3, 11, 12, 0, tzinfo=SHANGHAI)


def test_report_of_days_and_places_and_for_the_public(town, capsys):
    name, place = "三月每日健康询问", "community=桂园社区"
    assert (
        run_bot.main(
            ["report", name, "--out", "one", "--place", place, "--first", "2026-03-02", "--last", "2026-03-02"]
        )
        == 0
    )
    about = (town / "one" / "report.html").read_text("utf-8")
    assert "2026-03-02, 桂园社区" in about.replace(" · ", ", ")
    assert "松苑社区" not in about
    also = ["--also", "fhir", "--also", "flow-results", "--also", "json", "--also", "parquet"]
    assert run_bot.main(["report", name, "--out", "more", *also]) == 0
    more = {path.name for path in (town / "more").iterdir()}
    assert more >= {"fhir.json", "flow-results.json", "flow-results-data.json", "line_list.json", "line_list.parquet"}
    assert run_bot.main(["report", name, "--out", "all", "--public"]) == 0
    assert sorted(path.name for path in (town / "all").iterdir()) == ["public.html", "public.xlsx"]
    assert "（公开版）" in (town / "all" / "public.html").read_text("utf-8")
    assert run_bot.main(["report", name, "--place", "planet=Earth"]) == 2
    assert "'planet' is not a level" in capsys.readouterr().err
