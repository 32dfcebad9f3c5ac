"""Every talk in `talks/` is played; the dialog is written to JSON and read back between any two turns."""

from pathlib import Path

import pytest

from dialogs.events import Heard
from dialogs.script import load_script
from dialogs.talk import facts_of, load_talk, play, record

TALKS = sorted((Path(__file__).parent / "talks").glob("*.yaml"))


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_talk(path):
    talk, script = load_talk(path)
    assert not play(talk, script)


def test_there_are_talks_in_both_languages_for_every_script():
    names = [path.stem for path in TALKS]
    assert len(names) >= 40
    languages = {
        (talk["script"], (talk.get("facts") or {}).get("language", "zh-Hans")) for talk, _ in map(load_talk, TALKS)
    }
    assert {
        (script, language) for script in ("daily_check", "quarantine_followup") for language in ("zh-Hans", "en")
    } <= languages


def test_recorded_talk_plays_again(tmp_path):
    script = load_script("daily_check")
    heard = [Heard("是的"), Heard("38.5"), Heard(keys="1"), Heard("没有"), Heard(), Heard(hung_up=True)]
    path = tmp_path / "daily_check.recorded.yaml"
    path.write_text(record(script, facts_of({"members": 2}), heard), encoding="utf-8")
    talk, script = load_talk(path)
    assert talk["outcome"] == "partial"
    assert talk["answers"]["temperature"] == 38.5
    assert not play(talk, script)


def test_talk_that_goes_otherwise_is_reported():
    script = load_script("daily_check")
    talk = {"talk": [{"we": ["机器人", "@temperature"]}, {"they": "是的"}, {"we": "!体温"}], "outcome": "complete",
            "answers": {"temperature": 36.5}, "requests": ["human"], "colours": {"1": "green"}}  # fmt: skip
    faults = play(talk, script)
    assert [fault.split(":")[0] for fault in faults[:2]] == ["turn 1", "turn 3"]
    assert len(faults) == 6
