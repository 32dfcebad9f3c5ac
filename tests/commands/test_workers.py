"""Campaigns that workers call, as typed: scheduled, repeated, watched, paused, cancelled; with real processes."""

import os
import re
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import run_bot
from campaigns.campaign import find
from campaigns.engine import purge_ended
from campaigns.progress import progress
from campaigns.steward import KEPT
from records.store import Store
from simulator.population import make_town
from simulator.roster import write_roster
from tests.programs import Program

ZONE = ZoneInfo("Asia/Shanghai")
PLAN = """
plan: soon
windows: {mon-sun: ["00:00-24:00"]}
days: 2
max_attempts: 1  # else somebody may ask to be called in the evening
breaker: {share: 1.0, calls: 100}
"""

BOTH = pytest.mark.parametrize(
    "office", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest.fixture
def office(request, tmp_path, monkeypatch):
    """A folder with a plan, and a store with a few residents."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    url = f"sqlite:///{tmp_path}/wenan.sqlite"
    if getattr(request, "param", "sqlite") == "postgresql":
        url = request.getfixturevalue("empty_postgresql")
    monkeypatch.setenv("WENAN_STORE", url)
    Path("soon.yaml").write_text(PLAN, encoding="utf-8")
    write_roster(make_town(40, 7), tmp_path / "list.csv", 7)
    assert run_bot.main(["residents", "import", "list.csv"]) == 0
    return tmp_path


@pytest.fixture
def run(office, capsys):
    """Runs a command and returns (exit code, what it printed, what it complained of)."""

    def call(*arguments, lang="en"):
        code = run_bot.main(["--lang", lang, *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    call("campaign", "create", "m", "--plan", "soon.yaml", "--lines", "5")
    return call


@pytest.fixture
def started(office):
    """Starts the program as a process of its own; asked to stop, it must end well."""
    programs = []

    def start(*arguments):
        programs.append(Program(office, "--lang", "en", *arguments))
        return programs[-1]

    yield start
    for program in programs:
        if program.code is None:
            program.signal(signal.SIGTERM)
        program.wait(30)
        program.close()


@pytest.fixture
def seen(run):
    """How the campaign stands, asked of the store."""
    store = Store(os.environ["WENAN_STORE"])
    yield lambda: progress(store, find(store, "m"), datetime.now(ZONE))
    store.close()


def at(**ahead):
    return (datetime.now(ZONE) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%S")


def until(holds, what, seconds=60.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.1)


@BOTH
def test_campaign_begins_at_its_time_and_workers_call_it_to_its_end(run, started, seen):
    worker = started("worker", "--lines", "5", "--speed", "2000")
    assert re.fullmatch(r"Joined as [0-9a-f]{12} with 5 lines\n", worker.stdout.readline())
    code, said, _ = run("campaign", "launch", "m", "--at", at(seconds=3))
    assert code == 0
    assert re.search(r"will be called from \d{4}-\d\d-\d\d \d\d:\d\d on, by run_bot.py worker", said)
    assert "scheduled: done 0/0" in run("campaign", "status", "m")[1]
    watch = started("campaign", "status", "m", "--watch")
    until(lambda: seen().state == "completed", "the end of the campaign")
    assert "completed: done 40/40, in call 0, waiting 0, " in run("campaign", "status", "m")[1]
    code, said = watch.wait(20)
    assert code == 0
    assert "completed: done 40/40" in said
    assert "任务“m”已完成" in run("campaign", "status", "m", lang="zh-Hans")[1]
    assert "--again" in run("campaign", "launch", "m", "--at", at(hours=1))[2]
    worker.signal(signal.SIGTERM)
    assert worker.wait(30)[0] == 0
    soon = datetime.now(ZONE) + timedelta(hours=1)
    assert [purge_ended(os.environ["WENAN_STORE"], at) > 0 for at in (soon - 2 * KEPT, soon, soon)] == [
        False,
        True,
        False,
    ]


@BOTH
def test_campaign_is_paused_resumed_slowed_and_cancelled_while_it_runs(run, started, seen):
    started("worker", "--lines", "2", "--speed", "100")
    run("campaign", "pace", "m", "4")
    run("campaign", "launch", "m", "--at", at())
    until(lambda: seen().in_call, "the first call")
    assert "Campaign 'm': paused" in run("campaign", "pause", "m")[1]
    until(lambda: not seen().in_call, "the calls in progress")
    paused = seen()
    time.sleep(0.6)  # two more would have begun
    assert seen().calls == paused.calls
    assert f"paused: done {paused.done}/40, in call 0" in run("campaign", "status", "m")[1]
    assert "is paused: pause needs one that is running or scheduled" in run("campaign", "pause", "m")[2]
    assert "Campaign 'm': running" in run("campaign", "resume", "m")[1]
    until(lambda: seen().done > paused.done, "more calls")
    assert "Campaign 'm': cancelled" in run("campaign", "cancel", "m")[1]
    until(lambda: seen().done == 40 and not seen().in_call, "the rest to be closed")
    assert "cancelled: done 40/40, in call 0" in run("campaign", "status", "m")[1]
    assert "is cancelled: resume needs one that is paused" in run("campaign", "resume", "m")[2]


def test_campaign_that_repeats_waits_for_its_next_round(run, started):
    first, second = at(seconds=-1)[11:16], at(hours=3)[11:16]
    code, said, _ = run(
        "campaign", "launch", "m", "--daily", second, "--daily", first, "--days", "3", "--at", at(days=1)
    )
    assert code == 0
    assert at(days=1)[:10] in said
    run("campaign", "cancel", "m")
    run("campaign", "create", "n", "--plan", "soon.yaml", "--lines", "5")
    run("campaign", "launch", "n", "--daily", at(minutes=1)[11:16], "--days", "2")
    assert "n\tscheduled" in run("campaign", "status")[1]


def test_launch_in_real_time_calls_to_the_end_and_writes_the_report(run, started):
    code, said = started("campaign", "launch", "m", "--real-time", "--speed", "2000").wait(90)
    assert code == 0
    assert "completed: done 40/40" in said
    assert Path("out/m/community.xlsx").exists()


def test_launch_that_is_stopped_leaves_the_rest_to_a_worker(run, started, seen):
    launch = started("campaign", "launch", "m", "--real-time", "--speed", "60")
    until(lambda: seen().in_call, "the first call")
    launch.signal(signal.SIGINT)
    code, said = launch.wait(60)
    assert code == 0
    assert "run_bot.py worker goes on with it" in said
    started("worker", "--lines", "5", "--speed", "2000")
    until(lambda: seen().state == "completed", "the end of the campaign")


def test_on_sqlite_one_process_makes_calls(run, started):
    started("worker").stdout.readline()
    refused = [started("--lang", lang, "campaign", "launch", "m", "--real-time") for lang in ("en", "zh-Hans")]
    assert [program.wait(60)[0] for program in refused] == [2, 2]
    english, chinese = (program.complaints.read_text("utf-8") for program in refused)
    assert "another process is making calls from this store" in english
    assert "另一个进程" in chinese


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--at", "2020-01-01T09:00"], "--at 2020-01-01 09:00 is over"),
        (["--daily", "25:00"], "write times such as 09:00"),
        (["--real-time", "--at", "2126-01-01T09:00"], "not with --at or --daily"),
        (["--days", "3"], "give a time with --daily"),
    ],
)
def test_times_that_cannot_be_kept_are_refused_in_both_languages(run, arguments, says):
    code, _, complaint = run("campaign", "launch", "m", *arguments)
    assert code == 2
    assert says in complaint
    assert re.search("[一-鿿]", run("campaign", "launch", "m", *arguments, lang="zh-Hans")[2])
    assert "m\tdraft" in run("campaign", "status")[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["worker", "--lines", "0"],
        ["worker", "--speed", "0"],
        ["worker", "--speed", "nan"],
        ["campaign", "launch", "m", "--at", "yesterday"],
        ["campaign", "launch", "m", "--daily", "09:00", "--days", "0"],
        ["campaign", "pace", "m", "quick"],
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments):
    with pytest.raises(SystemExit) as stopped:
        run_bot.main(arguments)
    assert stopped.value.code == 2


@pytest.mark.parametrize("pace", ["-1", "nan", "inf"])
def test_pace_must_be_a_number(run, pace):
    assert "pace must be above zero" in run("campaign", "pace", "m", "--", pace)[2]
