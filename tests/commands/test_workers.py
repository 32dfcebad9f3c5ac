"""Campaigns that workers call, as typed: scheduled, repeated, watched, paused, cancelled; with real processes."""

import os
import re
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import run_bot
from campaigns.engine import purge_ended
from campaigns.steward import KEPT
from simulator.population import make_town
from simulator.roster import write_roster

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
PLAN = """
plan: soon
windows: {mon-sun: ["00:00-24:00"]}
days: 2
max_attempts: 1  # else somebody may ask to be called in the evening
breaker: {share: 1.0, calls: 100}
"""
PROGRAM = [sys.executable, str(ROOT / "run_bot.py"), "--lang", "en"]


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
    processes = []

    def start(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        processes.append(subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE, text=True, env=environment))
        return processes[-1]

    yield start
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stdout.close()


def at(**ahead):
    return (datetime.now(ZONE) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%S")


def until(holds, what, seconds=60.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.3)


@BOTH
def test_campaign_begins_at_its_time_and_workers_call_it_to_its_end(run, started):
    worker = started("worker", "--lines", "5", "--speed", "2000")
    assert re.fullmatch(r"Joined as [0-9a-f]{12} with 5 lines\n", worker.stdout.readline())
    code, said, _ = run("campaign", "launch", "m", "--at", at(seconds=4))
    assert code == 0
    assert re.search(r"will be called from \d{4}-\d\d-\d\d \d\d:\d\d on, by run_bot.py worker", said)
    assert "scheduled: done 0/0" in run("campaign", "status", "m")[1]
    watch = started("campaign", "status", "m", "--watch")
    until(lambda: "m\tcompleted" in run("campaign", "status")[1], "the end of the campaign")
    seen = run("campaign", "status", "m")[1]
    assert "completed: done 40/40, in call 0, waiting 0, " in seen
    assert watch.wait(20) == 0
    assert "completed: done 40/40" in watch.stdout.read()
    assert "任务“m”已完成" in run("campaign", "status", "m", lang="zh-Hans")[1]
    assert "--again" in run("campaign", "launch", "m", "--at", at(hours=1))[2]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    soon = datetime.now(ZONE) + timedelta(hours=1)
    assert [purge_ended(os.environ["WENAN_STORE"], at) > 0 for at in (soon - 2 * KEPT, soon, soon)] == [
        False,
        True,
        False,
    ]


@BOTH
def test_campaign_is_paused_resumed_slowed_and_cancelled_while_it_runs(run, started):
    started("worker", "--lines", "2", "--speed", "20")
    run("campaign", "pace", "m", "1")
    run("campaign", "launch", "m", "--at", at())
    until(lambda: "in call 0" not in run("campaign", "status", "m")[1], "the first call")
    assert "Campaign 'm': paused" in run("campaign", "pause", "m")[1]
    until(lambda: "in call 0" in run("campaign", "status", "m")[1], "the calls in progress")
    done = re.search(r"done (\d+)/40", run("campaign", "status", "m")[1]).group(1)
    time.sleep(2)
    assert f"paused: done {done}/40, in call 0" in run("campaign", "status", "m")[1]
    assert "is paused: pause needs one that is running or scheduled" in run("campaign", "pause", "m")[2]
    assert "Campaign 'm': running" in run("campaign", "resume", "m")[1]
    until(lambda: f"done {done}/40" not in run("campaign", "status", "m")[1], "more calls")
    assert "Campaign 'm': cancelled" in run("campaign", "cancel", "m")[1]
    until(lambda: "cancelled: done 40/40, in call 0" in run("campaign", "status", "m")[1], "the rest to be closed")
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
    launch = started("campaign", "launch", "m", "--real-time", "--speed", "2000")
    said = launch.communicate(timeout=90)[0]
    assert launch.returncode == 0
    assert "completed: done 40/40" in said
    assert Path("out/m/community.xlsx").exists()


def test_launch_that_is_stopped_leaves_the_rest_to_a_worker(run, started):
    launch = started("campaign", "launch", "m", "--real-time", "--speed", "20")
    until(lambda: "m\trunning" in run("campaign", "status")[1], "the launch")
    launch.send_signal(signal.SIGINT)
    said = launch.communicate(timeout=60)[0]
    assert launch.returncode == 0
    assert "run_bot.py worker goes on with it" in said
    started("worker", "--lines", "5", "--speed", "2000")
    until(lambda: "m\tcompleted" in run("campaign", "status")[1], "the end of the campaign")


def test_on_sqlite_one_process_makes_calls(run, started):
    started("worker").stdout.readline()
    code, _, complaint = run("campaign", "launch", "m", "--real-time")
    assert code == 2
    assert "another process is making calls from this store" in complaint
    assert "另一个进程" in run("campaign", "launch", "m", "--real-time", lang="zh-Hans")[2]


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
