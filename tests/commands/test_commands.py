"""The commands as a worker types them, with good and bad input; one small town is called for all tests."""

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

import run_bot
from dialogs.talk import load_talk, play
from simulator.population import make_town
from simulator.roster import write_roster

RESIDENTS = 120


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """A folder in which a roster was imported and a campaign launched."""
    folder = tmp_path_factory.mktemp("office")
    write_roster(make_town(RESIDENTS, 7), folder / "residents.csv", 7)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run_bot.main(["--lang", "en", "residents", "import", "residents.csv"]) == 0
        assert run_bot.main(["--lang", "en", "campaign", "create", "morning", "--lines", "5"]) == 0
        assert run_bot.main(["--lang", "en", "campaign", "launch", "morning"]) == 0
    return folder


@pytest.fixture
def office(worked, monkeypatch):
    monkeypatch.chdir(worked)
    monkeypatch.setenv("COLUMNS", "140")
    return worked


@pytest.fixture
def run(capsys):
    """Runs a command and returns (exit code, what it printed, what it complained of)."""

    def call(*arguments):
        code = run_bot.main(["--lang", "en", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_everybody_has_one_row_and_one_disposition(office):
    people = rows(office / "out" / "morning" / "line_list.csv")
    assert len(people) == len({p["Number"] for p in people}) == RESIDENTS
    assert all(p["Disposition"] for p in people)


def test_no_full_number_stands_in_any_file(office):
    for path in (office / "out" / "morning").glob("*.*"):
        content = path.read_bytes()
        assert b"+86111" not in content, path.name
    assert all("****" in p["Phone"] for p in rows(office / "out" / "morning" / "line_list.csv"))


def test_rejected_rows_lie_beside_the_roster(office):
    rejected = rows(office / "residents.rejected.csv")
    assert len(rejected) == 8
    assert {"the phone number is missing", "unknown language"} <= {r["Reason"] for r in rejected}


def test_no_call_was_cut_off_by_a_fault(office):
    with sqlite3.connect(office / "wenan.sqlite") as store:
        outcomes = dict(store.execute("SELECT outcome, count(*) FROM attempt GROUP BY outcome"))
    assert outcomes["answered_human"] > 20
    assert "interrupted" not in outcomes
    assert None not in outcomes


def test_importing_again_updates_and_does_not_double(office, run):
    code, said, _ = run("residents", "import", "residents.csv")
    assert code == 0
    assert f"0 added, {RESIDENTS} updated" in said


def test_a_second_launch_is_a_second_round(office, run):
    assert run("campaign", "create", "twice", "--place", "community=桂园社区")[0] == 0
    assert run("campaign", "launch", "twice")[0] == 0
    code, _, complaint = run("campaign", "launch", "twice")
    assert code == 2
    assert "--again" in complaint
    assert run("campaign", "launch", "twice", "--again")[0] == 0
    with sqlite3.connect(office / "wenan.sqlite") as store:
        rounds = store.execute(
            "SELECT round, count(*) FROM record JOIN campaign c ON c.id = campaign_id WHERE c.name = 'twice' GROUP BY 1"
        ).fetchall()
    assert [number for number, _ in rounds] == [0, 1]
    assert rounds[0][1] == rounds[1][1] > 0


def test_status_lists_and_tells(office, run):
    assert "morning\tcompleted" in run("campaign", "status")[1]
    code, said, _ = run("campaign", "status", "morning")
    assert code == 0
    assert "Residents due" in said


def test_the_report_is_the_same_whenever_it_is_made(office, run):
    before = (office / "out" / "morning" / "line_list.csv").read_bytes()
    assert run("report", "morning", "--out", "again")[0] == 0
    assert (office / "again" / "line_list.csv").read_bytes() == before


def test_the_report_speaks_chinese(office, capsys):
    assert run_bot.main(["--lang", "zh-Hans", "report", "morning", "--out", "chinese"]) == 0
    assert "各社区情况" in capsys.readouterr().out


BAD = [
    (["residents", "import", "no_such.csv"], "no_such.csv"),
    (["residents", "import", "."], "."),
    (["campaign", "create", "morning"], "one of this name already"),
    (["campaign", "create", "new", "--script", "no_such"], "no_such.yaml"),
    (["campaign", "create", "new", "--plan", "no_such"], "no_such"),
    (["campaign", "create", "new", "--place", "planet=Mars"], "planet"),
    (["campaign", "create", "new", "--place", "community"], "LEVEL=NAME"),
    (["campaign", "launch", "no_such"], "there are: "),
    (["campaign", "create", "../../evil"], "a name has 1 to 60 characters"),
    (["campaign", "create", ""], "a name has 1 to 60 characters"),
    (["dialog", "draw", "daily_check", "--out", "d.pdf"], "draws .svg"),
    (["dialog", "draw", "daily_check", "--out", "no/such/d.svg"], "no/such/d.svg"),
    (["chat", "--record", "no/such/talk.yaml"], "its folder is not there"),
    (["report", "no_such"], "there is no campaign 'no_such'"),
    (["dialog", "draw", "no_such"], "no such script"),
    (["chat", "no_such"], "no such script"),
    (["telegram"], "BotFather"),
    (["--store", "sqlite:///no/such/folder/w.sqlite", "campaign", "status"], "is not a folder"),
    (["--store", "nonsense", "campaign", "status"], "is not the URL of a store"),
]


MISSPELT = [
    ([], "COMMAND", "缺少参数"),
    (["nothing"], "'nothing'", "没有"),
    (["campaign", "create"], "name", "缺少参数"),
    (["campaign", "create", "x", "--lines"], "--lines", "要有一个值"),
    (["campaign", "create", "x", "--lines", "0"], "'0'", "大于零"),
    (["campaign", "create", "x", "--line", "pigeon"], "pigeon", "可用"),
    (["campaign", "create", "x", "--seed", "x"], "'x'", "不是合适的值"),
    (["campaign", "create", "x", "--day", "2026-02-30"], "'2026-02-30'", "日期应写成"),
    (["campaign", "create", "x", "--wings"], "--wings", "不认识"),
    (["campaign", "launch", "x", "--at", "noon"], "'noon'", "时间应写成"),
    (["campaign", "launch", "x", "--real-time=yes"], "'yes'", "不能带值"),
    (["campaign", "launch", "x", "--da", "3"], "--da", "不明确"),
    (["campaign", "launch", "x", "--speed", "0"], "'0'", "倍数"),
    (["simulate", "--hours", "never"], "'never'", "小时数"),
    (["report", "x", "--as-of", "yesterday"], "'yesterday'", "日期应写成"),
    (["feedback", "x", "--daily", "8 o'clock"], "o'clock", "时间应写成"),
    (["demo", "--voice", "some"], "'some'", "整数"),
]


@pytest.mark.parametrize(("arguments", "names", "zh"), MISSPELT, ids=[" ".join(a) for a, *_ in MISSPELT])
def test_arguments_that_are_wrong_are_told_in_both_languages(capsys, arguments, names, zh):
    with pytest.raises(SystemExit) as end:
        run_bot.main(arguments)
    assert end.value.code == 2
    (*_, said) = capsys.readouterr().err.strip().splitlines()
    assert names in said
    assert zh in said
    assert "fromisoformat" not in said


@pytest.mark.parametrize(("arguments", "says"), BAD, ids=[" ".join(a[:4]) for a, _ in BAD])
def test_what_can_be_mended_is_said_in_one_line(office, run, arguments, says):
    code, _, complaint = run(*arguments)
    assert code == 2
    assert says in complaint
    assert "Traceback" not in complaint


@pytest.mark.parametrize(
    "arguments",
    [
        ["simulate", "--residents", "0"],
        ["nonsense"],
        ["campaign", "create"],
        ["demo", "--lines", "-1"],
        ["simulate", "--hours", "0"],
        ["simulate", "--hours", "-1"],
    ],
)
def test_wrong_arguments_are_refused(run, arguments):
    with pytest.raises(SystemExit) as stopped:
        run(*arguments)
    assert stopped.value.code == 2


def test_an_empty_roster_file_is_named(office, run):
    (office / "empty.csv").write_bytes(b"")
    code, _, complaint = run("residents", "import", "empty.csv")
    assert code == 2
    assert "empty.csv" in complaint


def test_a_setting_that_is_unknown_or_wrong_is_named(office, run, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wenan.toml").write_text('storee = "x"\n', encoding="utf-8")
    assert "'storee' is not a setting" in run("campaign", "status")[2]
    (tmp_path / "wenan.toml").write_text('fever_c = "hot"\n', encoding="utf-8")
    assert "fever_c: 'hot' is not a float" in run("campaign", "status")[2]
    (tmp_path / "wenan.toml").write_text("fever_c = [", encoding="utf-8")
    assert "is not TOML" in run("campaign", "status")[2]


def test_understand_reads_and_writes_json_lines(run, monkeypatch):
    asked = [
        {"lang": "en", "context": "temperature", "text": "a hundred and one point two"},
        {"lang": "zh-Hans", "context": "symptoms", "text": "有点咳嗽，不发烧"},
        {"lang": "en", "context": "weather", "text": "sunny"},
    ]
    lines = "\n".join([*(json.dumps(a) for a in asked), "no json", ""])
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    code, said, _ = run("understand")
    answers = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    assert answers[0]["temperature_c"] == pytest.approx(38.4, abs=0.05)
    assert (answers[1]["symptoms_present"], answers[1]["symptoms_absent"]) == (["cough"], ["fever"])
    assert "weather" in answers[2]["error"]
    assert "error" in answers[3]


def test_explain_shows_the_words_behind_a_value(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("no fever but I cough\n"))
    code, said, _ = run("understand", "--explain")
    assert code == 0
    assert "symptom.cough" in said


def test_a_typed_talk_becomes_a_test_case(run, monkeypatch, tmp_path):
    said = ("yes", "36.5", "no symptoms at all", "no", "no")
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in said)))
    kept = tmp_path / "daily_check.typed.yaml"
    code, shown, _ = run("chat", "--phone", "--record", str(kept))
    assert code == 0
    assert "ended: complete" in shown
    text = kept.read_text(encoding="utf-8")
    assert "outcome: complete" in text
    assert "temperature: 36.5" in text


def test_a_typed_talk_on_a_script_from_a_file_can_be_played_again(run, monkeypatch, tmp_path):
    script = Path(__file__).parents[1] / "dialogs" / "masks.yaml"
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\nseven\nfor the kids\n"))
    kept = tmp_path / "masks.typed.yaml"
    code, _, _ = run("chat", str(script), "--record", str(kept))
    assert code == 0
    talk, loaded = load_talk(kept)
    assert not play(talk, loaded)
    assert (loaded.name, talk["answers"]["boxes"]) == ("masks", 7)


def test_a_hang_up_in_the_terminal_ends_the_talk(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, shown, _ = run("chat")
    assert code == 0
    assert "ended: " in shown


def test_scripts_are_checked_and_drawn(run, tmp_path):
    assert run("dialog", "check")[0] == 0
    bad = tmp_path / "bad.yaml"
    bad.write_text("script: bad\n", encoding="utf-8")
    code, _, complaint = run("dialog", "check", str(bad), "daily_check")
    assert code == 1
    assert "bad.yaml" in complaint
    assert "flowchart" in run("dialog", "draw", "daily_check")[1]
    assert run("dialog", "draw", "daily_check", "--out", str(tmp_path / "d.svg"))[0] == 0
    assert (tmp_path / "d.svg").read_text(encoding="utf-8").startswith("<svg")


def test_simulate_answers_whether_it_can_be_done(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, said, _ = run("simulate", "--residents", "300", "--hours", "1", "--lines", "1")
    assert code == 0
    assert "Stopped early: end of the round" in said
    assert "It cannot be done: " in said
    assert "Little's law" in said
    assert "Fever recall" in said


def test_script_that_asks_for_an_unknown_follow_up_is_refused(office, run, tmp_path):
    example = Path(__file__).parents[2] / "examples" / "arrival.yaml"
    script = tmp_path / "arrival.yaml"
    script.write_text(
        example.read_text(encoding="utf-8").replace("follow_up: call_back", "follow_up: home_vist"), "utf-8"
    )
    assert run("dialog", "check", str(example))[0] == 0
    says = "results: 1: follow_up: 'home_vist' is not a kind in records/health.yaml (known: emergency, "
    code, _, complaint = run("dialog", "check", str(script))
    assert (code, says in complaint) == (1, True)
    code, _, complaint = run("campaign", "create", "arriving", "--script", str(script))
    assert (code, says in complaint) == (2, True)


def test_complaints_speak_the_language_of_the_screen(office, capsys):
    plan = office / "never.yaml"
    plan.write_text('windows: {mon: ["21:00-08:00"]}\n', encoding="utf-8")
    for language, says in (("en", "ends before it begins"), ("zh-Hans", "结束早于开始")):
        assert run_bot.main(["--lang", language, "campaign", "create", "x", "--plan", str(plan)]) == 2
        complaint = capsys.readouterr().err
        assert says in complaint
        assert "never.yaml: windows: mon: '21:00-08:00'" in complaint


def test_preview_says_how_long_it_will_take(office, run):
    said = run("campaign", "preview", "morning")[1]
    assert "5 lines: about " in said
    assert "all over by " in said or "too few" in said
